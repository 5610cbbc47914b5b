//! What became of the watching of lookups.

use goldenset_engine::WatchState;
use prometheus::{IntCounter, IntCounterVec, IntGaugeVec, Opts, Registry};

use super::Raising;

/// Counters and gauges of [`WatchState`].
pub(super) struct WatchMetrics {
    not_queued: IntCounterVec,
    missed_dropped: IntCounter,
    failed_flushes: IntCounter,
    open: IntGaugeVec,
}

impl WatchMetrics {
    pub(super) fn new(registry: &Registry) -> prometheus::Result<Self> {
        let not_queued = IntCounterVec::new(
            Opts::new(
                "goldenset_audit_not_queued_total",
                "Served answers that were drawn for the audit sample and left out.",
            ),
            &["reason"],
        )?;
        let missed_dropped = IntCounter::new(
            "goldenset_missed_dropped_total",
            "Questions that found no answer and were not kept: too many waited to be written, or \
             the embedding provider refuses them.",
        )?;
        let failed_flushes = IntCounter::new(
            "goldenset_watch_failed_flushes_total",
            "Times that counts of lookups could not be written; they are kept and tried again.",
        )?;
        let open = IntGaugeVec::new(
            Opts::new(
                "goldenset_audit_open",
                "Items of the audit sample that waited for judgement at the last flush.",
            ),
            &["tenant"],
        )?;
        registry.register(Box::new(not_queued.clone()))?;
        registry.register(Box::new(missed_dropped.clone()))?;
        registry.register(Box::new(failed_flushes.clone()))?;
        registry.register(Box::new(open.clone()))?;
        Ok(Self { not_queued, missed_dropped, failed_flushes, open })
    }

    pub(super) fn set(&self, state: &WatchState, raising: &Raising<'_>) {
        let reasons = [("too_many_waiting", state.dropped), ("queue_full", state.left_out)];
        for (reason, count) in reasons {
            raising.raise(&self.not_queued.with_label_values(&[reason]), count);
        }
        raising.raise(&self.missed_dropped, state.missed_dropped);
        raising.raise(&self.failed_flushes, state.failed_flushes);
        for (tenant, open) in &state.open {
            let open = i64::try_from(*open).unwrap_or(i64::MAX);
            self.open.with_label_values(&[tenant.as_str()]).set(open);
        }
    }
}
