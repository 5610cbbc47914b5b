//! What became of cached results when the golden set changed.

use goldenset_engine::{CacheState, DropReason};
use prometheus::{IntCounter, IntCounterVec, Opts, Registry};

use super::Raising;

/// Counters of [`CacheState`].
pub(super) struct CacheMetrics {
    kept: IntCounter,
    dropped: IntCounterVec,
}

impl CacheMetrics {
    pub(super) fn new(registry: &Registry) -> prometheus::Result<Self> {
        let kept = IntCounter::new(
            "faq_result_cache_kept_total",
            "Times that a cached result lived on because no change since can have altered it.",
        )?;
        let dropped = IntCounterVec::new(
            Opts::new("faq_result_cache_dropped_total", "Cached results that were dropped."),
            &["reason"],
        )?;
        registry.register(Box::new(kept.clone()))?;
        registry.register(Box::new(dropped.clone()))?;
        Ok(Self { kept, dropped })
    }

    pub(super) fn set(&self, state: &CacheState, raising: &Raising<'_>) {
        raising.raise(&self.kept, state.results.kept);
        for reason in DropReason::ALL {
            let count = state.results.dropped.of(reason);
            raising.raise(&self.dropped.with_label_values(&[reason.as_str()]), count);
        }
    }
}
