//! Where golden sets are kept, and how entries are read from it.

use async_trait::async_trait;
use jiff::Timestamp;
use serde::Serialize;

use super::{
    CalibrationRecord, Calibrations, ChangeSet, Commit, CurationStore, KeyStore, ModelStore, Once,
    QuestionStore, Recalibrated, ReferenceStore, WatchStore,
};
use crate::calibration::Calibration;
use crate::embedding::{Embedding, WordVectors};
use crate::entry::{EntryContent, EntryStatus};
use crate::error::Result;
use crate::ids::{EntryId, EpochStamp, ModelId, TenantId, VersionNumber};
use crate::reference::Suspension;

/// The served version of an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedVersion {
    /// The entry.
    pub id: EntryId,
    /// The version that is served.
    pub version: VersionNumber,
    /// What it says.
    pub content: EntryContent,
    /// When it was published, which is when it was approved last.
    pub published_at: Timestamp,
    /// What holds it back, the oldest first.
    pub suspensions: Vec<Suspension>,
    /// One a phrasing, or none when the model that was asked for has none yet.
    pub embeddings: Option<Vec<Embedding>>,
}

/// All that a tenant serves, as of one epoch.
#[derive(Debug, Clone)]
pub struct PublishedSet {
    /// The state that was read.
    pub stamp: EpochStamp,
    /// The served versions, ordered by entry id.
    pub entries: Vec<PublishedVersion>,
    /// The calibration that is active, whoever judged what it rests on.
    pub calibration: Option<CalibrationRecord>,
}

/// A set that was handed over in parts.
#[derive(Debug, Clone)]
pub struct PublishedState {
    /// The state that was read.
    pub stamp: EpochStamp,
    /// The calibration that is active, whoever judged what it rests on.
    pub calibration: Option<CalibrationRecord>,
}

/// Takes what a tenant serves, part by part.
#[async_trait]
pub trait PublishedParts: Send {
    /// The next versions, by entry id.
    ///
    /// # Errors
    /// Whatever the taker has against them; the reading ends with it.
    async fn take(&mut self, part: Vec<PublishedVersion>) -> Result<()>;
}

#[async_trait]
impl PublishedParts for Vec<PublishedVersion> {
    async fn take(&mut self, part: Vec<PublishedVersion>) -> Result<()> {
        self.extend(part);
        Ok(())
    }
}

/// What changed of what a tenant serves, as of one epoch.
#[derive(Debug, Clone)]
pub struct PublishedChanges {
    /// The state that was read.
    pub stamp: EpochStamp,
    /// Every entry that changed, by id, with the version that is served now if one is.
    pub entries: Vec<(EntryId, Option<PublishedVersion>)>,
    /// The calibration that is active.
    pub calibration: Option<CalibrationRecord>,
}

/// One version of an entry, with the entry's state.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EntryRecord {
    /// The entry.
    pub id: EntryId,
    /// Its tenant.
    pub tenant: TenantId,
    /// Where the entry stands.
    pub status: EntryStatus,
    /// The version that is served, if any.
    pub published_version: Option<VersionNumber>,
    /// The version that this record holds.
    pub version: VersionNumber,
    /// What this version says.
    #[serde(flatten)]
    pub content: EntryContent,
    /// Who wrote this version.
    pub author: String,
    /// When this version was written.
    pub created_at: Timestamp,
    /// When this version was published last, if it ever was.
    pub published_at: Option<Timestamp>,
    /// Who published it last.
    pub published_by: Option<String>,
    /// Why, if that was said.
    pub reason: Option<String>,
}

/// Where golden sets are kept. One transaction a call; a call that returned is on the disk.
#[async_trait]
pub trait Store:
    WatchStore + CurationStore + KeyStore + ModelStore + ReferenceStore + QuestionStore
{
    /// Every tenant with the state of its golden set, ordered by name.
    ///
    /// # Errors
    /// `store_unavailable`, `database_damaged`, as every call of this trait.
    async fn tenants(&self) -> Result<Vec<(TenantId, EpochStamp)>>;

    /// Writes all changes in one transaction, durable when it returns: versions, embeddings,
    /// journal, epoch, audit, and what changes of the golden loop. Whatever is published is
    /// suspended no longer.
    ///
    /// # Errors
    /// `unknown_entry`, `unknown_version`, `not_published` (retiring what is not served),
    /// `epoch_moved`, `version_conflict` for an expert or a candidate that has changed meanwhile,
    /// `idempotency_reused`; then nothing is written.
    async fn commit(&self, changes: ChangeSet) -> Result<Commit>;

    /// Hands over all that a tenant serves, read as of one moment, with the vectors of `model` and
    /// without those of words, which may be more than fits into memory.
    ///
    /// # Errors
    /// See [`Store::tenants`]; what `parts` says.
    async fn hand_published(
        &self,
        tenant: &TenantId,
        model: &ModelId,
        parts: &mut dyn PublishedParts,
    ) -> Result<PublishedState>;

    /// The word vectors of versions, as `model` gave them: those of each phrasing in order, none
    /// where nothing of `model` is kept. One result a version, in order.
    ///
    /// # Errors
    /// See [`Store::tenants`].
    async fn words(
        &self,
        tenant: &TenantId,
        model: &ModelId,
        versions: &[(EntryId, VersionNumber)],
    ) -> Result<Vec<Option<Vec<WordVectors>>>>;

    /// All that a tenant serves, at once and with its words: for sets that are known to be small.
    ///
    /// # Errors
    /// See [`Store::tenants`].
    async fn published(&self, tenant: &TenantId, model: &ModelId) -> Result<PublishedSet> {
        let mut entries = Vec::new();
        let read = self.hand_published(tenant, model, &mut entries).await?;
        let versions: Vec<_> = entries.iter().map(|one| (one.id.clone(), one.version)).collect();
        let words = self.words(tenant, model, &versions).await?;
        for (entry, words) in entries.iter_mut().zip(words) {
            let embeddings = entry.embeddings.iter_mut().flatten();
            for (embedding, words) in embeddings.zip(words.into_iter().flatten()) {
                embedding.words = words;
            }
        }
        let PublishedState { stamp, calibration } = read;
        Ok(PublishedSet { stamp, entries, calibration })
    }

    /// What changed of what a tenant serves after `since`, read as of one moment, with the
    /// embeddings of `model`. None where more than `most` entries changed, or where the store never
    /// was in the state `since`, as one that was restored from a back-up: then all is to be read.
    ///
    /// # Errors
    /// See [`Store::tenants`].
    async fn published_since(
        &self,
        tenant: &TenantId,
        model: &ModelId,
        since: EpochStamp,
        most: usize,
    ) -> Result<Option<PublishedChanges>>;

    /// Whether other processes write here too.
    fn is_shared(&self) -> bool;

    /// Waits until some process may have changed what is served. What is announced may get lost,
    /// so whoever needs to know asks now and then as well. Never returns where nobody else writes.
    async fn announced(&self);

    /// Adds embeddings of `model` for versions that have none of it yet: one a phrasing.
    ///
    /// # Errors
    /// `unknown_version`; then nothing is written.
    async fn add_embeddings(
        &self,
        tenant: &TenantId,
        model: &ModelId,
        embeddings: Vec<(EntryId, VersionNumber, Vec<Embedding>)>,
    ) -> Result<()>;

    /// Writes a calibration as the tenant's newest and makes it the active one. Raises the epoch,
    /// with journal and audit, as every change of what is served.
    ///
    /// # Errors
    /// `unknown_tenant`, `idempotency_reused`; then nothing is written.
    async fn save_calibration(
        &self,
        tenant: &TenantId,
        calibration: &Calibration,
        actor: &str,
        at: Timestamp,
        once: Option<&Once>,
    ) -> Result<Recalibrated>;

    /// Makes the calibration active that the active one replaced, or none. Raises the epoch, with
    /// journal and audit. Nothing is deleted.
    ///
    /// # Errors
    /// `not_calibrated`, also for a tenant that does not exist; `idempotency_reused`; then nothing
    /// is written.
    async fn undo_calibration(
        &self,
        tenant: &TenantId,
        actor: &str,
        at: Timestamp,
        once: Option<&Once>,
    ) -> Result<Recalibrated>;

    /// The outcome of a change of calibration that was done with this key, if one was.
    ///
    /// # Errors
    /// `idempotency_reused` where the key came with something else.
    async fn recalibrated(&self, tenant: &TenantId, once: &Once) -> Result<Option<Recalibrated>>;

    /// Every calibration of a tenant; none for a tenant that does not exist.
    ///
    /// # Errors
    /// See [`Store::tenants`].
    async fn calibrations(&self, tenant: &TenantId) -> Result<Calibrations>;

    /// The newest version of an entry.
    ///
    /// # Errors
    /// `unknown_entry`.
    async fn entry(&self, tenant: &TenantId, id: &EntryId) -> Result<EntryRecord>;

    /// The newest version of each entry with an id greater than `after`, by id, at most `limit`.
    ///
    /// # Errors
    /// See [`Store::tenants`].
    async fn entries(
        &self,
        tenant: &TenantId,
        after: Option<&EntryId>,
        limit: usize,
    ) -> Result<Vec<EntryRecord>>;

    /// Ends the work with the store for good: what is on the disk afterwards is whole in itself.
    /// Calls after it fail.
    async fn close(&self);

    /// All versions of an entry, the newest first.
    ///
    /// # Errors
    /// `unknown_entry`.
    async fn versions(&self, tenant: &TenantId, id: &EntryId) -> Result<Vec<EntryRecord>>;
}
