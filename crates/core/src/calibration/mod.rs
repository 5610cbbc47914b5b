//! What a calibration says: how raw scores become probabilities on a tenant's own questions, and
//! from which of them on an answer may be served so that few served answers are wrong. How one is
//! made from labelled questions is the engine's part.

mod map;
mod outcome;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::{Epoch, ModelId};
use crate::watch::Tally;

pub use map::{Knot, ScoreMap, log_odds};
pub use outcome::{Certificate, Outcome, Refusal, RefusalReason};

/// Who gave the raw scores. A calibration says nothing about the scores of another judge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgedBy {
    /// The embedding model.
    pub model: ModelId,
    /// Weights of the score, guards and their words: [`crate::verifier::Verifier::id`].
    pub verifier: String,
}

/// How many labelled questions a calibration rests on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelCounts {
    /// Different questions given.
    pub given: usize,
    /// Of them approved phrasings: served whatever the threshold is, and counted nowhere else.
    pub approved_phrasings: usize,
    /// Of the others, those that the map and the order of the thresholds were made from.
    pub fitting: usize,
    /// The rest, on which thresholds were tested.
    pub certifying: usize,
    /// Questions with a gold entry that was not published: most likely misspelt, and never right.
    pub unknown_gold: usize,
}

/// Thresholds on calibrated scores with the evidence for them, made from labelled questions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Whose raw scores it is about.
    pub judged_by: JudgedBy,
    /// State of the golden set that the questions were asked.
    pub epoch: Epoch,
    /// Least similarity of a candidate that counted, 0 to 1.
    pub min_similarity: f64,
    /// Largest share of wrong answers among served ones, more than 0, less than 1.
    pub max_served_error: f64,
    /// How sure that is, of all certified thresholds together, more than 0, less than 1.
    pub confidence: f64,
    /// From a raw score to a calibrated one.
    pub map: ScoreMap,
    /// What it rests on.
    pub labels: LabelCounts,
    /// For candidates of every category that is not in `categories`, and of none.
    pub general: Outcome,
    /// For candidates of one category each.
    pub categories: BTreeMap<String, Outcome>,
    /// What a day of lookups looks like if it is like the labelled questions: what drift is
    /// measured against. None in calibrations of before it was kept.
    #[serde(default)]
    pub reference: Option<Tally>,
}

impl Calibration {
    /// What was found for candidates of a category.
    #[must_use]
    pub fn outcome(&self, category: Option<&str>) -> &Outcome {
        category.and_then(|category| self.categories.get(category)).unwrap_or(&self.general)
    }

    /// Whether there is any certified threshold. Without one a calibration is not worth storing.
    #[must_use]
    pub fn is_certified(&self) -> bool {
        let mut outcomes = std::iter::once(&self.general).chain(self.categories.values());
        outcomes.any(|outcome| outcome.certificate().is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_has_its_own_outcome_or_the_general_one() {
        let certified = |threshold| {
            Outcome::Certified(Certificate {
                threshold,
                served: 120,
                wrong: 0,
                bound: 0.019,
                coverage: 0.3,
            })
        };
        let refused = Outcome::NotCertified(Refusal::nothing_to_serve());
        let mut calibration = Calibration {
            judged_by: JudgedBy { model: ModelId::new("m").unwrap(), verifier: "v".into() },
            epoch: Epoch(7),
            min_similarity: 0.85,
            max_served_error: 0.02,
            confidence: 0.9,
            map: ScoreMap::Identity,
            labels: LabelCounts::default(),
            general: refused.clone(),
            categories: BTreeMap::from([
                ("leave".into(), certified(0.7)),
                ("tax".into(), refused.clone()),
            ]),
            reference: None,
        };
        assert_eq!(calibration.outcome(Some("leave")), &certified(0.7));
        assert_eq!(calibration.outcome(Some("tax")), &refused);
        assert_eq!(calibration.outcome(Some("other")), &refused);
        assert!(calibration.is_certified());
        let json = serde_json::to_string(&calibration).unwrap();
        assert_eq!(serde_json::from_str::<Calibration>(&json).unwrap(), calibration);
        // As it was written before references were kept.
        let old = json.replace(",\"reference\":null", "");
        assert!(!old.contains("reference"));
        assert_eq!(serde_json::from_str::<Calibration>(&old).unwrap(), calibration);
        calibration.categories.clear();
        assert!(!calibration.is_certified());
        calibration.general = certified(0.8);
        assert_eq!(calibration.outcome(None), &certified(0.8));
        assert!(calibration.is_certified());
    }
}
