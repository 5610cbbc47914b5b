//! Right answers that guards hold back.

use std::collections::BTreeMap;

use goldenset_core::guards::{Effect, GuardKind};
use serde::Serialize;

use super::{Judgement, Rate};

/// How often guards hold back the right one: of the answerable questions, those whose most similar
/// candidate answers them and is refused, or let only be suggested.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct HeldBack {
    /// Refused.
    pub refused: Rate,
    /// At most suggested.
    pub suggest_only: Rate,
    /// By guard; a question that two guards hold back alike counts for both.
    pub by_guard: BTreeMap<GuardKind, ByGuard>,
}

/// Questions whose right candidate one guard holds back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ByGuard {
    /// Refused.
    pub refused: usize,
    /// At most suggested.
    pub suggest_only: usize,
}

impl HeldBack {
    pub(super) fn new(judgements: &[&Judgement]) -> Self {
        let mut held = Self::default();
        for judgement in judgements.iter().filter(|judgement| judgement.answerable) {
            held.refused.whole += 1;
            held.suggest_only.whole += 1;
            let Some((effect, guards)) = &judgement.held_back else { continue };
            let refused = *effect == Effect::Refuse;
            let rate = if refused { &mut held.refused } else { &mut held.suggest_only };
            rate.part += 1;
            for guard in guards {
                let by = held.by_guard.entry(*guard).or_default();
                *(if refused { &mut by.refused } else { &mut by.suggest_only }) += 1;
            }
        }
        held
    }
}

#[cfg(test)]
mod tests {
    use super::super::Best;
    use super::super::judgement::tests::judged;
    use super::*;

    #[test]
    fn counts_by_effect_and_guard() {
        let best = Best { score: 0.5, right: true, passes: false };
        let with = |answerable, held_back| Judgement { held_back, ..judged(answerable, best, 0.9) };
        let cases = [
            with(true, None),
            with(true, Some((Effect::Refuse, vec![GuardKind::Year, GuardKind::Number]))),
            with(true, Some((Effect::SuggestOnly, vec![GuardKind::Year]))),
            with(false, None),
        ];
        let held = HeldBack::new(&cases.iter().collect::<Vec<_>>());
        assert_eq!((held.refused, held.suggest_only), (Rate::new(1, 3), Rate::new(1, 3)));
        let year = ByGuard { refused: 1, suggest_only: 1 };
        let number = ByGuard { refused: 1, suggest_only: 0 };
        let expected = BTreeMap::from([(GuardKind::Year, year), (GuardKind::Number, number)]);
        assert_eq!(held.by_guard, expected);
    }
}
