//! What is to be measured.

use std::time::Duration;

use super::target::Target;

/// A kind of measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Suite {
    /// Nothing cached, beside bare runs of the model
    Cold,
    /// Embedding cached: search and verification run
    Warm,
    /// Approved phrasings and cached results, in process and over HTTP
    Hot,
    /// A Zipf stream from empty caches on: p50, p95, p99
    Percentiles,
    /// Throughput and latency by connections, and at a fixed rate
    Concurrent,
    /// Questions in batches
    Batch,
    /// The demo day replayed, with and without publishes: hit rate, embedding calls
    Day,
}

impl Suite {
    /// All of them, in the order in which they run.
    pub const ALL: [Self; 7] = [
        Self::Cold,
        Self::Warm,
        Self::Hot,
        Self::Percentiles,
        Self::Concurrent,
        Self::Batch,
        Self::Day,
    ];

    /// How it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cold => "cold",
            Self::Warm => "warm",
            Self::Hot => "hot",
            Self::Percentiles => "percentiles",
            Self::Concurrent => "concurrent",
            Self::Batch => "batch",
            Self::Day => "day",
        }
    }
}

/// What is to be measured, and how long.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Which suites, in order.
    pub suites: Vec<Suite>,
    /// Rounds of what is compared, at least 1; figures are medians over them.
    pub rounds: usize,
    /// Seconds of load a round.
    pub seconds: f64,
    /// Connections of hits over HTTP.
    pub connections: Vec<usize>,
    /// Entries of the synthetic sets that are searched.
    pub sizes: Vec<usize>,
    /// Whether a bare server is measured beside.
    pub reference: bool,
    /// Threads of each server, and of those who ask.
    pub workers: usize,
    /// What the figures are held against.
    pub targets: Vec<Target>,
}

impl Plan {
    pub(super) fn time(&self) -> Duration {
        Duration::from_secs_f64(self.seconds)
    }
}
