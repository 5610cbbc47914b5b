//! The demo set, its day of questions, and a clock that goes by the log.

use std::sync::Mutex;

use goldenset_core::ports::Clock;
use jiff::Timestamp;
use serde::Deserialize;

pub(crate) const ENTRIES: &str = include_str!("../../../../demo/entries.jsonl");
pub(crate) const LOG: &str = include_str!("../../../../demo/demo_log.jsonl");
/// Midnight in Rome, of a day on which the demo set is in force.
pub(crate) const MIDNIGHT: &str = "2024-12-10T23:00:00Z";

#[derive(Deserialize)]
pub(crate) struct Line {
    /// Seconds since midnight.
    pub(crate) t: f64,
    pub(crate) query: String,
}

pub(crate) struct LogClock(pub(crate) Mutex<Timestamp>);

impl Clock for LogClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}
