//! Putting a calibration in force, and taking it back.

use std::sync::Arc;

use goldenset_core::calibration::Calibration;
use goldenset_core::ports::{Calibrations, Recalibrated};
use goldenset_core::{Epoch, EpochStamp, Result, TenantId, VersionNumber};
use serde::Serialize;

use super::Wanted;

use crate::changes::{Author, in_micros};
use crate::engine::{Engine, Progress};
use crate::eval::LabelledQuery;

/// What is active after a change of calibration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CalibrationChanged {
    /// The version that is active, if any.
    pub active: Option<VersionNumber>,
    /// The tenant's epoch afterwards.
    pub epoch: Epoch,
}

/// A calibration, and whether it is in force.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Calibrated {
    /// What is active since; none when nothing was stored.
    pub stored: Option<CalibrationChanged>,
    /// What was found.
    #[serde(flatten)]
    pub calibration: Calibration,
}

/// The calibrations of a tenant.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CalibrationStatus {
    /// Whether the active one has no say because model, score or guards are others since.
    pub stale: bool,
    /// Which is active, and all that there are.
    #[serde(flatten)]
    pub all: Calibrations,
}

/// A change of which calibration is active.
enum Change {
    Store(Box<Calibration>),
    Undo,
}

impl Engine {
    /// Calibrates, and stores what was found if it certifies any threshold; a dry run stores
    /// nothing.
    ///
    /// # Errors
    /// See [`Engine::calibrate`] and [`Engine::store_calibration`].
    pub async fn recalibrate(
        self: &Arc<Self>,
        author: Author,
        queries: &[LabelledQuery],
        wanted: &Wanted,
        dry_run: bool,
        place: &(dyn Fn(usize) -> String + Sync),
        progress: Progress<'_>,
    ) -> Result<Calibrated> {
        if let Some(once) = &author.once
            && let Some(done) = self.store.recalibrated(&author.tenant, once).await?
            && let Some(record) = &done.active
        {
            let _writing = self.writing.lock().await;
            self.load_if_changed(&author.tenant).await?;
            return Ok(Calibrated {
                calibration: record.calibration.clone(),
                stored: Some(changed(&done)),
            });
        }
        let calibration = self.calibrate(&author.tenant, queries, wanted, place, progress).await?;
        let stored = match calibration.is_certified() && !dry_run {
            true => Some(self.store_calibration(author, calibration.clone()).await?),
            false => None,
        };
        Ok(Calibrated { stored, calibration })
    }

    /// Every calibration of a tenant.
    ///
    /// # Errors
    /// `unknown_tenant`; faults of the store.
    pub async fn calibrations(&self, tenant: &TenantId) -> Result<CalibrationStatus> {
        self.published(tenant)?;
        let all = self.store.calibrations(tenant).await?;
        let judge = self.judged_by(tenant);
        let active = all.calibrations.iter().find(|record| Some(record.version) == all.active);
        let stale = active.is_some_and(|record| record.calibration.judged_by != judge);
        Ok(CalibrationStatus { stale, all })
    }

    /// Stores a calibration as the tenant's newest; lookups use it from then on.
    ///
    /// # Errors
    /// `unknown_tenant`; faults of the store.
    pub async fn store_calibration(
        self: &Arc<Self>,
        author: Author,
        calibration: Calibration,
    ) -> Result<CalibrationChanged> {
        self.change_calibration(author, Change::Store(Box::new(calibration))).await
    }

    /// Goes back to what was active before the active calibration: another one, or none.
    ///
    /// # Errors
    /// `unknown_tenant`, `not_calibrated`; faults of the store.
    pub async fn undo_calibration(self: &Arc<Self>, author: Author) -> Result<CalibrationChanged> {
        // To the store a tenant without entries is like one that does not exist.
        self.published(&author.tenant)?;
        self.change_calibration(author, Change::Undo).await
    }

    async fn change_calibration(
        self: &Arc<Self>,
        author: Author,
        change: Change,
    ) -> Result<CalibrationChanged> {
        let engine = Arc::clone(self);
        self.in_a_task(async move { engine.change_calibration_now(author, change).await }).await
    }

    async fn change_calibration_now(
        &self,
        author: Author,
        change: Change,
    ) -> Result<CalibrationChanged> {
        let _writing = self.writing.lock().await;
        let Author { tenant, actor, once } = author;
        let once = once.as_ref();
        let at = in_micros(self.clock.now());
        let done = match change {
            Change::Store(calibration) => {
                self.store.save_calibration(&tenant, &calibration, &actor, at, once).await
            }
            Change::Undo => self.store.undo_calibration(&tenant, &actor, at, once).await,
        };
        let done = match done {
            Ok(done) => done,
            Err(error) => {
                self.resync(&tenant).await;
                return Err(error);
            }
        };
        let changed = changed(&done);
        if done.replayed {
            // Its caller may be asking again because the first outcome was not shown.
            self.load_if_changed(&tenant).await?;
            return Ok(changed);
        }
        let Recalibrated { epoch, active, .. } = done;
        match self.published(&tenant) {
            Ok(before) if epoch == Epoch(before.epoch().0 + 1) => {
                let judge = self.judged_by(&tenant);
                let stamp = EpochStamp { epoch, committed: at };
                self.show(tenant, before.calibrated(stamp, active, &judge));
            }
            // Lookups do not see the state right before this one, so all is read again.
            _ => self.load(&tenant, &|_, _| ()).await?,
        }
        Ok(changed)
    }
}

fn changed(done: &Recalibrated) -> CalibrationChanged {
    let active = done.active.as_ref().map(|record| record.version);
    CalibrationChanged { active, epoch: done.epoch }
}
