//! What is counted of lookups: each counter has a place in a tally and a name in a store.

use crate::decision::Decision;
use crate::guards::GuardKind;

/// Equal parts of 0 to 1 that raw scores fall into.
pub const BINS: usize = 20;

/// Every decision, in the order of their places.
pub(super) const DECISIONS: [Decision; 5] =
    [Decision::Serve, Decision::Context, Decision::Clarify, Decision::Suggest, Decision::Miss];

const KINDS: usize = GuardKind::ALL.len();

/// One thing that is counted. A lookup counts once under `Phrasing` or `Verified`, at most once
/// under `Score`, and once for each guard that holds its best candidate back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    /// The question is an approved phrasing, and this was decided: `serve` or `context`.
    Phrasing(Decision),
    /// Verification decided this.
    Verified(Decision),
    /// A guard of this kind refused the best candidate.
    Refused(GuardKind),
    /// A guard of this kind let the best candidate at most be suggested.
    SuggestOnly(GuardKind),
    /// The raw score of the best candidate lies in this part, less than [`BINS`]; of lookups that
    /// verification decided and that list a candidate.
    Score(u8),
}

impl Counter {
    /// How many there are.
    pub const COUNT: usize = 2 * DECISIONS.len() + 2 * KINDS + BINS;

    /// Its place among all, less than [`Self::COUNT`].
    #[must_use]
    pub fn place(self) -> usize {
        let decisions = DECISIONS.len();
        match self {
            Self::Phrasing(decision) => decision as usize,
            Self::Verified(decision) => decisions + decision as usize,
            Self::Refused(kind) => 2 * decisions + kind as usize,
            Self::SuggestOnly(kind) => 2 * decisions + KINDS + kind as usize,
            Self::Score(bin) => 2 * decisions + 2 * KINDS + usize::from(bin).min(BINS - 1),
        }
    }

    /// Every counter, in the order of their places.
    pub fn all() -> impl Iterator<Item = Self> {
        let phrasings = DECISIONS.into_iter().map(Self::Phrasing);
        let verified = DECISIONS.into_iter().map(Self::Verified);
        let refused = GuardKind::ALL.into_iter().map(Self::Refused);
        let suggested = GuardKind::ALL.into_iter().map(Self::SuggestOnly);
        let scores = (0_u8..).take(BINS).map(Self::Score);
        phrasings.chain(verified).chain(refused).chain(suggested).chain(scores)
    }

    /// The part that a raw score falls into; what is no number from 0 to 1 goes to the nearer end.
    #[must_use]
    pub fn of_score(raw: f64) -> Self {
        // A cast of a float ends at the limits of the type, and of no number at 0.
        Self::Score(((raw * BINS as f64) as u8).min(BINS as u8 - 1))
    }

    /// The name under which a store keeps it: `verified.serve`, `refused.year`, `score.07`.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Phrasing(decision) => format!("phrasing.{}", decision.as_str()),
            Self::Verified(decision) => format!("verified.{}", decision.as_str()),
            Self::Refused(kind) => format!("refused.{kind}"),
            Self::SuggestOnly(kind) => format!("suggest_only.{kind}"),
            Self::Score(bin) => format!("score.{bin:02}"),
        }
    }

    /// The counter of a name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::all().find(|counter| counter.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_counter_has_a_place_and_a_name_of_its_own() {
        let all: Vec<_> = Counter::all().collect();
        assert_eq!(all.len(), Counter::COUNT);
        for (place, counter) in all.into_iter().enumerate() {
            assert_eq!(counter.place(), place, "{counter:?}");
            assert_eq!(Counter::of_name(&counter.name()), Some(counter));
        }
        assert_eq!(Counter::of_name("score.20"), None);
        assert_eq!(Counter::of_name("verified"), None);
    }

    #[test]
    fn scores_fall_into_twenty_parts() {
        for (raw, bin) in [(0.0, 0), (0.049, 0), (0.05, 1), (0.5, 10), (0.95, 19), (1.0, 19)] {
            assert_eq!(Counter::of_score(raw), Counter::Score(bin), "{raw}");
        }
        for (raw, bin) in [(-1.0, 0), (f64::NAN, 0), (7.0, 19), (f64::INFINITY, 19)] {
            assert_eq!(Counter::of_score(raw), Counter::Score(bin), "{raw}");
        }
    }
}
