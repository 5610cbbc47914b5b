//! The engine: one process's view of the golden sets and the parts that it works with.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use goldenset_core::canonical::Canonical;
use goldenset_core::curation::Policy;
use goldenset_core::guards::Lexicon;
use goldenset_core::ports::{Clock, Embedder, Store, VectorSearch};
use goldenset_core::verifier::Verifier;
use goldenset_core::{Embedding, EntryContent, Epoch, ModelId, Result, TenantId};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use tokio::sync::Mutex;

use crate::cache::{CacheLimits, NearMissSettings, NearMisses, ResultCache, Shared, SharedTier};
use crate::calendar::Calendar;
use crate::embedding::Embeddings;
use crate::follow::Freshness;
use crate::judge::Judges;
use crate::lookup::Spellings;
use crate::opinion::{Opinions, PairJudge};
use crate::profiles::Profiles;
use crate::scope::{Defaults, Options, Scope, check_threshold};
use crate::snapshot::{Snapshot, TenantSet};

/// Called with how many of how many pieces of a long work are done.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) + Send + Sync);

/// How the engine behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Least score of a served answer, 0 to 1.
    pub serve_threshold: f64,
    /// What a caller gets who asks for nothing special.
    pub defaults: Defaults,
    /// Where it is decided which day it is.
    pub time_zone: TimeZone,
    /// Bounds of the result cache.
    pub results: CacheLimits,
    /// Bounds of the embedding cache.
    pub embeddings: CacheLimits,
    /// Most memory for what verification needs of entries beside their texts, in bytes. What does
    /// not fit is read from the store by the lookups that need it.
    pub profile_bytes: u64,
    /// How searches of the past are used where vectors are searched elsewhere, if they are.
    pub near_misses: Option<NearMissSettings>,
    /// Most texts in one call of the embedding provider.
    pub batch_size: usize,
    /// How feedback counts, and who decides.
    pub policy: Policy,
}

/// The parts that the binary wires together.
pub struct Parts {
    /// Where golden sets are kept.
    pub store: Arc<dyn Store>,
    /// Makes vectors.
    pub embedder: Arc<dyn Embedder>,
    /// Judges candidates.
    pub verifier: Verifier,
    /// What tenants add to the words that guards know.
    pub lexicons: Vec<(TenantId, Lexicon)>,
    /// Heard on candidates that the verifier is sure of neither way, if there is one.
    pub pair_judge: Option<PairJudge>,
    /// Where vectors are searched, if not in this process.
    pub search: Option<Arc<dyn VectorSearch>>,
    /// Where nodes share results and embeddings, if they do.
    pub shared: Option<SharedTier>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// Serves lookups from memory and takes changes.
pub struct Engine {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) judges: Judges,
    pub(crate) opinions: Option<Opinions>,
    pub(crate) settings: Settings,
    calendar: Calendar,
    pub(crate) spellings: Spellings,
    pub(crate) embeddings: Embeddings,
    pub(crate) results: ResultCache,
    pub(crate) shared: Option<Arc<Shared>>,
    pub(crate) search: Option<Arc<dyn VectorSearch>>,
    pub(crate) near_misses: Option<NearMisses>,
    pub(crate) profiles: Profiles,
    pub(crate) freshness: Freshness,
    snapshot: ArcSwap<Snapshot>,
    /// Held from before a commit until the snapshot shows it, so that epochs appear in order.
    pub(crate) writing: Mutex<()>,
    /// The engine that took over, once one did.
    pub(crate) successor: OnceLock<Arc<Engine>>,
}

/// How much one tenant serves.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TenantState {
    /// State of the set.
    pub epoch: Epoch,
    /// Entries served.
    pub entries: usize,
    /// Vectors searched.
    pub vectors: usize,
    /// Places of an index over them, those of removed ones among them; 0 while every vector is
    /// compared, and where they are searched elsewhere.
    pub indexed: usize,
}

impl Engine {
    /// Loads everything that is published; texts without an embedding of the embedder's model are
    /// embedded and kept.
    ///
    /// # Errors
    /// Faults of the store and of the provider; `threshold_out_of_range`.
    pub async fn start(parts: Parts, settings: Settings, progress: Progress<'_>) -> Result<Self> {
        check_threshold("serve_threshold", settings.serve_threshold)?;
        check_threshold("min_similarity", settings.defaults.min_similarity)?;
        settings.policy.check()?;
        let Parts { store, embedder, mut verifier, lexicons, pair_judge, search, shared, clock } =
            parts;
        let opinions = pair_judge.map(Opinions::new);
        if let Some(opinions) = &opinions {
            verifier = verifier.with_second_opinion(opinions.heeded());
        }
        let judges = Judges::new(verifier, lexicons, embedder.model(), settings.serve_threshold)?;
        let limits = (settings.results, settings.embeddings);
        let shared = shared.map(|tier| Arc::new(Shared::new(tier, embedder.model(), limits)));
        let engine = Self {
            embeddings: Embeddings::new(
                embedder,
                Arc::clone(&clock),
                (settings.embeddings, shared.clone()),
                settings.batch_size,
            ),
            shared,
            near_misses: search.as_ref().and(settings.near_misses).map(NearMisses::new),
            search,
            results: ResultCache::new(settings.results),
            store,
            clock,
            judges,
            opinions,
            calendar: Calendar::new(settings.time_zone.clone()),
            spellings: Spellings::new(),
            profiles: Profiles::new(settings.profile_bytes),
            settings,
            freshness: Freshness::new(),
            snapshot: ArcSwap::default(),
            writing: Mutex::new(()),
            successor: OnceLock::new(),
        };
        engine.show(TenantId::default(), engine.empty_set(&TenantId::default()));
        for (tenant, _) in engine.store.tenants().await? {
            engine.load(&tenant, progress).await?;
            engine.sync_search(&tenant, progress).await?;
        }
        engine.ready_at_start().await?;
        Ok(engine)
    }

    /// What each tenant serves.
    #[must_use]
    pub fn tenants(&self) -> BTreeMap<TenantId, TenantState> {
        let snapshot = self.snapshot.load();
        let state = |set: &TenantSet| TenantState {
            epoch: set.epoch(),
            entries: set.len(),
            vectors: set.phrasings(),
            indexed: set.vectors.index().map_or(0, |index| index.rows()),
        };
        snapshot.tenants().map(|(tenant, set)| (tenant.clone(), state(set))).collect()
    }

    /// Checks that a tenant exists.
    ///
    /// # Errors
    /// `unknown_tenant`.
    pub fn tenant(&self, tenant: &TenantId) -> Result<()> {
        self.published(tenant).map(|_| ())
    }

    /// Ends the work with the store; the engine takes no change after it.
    pub async fn close(&self) {
        self.store.close().await;
    }

    /// The embedding model that lookups use.
    #[must_use]
    pub fn model(&self) -> &ModelId {
        self.embeddings.embedder().model()
    }

    /// The store behind the engine.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// Identity of what judges the candidates of a tenant.
    #[must_use]
    pub fn verifier_id(&self, tenant: &TenantId) -> &str {
        self.judges.of(tenant).verifier.id()
    }

    /// What a tenant serves before anything is published.
    pub(crate) fn empty_set(&self, tenant: &TenantId) -> TenantSet {
        let judge = Arc::clone(self.judges.of(tenant));
        TenantSet::new(self.dimensions(), judge, self.search.is_none())
    }

    pub(crate) fn dimensions(&self) -> usize {
        self.embeddings.embedder().dimensions()
    }

    pub(crate) fn scope(&self, options: Options) -> Result<Scope> {
        self.scope_at(options, self.clock.now())
    }

    /// The scope of a lookup of `now`.
    pub(crate) fn scope_at(&self, options: Options, now: Timestamp) -> Result<Scope> {
        Scope::resolve(options, &self.settings.defaults, self.calendar.day(now))
    }

    /// The day that it is where it is decided which day it is.
    pub(crate) fn today(&self) -> Date {
        self.calendar.day(self.clock.now())
    }

    pub(crate) fn published(&self, tenant: &TenantId) -> Result<Arc<TenantSet>> {
        self.snapshot.load().tenant(tenant).cloned()
    }

    /// Makes a tenant's set the one that lookups see.
    pub(crate) fn show(&self, tenant: TenantId, set: TenantSet) {
        self.snapshot.store(Arc::new(self.snapshot.load().with(tenant, set)));
    }

    /// The embeddings of the phrasings of each content.
    pub(crate) async fn embed(
        &self,
        contents: &[&EntryContent],
        progress: Progress<'_>,
    ) -> Result<Vec<Vec<Embedding>>> {
        let phrasings = contents.iter().flat_map(|content| content.phrasings());
        let texts: Vec<_> = phrasings.map(|phrasing| Canonical::of(phrasing).text()).collect();
        let mut made = self.embeddings.fresh(&texts, progress).await?.into_iter();
        let of =
            |content: &&EntryContent| made.by_ref().take(content.phrasings().count()).collect();
        Ok(contents.iter().map(of).collect())
    }
}
