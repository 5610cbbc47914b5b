//! Calibrations as a store keeps them.

use jiff::Timestamp;
use serde::Serialize;

use crate::calibration::Calibration;
use crate::ids::{Epoch, VersionNumber};

/// A stored calibration. It never changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CalibrationRecord {
    /// Counted from 1 within its tenant, without gaps.
    pub version: VersionNumber,
    /// The version that was active before, to which undoing it goes back.
    pub replaces: Option<VersionNumber>,
    /// Who stored it.
    pub author: String,
    /// When.
    pub created_at: Timestamp,
    /// What it says.
    #[serde(flatten)]
    pub calibration: Calibration,
}

/// All calibrations of a tenant.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Calibrations {
    /// The version that is active, if any.
    pub active: Option<VersionNumber>,
    /// Every version, the newest first.
    pub calibrations: Vec<CalibrationRecord>,
}

/// What is active after a change of calibration.
#[derive(Debug, Clone, PartialEq)]
pub struct Recalibrated {
    /// The tenant's epoch afterwards.
    pub epoch: Epoch,
    /// The calibration that is active, as the store will give it back.
    pub active: Option<CalibrationRecord>,
    /// Whether this is the outcome of an earlier call with the same key, and nothing was written.
    pub replayed: bool,
}
