//! What became of reads and writes of the caches that nodes share.

use std::sync::atomic::{AtomicU64, Ordering};

use goldenset_core::ports::SharedCacheHealth;
use serde::Serialize;

/// What became of a result that was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was the answer.
    Hit,
    /// There was none.
    Miss,
    /// It was not known to hold for the golden set of this node.
    Stale,
}

/// The caches that nodes share, as this node sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SharedState {
    /// How the cache does.
    #[serde(flatten)]
    pub health: SharedCacheHealth,
    /// Results that were looked for.
    pub results: SharedReads,
    /// Embeddings that were looked for.
    pub embeddings: SharedReads,
    /// Values that could not be read: of another format, damaged, or somebody else's.
    pub unusable: u64,
    /// Values that were written.
    pub written: u64,
    /// Values that were not: it was away, or refused them, or too many waited.
    pub lost: u64,
}

/// What became of what was looked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct SharedReads {
    /// It was there and was used.
    pub hits: u64,
    /// It was not there.
    pub misses: u64,
    /// It was there and is not known to hold any more.
    pub stale: u64,
}

/// Counted while lookups run.
#[derive(Debug, Default)]
pub(super) struct Counts {
    results: [AtomicU64; 3],
    embeddings: [AtomicU64; 2],
    unusable: AtomicU64,
    written: AtomicU64,
    lost: AtomicU64,
}

fn add(count: &AtomicU64, more: u64) {
    count.fetch_add(more, Ordering::Relaxed);
}

impl Counts {
    pub(super) fn result(&self, outcome: Outcome) {
        // Declared in the order of the fields.
        add(&self.results[outcome as usize], 1);
    }

    pub(super) fn embedding(&self, hit: bool) {
        add(&self.embeddings[usize::from(!hit)], 1);
    }

    pub(super) fn unusable(&self) {
        add(&self.unusable, 1);
    }

    pub(super) fn written(&self, count: u64) {
        add(&self.written, count);
    }

    pub(super) fn lost(&self, count: u64) {
        add(&self.lost, count);
    }

    pub(super) fn read(&self, health: SharedCacheHealth) -> SharedState {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let [hits, misses, stale] = self.results.each_ref().map(of);
        let results = SharedReads { hits, misses, stale };
        let [hits, misses] = self.embeddings.each_ref().map(of);
        SharedState {
            health,
            results,
            embeddings: SharedReads { hits, misses, stale: 0 },
            unusable: of(&self.unusable),
            written: of(&self.written),
            lost: of(&self.lost),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_its_own_count() {
        let counts = Counts::default();
        for (times, outcome) in [(1, Outcome::Hit), (2, Outcome::Miss), (3, Outcome::Stale)] {
            (0..times).for_each(|_| counts.result(outcome));
        }
        counts.embedding(true);
        (0..2).for_each(|_| counts.embedding(false));
        let state = counts.read(SharedCacheHealth::default());
        assert_eq!(state.results, SharedReads { hits: 1, misses: 2, stale: 3 });
        assert_eq!(state.embeddings, SharedReads { hits: 1, misses: 2, stale: 0 });
    }
}
