//! Search over vectors that is done elsewhere than in this process.

use async_trait::async_trait;

use crate::embedding::Vector;
use crate::error::Result;
use crate::filters::Filters;
use crate::ids::{EntryId, Epoch, EpochStamp, ModelId, TenantId, VersionNumber};
use crate::validity::Validity;

/// What the entries nearest to some questions are asked with.
#[derive(Debug, Clone)]
pub struct NearestQuery {
    /// Whose golden set.
    pub tenant: TenantId,
    /// Whose vectors: of entries and of questions.
    pub model: ModelId,
    /// Which entries count.
    pub filters: Filters,
    /// Entries must be in force on a day of these.
    pub in_force: Validity,
    /// How many entries are wanted for each question, at least 1.
    pub k: usize,
    /// The questions. All take one round trip, but for what [`VectorSearch::nearest`] says.
    pub vectors: Vec<Vector>,
}

/// An entry that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct NearEntry {
    /// The entry.
    pub id: EntryId,
    /// The version that was served when the search was filled.
    pub version: VersionNumber,
    /// The vectors of its phrasings that came near, in full precision, the most similar first. The
    /// entry counts with its most similar one.
    pub vectors: Vec<Vector>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Nearest {
    /// The state whose published set was searched, all of it and nothing else; none while the
    /// search has not been filled, or not with the vectors of all entries. What is found belongs
    /// to a snapshot of this state and to no other.
    pub stamp: Option<EpochStamp>,
    /// One a question, in their order.
    pub found: Vec<Near>,
}

/// What was found for one question.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Near {
    /// The `k` entries that are wanted, or all that there are, and further ones that came near. In
    /// no order: the caller computes similarities as it does everywhere, sorts by them and breaks
    /// ties by entry id.
    pub entries: Vec<NearEntry>,
    /// No vector that the query allows and that is not in `entries` is more similar to the question
    /// than this, as far as the search finds what is nearest; none where there is no such vector.
    pub reach: Option<f64>,
}

/// How far a search has been filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filled {
    /// The tenant's epoch whose published entries are in it.
    pub epoch: Epoch,
    /// Published entries whose vectors of the model are not in the store yet, and so not in the
    /// search either. Until they are, [`Nearest::stamp`] is none.
    pub missing: u64,
}

/// Search over the published vectors of many tenants. What it searches is made from the store, and
/// can be made again at any time.
#[async_trait]
pub trait VectorSearch: Send + Sync {
    /// Brings the search of one tenant to its present epoch. Does nothing where it is there; many
    /// nodes may do it at once, and one of them works. `progress` hears how many of how many
    /// entries are done.
    ///
    /// # Errors
    /// `pgvector_unusable`, `embedding_mismatch` for vectors of another length than `dimensions`,
    /// `store_unavailable`, `database_damaged`.
    async fn sync(
        &self,
        tenant: &TenantId,
        model: &ModelId,
        dimensions: usize,
        progress: &(dyn Fn(u64, u64) + Send + Sync),
    ) -> Result<Filled>;

    /// The entries nearest to each of some questions. Where an index alone finds fewer than there
    /// are, or where too many are equally near, it is asked again, exactly or for more: fewer than
    /// `k` come back only where fewer are allowed.
    ///
    /// # Errors
    /// As [`VectorSearch::sync`]. A fault is never an empty list.
    async fn nearest(&self, query: &NearestQuery) -> Result<Nearest>;

    /// Keeps the index of a model good: builds it where the set has grown to need one, and again
    /// after growth or when it finds too little. For a task that calls it now and then; where
    /// another node is at it already, it returns at once.
    ///
    /// # Errors
    /// As [`VectorSearch::sync`].
    async fn upkeep(&self, model: &ModelId, dimensions: usize) -> Result<()>;
}
