//! The trait of golden sets, each call in a transaction of its own.

use async_trait::async_trait;
use goldenset_core::calibration::Calibration;
use goldenset_core::ports::{
    Calibrations, ChangeSet, Commit, EntryRecord, Once, PublishedChanges, PublishedParts,
    PublishedState, Recalibrated, Store,
};
use goldenset_core::{
    Embedding, EntryId, EpochStamp, ModelId, Result, TenantId, VersionNumber, WordVectors,
};
use jiff::Timestamp;

use super::driver::Backend;
use super::{calibration, commit, read};

#[async_trait]
impl Store for Backend {
    async fn close(&self) {
        self.end().await;
    }

    async fn tenants(&self) -> Result<Vec<(TenantId, EpochStamp)>> {
        self.read(async |db| read::tenants(db).await).await
    }

    async fn commit(&self, changes: ChangeSet) -> Result<Commit> {
        commit::check(&changes)?;
        self.write(async |db| commit::commit(db, &changes).await).await
    }

    async fn hand_published(
        &self,
        tenant: &TenantId,
        model: &ModelId,
        parts: &mut dyn PublishedParts,
    ) -> Result<PublishedState> {
        self.read(async |db| read::published(db, tenant, model, parts).await).await
    }

    async fn words(
        &self,
        tenant: &TenantId,
        model: &ModelId,
        versions: &[(EntryId, VersionNumber)],
    ) -> Result<Vec<Option<Vec<WordVectors>>>> {
        self.read(async |db| read::words(db, tenant, model, versions).await).await
    }

    async fn published_since(
        &self,
        tenant: &TenantId,
        model: &ModelId,
        since: EpochStamp,
        most: usize,
    ) -> Result<Option<PublishedChanges>> {
        self.read(async |db| read::published_since(db, tenant, model, since, most).await).await
    }

    fn is_shared(&self) -> bool {
        Self::SHARED
    }

    async fn announced(&self) {
        self.hear().await;
    }

    async fn add_embeddings(
        &self,
        tenant: &TenantId,
        model: &ModelId,
        embeddings: Vec<(EntryId, VersionNumber, Vec<Embedding>)>,
    ) -> Result<()> {
        self.write(async |db| commit::add_embeddings(db, tenant, model, &embeddings).await).await
    }

    async fn save_calibration(
        &self,
        tenant: &TenantId,
        calibration: &Calibration,
        actor: &str,
        at: Timestamp,
        once: Option<&Once>,
    ) -> Result<Recalibrated> {
        let by = (tenant, (actor, at));
        self.write(async |db| calibration::change(db, by, Some(calibration), once).await).await
    }

    async fn undo_calibration(
        &self,
        tenant: &TenantId,
        actor: &str,
        at: Timestamp,
        once: Option<&Once>,
    ) -> Result<Recalibrated> {
        let by = (tenant, (actor, at));
        self.write(async |db| calibration::change(db, by, None, once).await).await
    }

    async fn recalibrated(&self, tenant: &TenantId, once: &Once) -> Result<Option<Recalibrated>> {
        self.read(async |db| calibration::done(db, tenant, once).await).await
    }

    async fn calibrations(&self, tenant: &TenantId) -> Result<Calibrations> {
        self.read(async |db| calibration::all(db, tenant).await).await
    }

    async fn entry(&self, tenant: &TenantId, id: &EntryId) -> Result<EntryRecord> {
        self.read(async |db| read::entry(db, tenant, id).await).await
    }

    async fn entries(
        &self,
        tenant: &TenantId,
        after: Option<&EntryId>,
        limit: usize,
    ) -> Result<Vec<EntryRecord>> {
        self.read(async |db| read::entries(db, tenant, after, limit).await).await
    }

    async fn versions(&self, tenant: &TenantId, id: &EntryId) -> Result<Vec<EntryRecord>> {
        self.read(async |db| read::versions(db, tenant, id).await).await
    }
}
