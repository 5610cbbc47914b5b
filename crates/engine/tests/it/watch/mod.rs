//! What callers ask is counted, a sample of what they are served is kept, and neither changes an
//! answer.

mod audit;
mod counting;
mod drift;
mod filling;
mod missed;

use std::sync::Arc;
use std::time::Duration;

use goldenset_core::TenantId;
use goldenset_core::watch::{AuditItem, AuditStatus, DayCounts};
use goldenset_engine::{Engine, Watch, WatchSettings};
use jiff::civil::date;

use crate::parts::Rig;

/// A paraphrase that is served, of `PHRASING`.
const PARAPHRASE: &str = "Quanto dura il periodo di preavviso di dimissioni?";
const PHRASING: &str = "Quanto dura il preavviso di dimissioni?";

fn watch(engine: &Arc<Engine>, audit_share: f64) -> Watch {
    let flush_every = Duration::from_secs(3600);
    let settings =
        WatchSettings { flush_every, keep_days: 400, audit_share, most_open: 10, questions: None };
    Watch::new(Arc::clone(engine), settings).unwrap()
}

impl Rig {
    async fn day_counts(&self, tenant: &str) -> Vec<DayCounts> {
        let tenant = TenantId::new(tenant).unwrap();
        self.store.day_counts(&tenant, date(2024, 1, 1), date(2024, 12, 31)).await.unwrap()
    }

    async fn open(&self, tenant: &str) -> Vec<AuditItem> {
        let tenant = TenantId::new(tenant).unwrap();
        self.store.audit_items(&tenant, AuditStatus::Open, None, 5000).await.unwrap()
    }
}
