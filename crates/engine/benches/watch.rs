//! What counting adds to the cheapest lookup, an approved phrasing: the same lookup bare, counted,
//! and with every hundredth answer drawn. `cargo bench -p goldenset-engine --bench watch`.

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
#[allow(dead_code, reason = "the bench needs one verifier")]
#[path = "../tests/it/parts/verifier.rs"]
mod verifier;

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use goldenset_core::curation::Policy;
use goldenset_core::ports::Embedder;
use goldenset_core::{EntryContent, EntryId, Result, TenantId, Validity};
use goldenset_engine::scope::{Defaults, Options};
use goldenset_engine::{
    Author, CacheLimits, Engine, Looked, Parts, Settings, Watch, WatchSettings,
};
use goldenset_store::SqliteStore;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use tokio::runtime::Runtime;

use clock::TestClock;
use embedder::WordEmbedder;
use verifier::verifier;

const PHRASING: &str = "Quanto dura il periodo di preavviso?";

fn engine(runtime: &Runtime) -> Arc<Engine> {
    let embedder = Arc::new(WordEmbedder::new(64));
    let limits = CacheLimits { ttl: SignedDuration::from_mins(5), bytes: 1 << 20 };
    let settings = Settings {
        serve_threshold: 0.9,
        defaults: Defaults { min_similarity: 0.5, max_results: 10 },
        time_zone: TimeZone::get("Europe/Rome").unwrap(),
        results: limits,
        embeddings: limits,
        profile_bytes: 64 << 20,
        near_misses: None,
        batch_size: 50,
        policy: Policy::default(),
    };
    let content = EntryContent {
        question: PHRASING.into(),
        alternatives: vec![],
        answer: "Un mese.".into(),
        references: vec![],
        category: None,
        tags: vec![],
        lang: None,
        validity: Validity::default(),
        review_by: None,
    };
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
        engine.save(author, EntryId::new("a").unwrap(), content, true).await.unwrap();
        engine
    })
}

fn watch(engine: &Arc<Engine>, audit_share: f64) -> Watch {
    let flush_every = Duration::from_secs(60);
    let settings = WatchSettings {
        flush_every,
        keep_days: 400,
        audit_share,
        most_open: 1000,
        questions: None,
    };
    Watch::new(Arc::clone(engine), settings).unwrap()
}

/// None of these lookups waits.
fn ready(lookup: impl Future<Output = Result<Looked>>) -> Looked {
    match pin!(lookup).as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(looked)) => looked,
        other => unreachable!("{other:?}"),
    }
}

fn counting(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let engine = engine(&runtime);
    let mut group = criterion.benchmark_group("signature hit");
    group.bench_function("bare", |bencher| {
        bencher.iter(|| ready(engine.lookup(PHRASING, Options::default())));
    });
    for (name, share) in [("counted", 0.0), ("counted and drawn", 0.01)] {
        let watch = watch(&engine, share);
        group.bench_function(name, |bencher| {
            bencher.iter(|| ready(watch.lookup(PHRASING, Options::default())));
        });
    }
    group.finish();
}

criterion_group!(benches, counting);
criterion_main!(benches);
