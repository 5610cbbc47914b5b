//! What is counted, for Prometheus. The names of the first four families are those that existing
//! dashboards know.

mod cache;
mod dependencies;
mod kept;
mod shared;
mod watch;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use goldenset_core::decision::Decision;
use goldenset_core::ports::Embedder;
use goldenset_core::{Code, Embedding, Error, ModelId, Result};
use goldenset_engine::{CacheStatus, Engine, Facts, Opinion, WatchState};
use prometheus::{
    Encoder, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGaugeVec, Opts,
    Registry, TextEncoder,
};

use cache::CacheMetrics;
use dependencies::DependencyMetrics;
use kept::Kept;
use shared::SharedMetrics;
use watch::WatchMetrics;

/// Upper bounds of the latency buckets, seconds: 10 µs to 10 s.
const BUCKETS: &[f64] = &[
    0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.02,
    0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// All that this process counts.
pub struct Metrics {
    registry: Registry,
    latency: Kept<HistogramVec>,
    hits: Kept<IntCounterVec>,
    misses: Kept<IntCounterVec>,
    embedding: Histogram,
    decisions: Kept<IntCounterVec>,
    opinions: Kept<IntCounterVec>,
    entries: IntGaugeVec,
    epochs: IntGaugeVec,
    cache: CacheMetrics,
    dependencies: DependencyMetrics,
    shared: SharedMetrics,
    watch: WatchMetrics,
    raising: Mutex<()>,
    default_threshold: f64,
}

impl Metrics {
    /// Nothing counted yet. `default_threshold` is the `min_similarity` of callers who give none.
    ///
    /// # Errors
    /// `internal` when a name is used twice.
    pub fn new(default_threshold: f64) -> Result<Self> {
        Self::build(default_threshold).map_err(|cause| {
            Error::new(Code::Internal, "the metrics could not be set up").cause(cause)
        })
    }

    fn build(default_threshold: f64) -> prometheus::Result<Self> {
        let registry = Registry::new();
        let buckets =
            |name: &str, help: &str| HistogramOpts::new(name, help).buckets(BUCKETS.to_vec());
        let counter = |name: &str, help: &str, label: &str| {
            let counter = IntCounterVec::new(Opts::new(name, help), &[label])?;
            registry.register(Box::new(counter.clone()))?;
            Ok::<_, prometheus::Error>(Kept::new(counter))
        };
        let gauge = |name: &str, help: &str| {
            let gauge = IntGaugeVec::new(Opts::new(name, help), &["tenant"])?;
            registry.register(Box::new(gauge.clone()))?;
            Ok::<_, prometheus::Error>(gauge)
        };
        let latency = HistogramVec::new(
            buckets(
                "faq_retrieval_latency_seconds",
                "Time of a lookup, by the tier that answered.",
            ),
            &["cache_status", "similarity_threshold"],
        )?;
        registry.register(Box::new(latency.clone()))?;
        let embedding = Histogram::with_opts(buckets(
            "faq_embedding_generation_seconds",
            "Time of one call of the embedding provider.",
        ))?;
        registry.register(Box::new(embedding.clone()))?;
        Ok(Self {
            hits: counter("faq_cache_hits_total", "Lookups that a tier answered.", "cache_type")?,
            misses: counter(
                "faq_cache_misses_total",
                "Lookups that a tier was asked for and could not answer.",
                "cache_type",
            )?,
            decisions: counter(
                "goldenset_decisions_total",
                "Lookups by what was decided.",
                "decision",
            )?,
            opinions: counter(
                "goldenset_second_opinions_total",
                "Lookups that asked the judge of pairs, by what became of it.",
                "outcome",
            )?,
            entries: gauge("goldenset_published_entries", "Entries served.")?,
            epochs: gauge("goldenset_epoch", "State of the golden set that is served.")?,
            cache: CacheMetrics::new(&registry)?,
            dependencies: DependencyMetrics::new(&registry)?,
            shared: SharedMetrics::new(&registry)?,
            watch: WatchMetrics::new(&registry)?,
            raising: Mutex::default(),
            latency: Kept::new(latency),
            embedding,
            registry,
            default_threshold,
        })
    }

    /// Counts one lookup; `Err` is one that failed. `threshold` is the `min_similarity` that the
    /// caller gave.
    pub fn looked_up<E>(
        &self,
        facts: std::result::Result<&Facts, E>,
        threshold: Option<f64>,
        elapsed: Duration,
    ) {
        // A negative zero is the same threshold, and would be a label of its own.
        let threshold = threshold.unwrap_or(self.default_threshold) + 0.0;
        let (place, status) = match &facts {
            Ok(facts) => (1 + facts.cache as usize, facts.cache.as_str()),
            Err(_) => (0, "error"),
        };
        let seconds = elapsed.as_secs_f64();
        // Most callers leave it open, and writing a number takes a good part of a lookup.
        if threshold == self.default_threshold {
            let labels = || [status.into(), label(threshold)];
            self.latency.with(place, labels, |latency| latency.observe(seconds));
        } else {
            self.latency.all.with_label_values(&[status, &label(threshold)]).observe(seconds);
        }
        let Ok(facts) = facts else { return };
        for (place, tier, hit) in tiers(facts) {
            let family = if hit { &self.hits } else { &self.misses };
            family.with(place, || [tier], IntCounter::inc);
        }
    }

    /// Counts a decision, and the second opinion that it was made with.
    pub fn decided(&self, decision: Decision, opinion: Opinion) {
        self.decisions.with(decision as usize, || [decision.as_str()], IntCounter::inc);
        if opinion != Opinion::NotAsked {
            self.opinions.with(opinion as usize, || [opinion.as_str()], IntCounter::inc);
        }
    }

    /// Everything in Prometheus's text format.
    ///
    /// # Errors
    /// `internal` when the text cannot be written.
    pub fn encode(&self, engine: &Engine, watch: &WatchState) -> Result<Vec<u8>> {
        let raising = Raising::alone(&self.raising);
        self.watch.set(watch, &raising);
        let caches = engine.caches();
        self.cache.set(&caches, &raising);
        if let Some(shared) = &caches.shared {
            self.shared.set(shared, &raising);
        }
        drop(raising);
        let redis = caches.shared.as_ref().map(|shared| &shared.health);
        self.dependencies.set(engine.following(), redis);
        for (tenant, state) in engine.tenants() {
            let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
            self.entries.with_label_values(&[tenant.as_str()]).set(number(state.entries));
            let epoch = i64::try_from(state.epoch.0).unwrap_or(i64::MAX);
            self.epochs.with_label_values(&[tenant.as_str()]).set(epoch);
        }
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text).map_err(|cause| {
            Error::new(Code::Internal, "the metrics could not be written").cause(cause)
        })?;
        Ok(text)
    }
}

/// The right to raise counters to what was counted elsewhere: two scrapes at once would raise them
/// twice.
struct Raising<'a>(#[expect(dead_code, reason = "held, not read")] MutexGuard<'a, ()>);

impl<'a> Raising<'a> {
    fn alone(lock: &'a Mutex<()>) -> Self {
        Self(lock.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// To a count that never falls.
    fn raise(&self, counter: &IntCounter, to: u64) {
        counter.inc_by(to.saturating_sub(counter.get()));
    }
}

/// Two decimals of a number from 0 to 1: at most 101 values, and one for what is refused.
fn label(threshold: f64) -> String {
    match threshold {
        threshold if (0.0..=1.0).contains(&threshold) => format!("{threshold:.2}"),
        _ => "invalid".into(),
    }
}

/// The tiers that a lookup asked, each with its number, and whether each could answer.
fn tiers(facts: &Facts) -> impl Iterator<Item = (usize, &'static str, bool)> {
    let by_signature = facts.cache == CacheStatus::SignatureHit;
    let by_result = (!by_signature).then_some(facts.cache == CacheStatus::ResultHit);
    let asked = [
        ("signature", Some(by_signature)),
        ("result", by_result),
        ("embedding", facts.embedding_cached),
        ("near_miss", facts.reused),
    ];
    (0..).zip(asked).filter_map(|(place, (tier, hit))| Some((place, tier, hit?)))
}

/// An embedder whose calls are timed.
pub struct Timed {
    embedder: Arc<dyn Embedder>,
    metrics: Arc<Metrics>,
}

impl Timed {
    /// Times the calls of `embedder`.
    #[must_use]
    pub fn new(embedder: Arc<dyn Embedder>, metrics: Arc<Metrics>) -> Self {
        Self { embedder, metrics }
    }
}

#[async_trait]
impl Embedder for Timed {
    fn model(&self) -> &ModelId {
        self.embedder.model()
    }

    fn dimensions(&self) -> usize {
        self.embedder.dimensions()
    }

    async fn embed(&self, texts: &[Arc<str>]) -> Result<Vec<Embedding>> {
        let started = Instant::now();
        let embeddings = self.embedder.embed(texts).await;
        self.metrics.embedding.observe(started.elapsed().as_secs_f64());
        embeddings
    }
}
