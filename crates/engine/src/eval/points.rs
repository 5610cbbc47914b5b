//! What comes through with the right answers, at the thresholds that let many of them through.

use std::collections::BTreeMap;

use serde::Serialize;

use super::rank::threshold_for;
use super::{Judgement, Rate};

/// Shares of the right best candidates at which a report looks.
pub(super) const SHARES: [f64; 2] = [0.5, 0.7];

/// The serve threshold at which a share of the questions whose best candidate is right are served,
/// chosen on these questions themselves.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Point {
    /// The share.
    pub share: f64,
    /// The threshold; `null` where guards and similarity let fewer right ones through at any.
    pub threshold: Option<f64>,
    /// Served among the questions whose best candidate is right: at least the share, more where
    /// scores are tied.
    pub right_served: Rate,
    /// Unanswerable questions served.
    pub unanswerable_served: Rate,
    /// The same by kind of question.
    pub by_kind: BTreeMap<String, Rate>,
    /// Wrong or unanswerable among all served.
    pub served_error: Rate,
}

impl Point {
    pub(super) fn new(share: f64, judgements: &[&Judgement]) -> Self {
        let right: Vec<_> = judgements.iter().filter(|judgement| judgement.right()).collect();
        let passing =
            right.iter().filter_map(|judgement| judgement.best.filter(|best| best.passes));
        let threshold = threshold_for(share, right.len(), passing.map(|best| best.score).collect());
        let served = |judgement: &Judgement| {
            threshold.is_some_and(|threshold| judgement.accepted_at(threshold))
        };
        let unanswerable = || judgements.iter().filter(|judgement| !judgement.answerable);
        let mut by_kind = BTreeMap::<String, Rate>::new();
        for judgement in unanswerable() {
            let rate = by_kind.entry(judgement.kind.clone()).or_default();
            rate.whole += 1;
            rate.part += usize::from(served(judgement));
        }
        Self {
            share,
            threshold,
            right_served: Rate::of(&right, |judgement| served(judgement)),
            unanswerable_served: Rate::of(unanswerable(), |judgement| served(judgement)),
            by_kind,
            served_error: Rate::of(judgements.iter().filter(|one| served(one)), |one| !one.right()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Best;
    use super::super::judgement::tests::judged;
    use super::*;

    #[test]
    fn at_the_share_of_right_ones() {
        let case = |score, right, passes, kind: &str| Judgement {
            kind: kind.into(),
            ..judged(kind == "asked", Best { score, right, passes }, 0.9)
        };
        let cases = [
            case(0.9, true, true, "asked"),
            case(0.7, true, true, "asked"),
            case(0.7, false, true, "asked"),
            case(0.6, true, true, "asked"),
            case(0.95, true, false, "asked"),
            case(0.8, false, true, "near"),
            case(0.5, false, true, "near"),
            case(0.99, false, false, "slot"),
        ];
        let all: Vec<_> = cases.iter().collect();
        let half = Point::new(0.5, &all);
        assert_eq!((half.threshold, half.right_served), (Some(0.7), Rate::new(2, 4)));
        assert_eq!(half.unanswerable_served, Rate::new(1, 3));
        let kinds = BTreeMap::from([
            ("near".to_owned(), Rate::new(1, 2)),
            ("slot".to_owned(), Rate::new(0, 1)),
        ]);
        assert_eq!(half.by_kind, kinds);
        assert_eq!(half.served_error, Rate::new(2, 4));
        assert_eq!(Point::new(0.7, &all).threshold, Some(0.6));
        // Of the four right ones only three can be served.
        let unreachable = Point::new(0.8, &all);
        assert_eq!((unreachable.threshold, unreachable.served_error), (None, Rate::default()));
        assert_eq!(Point::new(0.5, &[]).threshold, None);
    }
}
