//! What an active calibration does to a lookup.

use goldenset_core::VersionNumber;
use goldenset_core::calibration::JudgedBy;
use goldenset_core::decision::Judged;
use goldenset_core::ports::CalibrationRecord;
use goldenset_core::verifier::probability_in_words;
use serde::{Serialize, Serializer};

use crate::answer::{Match, rounded};

/// What of a calibration had a say in a result.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Applied {
    /// The calibration.
    pub version: VersionNumber,
    /// Least calibrated score of a served answer, for the category of the best candidate.
    #[serde(serialize_with = "six_decimals")]
    pub threshold: f64,
    /// Whether that threshold is a certified one, and used with the similarity bound that it was
    /// certified with, and no second opinion is missing.
    pub certified: bool,
    /// The largest share of wrong answers that was asked for.
    pub max_served_error: f64,
    /// How sure a certified threshold keeps it.
    pub confidence: f64,
}

fn six_decimals<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(rounded(*value))
}

/// A calibration that is active and not stale.
#[derive(Debug)]
pub(crate) struct InForce(CalibrationRecord);

impl InForce {
    /// `None` when the scores are another judge's now.
    pub(crate) fn new(record: CalibrationRecord, judge: &JudgedBy) -> Option<Self> {
        if record.calibration.judged_by == *judge {
            return Some(Self(record));
        }
        tracing::warn!(
            version = record.version,
            "the calibration is stale: model, score or guards are others since; scores and \
             thresholds are those of the configuration until `goldenset calibrate` has run again"
        );
        None
    }

    pub(crate) fn version(&self) -> VersionNumber {
        self.0.version
    }

    /// Calibrates every score, in place: the map keeps their order.
    pub(crate) fn calibrate(&self, judged: &mut [(Match, Judged)]) {
        for (matched, judged) in judged {
            let score = self.0.calibration.map.apply(matched.raw_score);
            if matched.reason == probability_in_words(matched.raw_score) {
                matched.reason = probability_in_words(score);
            }
            matched.score = score;
            if let Some(open) = &mut matched.open {
                open.score = self.0.calibration.map.apply(open.score);
            }
            judged.score = score;
        }
    }

    /// The threshold for a best candidate of this category; `otherwise` where none is certified.
    /// Where a second opinion is missing (not `whole`) the certificate says nothing, because it
    /// rests on scores that heed it; then the stricter of both holds, so that a judge that is away
    /// never makes lookups serve more freely.
    pub(crate) fn apply(
        &self,
        category: Option<&str>,
        min_similarity: f64,
        whole: bool,
        otherwise: f64,
    ) -> Applied {
        let CalibrationRecord { version, calibration, .. } = &self.0;
        let certificate = calibration.outcome(category).certificate();
        let usual = whole && min_similarity == calibration.min_similarity;
        let threshold = certificate.map_or(otherwise, |certificate| certificate.threshold);
        Applied {
            version: *version,
            threshold: if whole { threshold } else { threshold.max(otherwise) },
            certified: certificate.is_some() && usual,
            max_served_error: calibration.max_served_error,
            confidence: calibration.confidence,
        }
    }
}
