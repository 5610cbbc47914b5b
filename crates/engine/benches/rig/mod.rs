//! An engine over a made set, and a lookup through the public call.

#![allow(dead_code, reason = "each bench uses its part")]

#[path = "../../tests/it/parts/clock.rs"]
mod clock;
#[path = "../../tests/it/parts/embedder.rs"]
mod embedder;
#[path = "../../tests/it/parts/verifier.rs"]
mod verifier;

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use goldenset_core::curation::Policy;
use goldenset_core::ports::{Embedder, Store};
use goldenset_core::{EntryContent, EntryId, TenantId, Validity};
use goldenset_engine::scope::{Defaults, Options};
use goldenset_engine::{
    Author, CacheLimits, CacheStatus, Engine, ImportMode, Looked, Parts, Settings, SharedTier,
};
use goldenset_store::SqliteStore;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use tokio::runtime::Runtime;

use clock::TestClock;
pub(crate) use embedder::WordEmbedder;
use verifier::verifier;

pub(crate) const DIMENSIONS: usize = 384;
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
pub(crate) fn phrasing(number: usize) -> String {
    let topic = TOPICS[number % TOPICS.len()];
    format!("Quanto dura il periodo di {topic} per il contratto collettivo settore s{number}?")
}

/// A question that no entry has word for word.
pub(crate) const PARAPHRASE: &str =
    "quanto è lungo il periodo di preavviso per il contratto collettivo settore s8?";

pub(crate) fn author() -> Author {
    Author::new(TenantId::default(), "bench")
}

/// The id of an entry, and what it says.
pub(crate) fn entry(number: usize) -> (EntryId, EntryContent) {
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
}

/// An engine over what is in a store.
pub(crate) async fn over(
    store: Arc<dyn Store>,
    cached_results: bool,
    shared: Option<SharedTier>,
) -> Arc<Engine> {
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
    let parts = Parts {
        store,
        verifier: verifier(&*embedder as &dyn Embedder),
        lexicons: vec![],
        pair_judge: None,
        embedder,
        search: None,
        shared,
        clock: Arc::new(TestClock::new()),
    };
    Arc::new(Engine::start(parts, settings, &|_, _| ()).await.unwrap())
}

/// An engine over so many entries, which was asked the paraphrase once.
pub(crate) fn engine(runtime: &Runtime, entries: usize, cached_results: bool) -> Arc<Engine> {
    runtime.block_on(async {
        let store = Arc::new(SqliteStore::in_memory().await.unwrap());
        let engine = over(store, cached_results, None).await;
        let publish = ImportMode { publish: true, dry_run: false };
        let rows = (0..entries).map(entry).collect();
        engine.import(author(), rows, publish, &|_, _| ()).await.unwrap();
        engine.lookup(PARAPHRASE, Options::default()).await.unwrap();
        engine
    })
}

/// A lookup that waits for nothing: its future is ready when it is first polled, so what is
/// measured is the lookup and no runtime.
pub(crate) fn lookup(engine: &Engine, query: &str, expected: CacheStatus) -> Looked {
    let mut lookup = pin!(engine.lookup(query, Options::default()));
    match lookup.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(looked)) if looked.facts.cache == expected => looked,
        other => unreachable!("{expected:?} was expected: {other:?}"),
    }
}
