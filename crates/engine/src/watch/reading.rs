//! What was counted and drawn, with what this process has not written yet.

use goldenset_core::ports::Once;
use goldenset_core::watch::{AuditId, AuditItem, AuditStatus, Judgement};
use goldenset_core::{Result, TenantId};
use jiff::Timestamp;

use super::Watch;
use crate::audit::{self, AuditReport};
use crate::drift::{self, Drift};

impl Watch {
    /// Whether the lookups of the last days have drifted.
    ///
    /// # Errors
    /// See [`drift::drift`].
    pub async fn drift(&self, tenant: &TenantId, days: u32) -> Result<Drift> {
        self.counted().await;
        let today = self.days.day(self.now());
        drift::drift(&*self.engine.store, tenant, today, days).await
    }

    /// How the answers that were drawn on the last days were judged.
    ///
    /// # Errors
    /// See [`audit::report`].
    pub async fn audit_report(&self, tenant: &TenantId, days: u32) -> Result<AuditReport> {
        self.counted().await;
        audit::report(&*self.engine.store, tenant, self.now(), days).await
    }

    /// A page of the audit sample, by id.
    ///
    /// # Errors
    /// See [`audit::items`].
    pub async fn audit_items(
        &self,
        tenant: &TenantId,
        status: AuditStatus,
        after: Option<AuditId>,
        limit: usize,
    ) -> Result<Vec<AuditItem>> {
        self.counted().await;
        audit::items(&*self.engine.store, tenant, status, after, limit).await
    }

    /// Judges an item of the audit sample.
    ///
    /// # Errors
    /// See [`audit::judge`].
    pub async fn judge(
        &self,
        tenant: &TenantId,
        id: AuditId,
        judgement: Judgement,
        once: Option<&Once>,
    ) -> Result<AuditItem> {
        audit::judge(&*self.engine.store, tenant, id, judgement, once).await
    }

    /// The engine's time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.engine.clock.now()
    }
}
