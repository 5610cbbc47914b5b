//! Verdicts in words.

use crate::guards::{Effect, GuardKind, GuardOutcome, GuardResult};

/// One sentence that says why a candidate stands where it stands.
pub(super) fn in_words(guards: &[GuardResult], effect: Effect, score: Option<f64>) -> String {
    if !effect.may_be_served() {
        let against = guards.iter().filter(|guard| !guard.effect.may_be_served());
        let clauses: Vec<_> = against.map(clause).collect();
        return match clauses.is_empty() {
            true => "the question names more values than can be verified".into(),
            false => clauses.join("; "),
        };
    }
    match score {
        None => {
            "no score has been fitted for this embedding model (`goldenset fit` makes one)".into()
        }
        Some(score) => probability_in_words(score),
    }
}

/// What is said of a score that no guard is against.
#[must_use]
pub fn probability_in_words(score: f64) -> String {
    format!("probability {:.0} % that the entry answers the question", score * 100.0)
}

fn clause(guard: &GuardResult) -> String {
    let asked = guard.query_values.join(", ");
    let named = guard.entry_values.join(", ");
    let apart = |what: &str| format!("{what}: the question says {asked}, this entry {named}");
    let what = match guard.kind {
        GuardKind::Number => "the number",
        GuardKind::Duration => "the length of time",
        GuardKind::Code => "the code",
        GuardKind::Year => "the year",
        GuardKind::Date => "the date",
        GuardKind::Amount => "the amount",
        GuardKind::Percentage => "the percentage",
        GuardKind::LegalReference => "the reference",
        GuardKind::Direction => return apart("the other way round"),
        GuardKind::Negation => {
            return "one of the two is negated and the other is not, in nearly equal words".into();
        }
        GuardKind::Modality => return apart("may, must and worth it have different answers"),
        GuardKind::Exclusive => return apart("one excludes the other"),
        GuardKind::Name => return apart("another thing of that kind"),
        GuardKind::Role => return apart("other people, or in other parts"),
        GuardKind::Scope => {
            let word = if asked.is_empty() { named } else { asked };
            return format!("only one of the two says \"{word}\"");
        }
        GuardKind::Aspect => {
            let (asked, named) = (asked.replace('_', " "), named.replace('_', " "));
            return format!("asks {asked}; this entry answers {named}");
        }
    };
    match guard.result {
        GuardOutcome::Missing => format!("asks about {what} {asked}; this entry names none"),
        _ => format!("asks about {what} {asked}; this entry is about {named}"),
    }
}

/// A finding as a clause of a sentence about the question ("it"), held against `other`.
pub(super) fn spoken(guard: &GuardResult, other: &str) -> String {
    let (asked, named) = (guard.query_values.join(", "), guard.entry_values.join(", "));
    let quoted = || format!("it says \"{asked}\" and {other} \"{named}\"");
    match (guard.kind, guard.result) {
        (GuardKind::Negation, _) => "one of the two denies what the other asserts".into(),
        (GuardKind::Direction, GuardOutcome::Conflict) => {
            format!("it goes the other way round ({asked}, {other} {named})")
        }
        (GuardKind::Role, GuardOutcome::Conflict) => {
            format!("it is about other people, or in other parts ({asked}, {other} {named})")
        }
        (GuardKind::Name, GuardOutcome::Conflict) => {
            format!("it asks about {asked} and {other} is about {named}")
        }
        (GuardKind::Exclusive, GuardOutcome::Conflict) => {
            format!("{}, and one excludes the other", quoted())
        }
        (GuardKind::Aspect, _) => {
            let thing = |aspect: String| match aspect.as_str() {
                "" => "something else".to_owned(),
                "yes_no" => "yes or no".to_owned(),
                aspect => format!("\"{}\"", aspect.replace('_', " ")),
            };
            format!("it asks {} and {other} answers {}", thing(asked), thing(named))
        }
        (kind, _) if kind.is_of_words() => match (asked.as_str(), named.as_str()) {
            (asked, "") => format!("only it says \"{asked}\""),
            ("", named) => format!("only {other} says \"{named}\""),
            _ => quoted(),
        },
        (_, GuardOutcome::Missing) => {
            format!("it asks about {asked}, which {other} does not name")
        }
        (_, GuardOutcome::Extra) => format!("{other} is about {named}, which it does not name"),
        _ => format!("it asks about {asked} and {other} is about {named}"),
    }
}
