//! Counts that many lookups raise at a time without waiting for each other.

use std::sync::atomic::{AtomicU64, Ordering};

use goldenset_core::watch::{Counter, Tally};

use super::Seen;

/// One tenant's lookups of one day that are not written yet.
#[derive(Debug)]
pub(super) struct Counters([AtomicU64; Counter::COUNT]);

impl Default for Counters {
    fn default() -> Self {
        Self([const { AtomicU64::new(0) }; Counter::COUNT])
    }
}

impl Counters {
    /// Counts a lookup. Nothing is read together with these numbers, so no order is needed.
    pub(super) fn add(&self, seen: Seen) {
        for counter in seen.counters() {
            self.0[counter.place()].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Takes what was counted out. What is counted meanwhile is taken now or the next time.
    pub(super) fn take(&self) -> Tally {
        Counter::all()
            .map(|counter| (counter, self.0[counter.place()].swap(0, Ordering::Relaxed)))
            .collect()
    }
}
