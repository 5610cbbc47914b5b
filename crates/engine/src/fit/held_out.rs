//! How a fit does on a set that it did not see.

use serde::Serialize;

use super::Fitted;
use super::samples::Asked;

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
            .filter_map(|asked| {
                let samples = asked.samples(&fitted.rival, 1.0);
                let scored = samples.map(|sample| (fitted.probability(&sample), sample));
                scored.max_by(|a, b| a.0.total_cmp(&b.0))
            })
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
        let scored: Vec<_> = best.iter().map(|(score, sample)| (*score, sample.yes)).collect();
        Self {
            set: set.to_owned(),
            questions: asked.len(),
            answerable,
            auc: auc(&scored),
            coverage,
            served: served.clone().count(),
            served_right: served.filter(|(_, sample)| sample.yes).count(),
        }
    }
}

/// Area under the ROC curve of scores, the highest first: the probability that a random yes
/// scores above a random no, ties counted half (Mann-Whitney). `None` without both labels.
fn auc(scored: &[(f64, bool)]) -> Option<f64> {
    let yes = scored.iter().filter(|(_, yes)| *yes).count() as f64;
    let no = scored.len() as f64 - yes;
    if yes == 0.0 || no == 0.0 {
        return None;
    }
    let (mut above, mut wins) = (0.0, 0.0);
    for tied in scored.chunk_by(|a, b| a.0 == b.0) {
        let tied_yes = tied.iter().filter(|(_, yes)| *yes).count() as f64;
        let tied_no = tied.len() as f64 - tied_yes;
        wins += tied_no * (above + tied_yes / 2.0);
        above += tied_yes;
    }
    Some(wins / (yes * no))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auc_counts_ties_half() {
        assert_eq!(auc(&[(0.9, true), (0.8, false)]), Some(1.0));
        assert_eq!(auc(&[(0.9, false), (0.8, true)]), Some(0.0));
        assert_eq!(auc(&[(0.9, true), (0.9, false)]), Some(0.5));
        // yes above both no, yes tied with one and above none: (2 + 0.5) of 4.
        let scored = [(0.9, true), (0.5, false), (0.2, true), (0.2, false)];
        assert_eq!(auc(&scored), Some(2.5 / 4.0));
        assert_eq!(auc(&[(0.9, true)]), None);
    }
}
