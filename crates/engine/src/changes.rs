//! Changes to one entry: written, published, retired.

mod commit;
mod planned;

use std::sync::Arc;

use goldenset_core::ports::{Applied, EntryRecord, Once};
use goldenset_core::{
    Code, Embedding, EntryContent, EntryId, Epoch, Error, Result, TenantId, VersionNumber,
};
use jiff::{Timestamp, Unit};

use crate::engine::Engine;

pub(crate) use commit::changed;
pub(crate) use planned::{Planned, Wanted};

/// Who changes whose golden set.
#[derive(Debug, Clone)]
pub struct Author {
    /// The golden set.
    pub tenant: TenantId,
    /// Who, for the audit log.
    pub actor: String,
    /// So that a caller who did not hear of the outcome may ask again.
    pub once: Option<Once>,
}

impl Author {
    /// Someone whose change is done as often as it comes.
    #[must_use]
    pub fn new(tenant: TenantId, actor: impl Into<String>) -> Self {
        Self { tenant, actor: actor.into(), once: None }
    }
}

/// What a change came to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Changed {
    /// The entry afterwards.
    #[serde(flatten)]
    pub applied: Applied,
    /// The tenant's epoch afterwards.
    pub epoch: Epoch,
    /// Whether there was no such entry before.
    #[serde(skip)]
    pub created: bool,
}

impl Engine {
    /// Writes an entry, as a new version unless it says what the newest one says, and publishes
    /// it when asked to.
    ///
    /// # Errors
    /// `invalid_field` for content that breaks a rule; faults of store and provider. Nothing is
    /// half written.
    pub async fn save(
        self: &Arc<Self>,
        author: Author,
        id: EntryId,
        content: EntryContent,
        publish: bool,
    ) -> Result<Changed> {
        check_content(&content)?;
        let embeddings = if publish { Some(self.embeddings_of(&content).await?) } else { None };
        self.change_one(author, Planned::save(id, content, embeddings)).await
    }

    /// Publishes a version of an entry, the newest one when none is named. What is served already
    /// stays as it is.
    ///
    /// # Errors
    /// `unknown_entry`, also for a tenant that does not exist; `unknown_version`; faults of store
    /// and provider.
    pub async fn publish(
        self: &Arc<Self>,
        author: Author,
        id: EntryId,
        version: Option<VersionNumber>,
    ) -> Result<Changed> {
        let record = self.to_publish(&author, &id, version, false).await?;
        self.publish_record(author, record, false).await
    }

    /// Approves an entry again: publishes a version, the served one when none is named, also when
    /// it is served already, with a new time of approval. Whatever held the entry back does so no
    /// longer.
    ///
    /// # Errors
    /// As [`Engine::publish`]; `not_published` when no version is named and none is served.
    pub async fn reapprove(
        self: &Arc<Self>,
        author: Author,
        id: EntryId,
        version: Option<VersionNumber>,
    ) -> Result<Changed> {
        let record = self.to_publish(&author, &id, version, true).await?;
        self.publish_record(author, record, true).await
    }

    /// The version that is to be published: the one that is named, else the newest, or to approve
    /// it again the served one.
    ///
    /// # Errors
    /// `unknown_entry`, `unknown_version`; `not_published` where none is served.
    pub(crate) async fn to_publish(
        &self,
        author: &Author,
        id: &EntryId,
        version: Option<VersionNumber>,
        again: bool,
    ) -> Result<EntryRecord> {
        if let Some(version) = version {
            return self.version(&author.tenant, id, version).await;
        }
        let head = self.store.entry(&author.tenant, id).await?;
        match head.published_version {
            _ if !again => Ok(head),
            Some(version) if version == head.version => Ok(head),
            Some(version) => self.version(&author.tenant, id, version).await,
            None => Err(Error::new(Code::NotPublished, format!("entry `{id}` is not published"))
                .field("id")
                .fix("name the version that is to be published")),
        }
    }

    async fn publish_record(
        self: &Arc<Self>,
        author: Author,
        record: EntryRecord,
        reapprove: bool,
    ) -> Result<Changed> {
        let embeddings = self.embeddings_of(&record.content).await?;
        let EntryRecord { id, version, content, .. } = record;
        let planned = Planned::publish(id, version, content, embeddings, reapprove);
        self.change_one(author, planned).await
    }

    /// Takes an entry out of service.
    ///
    /// # Errors
    /// `unknown_entry`, also for a tenant that does not exist; `not_published`; faults of the store.
    pub async fn retire(self: &Arc<Self>, author: Author, id: EntryId) -> Result<Changed> {
        self.change_one(author, Planned::retire(id)).await
    }

    /// A version of an entry.
    ///
    /// # Errors
    /// `unknown_entry`, `unknown_version`.
    pub(crate) async fn version(
        &self,
        tenant: &TenantId,
        id: &EntryId,
        version: VersionNumber,
    ) -> Result<EntryRecord> {
        let versions = self.store.versions(tenant, id).await?;
        versions.into_iter().find(|record| record.version == version).ok_or_else(|| {
            Error::new(Code::UnknownVersion, format!("entry `{id}` has no version {version}"))
                .field("version")
                .fix("list the versions with GET /v1/entries/{id}/versions")
        })
    }

    pub(crate) async fn embeddings_of(&self, content: &EntryContent) -> Result<Vec<Embedding>> {
        Ok(self.embed(&[content], &|_, _| ()).await?.pop().unwrap_or_default())
    }

    async fn change_one(self: &Arc<Self>, author: Author, planned: Planned) -> Result<Changed> {
        changed(self.commit(author, planned.into()).await?)
    }
}

/// Checks what an entry is to say.
///
/// # Errors
/// The code of the first rule that it breaks, naming its field.
pub(crate) fn check_content(content: &EntryContent) -> Result<()> {
    match content.faults().into_iter().next() {
        None => Ok(()),
        Some(fault) => Err(Error::new(fault.code, format!("{} {}", fault.field, fault.detail))
            .field(fault.field)
            .fix("correct the field and send the entry again")),
    }
}

/// As exact as every store keeps it, so that a restart shows the same.
pub(crate) fn in_micros(now: Timestamp) -> Timestamp {
    now.round(Unit::Microsecond).unwrap_or(now)
}
