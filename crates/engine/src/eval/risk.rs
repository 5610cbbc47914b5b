//! What each serve threshold would cover, and at which error.

use serde::Serialize;

use super::{Judgement, Rate};

/// What a serve threshold would do.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CurvePoint {
    /// Least score of a served answer.
    pub threshold: f64,
    /// Questions served.
    pub served: usize,
    /// Of them right.
    pub right: usize,
    /// Right among answerable; `null` when nothing is answerable.
    pub coverage: Option<f64>,
    /// Wrong or unanswerable among served.
    pub served_error: f64,
}

/// The best that a serve threshold does within a bound on the served error. The threshold is
/// chosen on the questions themselves, so on others both figures are likely somewhat worse.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AtError {
    /// The threshold; `null` where every threshold that serves anything errs more.
    pub threshold: Option<f64>,
    /// Right among answerable.
    pub coverage: Rate,
    /// Wrong or unanswerable among served.
    pub served_error: Rate,
}

/// A question as thresholds see it: the score of its best candidate, whether that is right, and
/// how often the question counts.
pub(super) type Scored = (f64, bool, u32);

/// One point for each score, from the highest threshold to the lowest, over the questions whose
/// best candidate may be served, the highest score first. Equal scores are one point: no threshold
/// parts them.
pub(super) fn curve(
    passing: impl IntoIterator<Item = Scored>,
    answerable: usize,
) -> Vec<CurvePoint> {
    let mut points: Vec<CurvePoint> = Vec::new();
    let (mut served, mut right) = (0, 0);
    for (threshold, is_right, times) in passing {
        let times = times as usize;
        if times == 0 {
            continue;
        }
        served += times;
        right += if is_right { times } else { 0 };
        if points.last().is_some_and(|last| last.threshold == threshold) {
            points.pop();
        }
        points.push(CurvePoint {
            threshold,
            served,
            right,
            coverage: Rate::new(right, answerable).share(),
            served_error: (served - right) as f64 / served as f64,
        });
    }
    points
}

/// The point with the largest coverage at a served error of at most `most`; of equal ones the
/// highest threshold.
pub(super) fn coverage_at(curve: &[CurvePoint], answerable: usize, most: f64) -> AtError {
    let within = curve.iter().filter(|point| point.served_error <= most);
    let best = within.reduce(|best, point| if point.right > best.right { point } else { best });
    AtError {
        threshold: best.map(|best| best.threshold),
        coverage: Rate::new(best.map_or(0, |best| best.right), answerable),
        served_error: best
            .map_or(Rate::default(), |best| Rate::new(best.served - best.right, best.served)),
    }
}

/// Area under the risk-coverage curve (Geifman, Uziel, El-Yaniv: Bias-Reduced Uncertainty
/// Estimation for Deep Neural Classifiers, ICLR 2019): the mean, over every number of questions
/// from one to all, of the share of wrong ones when that many with the highest scores are
/// answered. Here coverage counts all questions, answerable or not, and what may not be served
/// comes last, tied. Where questions are tied it is the mean over their orders. `None` without
/// questions.
pub(super) fn aurc(judgements: &[&Judgement]) -> Option<f64> {
    let key = |judgement: &Judgement| match judgement.best {
        Some(best) if best.passes => best.score,
        _ => f64::NEG_INFINITY,
    };
    let mut items: Vec<_> = judgements.iter().map(|one| (key(one), one.right())).collect();
    items.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut answered, mut wrong, mut sum) = (0.0, 0.0, 0.0);
    for tied in items.chunk_by(|a, b| a.0 == b.0) {
        let share = tied.iter().filter(|(_, right)| !right).count() as f64 / tied.len() as f64;
        for _ in tied {
            answered += 1.0;
            wrong += share;
            sum += wrong / answered;
        }
    }
    (!items.is_empty()).then(|| sum / items.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::super::Best;
    use super::super::judgement::tests::judged;
    use super::*;

    #[test]
    fn one_point_a_threshold() {
        let passing = [(0.9, true, 1), (0.8, false, 1), (0.8, true, 2), (0.5, true, 0)];
        let points = curve(passing, 4);
        let expected = [(0.9, 1, 1, Some(0.25), 0.0), (0.8, 4, 3, Some(0.75), 0.25)];
        let found: Vec<_> = points
            .iter()
            .map(|p| (p.threshold, p.served, p.right, p.coverage, p.served_error))
            .collect();
        assert_eq!(found, expected);
        assert_eq!(curve([], 3), []);
        assert_eq!(curve([(0.9, false, 1)], 0)[0].coverage, None);
    }

    #[test]
    fn coverage_within_an_error() {
        // right, wrong, right, right, wrong: errors 0, 1/2, 1/3, 1/4, 2/5.
        let passing = [true, false, true, true, false];
        let scored =
            passing.iter().enumerate().map(|(place, right)| (0.9 - place as f64 * 0.1, *right, 1));
        let points = curve(scored, 10);
        let check = |most, threshold: Option<usize>, right, served| {
            let at = coverage_at(&points, 10, most);
            let expected = threshold.map(|place| points[place].threshold);
            assert_eq!((at.threshold, at.coverage.part), (expected, right), "{most}");
            assert_eq!(at.served_error.whole, served, "{most}");
        };
        check(0.0, Some(0), 1, 1);
        check(0.02, Some(0), 1, 1);
        check(0.25, Some(3), 3, 4);
        check(1.0, Some(3), 3, 4);
        let none = coverage_at(&curve([(0.9, false, 1)], 10), 10, 0.1);
        assert_eq!((none.threshold, none.coverage), (None, Rate::new(0, 10)));
    }

    #[test]
    fn area_by_hand() {
        let check = |items: &[(f64, bool, bool)], expected: f64| {
            let judgements: Vec<_> = items
                .iter()
                .map(|&(score, right, passes)| judged(true, Best { score, right, passes }, 0.9))
                .collect();
            let area = aurc(&judgements.iter().collect::<Vec<_>>()).unwrap();
            assert!((area - expected).abs() < 1e-12, "{items:?}: {area}");
        };
        // Risks 0, 1/2, 1/3.
        check(&[(0.9, true, true), (0.8, false, true), (0.7, true, true)], (0.5 + 1.0 / 3.0) / 3.0);
        // Tied: half a wrong one, then one of two.
        check(&[(0.9, true, true), (0.9, false, true)], (0.5 + 0.5) / 2.0);
        // What may not be served comes last, whatever its score.
        check(&[(0.9, false, false), (0.1, true, true)], (0.0 + 0.5) / 2.0);
        assert_eq!(aurc(&[]), None);
    }
}
