//! Configuration: the compiled default, a file, the environment and the command line, each layer
//! over the one before it.
//!
//! A key stands in three places that the tests hold together: `default.toml` has its default and
//! meaning, [`Config`] its type, and `keys.rs` its rule and its names in the environment.

mod docs;
mod environment;
mod fault;
mod file;
mod keys;
mod lists;
mod load;
mod next_embedding;
mod rule;
mod show;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use goldenset_core::curation::Thresholds;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer};

pub use docs::reference;
pub use load::{DEFAULT, FILE, Flag, Layers, Loaded, load};
pub use next_embedding::{NextEmbedding, NextProvider};
pub use show::{Notice, Source};

/// Every setting. What each key means stands in `default.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where and how the server listens.
    pub server: Server,
    /// Where golden sets are kept.
    pub store: Store,
    /// What turns questions into vectors.
    pub embedding: Embedding,
    /// The model that lookups can be switched to.
    pub next_embedding: NextEmbedding,
    /// Which answers are served and listed.
    pub lookup: Lookup,
    /// What is kept in memory to answer faster.
    pub cache: Cache,
    /// What decides whether an entry answers a question.
    pub verifier: Verifier,
    /// What is asked where the verifier is sure neither way.
    pub judge: Judge,
    /// What is counted of lookups.
    pub watch: Watch,
    /// Served answers that experts judge.
    pub audit: Audit,
    /// How the word of experts counts.
    pub curation: Curation,
    /// Questions that found no answer.
    pub questions: Questions,
    /// What goldenset writes about its work.
    pub log: Log,
}

/// Section `server`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Longest request body, bytes.
    pub body_limit_bytes: usize,
    /// Longest time for one request, milliseconds.
    pub request_timeout_ms: u64,
    /// Requests worked on at the same time.
    pub max_concurrent_requests: usize,
    /// Longest time for requests under way when the server stops, milliseconds.
    pub shutdown_grace_ms: u64,
}

/// Section `store`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// Folder of the database.
    pub data_dir: PathBuf,
    /// Postgres address, empty: none.
    pub database_url: Secret,
    /// Connections to it.
    pub connections: u32,
    /// Longest wait for a connection, milliseconds.
    pub connect_timeout_ms: u64,
    /// Longest time of one statement, milliseconds.
    pub statement_timeout_ms: u64,
    /// Where vectors are searched.
    pub search: Search,
}

/// Where vectors are searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Search {
    /// In the memory of each node.
    Memory,
    /// In the database, with pgvector.
    PgVector,
}

/// Section `embedding`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Embedding {
    /// Which provider embeds.
    pub provider: Provider,
    /// Folder of the local model, none: the bundled one.
    #[serde(deserialize_with = "path_or_none")]
    pub model_dir: Option<PathBuf>,
    /// Threads of the local model, 0: one for each core.
    pub threads: usize,
    /// Calls that may wait for the local model.
    pub queue: usize,
    /// Address of the OpenAI-compatible server, up to and with `/v1`.
    pub base_url: String,
    /// Model that the server is asked for.
    pub model: String,
    /// Length of its vectors.
    pub dimensions: usize,
    /// Whether the server is told the length.
    pub send_dimensions: bool,
    /// Longest time for one answer, milliseconds.
    pub timeout_ms: u64,
    /// Longest time for connecting, milliseconds.
    pub connect_timeout_ms: u64,
    /// Attempts for one request, the first one counted.
    pub max_attempts: usize,
    /// Requests at the same time.
    pub max_concurrent: usize,
    /// Texts in one request.
    pub batch_size: usize,
    /// Key of the server, empty: none.
    pub api_key: Secret,
}

/// Which provider embeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// A model inside goldenset.
    Local,
    /// A server that speaks the OpenAI protocol.
    OpenAi,
}

/// Section `lookup`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    /// Least score at which an answer is served, 0 to 1.
    pub serve_threshold: f64,
    /// Least similarity of a listed entry, 0 to 1.
    pub min_similarity: f64,
    /// Most entries listed, 1 to 100.
    pub max_results: usize,
    /// Most questions in one batch.
    pub max_batch: usize,
    /// Time zone that tells which day it is.
    #[serde(deserialize_with = "time_zone")]
    pub time_zone: TimeZone,
}

/// Section `cache`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cache {
    /// How long a result is kept, seconds; 0: not at all.
    pub result_ttl_seconds: u64,
    /// How long a vector is kept, seconds; 0: not at all.
    pub embedding_ttl_seconds: u64,
    /// Memory for results, bytes; 0: none are kept.
    pub result_bytes: u64,
    /// Memory for vectors, bytes; 0: none are kept.
    pub embedding_bytes: u64,
    /// Memory for what entries are verified with, bytes; 0: nothing is kept.
    pub profile_bytes: u64,
    /// When what was found for one question is taken for another.
    pub near_miss: NearMiss,
    /// Questions less similar are not nearly the same, 0 to 1.
    pub near_miss_similarity: f64,
    /// Memory for what was found, bytes.
    pub near_miss_bytes: u64,
    /// Redis address, empty: none.
    pub redis_url: Secret,
    /// Whether it is a cluster.
    pub redis_cluster: bool,
    /// File with certificates that are trusted, none: the system's.
    #[serde(deserialize_with = "path_or_none")]
    pub redis_ca_file: Option<PathBuf>,
    /// What all keys begin with.
    pub redis_prefix: String,
    /// Longest wait for an answer, milliseconds.
    pub redis_timeout_ms: u64,
    /// Longest wait for a connection, milliseconds.
    pub redis_connect_timeout_ms: u64,
}

/// When what a search found for one question is taken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NearMiss {
    /// When it is proven that a search would find the same.
    Proven,
    /// When the questions are similar enough.
    Plain,
    /// Never.
    Off,
}

/// Section `verifier`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verifier {
    /// File with the weights of the score, none: the bundled one.
    #[serde(deserialize_with = "path_or_none")]
    pub weights: Option<PathBuf>,
    /// Folder with the tenants' own lexicons.
    #[serde(deserialize_with = "path_or_none")]
    pub lexicons: Option<PathBuf>,
}

/// Section `judge`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judge {
    /// Which model judges pairs, if any.
    pub kind: JudgeKind,
    /// Folder of the local model, none only where another kind judges.
    #[serde(deserialize_with = "path_or_none")]
    pub path: Option<PathBuf>,
    /// Address of the server, up to and without `/rerank`.
    pub base_url: String,
    /// Interface of the server.
    pub style: JudgeStyle,
    /// Model that the server is asked for, empty where it has only one.
    pub model: String,
    /// Key of the server, empty: none.
    pub api_key: Secret,
    /// Longest time for one answer, milliseconds.
    pub budget_ms: u64,
    /// Least score that is unsure, 0 to 1.
    pub unsure_from: f64,
    /// Greatest score that is unsure, 0 to 1.
    pub unsure_to: f64,
    /// Candidates that are judged, 1 or 2.
    pub top: usize,
}

/// Which model judges pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JudgeKind {
    /// None.
    None,
    /// A cross-encoder inside goldenset.
    Local,
    /// A server with a `/rerank` endpoint.
    Rerank,
}

/// Interface of a server that judges pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JudgeStyle {
    /// As text-embeddings-inference.
    Tei,
    /// As Cohere.
    Cohere,
}

/// Section `watch`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Watch {
    /// How long counts stay in memory before they are written, seconds.
    pub flush_seconds: u64,
    /// Days that counts and the audit sample are kept.
    pub keep_days: u32,
}

/// Section `audit`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audit {
    /// Share of served answers that are drawn, 0 to 1; 0: none.
    pub share: f64,
    /// Most drawn answers of a tenant that wait for judgement.
    pub most_open: u64,
}

/// Section `curation`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curation {
    /// What feedback may name as its reason.
    #[serde(deserialize_with = "names")]
    pub categories: Vec<String>,
    /// Least trust of an expert whose feedback counts, 0 to 1.
    pub least_trust: f64,
    /// What the trust of an administrator counts as, 0 to 1.
    pub admin_trust: f64,
    /// How many proposals a stated trust counts as.
    pub trust_strength: u32,
    /// Quality from which a proposal is approved by itself, 0 to 1.
    pub approve_from: f64,
    /// Quality below which a proposal is rejected by itself, 0 to 1.
    pub reject_below: f64,
    /// The same for single categories.
    #[serde(deserialize_with = "thresholds")]
    pub thresholds: BTreeMap<String, Thresholds>,
    /// Whether who proposed may not approve.
    pub four_eyes: bool,
    /// Experts who say that a version is not right before it is looked at again.
    pub contradictions: usize,
    /// How often a server looks for what rules propose, seconds.
    pub sweep_seconds: u64,
}

/// Section `questions`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Questions {
    /// Whether questions that found no answer are kept.
    pub store: bool,
    /// Most groups of a tenant.
    pub most: u64,
    /// Most phrasings that are kept of a group.
    pub examples: usize,
    /// Days that a group is kept after it was asked last.
    pub keep_days: u32,
    /// How often a group must have been asked before it is proposed.
    pub propose_from: u64,
}

/// Section `log`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// How a message is written.
    pub format: LogFormat,
    /// The least serious message that is written.
    pub level: LogLevel,
}

/// How a message is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For reading.
    Human,
    /// One JSON object a line.
    Json,
}

/// How serious a message must be to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Nothing is written.
    Off,
    /// Faults.
    Error,
    /// And what should be looked at.
    Warn,
    /// And what happens.
    Info,
    /// And how it happens.
    Debug,
    /// And everything.
    Trace,
}

impl LogLevel {
    /// The level as it is written in the configuration, which is also a filter of `tracing`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// A text that no log, message or listing shows.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The text itself, none when it is empty. Only for the one who needs it.
    #[must_use]
    pub fn expose(&self) -> Option<&str> {
        (!self.0.is_empty()).then_some(self.0.as_str())
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "Secret(empty)" } else { "Secret(***)" })
    }
}

fn path_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
    let path = PathBuf::deserialize(deserializer)?;
    Ok((!path.as_os_str().is_empty()).then_some(path))
}

fn time_zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TimeZone, D::Error> {
    let name = String::deserialize(deserializer)?;
    TimeZone::get(&name).map_err(serde::de::Error::custom)
}

fn names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    lists::names(&text).ok_or_else(|| serde::de::Error::custom("a name is empty or there twice"))
}

fn thresholds<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, Thresholds>, D::Error> {
    let text = String::deserialize(deserializer)?;
    lists::thresholds(&text).ok_or_else(|| serde::de::Error::custom("no list of thresholds"))
}

#[cfg(test)]
mod tests;
