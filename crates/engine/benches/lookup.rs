//! A lookup by the tier that answers it, through the public call. `cargo bench -p
//! goldenset-engine`.
//!
//! None of these lookups waits: each future is ready when it is first polled, so what is measured
//! is the lookup and no runtime.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a bench that cannot start should stop there, loudly"
)]

#[allow(dead_code, reason = "the bench does not move the clock")]
#[path = "../tests/it/parts/clock.rs"]
mod clock;
#[allow(dead_code, reason = "the bench needs no faults")]
#[path = "../tests/it/parts/embedder.rs"]
mod embedder;
#[path = "../tests/it/parts/verifier.rs"]
mod verifier;

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use criterion::{Criterion, criterion_group, criterion_main};
use goldenset_core::curation::Policy;
use goldenset_core::ports::Embedder;
use goldenset_core::{EntryContent, EntryId, TenantId, Validity};
use goldenset_engine::scope::{Defaults, Options};
use goldenset_engine::{
    Author, CacheLimits, CacheStatus, Engine, ImportMode, Looked, Parts, Settings,
};
use goldenset_store::SqliteStore;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use tokio::runtime::Runtime;

use clock::TestClock;
use embedder::WordEmbedder;
use verifier::verifier;

const DIMENSIONS: usize = 384;
const TOPICS: [&str; 8] = [
    "preavviso",
    "malattia",
    "straordinario",
    "ferie",
    "maternità",
    "tredicesima",
    "trasferta",
    "recesso",
];

/// An approved phrasing of an entry.
fn phrasing(number: usize) -> String {
    let topic = TOPICS[number % TOPICS.len()];
    format!("Quanto dura il periodo di {topic} per il contratto collettivo settore s{number}?")
}

/// A question that no entry has word for word.
const PARAPHRASE: &str =
    "quanto è lungo il periodo di preavviso per il contratto collettivo settore s8?";

fn engine(runtime: &Runtime, entries: usize, cached_results: bool) -> Engine {
    let embedder = Arc::new(WordEmbedder::new(DIMENSIONS));
    let minutes =
        |minutes| CacheLimits { ttl: SignedDuration::from_mins(minutes), bytes: 64 << 20 };
    let settings = Settings {
        serve_threshold: 0.9,
        defaults: Defaults { min_similarity: 0.5, max_results: 10 },
        time_zone: TimeZone::get("Europe/Rome").unwrap(),
        results: minutes(if cached_results { 5 } else { 0 }),
        embeddings: minutes(60),
        profile_bytes: 64 << 20,
        near_misses: None,
        batch_size: 50,
        policy: Policy::default(),
    };
    let rows = (0..entries).map(|number| {
        let content = EntryContent {
            question: phrasing(number),
            alternatives: vec![],
            answer: "Dipende dal livello e dall'anzianità di servizio. ".repeat(8),
            references: vec!["CCNL, art. 12".into()],
            category: Some("lavoro".into()),
            tags: vec![],
            lang: Some("it".into()),
            validity: Validity::default(),
            review_by: None,
        };
        (EntryId::new(format!("e{number}")).unwrap(), content)
    });
    runtime.block_on(async {
        let parts = Parts {
            store: Arc::new(SqliteStore::in_memory().await.unwrap()),
            verifier: verifier(&*embedder as &dyn Embedder),
            lexicons: vec![],
            pair_judge: None,
            embedder,
            search: None,
            shared: None,
            clock: Arc::new(TestClock::new()),
        };
        let engine = Arc::new(Engine::start(parts, settings, &|_, _| ()).await.unwrap());
        let author = Author::new(TenantId::default(), "bench");
        let publish = ImportMode { publish: true, dry_run: false };
        engine.import(author, rows.collect(), publish, &|_, _| ()).await.unwrap();
        engine.lookup(PARAPHRASE, Options::default()).await.unwrap();
        Arc::into_inner(engine).unwrap()
    })
}

fn lookup(engine: &Engine, query: &str, expected: CacheStatus) -> Looked {
    let mut lookup = pin!(engine.lookup(query, Options::default()));
    match lookup.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(looked)) if looked.facts.cache == expected => looked,
        other => unreachable!("{expected:?} was expected: {other:?}"),
    }
}

fn by_tier(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let mut group = criterion.benchmark_group("lookup");
    let engine_1k = engine(&runtime, 1_000, true);
    let approved = phrasing(8);
    group.bench_function("signature hit", |bencher| {
        bencher.iter(|| lookup(&engine_1k, &approved, CacheStatus::SignatureHit));
    });
    group.bench_function("result hit", |bencher| {
        bencher.iter(|| lookup(&engine_1k, PARAPHRASE, CacheStatus::ResultHit));
    });
    for entries in [1_000, 10_000] {
        let engine = engine(&runtime, entries, false);
        group.bench_function(format!("embedding hit, {entries} entries"), |bencher| {
            bencher.iter(|| lookup(&engine, PARAPHRASE, CacheStatus::EmbeddingHit));
        });
    }
    group.finish();
}

criterion_group!(benches, by_tier);
criterion_main!(benches);
