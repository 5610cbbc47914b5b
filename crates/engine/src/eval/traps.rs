//! Which look-alikes are taken for the same, beside how many true paraphrases.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Rate;
use super::pairs::Compared;
use super::rank::{auc, threshold_for};
use super::rate::rounded_share;

/// Pairs accepted at three thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Acceptance {
    /// At the threshold that accepts 50 % of all pairs that are the same; `null` where guards let
    /// fewer through.
    pub at_50: Option<Rate>,
    /// The same at 70 %.
    pub at_70: Option<Rate>,
    /// At the configured threshold.
    pub working: Rate,
}

/// Pairs that are not the same, and are to be told apart from all that are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Traps {
    /// How many are taken for the same.
    #[serde(flatten)]
    pub accepted: Acceptance,
    /// Probability that a pair that is the same stands above one of these, ties half; what guards
    /// hold back stands below what they let pass.
    #[serde(serialize_with = "rounded_share")]
    pub auc: Option<f64>,
}

/// The figures of some of the pairs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrapFigures {
    /// Pairs.
    pub pairs: usize,
    /// Threshold that accepts 50 % of the pairs that are the same, chosen on these pairs.
    pub threshold_50: Option<f64>,
    /// The same for 70 %.
    pub threshold_70: Option<f64>,
    /// Pairs that are the same.
    pub same: Acceptance,
    /// By kind.
    pub same_by_kind: BTreeMap<String, Acceptance>,
    /// Pairs that are not.
    pub traps: Traps,
    /// By kind.
    pub traps_by_kind: BTreeMap<String, Traps>,
}

impl TrapFigures {
    pub(super) fn new(pairs: &[&Compared]) -> Self {
        let (same, traps): (Vec<&Compared>, Vec<&Compared>) =
            pairs.iter().partition(|pair| pair.same);
        let threshold = |share| {
            let passing = same.iter().filter(|pair| pair.effect.may_be_served());
            threshold_for(share, same.len(), passing.map(|pair| pair.score).collect())
        };
        let [threshold_50, threshold_70] = [threshold(0.5), threshold(0.7)];
        let accepted = |pairs: &[&Compared]| {
            let at = |threshold: Option<f64>| {
                threshold.map(|least| Rate::of(pairs, |pair| pair.accepted_at(least)))
            };
            Acceptance {
                at_50: at(threshold_50),
                at_70: at(threshold_70),
                working: Rate::of(pairs, |pair| pair.accepted),
            }
        };
        let told = |traps: &[&Compared]| {
            let all = same.iter().chain(traps);
            let mut keys: Vec<_> = all.map(|pair| (pair.key(), pair.same, 1)).collect();
            keys.sort_by(|a, b| b.0.total_cmp(&a.0));
            Traps { accepted: accepted(traps), auc: auc(keys) }
        };
        Self {
            pairs: pairs.len(),
            threshold_50,
            threshold_70,
            same: accepted(&same),
            same_by_kind: by_kind(&same, accepted),
            traps: told(&traps),
            traps_by_kind: by_kind(&traps, told),
        }
    }
}

fn by_kind<T>(pairs: &[&Compared], figures: impl Fn(&[&Compared]) -> T) -> BTreeMap<String, T> {
    let mut kinds = BTreeMap::<&str, Vec<&Compared>>::new();
    for pair in pairs {
        kinds.entry(&pair.kind).or_default().push(pair);
    }
    kinds.into_iter().map(|(kind, pairs)| (kind.to_owned(), figures(&pairs))).collect()
}

#[cfg(test)]
mod tests {
    use goldenset_core::guards::Effect;

    use super::*;

    #[test]
    fn traps_at_each_point() {
        let pair = |same, kind: &str, score: f64, effect: Effect| Compared {
            set: "set".into(),
            kind: kind.into(),
            lang: "it".into(),
            same,
            accepted: effect.may_be_served() && score >= 0.9,
            score,
            effect,
        };
        use Effect::{Explain, Lower, Refuse, SuggestOnly};
        let pairs = [
            pair(true, "paraphrase", 0.95, Explain),
            pair(true, "paraphrase", 0.80, Lower),
            pair(true, "far", 0.60, Explain),
            pair(true, "far", 0.99, SuggestOnly),
            pair(false, "year", 0.97, Refuse),
            pair(false, "year", 0.85, Explain),
            pair(false, "scope", 0.92, Explain),
            pair(false, "scope", 0.70, SuggestOnly),
        ];
        let all: Vec<_> = pairs.iter().collect();
        let figures = TrapFigures::new(&all);
        assert_eq!((figures.threshold_50, figures.threshold_70), (Some(0.80), Some(0.60)));
        let acceptance = |at_50, at_70, working, whole| Acceptance {
            at_50: Some(Rate::new(at_50, whole)),
            at_70: Some(Rate::new(at_70, whole)),
            working: Rate::new(working, whole),
        };
        assert_eq!(figures.same, acceptance(2, 3, 1, 4));
        assert_eq!(figures.same_by_kind["far"], acceptance(0, 1, 0, 2));
        assert_eq!(figures.traps.accepted, acceptance(2, 2, 1, 4));
        assert_eq!(figures.traps_by_kind["year"].accepted, acceptance(1, 1, 0, 2));
        assert_eq!(figures.traps_by_kind["scope"].accepted, acceptance(1, 1, 1, 2));
        // Year: the refused one is below all four, 0.85 below one of them (0.95).
        assert_eq!(figures.traps_by_kind["year"].auc, Some(5.0 / 8.0));
        // Scope: 0.92 below one, 0.70 suggest-only below all, also below the suggest-only 0.99.
        assert_eq!(figures.traps_by_kind["scope"].auc, Some(5.0 / 8.0));
        assert_eq!(figures.traps.auc, Some(10.0 / 16.0));
    }

    #[test]
    fn a_share_that_guards_do_not_let_through_has_no_point() {
        let pair = |effect| Compared {
            set: "set".into(),
            kind: "-".into(),
            lang: "-".into(),
            same: true,
            accepted: false,
            score: 0.5,
            effect,
        };
        let pairs = [pair(Effect::Explain), pair(Effect::Refuse)];
        let figures = TrapFigures::new(&pairs.iter().collect::<Vec<_>>());
        assert_eq!((figures.threshold_50, figures.threshold_70), (Some(0.5), None));
        assert_eq!(figures.same.at_70, None);
        assert_eq!(figures.traps.auc, None);
    }
}
