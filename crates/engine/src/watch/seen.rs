//! What a lookup adds to the counts: worked out once, when its answer is made.

use goldenset_core::decision::{Decision, MatchType};
use goldenset_core::guards::{Effect, GuardKind, GuardResult};
use goldenset_core::watch::Counter;

use crate::answer::LookupResult;

/// The counters that a lookup with one answer counts under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    outcome: Counter,
    /// None for an approved phrasing, and where no candidate is similar enough to list.
    score: Option<Counter>,
    /// Kinds of guards that refuse the best candidate, as bits in the order of `GuardKind::ALL`.
    refused: u32,
    /// Kinds of guards that let it at most be suggested.
    suggest_only: u32,
}

impl Seen {
    pub(crate) fn of(result: &LookupResult) -> Self {
        if result.match_type == Some(MatchType::Signature) {
            let outcome = Counter::Phrasing(result.decision);
            return Self { outcome, score: None, refused: 0, suggest_only: 0 };
        }
        let best = result.matches.first();
        let guards = best.map_or(&[][..], |best| &best.guards);
        Self {
            outcome: Counter::Verified(result.decision),
            score: best.map(|best| Counter::of_score(best.raw_score)),
            refused: kinds(guards, Effect::Refuse),
            suggest_only: kinds(guards, Effect::SuggestOnly),
        }
    }

    /// A lookup that found nothing.
    #[cfg(test)]
    pub(crate) fn miss() -> Self {
        let outcome = Counter::Verified(Decision::Miss);
        Self { outcome, score: None, refused: 0, suggest_only: 0 }
    }

    /// What was decided, when verification decided it.
    pub(crate) fn verified(self) -> Option<Decision> {
        match self.outcome {
            Counter::Verified(decision) => Some(decision),
            _ => None,
        }
    }

    /// The same candidate, had verification decided this.
    pub(crate) fn with_decision(self, decision: Decision) -> Self {
        Self { outcome: Counter::Verified(decision), ..self }
    }

    /// Whether the answer is served.
    pub(crate) fn is_served(self) -> bool {
        matches!(
            self.outcome,
            Counter::Phrasing(Decision::Serve) | Counter::Verified(Decision::Serve)
        )
    }

    /// Every counter that it counts under once.
    pub fn counters(self) -> impl Iterator<Item = Counter> {
        let refused = of_kinds(self.refused).map(Counter::Refused);
        let suggest_only = of_kinds(self.suggest_only).map(Counter::SuggestOnly);
        [self.outcome].into_iter().chain(self.score).chain(refused).chain(suggest_only)
    }
}

fn kinds(guards: &[GuardResult], effect: Effect) -> u32 {
    let held = guards.iter().filter(|guard| guard.effect == effect);
    let place = |kind| GuardKind::ALL.iter().position(|known| *known == kind);
    held.filter_map(|guard| place(guard.kind)).fold(0, |bits, place| bits | 1 << place)
}

fn of_kinds(mut bits: u32) -> impl Iterator<Item = GuardKind> {
    std::iter::from_fn(move || {
        let place = bits.trailing_zeros();
        // Without the lowest that is set.
        bits &= bits.wrapping_sub(1);
        GuardKind::ALL.get(place as usize).copied()
    })
}
