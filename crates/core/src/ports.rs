//! The traits of everything that does I/O. Implementations live in crates of their own; the
//! engine knows only these.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::Serialize;

use crate::entry::{EntryContent, EntryStatus};
use crate::error::Result;
use crate::ids::{EntryId, Epoch, ModelId, TenantId, VersionNumber};

/// An embedding: unit length, as many numbers as the model has dimensions.
pub type Vector = Arc<[f32]>;

/// Tells the time; tests move it.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// Turns texts into vectors.
#[async_trait]
pub trait Embedder: Send + Sync {
    /// Identity of the model; a change of anything that changes vectors changes it.
    fn model(&self) -> &ModelId;

    /// Length of every vector.
    fn dimensions(&self) -> usize;

    /// One vector a text, in order. Equal text gives the bitwise equal vector, alone or among
    /// others. Any fault fails the whole call; there is no partial result.
    ///
    /// # Errors
    /// `overloaded`, `embedding_unavailable`, `embedding_rejected`, `embedding_mismatch`.
    async fn embed(&self, texts: &[Arc<str>]) -> Result<Vec<Vector>>;
}

/// One change to one entry, part of a [`ChangeSet`].
#[derive(Debug, Clone)]
pub enum EntryChange {
    /// Writes a new version unless the newest one already says the same. With vectors (one a
    /// phrasing, in the order of [`EntryContent::phrasings`]) it is published at once.
    Save {
        /// The entry, created when it does not exist.
        id: EntryId,
        /// What it says.
        content: EntryContent,
        /// The vectors of its phrasings when it is to be published.
        publish: Option<Vec<Vector>>,
    },
    /// Publishes a version that is already written.
    Publish {
        /// The entry.
        id: EntryId,
        /// The version.
        version: VersionNumber,
        /// One vector a phrasing.
        vectors: Vec<Vector>,
    },
    /// Takes an entry out of service. Its versions stay.
    Retire {
        /// The entry.
        id: EntryId,
    },
}

impl EntryChange {
    /// The entry that changes.
    #[must_use]
    pub fn id(&self) -> &EntryId {
        match self {
            Self::Save { id, .. } | Self::Publish { id, .. } | Self::Retire { id } => id,
        }
    }
}

/// Changes that are written in one transaction, or not at all.
#[derive(Debug, Clone)]
pub struct ChangeSet {
    /// Whose golden set; created by its first change.
    pub tenant: TenantId,
    /// Who does it, for the audit log.
    pub actor: String,
    /// Model of the vectors inside.
    pub model: ModelId,
    /// The changes, applied in order. An entry may occur once.
    pub changes: Vec<EntryChange>,
    /// When it is done.
    pub at: Timestamp,
}

/// What became of one [`EntryChange`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Applied {
    /// The entry.
    pub id: EntryId,
    /// Its newest version.
    pub version: VersionNumber,
    /// The version that is served afterwards, if any.
    pub published_version: Option<VersionNumber>,
    /// Whether anything was written: `false` when all was so already.
    pub changed: bool,
    /// Its status afterwards.
    pub status: EntryStatus,
}

/// What became of a [`ChangeSet`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The tenant's epoch afterwards; raised once when anything that is served changed.
    pub epoch: Epoch,
    /// One result a change, in order.
    pub applied: Vec<Applied>,
}

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
    /// One vector a phrasing, or none when the model that was asked for has none yet.
    pub vectors: Option<Vec<Vector>>,
}

/// All that a tenant serves, as of one epoch.
#[derive(Debug, Clone)]
pub struct PublishedSet {
    /// The state that was read.
    pub epoch: Epoch,
    /// The served versions, ordered by entry id.
    pub entries: Vec<PublishedVersion>,
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
}

/// Where golden sets are kept. One transaction a call; a call that returned is on the disk.
#[async_trait]
pub trait Store: Send + Sync {
    /// Every tenant with its epoch, ordered by name.
    ///
    /// # Errors
    /// `store_unavailable`, `database_damaged`, as every call of this trait.
    async fn tenants(&self) -> Result<Vec<(TenantId, Epoch)>>;

    /// Writes all changes in one transaction, durable when it returns: versions, embeddings,
    /// journal, epoch, audit.
    ///
    /// # Errors
    /// `unknown_entry`, `unknown_version`, `not_published` (retiring what is not served); then
    /// nothing is written.
    async fn commit(&self, changes: ChangeSet) -> Result<Commit>;

    /// All that a tenant serves, read as of one moment, with the vectors of `model`.
    ///
    /// # Errors
    /// See [`Store::tenants`].
    async fn published(&self, tenant: &TenantId, model: &ModelId) -> Result<PublishedSet>;

    /// Adds vectors of `model` for versions that have none of it yet: one a phrasing.
    ///
    /// # Errors
    /// `unknown_version`; then nothing is written.
    async fn add_vectors(
        &self,
        tenant: &TenantId,
        model: &ModelId,
        vectors: Vec<(EntryId, VersionNumber, Vec<Vector>)>,
    ) -> Result<()>;

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
