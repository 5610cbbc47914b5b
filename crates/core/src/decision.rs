//! What is done with verified candidates: the decision table.
//!
//! | best candidate | decision |
//! |---|---|
//! | two or more pass but for each other, and differ in one value alone that the question leaves open | `clarify` |
//! | score ≥ serve threshold, no guard against it, approved no earlier than the caller's knowledge base | `serve` |
//! | the same, but the caller's knowledge base is newer than the approval | `context` |
//! | anything else, some candidate similar enough to list | `suggest` |
//! | nothing similar enough | `miss` |

use serde::{Deserialize, Serialize};

use crate::guards::Effect;

/// How many candidates, by similarity, may be served. A fixed number, so that a caller who lists
/// more or fewer gets the same decision.
pub const ELIGIBLE: usize = 10;

/// What to do with the outcome of a lookup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Verified: show the answer as it is.
    Serve,
    /// The right entry, but what the caller knows is newer: give it to the language model.
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

/// What the decision needs to know of one candidate.
#[derive(Debug, Clone, Copy)]
pub struct Judged {
    /// Calibrated probability that the entry answers the question.
    pub score: f64,
    /// The strongest guard against it.
    pub effect: Effect,
    /// Whether the caller's knowledge base is newer than the entry's approval.
    pub outdated: bool,
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
        Some(best) if best.outdated => Decision::Context,
        Some(_) => Decision::Serve,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(candidates: &[(f64, Effect, bool)], expected: Decision) {
        let judged: Vec<_> = candidates
            .iter()
            .map(|(score, effect, outdated)| Judged {
                score: *score,
                effect: *effect,
                outdated: *outdated,
            })
            .collect();
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
        check(&[(0.899_999, Effect::Explain, false)], Decision::Suggest);
        check(&[(1.0, Effect::SuggestOnly, false)], Decision::Suggest);
        check(&[(1.0, Effect::Refuse, false), (0.95, Effect::Explain, false)], Decision::Suggest);
        check(&[(f64::NAN, Effect::Explain, false)], Decision::Suggest);
    }
}
