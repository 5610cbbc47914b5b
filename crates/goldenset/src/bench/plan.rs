//! What is to be measured.

use std::net::SocketAddr;
use std::time::Duration;

use axum::http::HeaderValue;

use super::stop::Stop;
use super::target::Target;
use crate::config::Secret;

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
    /// The demo day replayed, with and without publishes: hit rate, embedding calls, their cost
    Day,
    /// From the start of the program to its first answer
    Start,
}

impl Suite {
    /// All of them, in the order in which they run.
    pub const ALL: [Self; 8] = [
        Self::Cold,
        Self::Warm,
        Self::Hot,
        Self::Percentiles,
        Self::Concurrent,
        Self::Batch,
        Self::Day,
        Self::Start,
    ];

    /// Those that a running server can be measured by, by lookups alone.
    pub const BY_LOOKUPS: [Self; 3] = [Self::Hot, Self::Percentiles, Self::Concurrent];

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
            Self::Start => "start",
        }
    }
}

/// A running server that is to be asked, and what.
#[derive(Debug, Clone)]
pub struct Running {
    /// As it was given.
    pub url: String,
    /// Where it is.
    pub address: SocketAddr,
    /// As it is named in requests: host, and port where it is not 80.
    pub host: String,
    /// What stands before every path: empty, or `/behind/a/proxy`.
    pub base: String,
    /// Sent with each request.
    pub authorization: Option<HeaderValue>,
    /// Whose golden set; none: that of the key, else `default`.
    pub tenant: Option<String>,
    /// What is asked, the most frequent first; each once.
    pub questions: Vec<String>,
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
    /// Entries of sets that are imported, published to and started.
    pub growth: Vec<usize>,
    /// Whether references are measured beside: a bare server, a sum over memory.
    pub reference: bool,
    /// Threads of each server, and of those who ask.
    pub workers: usize,
    /// What the remote embedding provider of the benchmark takes at least.
    pub provider_latency: Duration,
    /// Postgres database that golden sets are kept in, each in a schema of its own; empty: folders.
    pub store: Secret,
    /// Redis that nodes share, under keys of its own; empty: none.
    pub redis: Secret,
    /// A running server in place of all that.
    pub running: Option<Running>,
    /// Ends it early.
    pub stop: Stop,
    /// What the figures are held against.
    pub targets: Vec<Target>,
}

impl Plan {
    /// What is measured, in words.
    pub(super) fn places(&self) -> String {
        if let Some(running) = &self.running {
            return format!("the server at {}, by lookups alone", running.url);
        }
        let store = match self.store.expose() {
            None => "a folder",
            Some(_) => "schemas of their own in a Postgres database",
        };
        let redis = match self.redis.expose() {
            None => "",
            Some(_) => ", with a Redis under keys of their own",
        };
        format!("golden sets of its own over HTTP in {store}{redis}, in process in memory")
    }

    /// Whether several nodes can serve one set and share what they found.
    pub(super) fn is_shared(&self) -> bool {
        self.store.expose().is_some() && self.redis.expose().is_some()
    }

    pub(super) fn time(&self) -> Duration {
        Duration::from_secs_f64(self.seconds)
    }
}
