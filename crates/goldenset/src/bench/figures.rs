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
    /// What was measured: the stores of the sets, or the server.
    pub against: String,
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
    /// Searches over vectors alone, by rows (`10k`); their times are in `in_process`.
    pub scans: BTreeMap<String, Scan>,
    /// Lookups over HTTP, by what was asked.
    pub http: BTreeMap<String, Http>,
    /// Lookups that nothing is cached for, with an embedding provider over HTTP.
    pub remote: Option<Remote>,
    /// What another node answered out of Redis.
    pub shared: Option<Shared>,
    /// A stream by Zipf's law.
    pub percentiles: Option<Stream>,
    /// What the caches did on the replayed day.
    pub cache: Option<CacheFigures>,
    /// The replayed day.
    pub day: Option<Days>,
    /// Questions in batches.
    pub batch: Option<Batch>,
    /// From the start of the program to its first answer.
    pub start: Option<Start>,
    /// What sets of growing size take.
    pub growth: Vec<Growth>,
    /// The running server that was asked, where it was one.
    pub server: Option<Asked>,
    /// What could not be checked, each a sentence without its full stop.
    pub unchecked: Vec<String>,
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
    /// A search over vectors alone to a plain sum over as many bytes as it reads, by rows (`10k`):
    /// 1 is what no search that reads them can be below.
    pub scan_to_stream: BTreeMap<String, f64>,
}

/// A search over vectors alone.
#[derive(Debug, Clone, Serialize)]
pub struct Scan {
    /// Vectors.
    pub rows: usize,
    /// Whether an index goes before the search, as it does in sets of this size.
    pub indexed: bool,
    /// Bytes that a search reads at least: the codes of all rows, or the index.
    pub bytes: usize,
    /// Share of the ten nearest that are found; 1 without an index.
    pub recall_at_10: f64,
    /// See [`Ratios::scan_to_stream`].
    #[serde(skip)]
    pub to_stream: Option<f64>,
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

/// Lookups with an embedding provider that takes its time, over HTTP as goldenset itself.
#[derive(Debug, Clone, Serialize)]
pub struct Remote {
    /// What the provider takes at least, milliseconds.
    pub latency_ms: f64,
    /// Requests that may be under way at the provider (`embedding.max_concurrent` of this run).
    pub requests_at_once: usize,
    /// By connections (`c1`, `c50`): nothing cached, each question embedded by itself.
    pub by_connections: BTreeMap<String, RemoteAt>,
    /// Equal questions at once.
    pub equal: Equal,
}

/// Lookups with a provider, at some connections.
#[derive(Debug, Clone, Serialize)]
pub struct RemoteAt {
    /// Connections at once.
    pub connections: usize,
    /// Requests a second.
    pub per_second: f64,
    /// From sending, or when it should have been sent, to the whole answer, milliseconds.
    pub latency_ms: Percentiles,
    /// What of that was not between the request that the provider got and its reply.
    pub above_ms: Percentiles,
    /// The same of a bare server that asks the provider too; nothing without references.
    pub bare_above_ms: Option<Percentiles>,
}

/// A question that was never asked, from many connections at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Equal {
    /// How many asked it.
    pub questions: usize,
    /// How often the provider was asked for it, the most of all rounds.
    pub calls: u64,
}

/// Requests of a stream.
#[derive(Debug, Clone, Serialize)]
pub struct Stream {
    /// Connections at once.
    pub connections: usize,
    /// Different questions.
    pub questions: usize,
    /// Whether nothing was cached at its beginning.
    pub from_empty_caches: bool,
    /// Requests a second.
    pub per_second: f64,
    /// From sending to the whole answer, milliseconds.
    pub latency_ms: Percentiles,
    /// Calls of the embedding model; none where they cannot be counted.
    pub embedding_calls: Option<u64>,
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
    /// Without changes, with an embedding provider over HTTP.
    pub remote: RemoteDay,
}

/// The day with an embedding provider that is paid for.
#[derive(Debug, Clone, Serialize)]
pub struct RemoteDay {
    /// What the caches did.
    #[serde(flatten)]
    pub day: Day,
    /// What the provider was asked.
    pub cost: Cost,
    /// What it would be asked with a call for each lookup.
    pub without_caches: Cost,
}

/// What is asked of an embedding provider.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Cost {
    /// Requests.
    pub calls: u64,
    /// Tokens, four bytes each.
    pub tokens: u64,
    /// Calls times the latency of the provider.
    pub waited_seconds: f64,
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

/// Lookups of a node with empty caches that another node answered before; their times are in
/// `http`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Shared {
    /// Lookups, each of another question.
    pub lookups: u64,
    /// Calls of the embedding model for them.
    pub embedding_calls: u64,
}

/// A running server.
#[derive(Debug, Clone, Serialize)]
pub struct Asked {
    /// Its address.
    pub url: String,
    /// Different questions.
    pub questions: usize,
    /// What answered them the first time, by `x-goldenset-cache`.
    pub first_answers: BTreeMap<String, u64>,
}

/// From the start of a process to its first answer, with the default settings.
#[derive(Debug, Clone, Serialize)]
pub struct Start {
    /// Over the demo set.
    pub demo: Started,
}

/// A process that was started and answered.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Started {
    /// Until the first right answer.
    pub seconds: f64,
    /// Resident memory then, MiB.
    pub resident_mib: Option<f64>,
    /// Its peak until then, MiB.
    pub peak_mib: Option<f64>,
}

/// A set of some size.
#[derive(Debug, Clone, Serialize)]
pub struct Growth {
    /// Entries, of one phrasing each.
    pub entries: usize,
    /// Their import and publication in one commit, vectors at no cost.
    pub import_seconds: f64,
    /// One entry more, published; the middle of some.
    pub publish_ms: f64,
    /// A process over them.
    pub started: Started,
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
