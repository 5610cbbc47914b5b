//! How a fit does on a set that it did not see.

use serde::Serialize;

use super::Fitted;
use super::samples::Asked;
use crate::eval::auc;

/// Served error at which [`HeldOut::coverage`] is read.
const ERROR: f64 = 0.05;

/// A fit on all other sets, tried on one.
#[derive(Debug, Clone, Serialize)]
pub struct HeldOut {
    /// The set left out.
    pub set: String,
    /// Its questions.
    pub questions: usize,
    /// Of them answerable.
    pub answerable: usize,
    /// Area under the ROC curve: whether the best candidate's score tells right from wrong.
    pub auc: Option<f64>,
    /// Largest share of the answerable served right at ≤ 5 % wrong among served, the threshold
    /// chosen on the set itself.
    pub coverage: f64,
    /// Served at the serve threshold.
    pub served: usize,
    /// Of them right.
    pub served_right: usize,
}

impl HeldOut {
    pub(super) fn new(set: &str, asked: &[Asked], fitted: &Fitted, serve_threshold: f64) -> Self {
        let mut best: Vec<_> = asked
            .iter()
            .filter_map(|asked| fitted.scored(asked).into_iter().max_by(|a, b| a.0.total_cmp(&b.0)))
            .collect();
        best.sort_by(|a, b| b.0.total_cmp(&a.0));
        let answerable = asked.iter().filter(|asked| asked.answerable).count();
        let (mut right, mut coverage) = (0, 0.0f64);
        for (place, (_, sample)) in best.iter().enumerate() {
            right += usize::from(sample.yes);
            let error = 1.0 - right as f64 / (place + 1) as f64;
            if error <= ERROR && answerable > 0 {
                coverage = coverage.max(right as f64 / answerable as f64);
            }
        }
        let served = best
            .iter()
            .filter(|(score, sample)| sample.effect.may_be_served() && *score >= serve_threshold);
        let scored = best.iter().map(|(score, sample)| (*score, sample.yes, 1));
        Self {
            set: set.to_owned(),
            questions: asked.len(),
            answerable,
            auc: auc(scored),
            coverage,
            served: served.clone().count(),
            served_right: served.filter(|(_, sample)| sample.yes).count(),
        }
    }
}
