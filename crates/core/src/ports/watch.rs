//! Where a store keeps what is seen of lookups.

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;

use super::Once;
use crate::error::Result;
use crate::ids::TenantId;
use crate::watch::{AuditId, AuditItem, AuditStatus, DayCounts, Flush, JudgedCount, Judgement};

/// The counts of each day and the audit sample. Nothing of it changes an answer, so no call raises
/// an epoch. One transaction a call; a call that returned is on the disk.
#[async_trait]
pub trait WatchStore: Send + Sync {
    /// Adds what a process has seen, unless this flush (by writer and number) or a later one of
    /// the writer is written already. A question that already waits for judgement on the same
    /// version of the same entry is not queued twice: its `times` go up. Returns how many drawn
    /// answers found the queue full and were left out.
    ///
    /// # Errors
    /// `store_unavailable`, `database_damaged`, as every call of this trait.
    async fn record(&self, flush: &Flush) -> Result<u64>;

    /// The counts of a tenant's days, both ends included, by day and calibration (none first).
    ///
    /// # Errors
    /// See [`WatchStore::record`].
    async fn day_counts(&self, tenant: &TenantId, from: Date, to: Date) -> Result<Vec<DayCounts>>;

    /// Deletes the counts of days before `day`, and the items of the audit sample that were drawn
    /// last before `drawn`, of all tenants.
    ///
    /// # Errors
    /// See [`WatchStore::record`].
    async fn forget(&self, day: Date, drawn: Timestamp) -> Result<()>;

    /// A tenant's items with this status and an id greater than `after`, by id, at most `limit`.
    ///
    /// # Errors
    /// See [`WatchStore::record`].
    async fn audit_items(
        &self,
        tenant: &TenantId,
        status: AuditStatus,
        after: Option<AuditId>,
        limit: usize,
    ) -> Result<Vec<AuditItem>>;

    /// Writes what an expert says of an item in place of what was said before, and both into the
    /// audit log. Returns the item as it is then.
    ///
    /// # Errors
    /// `unknown_audit_item`, `idempotency_reused`; then nothing is written.
    async fn judge(
        &self,
        tenant: &TenantId,
        id: AuditId,
        judgement: &Judgement,
        once: Option<&Once>,
    ) -> Result<AuditItem>;

    /// How a tenant's items that were drawn last at `since` or later were judged.
    ///
    /// # Errors
    /// See [`WatchStore::record`].
    async fn judged(&self, tenant: &TenantId, since: Timestamp) -> Result<Vec<JudgedCount>>;

    /// How many items wait for judgement, of each tenant that has any, ordered by name.
    ///
    /// # Errors
    /// See [`WatchStore::record`].
    async fn open_items(&self) -> Result<Vec<(TenantId, u64)>>;
}
