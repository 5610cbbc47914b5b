//! The demo set, its day of questions, and a clock that goes by the log.

use std::sync::Mutex;

use goldenset::config::Config;
use goldenset_core::ports::Clock;
use jiff::Timestamp;
use serde::Deserialize;

pub(crate) const ENTRIES: &str = include_str!("../../../../demo/entries.jsonl");
pub(crate) const LOG: &str = include_str!("../../../../demo/demo_log.jsonl");
/// Midnight in Rome, of a day on which the demo set is in force.
pub(crate) const MIDNIGHT: &str = "2024-12-10T23:00:00Z";

/// Results are kept for 5 minutes and vectors for an hour, whatever the default is: so the figures
/// of decisions can be had again.
pub(crate) fn short_lived(config: &mut Config) {
    (config.cache.result_ttl_seconds, config.cache.embedding_ttl_seconds) = (300, 3600);
}

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
