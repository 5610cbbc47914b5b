//! Calibrations as a run stores them.

use std::collections::BTreeMap;

use goldenset_core::Epoch;
use goldenset_core::VersionNumber;
use goldenset_core::calibration::{
    Calibration, Certificate, JudgedBy, Knot, LabelCounts, Outcome, Refusal, RefusalReason,
    ScoreMap,
};
use goldenset_engine::calibrate::Applied;
use proptest::prelude::*;

use crate::parts::settings;

/// What differs between calibrations.
#[derive(Debug, Clone)]
pub(super) struct Scoring {
    pub(super) map: ScoreMap,
    general: Option<f64>,
    /// For one category: none of its own, or its own, certified or not.
    own: Option<(&'static str, Option<f64>)>,
    min_similarity: f64,
    /// Made with another verifier: it must have no say.
    pub(super) stale: bool,
}

impl Scoring {
    pub(super) fn calibration(&self, judge: JudgedBy) -> Calibration {
        let verifier = if self.stale { "another".into() } else { judge.verifier };
        let own = self.own.map(|(category, threshold)| (category.to_owned(), outcome(threshold)));
        Calibration {
            judged_by: JudgedBy { verifier, ..judge },
            epoch: Epoch(0),
            min_similarity: self.min_similarity,
            max_served_error: 0.05,
            confidence: 0.9,
            map: self.map.clone(),
            labels: LabelCounts::default(),
            general: outcome(self.general),
            categories: BTreeMap::from_iter(own),
            reference: None,
        }
    }

    /// What a result must say of it.
    pub(super) fn applied(
        &self,
        version: VersionNumber,
        category: Option<&str>,
        min_similarity: f64,
    ) -> Applied {
        let threshold = match self.own {
            Some((own, threshold)) if category == Some(own) => threshold,
            _ => self.general,
        };
        Applied {
            version,
            threshold: threshold.unwrap_or(settings().serve_threshold),
            certified: threshold.is_some() && min_similarity == self.min_similarity,
            max_served_error: 0.05,
            confidence: 0.9,
        }
    }
}

fn outcome(threshold: Option<f64>) -> Outcome {
    let refused = Refusal {
        reason: RefusalReason::TooFewLabels,
        threshold: None,
        served: 0,
        wrong: 0,
        bound: 1.0,
        labels_needed: None,
    };
    let certificate =
        |threshold| Certificate { threshold, served: 100, wrong: 0, bound: 0.02, coverage: 0.5 };
    threshold.map_or(Outcome::NotCertified(refused), |threshold| {
        Outcome::Certified(certificate(threshold))
    })
}

pub(super) fn scoring(categories: &'static [&'static str]) -> impl Strategy<Value = Scoring> {
    let threshold = || prop::option::of(prop::sample::select(vec![0.05, 0.3, 0.6, 0.99]));
    let own = (prop::sample::select(categories), threshold());
    (
        map(),
        threshold(),
        prop::option::of(own),
        prop::bool::weighted(0.8),
        prop::bool::weighted(0.1),
    )
        .prop_map(|(map, general, own, usual, stale)| {
            let min_similarity = if usual { settings().defaults.min_similarity } else { 0.9 };
            Scoring { map, general, own, min_similarity, stale }
        })
}

fn map() -> impl Strategy<Value = ScoreMap> {
    let knots = vec![Knot { raw: 0.2, score: 0.1 }, Knot { raw: 1.0 / 3.0, score: 0.7 }];
    prop_oneof![
        Just(ScoreMap::Identity),
        (0.05f64..3.0, -3.0f64..3.0)
            .prop_map(|(slope, intercept)| ScoreMap::Platt { slope, intercept }),
        Just(ScoreMap::Isotonic { knots }),
    ]
}
