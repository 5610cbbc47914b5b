//! What the server leans on, and whether it can.

use goldenset_core::ports::SharedCacheHealth;
use goldenset_engine::Following;
use prometheus::{Gauge, IntGaugeVec, Opts, Registry};

/// Gauges of dependencies whose loss costs time and not answers.
pub(super) struct DependencyMetrics {
    degraded: IntGaugeVec,
    confirmed: Gauge,
}

impl DependencyMetrics {
    pub(super) fn new(registry: &Registry) -> prometheus::Result<Self> {
        let degraded = IntGaugeVec::new(
            Opts::new(
                "goldenset_degraded",
                "1 while a dependency does not answer and lookups go on without it, else 0.",
            ),
            &["dependency"],
        )?;
        let confirmed = Gauge::new(
            "goldenset_store_confirmed_seconds",
            "How long ago a store that nodes share confirmed what lookups see.",
        )?;
        registry.register(Box::new(degraded.clone()))?;
        registry.register(Box::new(confirmed.clone()))?;
        Ok(Self { degraded, confirmed })
    }

    pub(super) fn set(&self, following: Option<Following>, redis: Option<&SharedCacheHealth>) {
        if let Some(Following { age, answers }) = following {
            self.degraded.with_label_values(&["store"]).set(i64::from(!answers));
            self.confirmed.set(age.as_secs_f64());
        }
        if let Some(SharedCacheHealth { reads, writes, .. }) = redis {
            self.degraded.with_label_values(&["redis"]).set(i64::from(!(*reads && *writes)));
        }
    }
}
