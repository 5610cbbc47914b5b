//! What each finding of a guard leads to: the one table, with the reason of each row.

use Effect::{Explain, Lower, Refuse, SuggestOnly};
use GuardKind::{
    Amount, Aspect, Code, Date, Direction, Duration, Exclusive, LegalReference, Modality, Name,
    Negation, Number, Percentage, Role, Scope, Year,
};
use GuardOutcome::{Agree, Conflict, Extra, Missing};
use Nearness::{Far, Near, Same};

use super::{Case, Effect, GuardKind, GuardOutcome, Length, Nearness};

struct Rule {
    kinds: &'static [GuardKind],
    outcomes: &'static [GuardOutcome],
    /// Only for questions of this length, none: any.
    length: Option<Length>,
    /// Only where the words are at least this near.
    within: Nearness,
    effect: Effect,
    reason: &'static str,
}

const VALUES: &[GuardKind] =
    &[LegalReference, Code, Date, Percentage, Amount, Year, Duration, Number];

/// A row for questions of any length.
const fn row(
    kinds: &'static [GuardKind],
    outcomes: &'static [GuardOutcome],
    within: Nearness,
    effect: Effect,
    reason: &'static str,
) -> Rule {
    Rule { kinds, outcomes, length: None, within, effect, reason }
}

/// The same for long questions only.
const fn long(rule: Rule) -> Rule {
    Rule { length: Some(Length::Long), ..rule }
}

/// The first row that fits decides. "Hits" gives the share of right pairs (Italian / English) and
/// of look-alikes of the kind named, among 15,681 synthetic question pairs, each asked both ways
/// (`docs/verification.md`). A row that hits
/// right pairs a third as often as look-alikes or more only lowers.
static RULES: &[Rule] = &[
    row(&GuardKind::ALL, &[Agree], Far, Explain, "the entry names what the question names"),
    // Values.
    long(row(
        &[Number, Duration, Amount],
        &[Conflict],
        Far,
        SuggestOnly,
        "the entry names another value, which in a long question may be a circumstance",
    )),
    row(
        VALUES,
        &[Conflict],
        Far,
        Refuse,
        "the entry is about another value; hits 0.4 / 0 % of right pairs, 40 to 65 % of look-alikes",
    ),
    row(
        &[Year],
        &[Missing],
        Far,
        SuggestOnly,
        "the entry names no year, and the answer may have changed since; hits 0.2 / 0.3 % of right \
         pairs, 23 % of look-alikes in the year",
    ),
    long(row(
        &[Amount],
        &[Missing],
        Far,
        Lower,
        "the entry names no amount, which in a long question may be a circumstance",
    )),
    row(
        &[Amount],
        &[Missing],
        Far,
        SuggestOnly,
        "nothing shows that the answer holds for this amount; hits 0.3 / 0.1 % of right pairs, 20 % \
         of look-alikes in the amount",
    ),
    row(
        &[Percentage, Date, LegalReference],
        &[Missing],
        Near,
        SuggestOnly,
        "in nearly the same words only the question names the value; hits 0.3 / 0.3 % of right \
         pairs, 6 to 11 % of look-alikes",
    ),
    row(
        &[Number, Duration, Code],
        &[Missing],
        Same,
        SuggestOnly,
        "in the same words only the question names the value; hits 0 / 0.1 % of right pairs",
    ),
    row(
        VALUES,
        &[Missing],
        Far,
        Lower,
        "the entry does not name the value, which may be a circumstance; hits 7.6 / 6.8 % of right \
         pairs, 25 to 35 % of look-alikes in form, article or date",
    ),
    row(
        &[Year],
        &[Extra],
        Far,
        Lower,
        "the entry is about one year; hits 0.1 / 0.3 % of right pairs, 22 % of look-alikes",
    ),
    row(
        &[Amount, Percentage, Date, LegalReference, Duration],
        &[Extra],
        Near,
        Lower,
        "in nearly the same words only the entry names the value; hits 0.4 / 0.4 % of right pairs, \
         10 to 14 % of look-alikes in percentage, amount or date",
    ),
    row(VALUES, &[Extra], Far, Explain, "the entry is more specific than the question"),
    // Words.
    row(
        &[Direction],
        &[Conflict],
        Near,
        Refuse,
        "the same way backwards; hits 0 / 0.04 % of right pairs, 9 % of look-alikes in direction",
    ),
    row(
        &[Exclusive],
        &[Conflict],
        Near,
        Refuse,
        "a term that excludes the other in otherwise near words; hits 0.2 / 0.3 % of right pairs, \
         19 % of antonyms",
    ),
    row(
        &[Name],
        &[Conflict],
        Near,
        Refuse,
        "the entry is about another thing of that kind; hits no right pair, 0.2 % of look-alikes",
    ),
    row(
        &[Name],
        &[Conflict],
        Far,
        SuggestOnly,
        "another thing is named, whatever the rest says; hits 0 / 0.1 % of right pairs, 0.2 % of \
         look-alikes",
    ),
    row(
        &[Direction, Exclusive],
        &[Conflict],
        Far,
        Lower,
        "the words are far, the term may be about something else; hits 0.1 / 0.2 % of right pairs, \
         2 % of antonyms",
    ),
    row(
        &[Negation],
        &[Conflict],
        Same,
        Refuse,
        "the same words, one text denies what the other asserts; hits no right pair, 20 % of \
         look-alikes in negation",
    ),
    row(
        &[Negation],
        &[Conflict],
        Near,
        SuggestOnly,
        "one text denies a word that the other asserts; hits 0.5 / 0.04 % of right pairs, 13 % of \
         look-alikes in negation",
    ),
    row(
        &[Negation],
        &[Missing, Extra],
        Same,
        SuggestOnly,
        "the same words, one text denies; hits 0.1 / 0.1 % of right pairs, 4 % of look-alikes in \
         negation",
    ),
    row(
        &[Negation],
        &[Missing, Extra],
        Near,
        Lower,
        "one text denies what the other may say in other words; hits 1.5 / 0.9 % of right pairs, \
         14 % of look-alikes in negation",
    ),
    row(
        &[Modality],
        &[Conflict],
        Same,
        Refuse,
        "the same words, but may, must and worth it have different answers; hits 0.03 / 0 % of \
         right pairs, 21 % of look-alikes in modality",
    ),
    row(
        &[Modality],
        &[Conflict],
        Near,
        SuggestOnly,
        "may, must or worth it in near words; hits 0.3 / 0.1 % of right pairs, 18 % of look-alikes \
         in modality",
    ),
    row(
        &[Modality],
        &[Conflict],
        Far,
        Lower,
        "in other words a permission may be asked as a duty; hits 0.9 / 0.7 % of right pairs, 15 % \
         of look-alikes in modality",
    ),
    row(
        &[Role],
        &[Conflict],
        Same,
        Refuse,
        "the same words about another person, or with the parts exchanged; hits 0.03 / 0 % of right \
         pairs, 2 % of look-alikes in person or role",
    ),
    row(
        &[Role],
        &[Conflict],
        Near,
        Lower,
        "one matter may be told from either side; hits 0.2 / 0 % of right pairs, 3 % of look-alikes \
         in person",
    ),
    row(
        &[Scope],
        &[Conflict],
        Near,
        SuggestOnly,
        "only one of the two asks for this only; hits 0.4 / 0.4 % of right pairs, 40 % of \
         look-alikes in scope",
    ),
    row(
        &[Scope],
        &[Missing, Extra],
        Near,
        Lower,
        "only one of the two asks for all, which is often meant unsaid; hits 0.1 / 0.4 % of right \
         pairs, 7 % of look-alikes in scope",
    ),
    row(
        &[Aspect],
        &[Conflict, Missing, Extra],
        Same,
        SuggestOnly,
        "the same words ask for another thing; hits 0.1 / 0.2 % of right pairs, 19 % of look-alikes \
         in aspect",
    ),
    row(
        &[Aspect],
        &[Conflict, Missing, Extra],
        Near,
        Lower,
        "near words ask for another thing; hits 0.7 / 1.1 % of right pairs, 21 % of look-alikes in \
         aspect",
    ),
    row(
        &GuardKind::ALL,
        &[Conflict, Missing, Extra],
        Far,
        Explain,
        "in other words this says nothing; hits right pairs as often as look-alikes",
    ),
];

fn rule(kind: GuardKind, outcome: GuardOutcome, case: Case) -> Option<&'static Rule> {
    RULES.iter().find(|rule| {
        rule.outcomes.contains(&outcome)
            && rule.kinds.contains(&kind)
            && rule.length.is_none_or(|only| only == case.length)
            && case.nearness <= rule.within
    })
}

/// What a finding leads to.
#[must_use]
pub fn effect(kind: GuardKind, outcome: GuardOutcome, case: Case) -> Effect {
    // Every case has a row (tested); what had none would not be served.
    rule(kind, outcome, case).map_or(Effect::Refuse, |rule| rule.effect)
}

/// Why a finding leads to what it leads to.
#[must_use]
pub fn reason(kind: GuardKind, outcome: GuardOutcome, case: Case) -> &'static str {
    rule(kind, outcome, case).map_or("", |rule| rule.reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTHS: [Length; 2] = [Length::Short, Length::Long];
    const NEARNESSES: [Nearness; 3] = [Same, Near, Far];

    #[test]
    fn every_case_has_a_row_and_a_nearer_one_is_no_weaker() {
        for kind in GuardKind::ALL {
            for outcome in [Agree, Conflict, Missing, Extra] {
                for length in LENGTHS {
                    let effects = NEARNESSES.map(|nearness| {
                        let case = Case { length, nearness };
                        assert!(!reason(kind, outcome, case).is_empty(), "{kind} {outcome:?}");
                        effect(kind, outcome, case)
                    });
                    assert!(effects.is_sorted_by(|a, b| a >= b), "{kind} {outcome:?} {effects:?}");
                }
            }
        }
    }

    #[test]
    fn every_row_decides_some_case() {
        for (place, rule) in RULES.iter().enumerate() {
            let mut cases = rule.kinds.iter().flat_map(|kind| {
                rule.outcomes.iter().flat_map(move |outcome| {
                    let cases = LENGTHS.into_iter().flat_map(|length| {
                        NEARNESSES.into_iter().map(move |nearness| Case { length, nearness })
                    });
                    cases.map(move |case| (*kind, *outcome, case))
                })
            });
            let decides = |(kind, outcome, case)| {
                super::rule(kind, outcome, case).is_some_and(|found| std::ptr::eq(found, rule))
            };
            assert!(cases.any(decides), "row {place}");
        }
    }

    #[track_caller]
    fn check(kind: GuardKind, outcome: GuardOutcome, length: Length, expected: [Effect; 3]) {
        let effects = NEARNESSES.map(|nearness| effect(kind, outcome, Case { length, nearness }));
        assert_eq!(effects, expected, "{kind} {outcome:?} {length:?}");
    }

    #[test]
    fn effects() {
        use Length::{Long, Short};
        check(Year, Conflict, Long, [Refuse; 3]);
        check(Year, Missing, Short, [SuggestOnly; 3]);
        check(Number, Conflict, Short, [Refuse; 3]);
        check(Number, Conflict, Long, [SuggestOnly; 3]);
        check(Amount, Missing, Long, [Lower; 3]);
        check(Date, Missing, Short, [SuggestOnly, SuggestOnly, Lower]);
        check(Duration, Missing, Short, [SuggestOnly, Lower, Lower]);
        check(LegalReference, Extra, Short, [Lower, Lower, Explain]);
        check(Direction, Conflict, Short, [Refuse, Refuse, Lower]);
        check(Negation, Conflict, Long, [Refuse, SuggestOnly, Explain]);
        check(Modality, Conflict, Short, [Refuse, SuggestOnly, Lower]);
        check(Exclusive, Conflict, Short, [Refuse, Refuse, Lower]);
        check(Name, Conflict, Long, [Refuse, Refuse, SuggestOnly]);
        check(Role, Conflict, Short, [Refuse, Lower, Explain]);
        check(Scope, Conflict, Short, [SuggestOnly, SuggestOnly, Explain]);
        check(Aspect, Conflict, Short, [SuggestOnly, Lower, Explain]);
        check(Aspect, Agree, Short, [Explain; 3]);
    }
}
