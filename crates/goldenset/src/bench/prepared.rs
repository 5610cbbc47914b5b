//! What all suites share: the golden set, questions with the bodies that are right, the model.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use goldenset_core::canonical::Canonical;
use goldenset_core::ports::Embedder;
use goldenset_core::{Code, Error, Result};
use goldenset_engine::Engine;
use goldenset_engine::scope::Options;
use goldenset_engine::transfer::{Format, Reading, read_rows};

use super::case::{Case, Cases};
use super::demo_day::{ENTRIES, LOG, Line, Remembering};
use super::figures::Answers;
use super::ground::{Rows, publish};
use crate::config::Config;
use crate::wire;

pub(super) struct Prepared {
    pub(super) config: Config,
    /// As it is configured.
    pub(super) model: Arc<dyn Embedder>,
    /// The same, asked once for each text: for what is not about its time.
    pub(super) remembering: Arc<Remembering>,
    pub(super) rows: Rows,
    pub(super) log: Vec<Line>,
    /// The different questions of the log, the most frequent first.
    pub(super) cases: Cases,
    pub(super) answers: Answers,
}

impl Prepared {
    /// Asks every question of the log once, without caches, for the body that is right.
    pub(super) async fn new(config: &Config) -> Result<Self> {
        let config = quiet(config);
        let model = wire::embedder(&config)?;
        let remembering = Arc::new(Remembering::new(Arc::clone(&model)));
        let read = read_rows(Format::Jsonl, Reading::default(), ENTRIES.as_bytes())?;
        let log = LOG.lines().map(serde_json::from_str).collect::<Result<Vec<Line>, _>>();
        let log = log.map_err(|cause| {
            Error::new(Code::Internal, "the log of the demo cannot be read").cause(cause)
        })?;
        let plain = plain_engine(&config, Arc::clone(&remembering) as _, read.rows.clone()).await?;
        let (cases, answers) = cases(&plain, &log).await?;
        Ok(Self { config, model, remembering, rows: read.rows, log, cases, answers })
    }
}

/// As configured, but for what would make a benchmark ask others.
fn quiet(config: &Config) -> Config {
    let mut config = config.clone();
    config.audit.share = 0.0;
    config.questions.store = false;
    config
}

/// With nothing cached, neither results nor embeddings.
pub(super) fn without_caches(config: &Config) -> Config {
    let mut config = without_results(config);
    (config.cache.embedding_ttl_seconds, config.cache.embedding_bytes) = (0, 0);
    config
}

/// With embeddings cached and results not.
pub(super) fn without_results(config: &Config) -> Config {
    let mut config = config.clone();
    (config.cache.result_ttl_seconds, config.cache.result_bytes) = (0, 0);
    config
}

/// An engine without caches over a set of its own.
pub(super) async fn plain_engine(
    config: &Config,
    embedder: Arc<dyn Embedder>,
    rows: Rows,
) -> Result<Arc<Engine>> {
    let store = wire::store_in_memory().await?;
    let engine = wire::engine(&without_caches(config), store, embedder, None, &|_, _| ()).await?;
    publish(&engine, rows).await?;
    Ok(engine)
}

async fn cases(plain: &Engine, log: &[Line]) -> Result<(Cases, Answers)> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for line in log {
        *counts.entry(&line.query).or_default() += 1;
    }
    let mut queries: Vec<_> = counts.into_iter().collect();
    queries.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let (mut cases, mut answers) = (Vec::with_capacity(queries.len()), Answers::default());
    for (query, _) in queries {
        let looked = plain.lookup(query, Options::default()).await?;
        let result = looked.answer.result();
        answers.questions += 1;
        answers.with_matches += u64::from(!result.matches.is_empty());
        answers.served += u64::from(result.answer.is_some());
        let body: Bytes = looked.answer.body().clone();
        cases.push(Case::new(query, body)?);
    }
    Ok((cases.into(), answers))
}

/// The text that the model gets for a question.
pub(super) fn text(query: &str) -> Arc<str> {
    Canonical::of(query).text()
}
