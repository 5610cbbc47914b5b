//! What each finding of a guard leads to: the one table, with the reason of each row.

use serde::{Deserialize, Serialize};

use super::{GuardKind, GuardOutcome};

/// What a finding does to a candidate. The greater one wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nothing; it is shown as a reason.
    Explain,
    /// The candidate may be listed and not served.
    SuggestOnly,
    /// The candidate answers another question.
    Refuse,
}

/// Whether a question is so short that every number in it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    /// Up to [`SHORT_QUESTION_WORDS`] content words.
    Short,
    /// More: it tells a story, and numbers may belong to the story.
    Long,
}

/// Most content words of a short question.
pub const SHORT_QUESTION_WORDS: usize = 20;

impl Length {
    /// The length of a question of so many content words.
    #[must_use]
    pub fn of(content_words: usize) -> Self {
        if content_words <= SHORT_QUESTION_WORDS { Self::Short } else { Self::Long }
    }
}

struct Rule {
    kinds: &'static [GuardKind],
    outcome: GuardOutcome,
    /// Only for questions of this length, none: any.
    length: Option<Length>,
    effect: Effect,
    reason: &'static str,
}

/// The first row that fits decides.
const RULES: &[Rule] = &[
    Rule {
        kinds: &GuardKind::ALL,
        outcome: GuardOutcome::Agree,
        length: None,
        effect: Effect::Explain,
        reason: "the entry names what the question names",
    },
    Rule {
        kinds: &[GuardKind::Number, GuardKind::Amount],
        outcome: GuardOutcome::Conflict,
        length: Some(Length::Long),
        effect: Effect::SuggestOnly,
        reason: "the entry names another value, which in a long question may be a circumstance",
    },
    Rule {
        kinds: &[GuardKind::Negation],
        outcome: GuardOutcome::Conflict,
        length: None,
        effect: Effect::Refuse,
        reason: "the same words, one text denies what the other asserts",
    },
    Rule {
        kinds: &GuardKind::ALL,
        outcome: GuardOutcome::Conflict,
        length: None,
        effect: Effect::Refuse,
        reason: "the entry is about another value",
    },
    Rule {
        kinds: &[GuardKind::Negation],
        outcome: GuardOutcome::Missing,
        length: None,
        effect: Effect::Explain,
        reason: "the question denies, the entry says it in other words",
    },
    Rule {
        kinds: &GuardKind::ALL,
        outcome: GuardOutcome::Missing,
        length: None,
        effect: Effect::SuggestOnly,
        reason: "nothing shows that the answer holds for the value in the question",
    },
    Rule {
        kinds: &GuardKind::ALL,
        outcome: GuardOutcome::Extra,
        length: None,
        effect: Effect::Explain,
        reason: "the entry is more specific than the question",
    },
];

fn rule(kind: GuardKind, outcome: GuardOutcome, length: Length) -> Option<&'static Rule> {
    RULES.iter().find(|rule| {
        rule.outcome == outcome
            && rule.kinds.contains(&kind)
            && rule.length.is_none_or(|only| only == length)
    })
}

/// What a finding leads to.
#[must_use]
pub fn effect(kind: GuardKind, outcome: GuardOutcome, length: Length) -> Effect {
    // Every case has a row (tested); what had none would not be served.
    rule(kind, outcome, length).map_or(Effect::Refuse, |rule| rule.effect)
}

/// Why a finding leads to what it leads to.
#[must_use]
pub fn reason(kind: GuardKind, outcome: GuardOutcome, length: Length) -> &'static str {
    rule(kind, outcome, length).map_or("", |rule| rule.reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use GuardOutcome::{Agree, Conflict, Extra, Missing};

    #[test]
    fn every_case_has_a_row() {
        for kind in GuardKind::ALL {
            for outcome in [Agree, Conflict, Missing, Extra] {
                for length in [Length::Short, Length::Long] {
                    assert!(!reason(kind, outcome, length).is_empty(), "{kind} {outcome:?}");
                }
            }
        }
    }

    #[test]
    fn effects() {
        let cases = [
            (GuardKind::Year, Conflict, Length::Long, Effect::Refuse),
            (GuardKind::Number, Conflict, Length::Short, Effect::Refuse),
            (GuardKind::Number, Conflict, Length::Long, Effect::SuggestOnly),
            (GuardKind::Amount, Conflict, Length::Long, Effect::SuggestOnly),
            (GuardKind::Date, Missing, Length::Short, Effect::SuggestOnly),
            (GuardKind::Negation, Missing, Length::Short, Effect::Explain),
            (GuardKind::Negation, Conflict, Length::Long, Effect::Refuse),
            (GuardKind::LegalReference, Extra, Length::Short, Effect::Explain),
            (GuardKind::Percentage, Agree, Length::Short, Effect::Explain),
        ];
        for (kind, outcome, length, expected) in cases {
            assert_eq!(effect(kind, outcome, length), expected, "{kind} {outcome:?} {length:?}");
        }
    }
}
