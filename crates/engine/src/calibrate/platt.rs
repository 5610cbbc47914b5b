//! Platt scaling: a logistic curve through the raw scores' log-odds.

use goldenset_core::calibration::{ScoreMap, log_odds};

const ITERATIONS: usize = 100;
/// Keeps the matrix invertible when all scores are equal.
const RIDGE: f64 = 1e-12;
/// A gradient this small is none.
const CONVERGED: f64 = 1e-5;
const SMALLEST_STEP: f64 = 1e-10;
/// A flatter curve says that the score knows nothing.
const LEAST_SLOPE: f64 = 1e-3;

/// The curve that fits best, by scores with whether they were right. `None` where it does not
/// rise: then the score tells right from wrong no better than chance.
///
/// Smoothed targets instead of 0 and 1 after Platt (Probabilistic Outputs for Support Vector
/// Machines, 1999), so that a set without errors does not give an infinitely sure score. Newton's
/// method with backtracking after Lin, Lin and Weng (A Note on Platt's Probabilistic Outputs for
/// Support Vector Machines, Machine Learning 68, 2007), which cannot overflow.
pub(super) fn fit(scored: &[(f64, bool)]) -> Option<ScoreMap> {
    let right = scored.iter().filter(|(_, right)| *right).count() as f64;
    let wrong = scored.len() as f64 - right;
    let (high, low) = ((right + 1.0) / (right + 2.0), 1.0 / (wrong + 2.0));
    let points: Vec<_> = scored
        .iter()
        .map(|(raw, right)| (log_odds(*raw), if *right { high } else { low }))
        .collect();
    let (mut slope, mut intercept) = (0.0, ((right + 1.0) / (wrong + 1.0)).ln());
    let mut loss = total_loss(&points, slope, intercept);
    for _ in 0..ITERATIONS {
        let ([g1, g2], [h11, h12, h22]) = derivatives(&points, slope, intercept);
        if g1.abs() < CONVERGED && g2.abs() < CONVERGED {
            break;
        }
        let determinant = h11 * h22 - h12 * h12;
        let towards = [-(h22 * g1 - h12 * g2) / determinant, -(h11 * g2 - h12 * g1) / determinant];
        let descent = g1 * towards[0] + g2 * towards[1];
        let mut step = 1.0;
        while step >= SMALLEST_STEP {
            let next = [slope + step * towards[0], intercept + step * towards[1]];
            let next_loss = total_loss(&points, next[0], next[1]);
            if next_loss < loss + 1e-4 * step * descent {
                ([slope, intercept], loss) = (next, next_loss);
                break;
            }
            step /= 2.0;
        }
        if step < SMALLEST_STEP {
            break;
        }
    }
    let usable = slope.is_finite() && intercept.is_finite() && slope >= LEAST_SLOPE;
    usable.then_some(ScoreMap::Platt { slope, intercept })
}

/// Negative log-likelihood: ln(1 + exp(z)) - t·z for every point, without overflow.
fn total_loss(points: &[(f64, f64)], slope: f64, intercept: f64) -> f64 {
    let loss = |(x, target): &(f64, f64)| {
        let z = slope * x + intercept;
        z.max(0.0) + (-z.abs()).exp().ln_1p() - target * z
    };
    points.iter().map(loss).sum()
}

/// Gradient, and the upper half of the Hessian.
fn derivatives(points: &[(f64, f64)], slope: f64, intercept: f64) -> ([f64; 2], [f64; 3]) {
    let (mut g, mut h) = ([0.0; 2], [RIDGE, 0.0, RIDGE]);
    for (x, target) in points {
        let probability = 1.0 / (1.0 + (-(slope * x + intercept)).exp());
        let (error, weight) = (probability - target, probability * (1.0 - probability));
        g[0] += error * x;
        g[1] += error;
        h[0] += weight * x * x;
        h[1] += weight * x;
        h[2] += weight;
    }
    (g, h)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(scored: &[(f64, bool)]) -> (f64, f64) {
        match fit(scored) {
            Some(ScoreMap::Platt { slope, intercept }) => (slope, intercept),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn finds_the_curve_that_made_the_labels() {
        // At each score so many of a thousand are right as a slope of 0.5 and an intercept of -1
        // make.
        let mut scored = Vec::new();
        for step in 1..40 {
            let raw = f64::from(step) / 40.0;
            let share = 1.0 / (1.0 + (-(0.5 * log_odds(raw) - 1.0)).exp());
            scored.extend((0..1000).map(|number| (raw, f64::from(number) < share * 1000.0)));
        }
        let (slope, intercept) = fitted(&scored);
        assert!((slope - 0.5).abs() < 0.01 && (intercept + 1.0).abs() < 0.01);
    }

    #[test]
    fn is_never_surer_than_its_labels() {
        // Apart at one score: without smoothing the slope would be infinite.
        let scored: Vec<_> =
            (0..60).map(|number| (f64::from(number) / 60.0 + 0.001, number >= 30)).collect();
        let (slope, intercept) = fitted(&scored);
        assert!(slope > 1.0 && slope < 5.0 && intercept.abs() < 0.5, "{slope} {intercept}");
    }

    #[test]
    fn a_score_that_knows_nothing_gives_no_curve() {
        assert_eq!(fit(&[(0.9, false), (0.8, false), (0.2, true), (0.1, true)]), None);
        assert_eq!(fit(&[(0.5, true), (0.5, false)]), None);
        assert_eq!(fit(&[(0.9, true), (0.3, true)]), None);
        assert_eq!(fit(&[]), None);
        // Also at the ends of the range nothing overflows.
        assert!(fit(&[(1.0, true), (0.0, false), (1.0, true), (0.0, false)]).is_some());
    }
}
