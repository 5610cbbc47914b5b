//! The trait of what is seen of lookups, each call in a transaction of its own.

use async_trait::async_trait;
use goldenset_core::ports::{Once, WatchStore};
use goldenset_core::watch::{
    AuditId, AuditItem, AuditStatus, DayCounts, Flush, JudgedCount, Judgement,
};
use goldenset_core::{Result, TenantId};
use jiff::Timestamp;
use jiff::civil::Date;

use super::driver::Backend;
use super::{audit_sample, watch};

#[async_trait]
impl WatchStore for Backend {
    async fn record(&self, flush: &Flush) -> Result<u64> {
        self.write(async |db| watch::record(db, flush).await).await
    }

    async fn day_counts(&self, tenant: &TenantId, from: Date, to: Date) -> Result<Vec<DayCounts>> {
        self.read(async |db| watch::day_counts(db, tenant, from, to).await).await
    }

    async fn forget(&self, day: Date, drawn: Timestamp) -> Result<()> {
        self.write(async |db| watch::forget(db, day, drawn).await).await
    }

    async fn audit_items(
        &self,
        tenant: &TenantId,
        status: AuditStatus,
        after: Option<AuditId>,
        limit: usize,
    ) -> Result<Vec<AuditItem>> {
        self.read(async |db| audit_sample::items(db, tenant, status, after, limit).await).await
    }

    async fn judge(
        &self,
        tenant: &TenantId,
        id: AuditId,
        judgement: &Judgement,
        once: Option<&Once>,
    ) -> Result<AuditItem> {
        let item = (tenant, id);
        self.write(async |db| audit_sample::judge(db, item, judgement, once).await).await
    }

    async fn judged(&self, tenant: &TenantId, since: Timestamp) -> Result<Vec<JudgedCount>> {
        self.read(async |db| audit_sample::judged(db, tenant, since).await).await
    }

    async fn open_items(&self) -> Result<Vec<(TenantId, u64)>> {
        self.read(async |db| audit_sample::open(db).await).await
    }
}
