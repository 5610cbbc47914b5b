//! From raw scores to calibrated ones.

use serde::{Deserialize, Serialize};

/// Log-odds further out say no more: no score is that sure.
const MOST_LOG_ODDS: f64 = 20.0;
/// Share of the raw score in an isotonic one. It keeps apart what lies on one step.
const TIE_BREAK: f64 = 0.001;

/// A map from raw scores to calibrated ones, both 0 to 1. It never changes the order of two
/// scores, and 0 (what guards refuse, or no score at all) stays 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum ScoreMap {
    /// The raw score itself: where labels are too few to fit anything.
    Identity,
    /// Platt scaling of the raw score's log-odds: 1 / (1 + exp(-(slope · log-odds + intercept))).
    Platt {
        /// More than 0.
        slope: f64,
        /// Log-odds of a raw score of 0.5.
        intercept: f64,
    },
    /// Isotonic regression: straight lines from knot to knot, from (0, 0) to the first and level
    /// after the last, mixed with a thousandth of the raw score.
    Isotonic {
        /// One or more, rising in both numbers.
        knots: Vec<Knot>,
    },
}

/// A point of an isotonic map.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Knot {
    /// Raw score.
    pub raw: f64,
    /// Calibrated score.
    pub score: f64,
}

impl ScoreMap {
    /// The calibrated score.
    #[must_use]
    pub fn apply(&self, raw: f64) -> f64 {
        if raw <= 0.0 {
            return 0.0;
        }
        match self {
            Self::Identity => raw,
            Self::Platt { slope, intercept } => {
                1.0 / (1.0 + (-(slope * log_odds(raw) + intercept)).exp())
            }
            Self::Isotonic { knots } => {
                (1.0 - TIE_BREAK) * interpolate(knots, raw) + TIE_BREAK * raw
            }
        }
    }

    /// The method as it is written in reports.
    #[must_use]
    pub fn method(&self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Platt { .. } => "platt",
            Self::Isotonic { .. } => "isotonic",
        }
    }
}

/// Log-odds of a score, at most 20 from 0.
#[must_use]
pub fn log_odds(score: f64) -> f64 {
    (score / (1.0 - score)).ln().clamp(-MOST_LOG_ODDS, MOST_LOG_ODDS)
}

fn interpolate(knots: &[Knot], raw: f64) -> f64 {
    let mut before = Knot { raw: 0.0, score: 0.0 };
    for knot in knots {
        if raw < knot.raw {
            let share = (raw - before.raw) / (knot.raw - before.raw);
            return before.score + share * (knot.score - before.score);
        }
        before = *knot;
    }
    before.score
}

#[cfg(test)]
mod tests {
    use super::*;

    fn knots(points: &[(f64, f64)]) -> ScoreMap {
        let knots = points.iter().map(|&(raw, score)| Knot { raw, score }).collect();
        ScoreMap::Isotonic { knots }
    }

    #[test]
    fn scores_keep_their_order_and_stay_between_0_and_1() {
        for map in [
            ScoreMap::Identity,
            ScoreMap::Platt { slope: 0.3, intercept: -4.0 },
            ScoreMap::Platt { slope: 5.0, intercept: 4.0 },
            knots(&[(0.5, 0.5)]),
            knots(&[(0.1, 0.0), (0.4, 0.2), (0.8, 1.0)]),
        ] {
            let scores: Vec<_> = (0..=1000).map(|step| map.apply(f64::from(step) / 1e3)).collect();
            assert!(scores.is_sorted() && scores[0] == 0.0, "{map:?}");
            assert!(scores.iter().all(|score| (0.0..=1.0).contains(score)), "{map:?}");
            // Sharp maps end in ties of floating point at both ends.
            let between = &scores[150..=900];
            assert!(between.is_sorted_by(|a, b| a < b), "{map:?}");
        }
    }

    #[test]
    fn known_values() {
        let check = |map: &ScoreMap, raw, expected: f64| {
            assert!((map.apply(raw) - expected).abs() < 1e-12, "{map:?} at {raw}");
        };
        let platt = ScoreMap::Platt { slope: 2.0, intercept: 0.0 };
        check(&platt, 0.5, 0.5);
        // Odds of 3, squared.
        check(&platt, 0.75, 0.9);
        let steps = knots(&[(0.2, 0.1), (0.6, 0.9)]);
        check(&steps, 0.1, 0.999 * 0.05 + 0.0001);
        check(&steps, 0.4, 0.999 * 0.5 + 0.0004);
        check(&steps, 1.0, 0.999 * 0.9 + 0.001);
        assert!(ScoreMap::Platt { slope: 1.0, intercept: 0.0 }.apply(1.0) < 1.0);
    }
}
