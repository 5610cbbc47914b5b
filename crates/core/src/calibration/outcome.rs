//! What the labelled questions showed of a threshold.

use serde::{Deserialize, Serialize};

/// A threshold with its certificate, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Outcome {
    /// The error among served answers is shown to be small enough.
    Certified(Certificate),
    /// It is not.
    NotCertified(Refusal),
}

impl Outcome {
    /// The certificate, if there is one.
    #[must_use]
    pub fn certificate(&self) -> Option<&Certificate> {
        match self {
            Self::Certified(certificate) => Some(certificate),
            Self::NotCertified(_) => None,
        }
    }
}

/// A threshold with what was counted at it among the certifying questions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// Least calibrated score of a served answer, 0 to 1.
    pub threshold: f64,
    /// Questions served.
    pub served: usize,
    /// Of them wrong: another entry answers the question, or none does.
    pub wrong: usize,
    /// One-sided upper bound on the error among served answers, for this threshold alone (Clopper
    /// and Pearson 1934). That the error is at most what was asked for holds also for having
    /// chosen the threshold; of this number it does not.
    pub bound: f64,
    /// Right among answerable, 0 to 1.
    pub coverage: f64,
}

/// Why no threshold was certified, at the strictest that was tested.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    /// What was missing.
    pub reason: RefusalReason,
    /// The threshold; none when there was nothing to test.
    pub threshold: Option<f64>,
    /// Questions served at it.
    pub served: usize,
    /// Of them wrong.
    pub wrong: usize,
    /// As of a certificate; more than what was asked for.
    pub bound: f64,
    /// About how many more labelled questions would do if further ones are like these; none where
    /// no number would.
    pub labels_needed: Option<u64>,
}

impl Refusal {
    /// There was no threshold to test, and nothing is known of the error.
    #[must_use]
    pub fn nothing_to_serve() -> Self {
        Self {
            reason: RefusalReason::NothingToServe,
            threshold: None,
            served: 0,
            wrong: 0,
            bound: 1.0,
            labels_needed: None,
        }
    }
}

/// What a certificate was refused for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalReason {
    /// The error that was seen is small enough, the number of questions is not large enough.
    TooFewLabels,
    /// Of the served answers too many were wrong: further questions of this kind would not help.
    TooManyErrors,
    /// No best candidate is similar enough, free of guards against it and scored at all.
    NothingToServe,
}
