//! What is done with verified candidates: the decision table.
//!
//! | best candidate | decision |
//! |---|---|
//! | two or more pass but for each other, and differ in one value alone that the question leaves open | `clarify` |
//! | score ≥ serve threshold, no guard against it, and none of the four rows below | `serve` |
//! | the same, but the caller's knowledge base on its topic is newer than its approval | `context` |
//! | the same, but a document that it rests on has a new version since its approval | `context` |
//! | the same, but its review is overdue | `context` |
//! | the same, but the caller says that one of its tags is superseded | `context` |
//! | anything else, some candidate similar enough to list | `suggest` |
//! | nothing similar enough | `miss` |

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::guards::Effect;
use crate::reference::Suspension;

/// How many candidates, by similarity, may be served. A fixed number, so that a caller who lists
/// more or fewer gets the same decision.
pub const ELIGIBLE: usize = 10;

/// What to do with the outcome of a lookup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Verified: show the answer as it is.
    Serve,
    /// The right entry, but it may be out of date: give it to the language model.
    Context,
    /// Several entries pass that differ in one value which the question leaves open: ask which.
    Clarify,
    /// Similar questions exist, none is verified.
    Suggest,
    /// Nothing similar enough.
    Miss,
}

impl Decision {
    /// The decision as it is written in replies and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Serve => "serve",
            Self::Context => "context",
            Self::Clarify => "clarify",
            Self::Suggest => "suggest",
            Self::Miss => "miss",
        }
    }
}

/// How the chosen entry was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchType {
    /// The question is one of the entry's phrasings.
    Signature,
    /// By meaning, verified.
    Semantic,
}

/// Why a verified entry may be out of date, and so is context at best.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The caller's knowledge base is newer than the entry's approval.
    Outdated {
        /// The topic that the caller said it of; none: of all that it named no other moment for.
        topic: Option<String>,
        /// When the entry was approved last.
        approved: Timestamp,
    },
    /// A document that it rests on has a new version.
    Suspended(Suspension),
    /// Its last day without a review is over.
    ReviewOverdue {
        /// That day.
        review_by: Date,
    },
    /// It carries a tag that the caller calls superseded.
    Superseded {
        /// The tag.
        tag: String,
    },
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outdated { topic: None, approved } => write!(
                f,
                "the caller's knowledge base is newer than the entry's approval of {approved}"
            ),
            Self::Outdated { topic: Some(topic), approved } => write!(
                f,
                "the caller's knowledge base on `{topic}` is newer than the entry's approval of \
                 {approved}"
            ),
            Self::Suspended(Suspension { document, version, since }) => write!(
                f,
                "`{document}`, which it rests on, has the new version `{version}` since {since}, \
                 and nobody has approved it again"
            ),
            Self::ReviewOverdue { review_by } => {
                write!(f, "its review was due by {review_by}")
            }
            Self::Superseded { tag } => write!(f, "its tag `{tag}` is superseded"),
        }
    }
}

/// What the decision needs to know of one candidate.
#[derive(Debug, Clone)]
pub struct Judged {
    /// Calibrated probability that the entry answers the question.
    pub score: f64,
    /// The strongest guard against it.
    pub effect: Effect,
    /// Why it may be out of date; none where it is not.
    pub causes: Vec<Cause>,
}

impl Judged {
    /// Whether verification says that the entry answers the question.
    #[must_use]
    pub fn passes(&self, serve_threshold: f64) -> bool {
        self.effect.may_be_served() && self.score >= serve_threshold
    }
}

/// The decision over the candidates that are similar enough to list, the best score first.
/// `serve` and `context` concern the first of them. `open`: whether two or more of them pass but
/// for each other and differ only in what the question leaves open.
#[must_use]
pub fn decide(candidates: &[Judged], open: bool, serve_threshold: f64) -> Decision {
    match candidates.first() {
        None => Decision::Miss,
        Some(_) if open => Decision::Clarify,
        Some(best) if !best.passes(serve_threshold) => Decision::Suggest,
        Some(best) if !best.causes.is_empty() => Decision::Context,
        Some(_) => Decision::Serve,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn causes() -> Vec<Cause> {
        let suspension = Suspension {
            document: "L. 104/1992".into(),
            version: "2025".into(),
            since: Timestamp::UNIX_EPOCH,
        };
        vec![
            Cause::Outdated { topic: None, approved: Timestamp::UNIX_EPOCH },
            Cause::Outdated { topic: Some("fisco".into()), approved: Timestamp::UNIX_EPOCH },
            Cause::Suspended(suspension),
            Cause::ReviewOverdue { review_by: jiff::civil::date(2024, 12, 31) },
            Cause::Superseded { tag: "2023".into() },
        ]
    }

    fn check(candidates: &[(f64, Effect, bool)], expected: Decision) {
        for cause in causes() {
            check_with(candidates, &[cause], expected);
        }
        check_with(candidates, &causes(), expected);
    }

    /// `causes` are those of the candidates marked so.
    fn check_with(candidates: &[(f64, Effect, bool)], causes: &[Cause], expected: Decision) {
        let judged = candidates.iter().map(|(score, effect, stale)| Judged {
            score: *score,
            effect: *effect,
            causes: if *stale { causes.to_vec() } else { Vec::new() },
        });
        let judged: Vec<_> = judged.collect();
        assert_eq!(decide(&judged, false, 0.9), expected, "{candidates:?}");
        let open = if expected == Decision::Miss { Decision::Miss } else { Decision::Clarify };
        assert_eq!(decide(&judged, true, 0.9), open, "{candidates:?}");
    }

    #[test]
    fn the_table() {
        check(&[], Decision::Miss);
        check(&[(0.9, Effect::Explain, false)], Decision::Serve);
        check(&[(0.9, Effect::Lower, false)], Decision::Serve);
        check(&[(0.9, Effect::Explain, true)], Decision::Context);
        check(&[(0.9, Effect::Explain, false), (0.9, Effect::Explain, true)], Decision::Serve);
        check(&[(0.8, Effect::Explain, true)], Decision::Suggest);
        check(&[(1.0, Effect::Refuse, true)], Decision::Suggest);
        check(&[(0.899_999, Effect::Explain, false)], Decision::Suggest);
        check(&[(1.0, Effect::SuggestOnly, false)], Decision::Suggest);
        check(&[(1.0, Effect::Refuse, false), (0.95, Effect::Explain, false)], Decision::Suggest);
        check(&[(f64::NAN, Effect::Explain, false)], Decision::Suggest);
    }

    #[test]
    fn every_cause_is_said() {
        let said: Vec<_> = causes().iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "the caller's knowledge base is newer than the entry's approval of \
                 1970-01-01T00:00:00Z",
                "the caller's knowledge base on `fisco` is newer than the entry's approval of \
                 1970-01-01T00:00:00Z",
                "`L. 104/1992`, which it rests on, has the new version `2025` since \
                 1970-01-01T00:00:00Z, and nobody has approved it again",
                "its review was due by 2024-12-31",
                "its tag `2023` is superseded",
            ]
        );
    }
}
