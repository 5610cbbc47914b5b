//! Caches in this process. They are invisible: a lookup with them gives byte for byte the body
//! that it gives without them. Time to live bounds memory, never correctness.

mod basis;
mod counts;
mod embeddings;
mod key;
mod near_misses;
#[cfg(test)]
mod replay_tests;
mod results;
mod shared;

pub(crate) use basis::{Basis, Grounds, Reach};
pub use counts::{DropReason, Dropped};
pub(crate) use embeddings::{EmbeddingCache, EmbeddingKey, Known, Read};
pub(crate) use key::{HeldKey, JudgeId, ResultKey, ResultName};
pub(crate) use near_misses::NearMisses;
pub use near_misses::{NearMissRule, NearMissSettings, NearMissState};
pub(crate) use results::ResultCache;
pub(crate) use shared::{Asked, Found, Names, Outcome, Shared, StoredResult};
pub use shared::{SharedReads, SharedState, SharedTier};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::profiles::ProfilesState;

/// How much a cache may hold, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct CacheLimits {
    /// Time to live, counted from the insertion; a hit does not renew it. Zero turns the cache
    /// off.
    pub ttl: SignedDuration,
    /// Bytes of bodies, vectors or embeddings, and a fixed overhead an item. Texts of entries are
    /// shared with what is served and not counted.
    pub bytes: u64,
}

/// What the caches hold, and what became of what they held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CacheState {
    /// Results of lookups.
    pub results: ResultsState,
    /// Embeddings of questions.
    pub embeddings: EmbeddingsState,
    /// What entries are verified with.
    pub profiles: ProfilesState,
    /// Searches of the past; none where vectors are searched in this process.
    pub near_misses: Option<NearMissState>,
    /// What nodes share of the first two; none where they share nothing.
    pub shared: Option<SharedState>,
}

/// The cache of results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ResultsState {
    /// Results held.
    pub items: usize,
    /// About how much memory they take.
    pub bytes: u64,
    /// How much they may take.
    pub limit_bytes: u64,
    /// Lookups that were answered by one, since the start.
    pub hits: u64,
    /// How often a result lived on because no change since it was found can have altered it.
    pub kept: u64,
    /// Results that went.
    pub dropped: Dropped,
}

/// The cache of embeddings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EmbeddingsState {
    /// Embeddings held.
    pub items: usize,
    /// About how much memory they take.
    pub bytes: u64,
    /// How much they may take.
    pub limit_bytes: u64,
}

/// How long something is kept: 90 to 100 % of the TTL, by a byte of its key, so that what came in
/// together does not go out together.
fn lifetime(ttl: SignedDuration, key_byte: u8) -> SignedDuration {
    ttl - ttl / (10 * 255) * i32::from(key_byte)
}

/// When something made `then` expires.
fn expiry(then: Timestamp, ttl: SignedDuration, key_byte: u8) -> Timestamp {
    then.saturating_add(lifetime(ttl, key_byte)).unwrap_or(Timestamp::MAX)
}
