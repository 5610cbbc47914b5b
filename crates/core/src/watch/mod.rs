//! What is kept of lookups so that drift is seen: counts of each day, and a sample of served
//! answers for experts to judge.

mod audit;
mod counter;
mod tally;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::ids::{TenantId, VersionNumber};

pub use audit::{AuditId, AuditItem, AuditStatus, Drawn, JudgedCount, Judgement, Verdict};
pub use counter::{BINS, Counter};
pub use tally::Tally;

/// The lookups of one tenant on one day under one calibration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayCounts {
    /// Whose golden set.
    pub tenant: TenantId,
    /// The day, in the configured time zone.
    pub day: Date,
    /// The calibration in force, if any.
    pub calibration: Option<VersionNumber>,
    /// What was counted.
    pub tally: Tally,
}

/// What one process has seen since it wrote last. Written again under the same number it adds
/// nothing: whoever did not hear of the first time may try again.
#[derive(Debug, Clone, PartialEq)]
pub struct Flush {
    /// The process: a name that no other one has.
    pub writer: String,
    /// Counted up by the writer, from 1.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// What is to be added to the days.
    pub counts: Vec<DayCounts>,
    /// What is to be queued for judgement.
    pub drawn: Vec<Drawn>,
    /// Most items of a tenant that may wait for judgement; further ones are left out.
    pub most_open: u64,
}
