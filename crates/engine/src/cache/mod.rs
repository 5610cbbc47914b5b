//! Caches in this process. They are invisible: a lookup with them gives byte for byte the body
//! that it gives without them. Time to live bounds memory, never correctness.

mod embeddings;
mod key;
mod results;

pub(crate) use embeddings::EmbeddingCache;
pub(crate) use key::{JudgeId, ResultKey};
pub(crate) use results::ResultCache;

use jiff::{SignedDuration, Timestamp};

/// How much a cache may hold, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct CacheLimits {
    /// Time to live, counted from the insertion; a hit does not renew it. Zero turns the cache
    /// off.
    pub ttl: SignedDuration,
    /// Bytes of bodies or embeddings, and a fixed overhead an item. Texts of entries are shared with
    /// what is served and not counted.
    pub bytes: u64,
}

/// When something inserted `now` expires: 90 to 100 % of the TTL, by a byte of its key, so that
/// what came in together does not go out together.
fn expiry(now: Timestamp, ttl: SignedDuration, key_byte: u8) -> Timestamp {
    let jitter = ttl / (10 * 255) * i32::from(key_byte);
    now.saturating_add(ttl - jitter).unwrap_or(Timestamp::MAX)
}
