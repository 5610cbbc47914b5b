//! What became of reads and writes of the cache that nodes share.

use goldenset_engine::{SharedReads, SharedState};
use prometheus::{IntCounter, IntCounterVec, Opts, Registry};

use super::Raising;

/// Counters of [`SharedState`].
pub(super) struct SharedMetrics {
    reads: IntCounterVec,
    unusable: IntCounter,
    writes: IntCounterVec,
    faults: IntCounterVec,
}

impl SharedMetrics {
    pub(super) fn new(registry: &Registry) -> prometheus::Result<Self> {
        let counters = |name: &str, help: &str, labels: &[&str]| {
            let counters = IntCounterVec::new(Opts::new(name, help), labels)?;
            registry.register(Box::new(counters.clone()))?;
            Ok::<_, prometheus::Error>(counters)
        };
        let unusable = IntCounter::new(
            "goldenset_redis_unusable_total",
            "Values of Redis that could not be read: of another format, damaged, or somebody else's.",
        )?;
        registry.register(Box::new(unusable.clone()))?;
        Ok(Self {
            reads: counters(
                "goldenset_redis_reads_total",
                "Values that were looked for in Redis, by what became of it.",
                &["kind", "outcome"],
            )?,
            writes: counters(
                "goldenset_redis_writes_total",
                "Values for Redis, by what became of them.",
                &["outcome"],
            )?,
            faults: counters("goldenset_redis_faults_total", "Faults of Redis.", &["kind"])?,
            unusable,
        })
    }

    pub(super) fn set(&self, state: &SharedState, raising: &Raising<'_>) {
        for (kind, reads) in [("result", state.results), ("embedding", state.embeddings)] {
            let SharedReads { hits, misses, stale } = reads;
            for (outcome, count) in [("hit", hits), ("miss", misses), ("stale", stale)] {
                raising.raise(&self.reads.with_label_values(&[kind, outcome]), count);
            }
        }
        raising.raise(&self.unusable, state.unusable);
        for (outcome, count) in [("written", state.written), ("lost", state.lost)] {
            raising.raise(&self.writes.with_label_values(&[outcome]), count);
        }
        let faults = state.health.faults;
        for (kind, count) in [
            ("timeout", faults.timeout),
            ("connection", faults.connection),
            ("refused", faults.refused),
            ("garbage", faults.garbage),
        ] {
            raising.raise(&self.faults.with_label_values(&[kind]), count);
        }
    }
}
