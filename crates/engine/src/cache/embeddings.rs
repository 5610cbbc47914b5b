//! Embeddings of questions, of one model.

use goldenset_core::Signature;
use goldenset_core::ports::Vector;
use jiff::Timestamp;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::{CacheLimits, expiry};

/// What an item costs beside its numbers: key, expiry, handle, counters.
const OVERHEAD_BYTES: u64 = 96;

#[derive(Clone)]
struct Item {
    expires: Timestamp,
    vector: Vector,
}

#[derive(Clone)]
struct Bytes;

impl Weighter<Signature, Item> for Bytes {
    fn weight(&self, _: &Signature, item: &Item) -> u64 {
        OVERHEAD_BYTES + size_of_val(&*item.vector) as u64
    }
}

/// Embeddings by signature. The embedding is of the canonical question, so questions with equal
/// signatures have the equal embedding.
pub(crate) struct EmbeddingCache {
    items: Cache<Signature, Item, Bytes>,
    limits: CacheLimits,
}

impl EmbeddingCache {
    pub(crate) fn new(limits: CacheLimits) -> Self {
        let estimate = usize::try_from(limits.bytes / 2048).unwrap_or(usize::MAX).max(16);
        Self { items: Cache::with_weighter(estimate, limits.bytes, Bytes), limits }
    }

    pub(crate) fn get(&self, signature: &Signature, now: Timestamp) -> Option<Vector> {
        let item = self.items.get(signature)?;
        if now < item.expires {
            return Some(item.vector);
        }
        self.items.remove(signature);
        None
    }

    pub(crate) fn put(&self, signature: Signature, now: Timestamp, vector: Vector) {
        if self.limits.ttl.is_zero() {
            return;
        }
        let expires = expiry(now, self.limits.ttl, signature.as_bytes()[0]);
        self.items.insert(signature, Item { expires, vector });
    }

    /// Embeddings held.
    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }
}
