//! The figures of some of the questions.

use std::collections::BTreeMap;

use goldenset_core::decision::Decision;
use serde::Serialize;

use super::interval::clopper_pearson;
use super::points::SHARES;
use super::rate::{rounded_interval, rounded_share};
use super::risk::{Scored, aurc, coverage_at, curve};
use super::{AtError, CurvePoint, HeldBack, Judgement, Point, Rate, rank};

/// Served errors at which the coverage is read, with the names that they have in JSON.
pub(super) const ERRORS: [(&str, f64); 3] = [("0.02", 0.02), ("0.05", 0.05), ("0.10", 0.10)];

/// Plain counts; `top1_right` and `served_right` are parts of `answerable` and `served`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Questions.
    pub queries: usize,
    /// Questions that some entry answers.
    pub answerable: usize,
    /// Questions whose best candidate answers them, served or not.
    pub top1_right: usize,
    /// Questions served.
    pub served: usize,
    /// Questions served with an entry that answers them.
    pub served_right: usize,
    /// Questions answered by suggestions only.
    pub suggested: usize,
}

/// Answerable questions with a right entry among the first so many candidates by similarity, which
/// is what search brings before anything is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Recall {
    /// The most similar one is right.
    #[serde(rename = "1")]
    pub at_1: Rate,
    /// One of three.
    #[serde(rename = "3")]
    pub at_3: Rate,
    /// One of five.
    #[serde(rename = "5")]
    pub at_5: Rate,
    /// One of ten.
    #[serde(rename = "10")]
    pub at_10: Rate,
}

/// The figures of some of the questions. In JSON the keys of [`Counts`] stand among these.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// What was counted.
    #[serde(flatten)]
    pub counts: Counts,
    /// Served right among answerable, at the configured threshold.
    pub coverage: Rate,
    /// Wrong or unanswerable among served, at the configured threshold.
    pub served_error: Rate,
    /// Its exact 95 % interval (Clopper and Pearson); `null` when nothing was served.
    #[serde(serialize_with = "rounded_interval")]
    pub served_error_95: Option<[f64; 2]>,
    /// Best candidate right among answerable: the one that the engine would take, by score.
    pub top1: Rate,
    /// By similarity.
    pub recall: Recall,
    /// Mean reciprocal rank of the first right one of ten candidates, 0 without, over answerable
    /// questions: by similarity (Voorhees, TREC-8 question answering track, 1999).
    #[serde(serialize_with = "rounded_share")]
    pub mrr_similarity: Option<f64>,
    /// The same in the order of the score.
    #[serde(serialize_with = "rounded_share")]
    pub mrr_score: Option<f64>,
    /// Whether the best candidate's score tells right from wrong, over all questions: area under
    /// the ROC curve, the yes being a right best candidate (Mann and Whitney, ties half); `null`
    /// without both.
    #[serde(serialize_with = "rounded_share")]
    pub auc: Option<f64>,
    /// Area under the risk-coverage curve (Geifman, Uziel, El-Yaniv 2019): mean share of wrong
    /// ones among the so many best scored, less is better; coverage counts all questions here.
    #[serde(serialize_with = "rounded_share")]
    pub aurc: Option<f64>,
    /// Largest coverage at a served error of at most 0.02, 0.05 and 0.10 (the keys), the threshold
    /// chosen on these questions.
    pub coverage_at: BTreeMap<&'static str, AtError>,
    /// At the thresholds that serve 50 % and 70 % of the questions with a right best candidate.
    pub points: Vec<Point>,
    /// Right candidates that guards hold back.
    pub held_back: HeldBack,
}

impl Figures {
    pub(super) fn new(judgements: &[&Judgement]) -> Self {
        let counts = count(judgements);
        let answerable = || judgements.iter().filter(|judgement| judgement.answerable);
        let within = |first: usize| {
            Rate::of(answerable(), |one| one.similarity_rank.is_some_and(|rank| rank < first))
        };
        let mrr = |rank: fn(&Judgement) -> Option<usize>| {
            let sum: f64 = answerable()
                .map(|judgement| rank(judgement).map_or(0.0, |rank| 1.0 / (rank + 1) as f64))
                .sum();
            (counts.answerable > 0).then(|| sum / counts.answerable as f64)
        };
        let points = risk_curve(judgements);
        let at = |(name, most)| (name, coverage_at(&points, counts.answerable, most));
        let served_error = Rate::new(counts.served - counts.served_right, counts.served);
        Self {
            coverage: Rate::new(counts.served_right, counts.answerable),
            served_error,
            served_error_95: clopper_pearson(served_error),
            top1: Rate::new(counts.top1_right, counts.answerable),
            recall: Recall { at_1: within(1), at_3: within(3), at_5: within(5), at_10: within(10) },
            mrr_similarity: mrr(|judgement| judgement.similarity_rank),
            mrr_score: mrr(|judgement| judgement.score_rank),
            auc: rank::auc(by_score(judgements, |_| true)),
            aurc: aurc(judgements),
            coverage_at: ERRORS.map(at).into(),
            points: SHARES.map(|share| Point::new(share, judgements)).into(),
            held_back: HeldBack::new(judgements),
            counts,
        }
    }
}

fn count(judgements: &[&Judgement]) -> Counts {
    let mut counts = Counts::default();
    for judgement in judgements {
        counts.queries += 1;
        counts.answerable += usize::from(judgement.answerable);
        counts.top1_right += usize::from(judgement.right());
        counts.served += usize::from(judgement.served());
        counts.served_right += usize::from(judgement.served() && judgement.right());
        counts.suggested += usize::from(judgement.decision == Decision::Suggest);
    }
    counts
}

/// What each serve threshold would do.
pub(super) fn risk_curve(judgements: &[&Judgement]) -> Vec<CurvePoint> {
    let answerable = judgements.iter().filter(|judgement| judgement.answerable).count();
    let passes = |judgement: &Judgement| judgement.best.is_some_and(|best| best.passes);
    curve(by_score(judgements, passes), answerable)
}

/// The wanted questions once each, the highest score of a best candidate first; 0 without one.
fn by_score(judgements: &[&Judgement], wanted: impl Fn(&Judgement) -> bool) -> Vec<Scored> {
    let wanted = judgements.iter().filter(|judgement| wanted(judgement));
    let mut scored: Vec<_> = wanted.map(|one| (score(one), one.right(), 1)).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored
}

/// The score of the best candidate; 0 without one.
pub(super) fn score(judgement: &Judgement) -> f64 {
    judgement.best.map_or(0.0, |best| best.score)
}

#[cfg(test)]
mod tests {
    use super::super::Best;
    use super::super::judgement::tests::judged;
    use super::*;

    #[test]
    fn by_hand() {
        let case = |answerable, right, score, by_similarity: Option<usize>, by_score| Judgement {
            similarity_rank: by_similarity,
            score_rank: by_score,
            ..judged(answerable, Best { score, right, passes: true }, 0.9)
        };
        let cases = [
            case(true, true, 0.95, Some(0), Some(0)),
            case(true, true, 0.80, Some(3), Some(0)),
            case(true, false, 0.92, Some(9), Some(1)),
            case(true, false, 0.10, None, None),
            case(false, false, 0.90, None, None),
            case(false, false, 0.30, None, None),
        ];
        let figures = Figures::new(&cases.iter().collect::<Vec<_>>());
        let counts = Counts {
            queries: 6,
            answerable: 4,
            top1_right: 2,
            served: 3,
            served_right: 1,
            suggested: 3,
        };
        assert_eq!(figures.counts, counts);
        assert_eq!((figures.coverage, figures.served_error), (Rate::new(1, 4), Rate::new(2, 3)));
        assert_eq!(figures.top1, Rate::new(2, 4));
        let recall = figures.recall;
        let parts = [recall.at_1, recall.at_3, recall.at_5, recall.at_10].map(|rate| rate.part);
        assert_eq!(parts, [1, 1, 2, 3]);
        let mrr = (1.0 + 0.25 + 0.1) / 4.0;
        assert!((figures.mrr_similarity.unwrap() - mrr).abs() < 1e-12);
        assert_eq!(figures.mrr_score, Some((1.0 + 1.0 + 0.5) / 4.0));
        // 0.95 above all four wrong ones, 0.80 above two of them.
        assert_eq!(figures.auc, Some(6.0 / 8.0));
        assert_eq!(figures.coverage_at["0.02"].threshold, Some(0.95));
        let nothing = Figures::new(&[]);
        assert_eq!((nothing.auc, nothing.mrr_score, nothing.served_error_95), (None, None, None));
    }

    #[test]
    fn the_curve_meets_the_working_point() {
        let best = |score, right, passes| Best { score, right, passes };
        let cases = [
            judged(true, best(0.97, true, true), 0.9),
            judged(false, best(0.90, false, true), 0.9),
            judged(true, best(0.95, true, false), 0.9),
            judged(true, best(0.40, true, true), 0.9),
        ];
        let cases: Vec<_> = cases.iter().collect();
        let figures = Figures::new(&cases);
        let points = risk_curve(&cases);
        let working = points.iter().rfind(|point| point.threshold >= 0.9).unwrap();
        assert_eq!(working.served, figures.counts.served);
        assert_eq!(working.right, figures.counts.served_right);
        assert_eq!(points.last().unwrap().served, 3, "what a guard refuses is on no point");
    }
}
