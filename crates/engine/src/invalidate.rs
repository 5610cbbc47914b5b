//! What the caches hold, and having it dropped by hand. No answer depends on it: what is dropped is
//! found again as it was.

use std::collections::HashSet;

use goldenset_core::decision::Decision;
use goldenset_core::{EntryId, Result, Signature, TenantId};
use jiff::Timestamp;
use serde::Serialize;

use crate::answer::Answer;
use crate::cache::{Basis, CacheState, Names, NearMisses, Shared, StoredResult};
use crate::engine::Engine;
use crate::lookup::Question;

/// Most results that a dry run lists.
pub const MAX_LISTED: usize = 100;

/// What is to be dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// The results of a tenant that an entry was considered for, listed in them or not.
    Entry(TenantId, EntryId),
    /// The results of one question of a tenant, under all its options, and its embedding.
    Question(TenantId, Signature),
    /// All results and embeddings of a tenant.
    Tenant(TenantId),
    /// All results and embeddings of all tenants.
    Everything,
}

impl Selection {
    /// The results of a question, however it is spelled.
    ///
    /// # Errors
    /// `empty_query`, `query_too_long`.
    pub fn of_query(tenant: TenantId, query: &str) -> Result<Self> {
        Ok(Self::Question(tenant, Question::of(query)?.signature))
    }

    fn tenant(&self) -> Option<&TenantId> {
        match self {
            Self::Entry(tenant, _) | Self::Question(tenant, _) | Self::Tenant(tenant) => {
                Some(tenant)
            }
            Self::Everything => None,
        }
    }

    fn has_result(&self, basis: &Basis) -> bool {
        self.tenant().is_none_or(|tenant| basis.scope.tenant == *tenant)
            && match self {
                Self::Entry(_, id) => basis.considered.contains(id),
                Self::Question(_, signature) => basis.signature == *signature,
                Self::Tenant(_) | Self::Everything => true,
            }
    }

    fn has_embedding(&self, whose: &TenantId, of: &Signature) -> bool {
        self.tenant().is_none_or(|tenant| whose == tenant)
            && match self {
                // An embedding is of the question alone.
                Self::Entry(..) => false,
                Self::Question(_, signature) => of == signature,
                Self::Tenant(_) | Self::Everything => true,
            }
    }

    /// A search knows nothing of the question but its vector: with one, all of the tenant go.
    fn has_search(&self, whose: &TenantId, found: &dyn Fn(&EntryId) -> bool) -> bool {
        self.tenant().is_none_or(|tenant| whose == tenant)
            && match self {
                Self::Entry(_, id) => found(id),
                Self::Question(..) | Self::Tenant(_) | Self::Everything => true,
            }
    }

    /// Why something is among it.
    fn in_words(&self) -> String {
        match self {
            Self::Entry(_, id) => format!("entry `{id}` was considered for it"),
            Self::Question(..) => "it is a result of this question".into(),
            Self::Tenant(tenant) => format!("it is a result of tenant `{tenant}`"),
            Self::Everything => "every result goes".into(),
        }
    }
}

/// Keys of what nodes share that are looked at or dropped at once.
const SHARED_PART: usize = 256;

/// What was dropped of what nodes share, or would be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SharedInvalidated {
    /// How many results.
    pub results: u64,
    /// How many embeddings.
    pub embeddings: u64,
    /// Why not all of it could be reached, if so.
    pub fault: Option<String>,
}

/// What was dropped, or would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Invalidated {
    /// Whether nothing was dropped because only that was asked.
    pub dry_run: bool,
    /// How many results of this process.
    pub results: u64,
    /// How many embeddings of this process.
    pub embeddings: u64,
    /// Beside those of this process; none where nodes share nothing.
    pub shared: Option<SharedInvalidated>,
    /// The results of this process one by one, at most [`MAX_LISTED`], the newest first: of a dry run, and only
    /// then.
    pub listed: Option<Vec<ListedResult>>,
}

/// A cached result, without a word of the question or of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedResult {
    /// Whose it is.
    pub tenant: TenantId,
    /// Signature of the question.
    pub signature: Signature,
    /// The entries that were considered, most similar first.
    pub entry_ids: Vec<EntryId>,
    /// What it says is to be done.
    pub decision: Decision,
    /// Seconds since it was found.
    pub age_seconds: i64,
    /// Why it would go.
    pub reason: String,
}

impl Engine {
    /// What the caches hold, of all tenants together.
    #[must_use]
    pub fn caches(&self) -> CacheState {
        CacheState {
            results: self.results.state(),
            embeddings: self.embeddings.cache().state(),
            profiles: self.profiles.state(),
            near_misses: self.near_misses.as_ref().map(NearMisses::state),
            shared: self.shared.as_ref().map(|shared| shared.state()),
        }
    }

    /// Drops a part of the caches; a dry run says what would go. A lookup that is under way may put
    /// its result after it. Of what nodes share, what can be reached is dropped; other nodes keep
    /// what they have in memory.
    ///
    /// The ready answers to approved phrasings stay: they are a part of the version that is served,
    /// come and go with it, and are no cache that could be out of date.
    ///
    /// # Errors
    /// `unknown_tenant`.
    pub async fn invalidate(&self, selection: &Selection, dry_run: bool) -> Result<Invalidated> {
        if let Some(tenant) = selection.tenant() {
            self.tenant(tenant)?;
        }
        let has_result = |basis: &Basis| selection.has_result(basis);
        let has_embedding = |key: &(TenantId, Signature)| selection.has_embedding(&key.0, &key.1);
        let embeddings = self.embeddings.cache();
        let shared = match &self.shared {
            Some(shared) => Some(shared.invalidate(selection, dry_run).await),
            None => None,
        };
        if dry_run {
            let now = self.clock.now();
            let mut listed = Vec::new();
            let mut results = 0;
            for answer in self.results.held(has_result) {
                results += 1;
                if listed.len() < MAX_LISTED {
                    listed.extend(ListedResult::of(&answer, selection, now));
                }
            }
            listed.sort_by_key(|one| (one.age_seconds, one.signature));
            let embeddings = embeddings.held(has_embedding);
            return Ok(Invalidated { dry_run, results, embeddings, shared, listed: Some(listed) });
        }
        if let Some(near_misses) = &self.near_misses {
            near_misses.forget(|whose, found| selection.has_search(whose, found));
        }
        let results = self.results.invalidate(has_result);
        let embeddings = embeddings.invalidate(has_embedding);
        tracing::info!(
            ?selection,
            results,
            embeddings,
            ?shared,
            "a part of the caches was dropped"
        );
        Ok(Invalidated { dry_run, results, embeddings, shared, listed: None })
    }
}

impl Shared {
    async fn invalidate(&self, selection: &Selection, dry_run: bool) -> SharedInvalidated {
        let mut done = SharedInvalidated::default();
        let (results, embeddings) = Names::beginnings(selection);
        let mut sweep = async || {
            let chosen = match selection {
                Selection::Entry(_, id) => Some(id),
                _ => None,
            };
            self.sweep(&results, chosen, dry_run, &mut done.results).await?;
            match &embeddings {
                Some(beginning) => self.sweep(beginning, None, dry_run, &mut done.embeddings).await,
                None => Ok(()),
            }
        };
        match sweep().await {
            Err(error) => done.fault = Some(error.to_string()),
            // What could not be read was not looked at.
            Ok(()) if !self.cache.answers() => done.fault = self.cache.health().fault,
            Ok(()) => {}
        }
        done
    }

    /// Drops, or counts, what has a key with this beginning; where an entry is given, only results
    /// that it was considered for.
    async fn sweep(
        &self,
        beginning: &str,
        considered: Option<&EntryId>,
        dry_run: bool,
        count: &mut u64,
    ) -> Result<()> {
        let (mut seen, mut from) = (HashSet::new(), None);
        loop {
            let (mut keys, next) = self.cache.keys(beginning, from).await?;
            keys.retain(|key| seen.insert(key.clone()));
            for part in keys.chunks(SHARED_PART) {
                let chosen = match considered {
                    None => part.to_vec(),
                    Some(id) => self.resting_on(part, id).await,
                };
                *count += match dry_run {
                    true => chosen.len() as u64,
                    false => self.cache.remove(&chosen).await?,
                };
            }
            match next {
                Some(next) => from = Some(next),
                None => return Ok(()),
            }
        }
    }

    /// The keys of the results that an entry was considered for.
    async fn resting_on(&self, keys: &[String], id: &EntryId) -> Vec<String> {
        let results = self.results(keys).await;
        let rests = |result: &Option<StoredResult>| {
            result.as_ref().is_some_and(|result| result.considered().contains(id))
        };
        let chosen = keys.iter().zip(results).filter(|(_, result)| rests(result));
        chosen.map(|(key, _)| key.clone()).collect()
    }
}

impl ListedResult {
    fn of(answer: &Answer, selection: &Selection, now: Timestamp) -> Option<Self> {
        let basis = answer.basis()?;
        Some(Self {
            tenant: basis.scope.tenant.clone(),
            signature: basis.signature,
            entry_ids: basis.considered.clone(),
            decision: answer.result().decision,
            age_seconds: now.duration_since(basis.made).as_secs(),
            reason: selection.in_words(),
        })
    }
}
