//! An engine over real parts, with the clock and the embedder in the test's hands.

use std::sync::Arc;

use goldenset_core::ports::Store;
use goldenset_core::{Code, EntryContent, EntryId, Result, TenantId, Validity};
use goldenset_engine::scope::{Defaults, Options};
use goldenset_engine::{
    Author, CacheLimits, CacheStatus, Changed, Engine, Looked, NearMissRule, NearMissSettings,
    Parts, Settings, SharedTier,
};
use goldenset_store::SqliteStore;
use jiff::SignedDuration;
use jiff::tz::TimeZone;

use super::{FickleCache, LaggingSearch, TestClock, WordEmbedder, verifier};

/// Small: so are the sets of the tests.
const DIMENSIONS: usize = 64;

/// What nodes share besides the store.
#[derive(Default)]
pub(crate) struct Outside {
    pub(crate) cache: Option<Arc<FickleCache>>,
    pub(crate) search: Option<Arc<LaggingSearch>>,
}

pub(crate) struct Rig {
    pub(crate) clock: Arc<TestClock>,
    pub(crate) embedder: Arc<WordEmbedder>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) engine: Arc<Engine>,
}

impl Rig {
    /// Caches on, an empty store in memory.
    pub(crate) async fn new() -> Self {
        Self::with(settings()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        let store = Arc::new(SqliteStore::in_memory().await.unwrap());
        Self::over(store, settings).await.unwrap()
    }

    /// Over what `store` has already.
    pub(crate) async fn over(store: Arc<dyn Store>, settings: Settings) -> Result<Self> {
        Self::sharing(store, settings, &Outside::default()).await
    }

    /// The same, with what nodes share besides.
    pub(crate) async fn sharing(
        store: Arc<dyn Store>,
        settings: Settings,
        outside: &Outside,
    ) -> Result<Self> {
        let (clock, embedder) = (TestClock::new(), WordEmbedder::new(DIMENSIONS));
        let (clock, embedder) = (Arc::new(clock), Arc::new(embedder));
        let engine = sharing(&store, (&embedder, &clock), settings, outside).await?;
        Ok(Self { clock, embedder, store, engine })
    }

    /// Another engine over the same store, at the same time, without caches: what a restart shows.
    pub(crate) async fn restarted(&self) -> Arc<Engine> {
        start(&self.store, &self.embedder, &self.clock, without_caches()).await.unwrap()
    }

    pub(crate) async fn save(
        &self,
        id: &str,
        content: EntryContent,
        publish: bool,
    ) -> Result<Changed> {
        self.engine.save(author("default"), entry_id(id), content, publish).await
    }

    pub(crate) async fn publish(&self, id: &str, question: &str, answer: &str) -> Changed {
        self.save(id, content(question, answer), true).await.unwrap()
    }

    pub(crate) async fn retire(&self, id: &str) -> Result<Changed> {
        self.engine.retire(author("default"), entry_id(id)).await
    }

    pub(crate) async fn ask(&self, query: &str) -> Looked {
        self.ask_with(query, Options::default()).await
    }

    pub(crate) async fn ask_with(&self, query: &str, options: Options) -> Looked {
        self.engine.lookup(query, options).await.unwrap()
    }

    /// The code of a lookup that must fail.
    pub(crate) async fn refused(&self, query: &str) -> Code {
        self.engine.lookup(query, Options::default()).await.unwrap_err().code
    }

    /// Results and embeddings held by the caches.
    pub(crate) fn cached(&self) -> (usize, usize) {
        let state = self.engine.caches();
        (state.results.items, state.embeddings.items)
    }

    /// Asks and says which tier answered.
    pub(crate) async fn tier(&self, query: &str) -> CacheStatus {
        self.ask(query).await.facts.cache
    }

    /// The engine shows exactly what the store has: what a restarted one shows.
    pub(crate) async fn assert_agrees(&self, queries: &[&str]) {
        let restarted = self.restarted().await;
        assert_eq!(self.engine.tenants(), restarted.tenants());
        for query in queries {
            let options = || Options { min_similarity: Some(0.0), ..Options::default() };
            let here = self.engine.lookup(query, options()).await.unwrap();
            let there = restarted.lookup(query, options()).await.unwrap();
            assert_eq!(here.answer.body(), there.answer.body(), "{query}");
        }
    }
}

pub(crate) async fn start(
    store: &Arc<dyn Store>,
    embedder: &Arc<WordEmbedder>,
    clock: &Arc<TestClock>,
    settings: Settings,
) -> Result<Arc<Engine>> {
    sharing(store, (embedder, clock), settings, &Outside::default()).await
}

/// The same, with what nodes share besides.
pub(crate) async fn sharing(
    store: &Arc<dyn Store>,
    (embedder, clock): (&Arc<WordEmbedder>, &Arc<TestClock>),
    settings: Settings,
    Outside { cache, search }: &Outside,
) -> Result<Arc<Engine>> {
    let shared =
        cache.as_ref().map(|cache| SharedTier { cache: Arc::clone(cache) as _, build: [7; 32] });
    let parts = Parts {
        store: Arc::clone(store),
        embedder: Arc::clone(embedder) as _,
        verifier: verifier(&**embedder),
        lexicons: vec![],
        pair_judge: None,
        search: search.clone().map(|search| search as _),
        shared,
        clock: Arc::clone(clock) as _,
    };
    Ok(Arc::new(Engine::start(parts, settings, &|_, _| ()).await?))
}

/// Results live for five minutes, embeddings for an hour.
pub(crate) fn settings() -> Settings {
    Settings {
        serve_threshold: 0.9,
        defaults: Defaults { min_similarity: 0.6, max_results: 10 },
        time_zone: TimeZone::get("Europe/Rome").unwrap(),
        results: CacheLimits { ttl: SignedDuration::from_mins(5), bytes: 4 << 20 },
        embeddings: CacheLimits { ttl: SignedDuration::from_hours(1), bytes: 4 << 20 },
        profile_bytes: 16 << 20,
        // The sets are small: with this similarity most questions are nearly the same as others.
        near_misses: Some(NearMissSettings {
            rule: NearMissRule::Proven,
            similarity: 0.3,
            ttl: SignedDuration::from_hours(1),
            bytes: 1 << 20,
        }),
        batch_size: 50,
        policy: goldenset_core::curation::Policy::default(),
    }
}

pub(crate) fn without_caches() -> Settings {
    let off = CacheLimits { ttl: SignedDuration::ZERO, bytes: 0 };
    Settings { results: off, embeddings: off, near_misses: None, profile_bytes: 0, ..settings() }
}

pub(crate) fn author(tenant: &str) -> Author {
    Author::new(TenantId::new(tenant).unwrap(), "anna")
}

pub(crate) fn entry_id(id: &str) -> EntryId {
    EntryId::new(id).unwrap()
}

pub(crate) fn content(question: &str, answer: &str) -> EntryContent {
    EntryContent {
        question: question.into(),
        alternatives: vec![],
        answer: answer.into(),
        references: vec![],
        category: None,
        tags: vec![],
        lang: None,
        validity: Validity::default(),
        review_by: None,
    }
}
