//! How good a golden set with these settings is on labelled questions and pairs.
//!
//! [`run`] asks every question, [`run_pairs`] compares every pair, [`Report`] has the figures of
//! both, and [`Paired`] says what of the difference between two configurations is more than
//! chance.

mod ask;
mod bootstrap;
mod figures;
mod held_back;
mod interval;
mod judgement;
mod pairs;
mod points;
mod rank;
mod rate;
mod report;
mod risk;
mod traps;

use goldenset_core::EntryId;
use serde::Deserialize;

pub use ask::{Asked, Considered, Outcome, run};
pub use bootstrap::{Difference, Paired, RESAMPLES, SEED, Verdict};
pub use figures::{Counts, Figures, Recall};
pub use held_back::{ByGuard, HeldBack};
pub(crate) use interval::clopper_pearson;
pub use judgement::{Best, Judgement};
pub use pairs::{Compared, LabelledPair, run_pairs};
pub use points::Point;
pub(crate) use rank::auc;
pub use rate::Rate;
pub use report::{Bin, Configuration, Pairs, Questions, Report};
pub use risk::{AtError, CurvePoint};
pub use traps::{Acceptance, TrapFigures, Traps};

/// A question with the entries that answer it.
#[derive(Debug, Clone, Deserialize)]
pub struct LabelledQuery {
    /// The question.
    pub query: String,
    /// The entries that may be served; none: nothing may.
    pub gold: Vec<EntryId>,
    /// What makes it hard, for reports.
    #[serde(default)]
    pub kind: Option<String>,
    /// Its language, for reports.
    #[serde(default)]
    pub lang: Option<String>,
    /// The part of its set that it belongs to, such as `dev` or `test`.
    #[serde(default)]
    pub split: Option<String>,
}

/// The name under which reports count what has no label.
pub const UNLABELLED: &str = "-";

fn label(label: Option<&String>) -> String {
    label.cloned().unwrap_or_else(|| UNLABELLED.into())
}
