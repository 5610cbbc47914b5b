//! What a benchmark found. The keys of its JSON are stable.

use std::collections::BTreeMap;

use serde::Serialize;

use super::latency::Percentiles;
use super::machine::Machine;
use super::target::Judged;

/// Everything that one run found; what was left out is `null`.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Version of the program.
    pub version: &'static str,
    /// Commit that it was built from; none outside a repository.
    pub commit: Option<&'static str>,
    /// Whether it was built with optimisations.
    pub optimised: bool,
    /// Where it ran.
    pub machine: Machine,
    /// When, by the clock of the machine.
    pub at: String,
    /// How long all of it took.
    pub seconds: f64,
    /// Each target with its figure.
    pub targets: Vec<Judged>,
    /// Ratios within the run: they mean something on a busy machine too.
    pub ratios: Ratios,
    /// Lookups through the public call, by what answered; the unit is in the name.
    pub in_process: BTreeMap<String, Percentiles>,
    /// Lookups over HTTP, by what was asked.
    pub http: BTreeMap<String, Http>,
    /// A stream by Zipf's law, from empty caches on.
    pub percentiles: Option<Stream>,
    /// What the caches did on the replayed day.
    pub cache: Option<CacheFigures>,
    /// The replayed day.
    pub day: Option<Days>,
    /// Questions in batches.
    pub batch: Option<Batch>,
    /// What was looked at in the answers.
    pub answers: Answers,
}

/// Ratios of what goldenset took to what a reference took in the same run, medians over rounds.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Ratios {
    /// Requests a second of cached results by connections, goldenset's to those of a bare server.
    pub http_hot: BTreeMap<String, f64>,
    /// Time of processors a request, likewise.
    pub http_hot_cpu: BTreeMap<String, f64>,
    /// A lookup that nothing is cached for, to one bare run of the model.
    pub cold_local: Option<f64>,
}

/// Requests over HTTP.
#[derive(Debug, Clone, Serialize)]
pub struct Http {
    /// Connections at once.
    pub connections: usize,
    /// Requests a second, the median over rounds.
    pub per_second: f64,
    /// From sending to the whole answer, microseconds, of the median round.
    pub latency_us: Percentiles,
    /// Time of processors a request in the server's threads, microseconds.
    pub cpu_us: Option<f64>,
}

/// Requests of a stream.
#[derive(Debug, Clone, Serialize)]
pub struct Stream {
    /// Connections at once.
    pub connections: usize,
    /// Different questions.
    pub questions: usize,
    /// Requests a second.
    pub per_second: f64,
    /// From sending to the whole answer, milliseconds.
    pub latency_ms: Percentiles,
    /// Calls of the embedding model.
    pub embedding_calls: u64,
}

/// What the caches did on the replayed day without publishes, from empty caches on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CacheFigures {
    /// Share of lookups that called no model.
    pub hit_rate: f64,
    /// Calls of the model.
    pub embedding_calls: u64,
    /// Lookups.
    pub lookups: u64,
}

/// The day, as it was and with publishes in between.
#[derive(Debug, Clone, Serialize)]
pub struct Days {
    /// Without changes.
    pub plain: Day,
    /// With one entry edited each minute of the log.
    pub publishing: Day,
}

/// A replayed day.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Day {
    /// Lookups.
    pub lookups: u64,
    /// Publishes in between.
    pub publishes: u64,
    /// Answered by an approved phrasing.
    pub signature_hits: u64,
    /// Answered by a cached result.
    pub result_hits: u64,
    /// Answered with a cached embedding.
    pub embedding_hits: u64,
    /// Calls of the model.
    pub embedding_calls: u64,
    /// Share of lookups that called no model.
    pub hit_rate: f64,
    /// Share of embedding calls that were saved, against one a lookup.
    pub embedding_calls_saved: f64,
    /// The same over the second half of the lookups.
    pub embedding_calls_saved_second_half: f64,
    /// By hour of the log: share of lookups that called no model.
    pub hit_rate_by_hour: Vec<Option<f64>>,
    /// Bodies that differ from those of an engine without caches at the same moment.
    pub differing: u64,
}

/// Questions in batches and one by one.
#[derive(Debug, Clone, Serialize)]
pub struct Batch {
    /// Questions a batch.
    pub size: usize,
    /// Milliseconds a question in a batch with nothing cached, the median over rounds.
    pub cold_ms_each: f64,
    /// Calls of the model for a batch with nothing cached.
    pub embedding_calls: f64,
    /// Microseconds a question in a batch with all results cached.
    pub hot_us_each: f64,
}

/// What was looked at in the answers of all suites.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Answers {
    /// Bodies compared with the right ones.
    pub compared: u64,
    /// Of these, others than the right ones.
    pub wrong: u64,
    /// Different questions, and of these, such that are answered at all and such that are served.
    pub questions: u64,
    /// With candidates in the answer.
    pub with_matches: u64,
    /// With an approved answer.
    pub served: u64,
}

impl Answers {
    /// Whether figures may rest on them: something was compared, nothing was wrong, and answers
    /// were not empty.
    #[must_use]
    pub fn are_right(&self) -> bool {
        self.compared > 0
            && self.wrong == 0
            && self.served > 0
            && self.with_matches * 2 > self.questions
    }
}
