//! The only place where parts are wired together.

mod app;
mod models;

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use goldenset_core::curation::{Policy, Thresholds};
use goldenset_core::ports::{Clock, Embedder, PairModel, Store, VectorSearch};
use goldenset_core::verifier::{Verifier, Weights};
use goldenset_core::{Code, Error, ModelId, Result};
use goldenset_embed::{
    ApiKey, LocalEmbedder, LocalJudge, LocalOptions, OpenAiEmbedder, OpenAiSettings, RerankJudge,
    RerankSettings, RerankStyle,
};
use goldenset_engine::scope::Defaults;
use goldenset_engine::{
    CacheLimits, Engine, MissedSettings, NearMissRule, NearMissSettings, PairJudge, Parts,
    Progress, Settings, SharedTier, WatchSettings,
};
use goldenset_store::{
    CopyStore, PgVector, PgVectorOptions, PostgresOptions, PostgresScratch, PostgresStore,
    RedisCache, RedisOptions, SqliteStore,
};
use jiff::{SignedDuration, Timestamp};

use crate::config::{
    Cache, Config, Embedding, Judge, JudgeKind, JudgeStyle, NearMiss, Provider, Search, Secret,
};
use crate::lexicons;
pub use app::app;
pub use models::{InUse, model_in_use, models};

/// The weights of the bundled model's score, made by `goldenset fit`.
const BUNDLED_WEIGHTS: &str = include_str!("../../../models/e5-small-en-it/score.json");

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The configured golden sets: of the data folder, for this process alone to change; or of the
/// database that nodes share.
///
/// # Errors
/// See [`SqliteStore::open`] and [`PostgresStore::open`].
pub async fn store(config: &Config) -> Result<Arc<dyn Store>> {
    Ok(match postgres(config) {
        Some(options) => Arc::new(PostgresStore::open(&options).await?),
        None => Arc::new(SqliteStore::open(&config.store.data_dir).await?),
    })
}

/// The configured golden sets, to read while a server may serve them.
///
/// # Errors
/// See [`SqliteStore::open_read_only`] and [`PostgresStore::open`].
pub async fn store_to_read(config: &Config) -> Result<Arc<dyn Store>> {
    Ok(match postgres(config) {
        Some(options) => Arc::new(PostgresStore::open(&options).await?),
        None => Arc::new(SqliteStore::open_read_only(&config.store.data_dir).await?),
    })
}

/// What is to be copied: the store at `place`, or the configured one.
///
/// # Errors
/// `data_dir_unusable` for a folder without golden sets; see [`store`].
pub async fn store_to_copy(config: &Config, place: Option<&str>) -> Result<Arc<dyn CopyStore>> {
    let configured = config.store.database_url.expose();
    match place.or(configured) {
        Some(url) if is_postgres(url) => database(config, url).await,
        place => {
            let folder = place.map_or(config.store.data_dir.as_path(), Path::new);
            if !SqliteStore::is_in(folder) {
                // For what it says.
                SqliteStore::open_read_only(folder).await?;
            }
            Ok(Arc::new(SqliteStore::open(folder).await?))
        }
    }
}

/// Where it is to be copied to.
///
/// # Errors
/// See [`store`].
pub async fn store_to_fill(config: &Config, place: &str) -> Result<Arc<dyn CopyStore>> {
    match is_postgres(place) {
        true => database(config, place).await,
        false => Ok(Arc::new(SqliteStore::open(Path::new(place)).await?)),
    }
}

fn is_postgres(place: &str) -> bool {
    place.starts_with("postgres://") || place.starts_with("postgresql://")
}

async fn database(config: &Config, url: &str) -> Result<Arc<dyn CopyStore>> {
    Ok(Arc::new(PostgresStore::open(&postgres_at(config, url)).await?))
}

/// Whether golden sets are where they are configured to be, without making anything.
#[must_use]
pub fn has_store(config: &Config) -> bool {
    config.store.database_url.expose().is_some() || SqliteStore::is_in(&config.store.data_dir)
}

/// Where the golden sets are, for people: without secrets.
#[must_use]
pub fn store_in_words(config: &Config) -> String {
    match config.store.database_url.expose() {
        Some(_) => "the database of store.database_url".into(),
        None => config.store.data_dir.display().to_string(),
    }
}

/// The database that nodes share, if one is configured.
fn postgres(config: &Config) -> Option<PostgresOptions> {
    Some(postgres_at(config, config.store.database_url.expose()?))
}

fn postgres_at(config: &Config, url: &str) -> PostgresOptions {
    let store = &config.store;
    PostgresOptions {
        url: url.to_owned(),
        connections: store.connections,
        connect_timeout: Duration::from_millis(store.connect_timeout_ms),
        statement_timeout: Duration::from_millis(store.statement_timeout_ms),
    }
}

/// A schema of its own in the configured database, and the configuration with it in place of what
/// else is there.
///
/// # Errors
/// `config_invalid` where no database is configured; see [`PostgresScratch::make`].
pub async fn scratch(config: &Config) -> Result<(PostgresScratch, Config)> {
    let Some(postgres) = postgres(config) else {
        return Err(Error::new(Code::ConfigInvalid, "no database is configured")
            .field("store.database_url")
            .fix("give the address of a Postgres database"));
    };
    let scratch = PostgresScratch::make(&postgres).await?;
    let mut config = config.clone();
    config.store.database_url = Secret::from(scratch.url());
    Ok((scratch, config))
}

/// Search in the configured database.
///
/// # Errors
/// `config_invalid` where golden sets are in a data folder; see [`PgVector::open`].
pub async fn pgvector(config: &Config) -> Result<PgVector> {
    let Some(postgres) = postgres(config) else {
        let detail = "golden sets in a data folder are searched in memory, which needs no index";
        return Err(Error::new(Code::ConfigInvalid, detail)
            .field("store.database_url")
            .fix("set DATABASE_URL to the Postgres database whose index is meant"));
    };
    // Its tables first.
    PostgresStore::open(&postgres).await?.close().await;
    // Whoever asked is gone by then.
    let request = Duration::from_millis(config.server.request_timeout_ms);
    let search_timeout = postgres.statement_timeout.min(request);
    PgVector::open(&PgVectorOptions { postgres, search_timeout }).await
}

/// Where vectors are searched, if not in this process.
async fn search(config: &Config) -> Result<Option<Arc<dyn VectorSearch>>> {
    Ok(match config.store.search {
        Search::Memory => None,
        Search::PgVector => Some(Arc::new(pgvector(config).await?)),
    })
}

/// A golden set that ends with the process.
///
/// # Errors
/// See [`SqliteStore::in_memory`].
pub async fn store_in_memory() -> Result<Arc<dyn Store>> {
    Ok(Arc::new(SqliteStore::in_memory().await?))
}

/// The present embedding model of the configuration.
///
/// # Errors
/// `model_unusable`, `config_invalid`.
pub fn embedder(config: &Config) -> Result<Arc<dyn Embedder>> {
    let embedding = &config.embedding;
    Ok(match embedding.provider {
        Provider::Local => Arc::new(local(embedding)?),
        Provider::OpenAi => Arc::new(OpenAiEmbedder::new(openai(config)?)?),
    })
}

fn local(embedding: &Embedding) -> Result<LocalEmbedder> {
    let options = local_options(embedding);
    match &embedding.model_dir {
        None => LocalEmbedder::bundled(options),
        Some(folder) => LocalEmbedder::open(folder, options),
    }
}

/// Threads and queue of every local model.
fn local_options(embedding: &Embedding) -> LocalOptions {
    let mut options = LocalOptions::default();
    if let Some(workers) = NonZeroUsize::new(embedding.threads) {
        options.workers = workers;
    }
    if let Some(waiting) = NonZeroUsize::new(embedding.queue) {
        options.max_waiting = waiting;
    }
    options
}

fn openai(config: &Config) -> Result<OpenAiSettings> {
    let embedding = &config.embedding;
    let mut settings =
        OpenAiSettings::new(&embedding.base_url, &embedding.model, embedding.dimensions);
    settings.api_key = embedding.api_key.expose().map(ApiKey::new).transpose()?;
    settings.send_dimensions = embedding.send_dimensions;
    settings.max_texts = embedding.batch_size;
    settings.concurrency = embedding.max_concurrent;
    settings.max_calls = embedding.queue;
    settings.connect_timeout = Duration::from_millis(embedding.connect_timeout_ms);
    settings.request_timeout = Duration::from_millis(embedding.timeout_ms);
    // Whoever asks over HTTP is gone by then.
    settings.total_timeout = Duration::from_millis(config.server.request_timeout_ms);
    settings.max_attempts = embedding.max_attempts;
    Ok(settings)
}

/// The configured judge of pairs, if there is one.
///
/// # Errors
/// `model_unusable`, `config_invalid`.
pub fn judge(config: &Config) -> Result<Option<PairJudge>> {
    let judge = &config.judge;
    let model: Arc<dyn PairModel> = match judge.kind {
        JudgeKind::None => return Ok(None),
        JudgeKind::Local => {
            let folder = judge.path.as_deref().unwrap_or(Path::new(""));
            Arc::new(LocalJudge::open(folder, local_options(&config.embedding))?)
        }
        JudgeKind::Rerank => Arc::new(RerankJudge::new(rerank(judge)?)?),
    };
    Ok(Some(PairJudge {
        model,
        unsure_from: judge.unsure_from,
        unsure_to: judge.unsure_to,
        top: judge.top,
        budget: Duration::from_millis(judge.budget_ms),
    }))
}

fn rerank(judge: &Judge) -> Result<RerankSettings> {
    let style = match judge.style {
        JudgeStyle::Tei => RerankStyle::Tei,
        JudgeStyle::Cohere => RerankStyle::Cohere,
    };
    let mut settings = RerankSettings::new(&judge.base_url, style, &judge.model);
    settings.api_key = judge.api_key.expose().map(ApiKey::new).transpose()?;
    // Who asks stops waiting after half of that, and calls it late; were both the same, chance would
    // say whether it is called a fault.
    settings.budget = Duration::from_millis(judge.budget_ms.saturating_mul(2));
    Ok(settings)
}

/// The verifier for vectors of `model`: with the configured weights, else the bundled ones where
/// they are for this model, else none; then nothing is served by meaning.
///
/// # Errors
/// `file_unreadable`, `model_unusable`.
pub fn verifier(config: &Config, model: &ModelId) -> Result<Verifier> {
    if let Some(path) = &config.verifier.weights {
        return Verifier::new(Weights::parse(&read(path)?)?, model);
    }
    let bundled = Weights::parse(BUNDLED_WEIGHTS)?;
    if bundled.model == model.as_str() {
        return Verifier::new(bundled, model);
    }
    tracing::warn!(
        %model,
        "no score has been fitted for this model: only approved phrasings are served, everything \
         else is at most suggested; make weights with `goldenset fit` and set verifier.weights"
    );
    Ok(Verifier::without_weights())
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|cause| {
        Error::new(Code::FileUnreadable, format!("cannot read {}: {cause}", path.display()))
            .field("verifier.weights")
            .fix("check the path and the permissions")
            .cause(cause)
    })
}

/// Where nodes share results and embeddings, if they do.
///
/// # Errors
/// See [`RedisCache::open`].
pub fn shared(config: &Config) -> Result<Option<SharedTier>> {
    Ok(redis(config)?.map(|redis| SharedTier { cache: Arc::new(redis), build: build() }))
}

/// The configured Redis, if there is one.
///
/// # Errors
/// See [`RedisCache::open`].
pub fn redis(config: &Config) -> Result<Option<RedisCache>> {
    let cache = &config.cache;
    let Some(url) = cache.redis_url.expose() else { return Ok(None) };
    let options = RedisOptions {
        url: url.to_owned(),
        cluster: cache.redis_cluster,
        ca_file: cache.redis_ca_file.clone(),
        prefix: cache.redis_prefix.clone(),
        connect_timeout: Duration::from_millis(cache.redis_connect_timeout_ms),
        timeout: Duration::from_millis(cache.redis_timeout_ms),
    };
    RedisCache::open(&options).map(Some)
}

/// Identity of this program: of its very bytes, so that two releases, or two builds of one, never
/// take each other's verdicts for their own.
fn build() -> [u8; 32] {
    let program = std::env::current_exe().and_then(std::fs::read);
    match program {
        Ok(bytes) => *blake3::hash(&bytes).as_bytes(),
        Err(error) => {
            tracing::warn!(%error, "the program cannot be read: it shares results with no other node");
            std::array::from_fn(|_| fastrand::u8(..))
        }
    }
}

/// How the engine behaves under this configuration.
#[must_use]
pub fn settings(config: &Config) -> Settings {
    let Cache { result_ttl_seconds, embedding_ttl_seconds, result_bytes, embedding_bytes, .. } =
        config.cache;
    Settings {
        serve_threshold: config.lookup.serve_threshold,
        defaults: Defaults {
            min_similarity: config.lookup.min_similarity,
            max_results: config.lookup.max_results,
        },
        time_zone: config.lookup.time_zone.clone(),
        results: CacheLimits { ttl: seconds(result_ttl_seconds), bytes: result_bytes },
        embeddings: CacheLimits { ttl: seconds(embedding_ttl_seconds), bytes: embedding_bytes },
        profile_bytes: config.cache.profile_bytes,
        near_misses: near_misses(&config.cache),
        batch_size: config.embedding.batch_size,
        policy: policy(config),
    }
}

/// How searches of the past are used under this configuration.
fn near_misses(cache: &Cache) -> Option<NearMissSettings> {
    let rule = match cache.near_miss {
        NearMiss::Proven => NearMissRule::Proven,
        NearMiss::Plain => NearMissRule::Plain,
        NearMiss::Off => return None,
    };
    Some(NearMissSettings {
        rule,
        similarity: cache.near_miss_similarity as f32,
        // Of questions, as the embeddings are.
        ttl: seconds(cache.embedding_ttl_seconds),
        bytes: cache.near_miss_bytes,
    })
}

fn seconds(seconds: u64) -> SignedDuration {
    SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX))
}

/// How the word of experts counts under this configuration.
fn policy(config: &Config) -> Policy {
    let curation = &config.curation;
    Policy {
        categories: curation.categories.clone(),
        least_trust: curation.least_trust,
        admin_trust: curation.admin_trust,
        trust_strength: f64::from(curation.trust_strength),
        thresholds: Thresholds {
            approve_from: curation.approve_from,
            reject_below: curation.reject_below,
        },
        by_category: curation.thresholds.clone(),
        four_eyes: curation.four_eyes,
        contradictions: curation.contradictions,
        propose_from: config.questions.propose_from,
    }
}

/// How lookups are watched under this configuration.
#[must_use]
pub fn watching(config: &Config) -> WatchSettings {
    WatchSettings {
        flush_every: Duration::from_secs(config.watch.flush_seconds),
        keep_days: config.watch.keep_days,
        audit_share: config.audit.share,
        most_open: config.audit.most_open,
        questions: config.questions.store.then_some(MissedSettings {
            most: config.questions.most,
            examples: config.questions.examples,
            keep_days: config.questions.keep_days,
        }),
    }
}

/// The engine over a store.
///
/// # Errors
/// Faults of every part; see [`Engine::start`].
pub async fn engine(
    config: &Config,
    store: Arc<dyn Store>,
    embedder: Arc<dyn Embedder>,
    shared: Option<SharedTier>,
    progress: Progress<'_>,
) -> Result<Arc<Engine>> {
    let verifier = verifier(config, embedder.model())?;
    let lexicons = config.verifier.lexicons.as_deref().map_or(Ok(Vec::new()), lexicons::load)?;
    let pair_judge = judge(config)?;
    let clock = Arc::new(SystemClock);
    let search = search(config).await?;
    let parts = Parts { store, embedder, verifier, lexicons, pair_judge, search, shared, clock };
    Ok(Arc::new(Engine::start(parts, settings(config), progress).await?))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::config::{Layers, load};

    #[test]
    fn the_judge_is_the_configured_one() {
        let check = |settings: &[(&str, &str)]| {
            let environment: BTreeMap<_, _> = settings
                .iter()
                .map(|(key, value)| (format!("GOLDENSET__JUDGE__{key}").into(), value.into()))
                .collect();
            let folder = tempfile::tempdir().unwrap();
            let layers =
                Layers { file: None, environment: &environment, flags: &[], folder: folder.path() };
            let judge = judge(&load(&layers).unwrap().config)?;
            Ok::<_, Error>(judge.map(|judge| judge.model.model().to_string()))
        };
        assert_eq!(check(&[]).unwrap(), None);
        assert_eq!(check(&[("KIND", "rerank")]).unwrap().as_deref(), Some("tei"));
        let cohere = [("KIND", "rerank"), ("STYLE", "cohere"), ("MODEL", "m"), ("API_KEY", "sk-1")];
        assert_eq!(check(&cohere).unwrap().as_deref(), Some("m/cohere"));
        let error = check(&[("KIND", "local"), ("PATH", "not/there")]).unwrap_err();
        assert_eq!((error.code, error.field.as_deref()), (Code::ModelUnusable, Some("not/there")));
    }
}
