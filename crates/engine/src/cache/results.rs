//! Results of lookups.

use std::sync::Arc;

use goldenset_core::Epoch;
use jiff::Timestamp;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::{CacheLimits, ResultKey, expiry};
use crate::answer::Answer;

/// What an item costs beside its body: key, tree node, entry handles.
const OVERHEAD_BYTES: u64 = 256;

#[derive(Clone)]
struct Item {
    epoch: Epoch,
    expires: Timestamp,
    answer: Arc<Answer>,
}

#[derive(Clone)]
struct Bytes;

impl Weighter<ResultKey, Item> for Bytes {
    fn weight(&self, _: &ResultKey, item: &Item) -> u64 {
        OVERHEAD_BYTES + item.answer.body().len() as u64
    }
}

/// Results by key. A result counts only for the epoch that it was computed at: any change that
/// can change an answer raises the epoch.
pub(crate) struct ResultCache {
    items: Cache<ResultKey, Item, Bytes>,
    limits: CacheLimits,
}

impl ResultCache {
    pub(crate) fn new(limits: CacheLimits) -> Self {
        let estimate = usize::try_from(limits.bytes / 2048).unwrap_or(usize::MAX).max(16);
        Self { items: Cache::with_weighter(estimate, limits.bytes, Bytes), limits }
    }

    /// The result for `key` as of `epoch`.
    pub(crate) fn get(&self, key: &ResultKey, epoch: Epoch, now: Timestamp) -> Option<Arc<Answer>> {
        let item = self.items.get(key)?;
        if item.epoch == epoch && now < item.expires {
            return Some(item.answer);
        }
        // An older epoch than the reader's can never count again; a newer one may be another
        // reader's present.
        if item.epoch < epoch || item.expires <= now {
            self.items.remove(key);
        }
        None
    }

    pub(crate) fn put(&self, key: ResultKey, epoch: Epoch, now: Timestamp, answer: Arc<Answer>) {
        if self.limits.ttl.is_zero() {
            return;
        }
        let expires = expiry(now, self.limits.ttl, key.0[0]);
        self.items.insert(key, Item { epoch, expires, answer });
    }

    /// Results held.
    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }
}
