//! Where a store keeps which documents have changed, and which entries that holds back.

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Once;
use crate::error::{Code, Error, Result};
use crate::ids::{EntryId, Epoch, TenantId, VersionNumber};
use crate::reference::{Document, Suspension, same_version};

/// Number of a change of a document within its tenant, from 1 without gaps.
pub type ChangeNumber = u32;

/// A document has a new version.
#[derive(Debug, Clone)]
pub struct NewChange {
    /// In whose golden set; created by its first change.
    pub tenant: TenantId,
    /// The document.
    pub document: Document,
    /// Its new version.
    pub version: String,
    /// Who says so.
    pub by: String,
    /// Why, for whoever reads the log.
    pub reason: Option<String>,
    /// When.
    pub at: Timestamp,
    /// So that a caller who did not hear of the outcome may ask again.
    pub once: Option<Once>,
}

/// The newest change of a document that is not undone is to be undone.
#[derive(Debug, Clone)]
pub struct UndoChange {
    /// In whose golden set.
    pub tenant: TenantId,
    /// The document.
    pub document: Document,
    /// Only a change to this version.
    pub version: Option<String>,
    /// Who undoes it.
    pub by: String,
    /// Why.
    pub reason: Option<String>,
    /// When.
    pub at: Timestamp,
    /// So that a caller who did not hear of the outcome may ask again.
    pub once: Option<Once>,
}

/// A published entry that rests on a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resting {
    /// The entry.
    pub id: EntryId,
    /// Its version that is or was served.
    pub version: VersionNumber,
    /// Text of the reference that rests on the document.
    pub reference: String,
    /// Whether this change holds it back: nobody has approved it since.
    pub suspended: bool,
}

/// A change of a document as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferenceChange {
    /// Its number.
    pub number: ChangeNumber,
    /// The document, as it was named.
    pub document: String,
    /// The new version.
    pub version: String,
    /// Who said so.
    pub by: String,
    /// Why.
    pub reason: Option<String>,
    /// When.
    pub at: Timestamp,
    /// When it was undone, if it was.
    pub undone_at: Option<Timestamp>,
    /// Who undid it.
    pub undone_by: Option<String>,
    /// Why it was undone.
    pub undone_reason: Option<String>,
    /// The entries that rested on the document, by id.
    pub entries: Vec<Resting>,
}

impl ReferenceChange {
    /// Whether it is of this document, under whatever name it was recorded.
    #[must_use]
    pub fn is_of(&self, document: &Document) -> bool {
        Document::new(&self.document).is_ok_and(|recorded| recorded.is(document))
    }

    /// Whether it is a change of this document that is not undone. The newest such one says which
    /// version the document has now.
    #[must_use]
    pub fn is_in_force(&self, document: &Document) -> bool {
        self.undone_at.is_none() && self.is_of(document)
    }

    /// The newest of `changes` (the newest first) of a document that can be undone; only to
    /// `version` where one is given.
    ///
    /// # Errors
    /// `nothing_to_undo`.
    pub fn to_undo(
        changes: impl IntoIterator<Item = Self>,
        document: &Document,
        version: Option<&str>,
    ) -> Result<Self> {
        let mut changes = changes.into_iter();
        let wanted = |change: &Self| {
            change.is_in_force(document) && version.is_none_or(|version| version == change.version)
        };
        changes.find(wanted).ok_or_else(|| {
            let detail = format!("`{}` has no change that could be undone", document.name());
            Error::new(Code::NothingToUndo, detail)
                .field("document")
                .fix("GET /v1/references lists the changes, and whether they are undone")
        })
    }

    /// The newest of `changes` (the newest first) of a document that is in force, if it says that
    /// the document has this version: to say so once more changes nothing.
    pub fn said_already(
        changes: impl IntoIterator<Item = Self>,
        document: &Document,
        version: &str,
    ) -> Option<Self> {
        let newest = changes.into_iter().find(|change| change.is_in_force(document));
        newest.filter(|change| same_version(&change.version, version))
    }
}

/// What a change, or its undoing, came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferenceChanged {
    /// The tenant's epoch afterwards; raised when any suspension came or went.
    pub epoch: Epoch,
    /// The change, as it is kept now.
    pub change: ReferenceChange,
    /// What holds each entry back now whose suspensions changed, the oldest first; none where
    /// nothing does. Ordered by id.
    pub suspensions: Vec<(EntryId, Vec<Suspension>)>,
    /// Whether the document has this version already by a change in force, which is the one here:
    /// nothing was written.
    #[serde(default)]
    pub unchanged: bool,
    /// Whether this is the outcome of an earlier call with the same key, and nothing was written.
    #[serde(skip)]
    pub replayed: bool,
}

/// Changes of documents and what they suspend. A publish ends the suspensions of its entry:
/// [`super::Store::commit`].
#[async_trait]
pub trait ReferenceStore: Send + Sync {
    /// The published entries that rest on a document and do not name `version` already, by id.
    /// `suspended` says whether anything holds them back. None for a tenant that does not exist.
    ///
    /// # Errors
    /// `store_unavailable`, `database_damaged`, as every call of this trait.
    async fn resting_on(
        &self,
        tenant: &TenantId,
        document: &Document,
        version: &str,
    ) -> Result<Vec<Resting>>;

    /// Records that a document has a new version, and suspends the published entries that rest on
    /// it, in one transaction with journal, epoch and audit. Recorded also when there are none, but
    /// not where the newest change of the document that is in force says the same
    /// ([`ReferenceChange::said_already`]): whoever approved an entry since did so knowing of it.
    ///
    /// # Errors
    /// `idempotency_reused`; then nothing is written.
    async fn change_reference(&self, change: &NewChange) -> Result<ReferenceChanged>;

    /// Takes the newest change of a document back that is not undone, and the suspensions that are
    /// left of it, in one transaction with journal, epoch and audit.
    ///
    /// # Errors
    /// `nothing_to_undo`, also for a tenant that does not exist; `idempotency_reused`; then nothing
    /// is written.
    async fn undo_reference_change(&self, undo: &UndoChange) -> Result<ReferenceChanged>;

    /// The changes of a tenant with a number less than `before`, the newest first, at most `limit`;
    /// only those of `document` when one is given.
    ///
    /// # Errors
    /// See [`ReferenceStore::resting_on`].
    async fn reference_changes(
        &self,
        tenant: &TenantId,
        document: Option<&Document>,
        before: Option<ChangeNumber>,
        limit: usize,
    ) -> Result<Vec<ReferenceChange>>;
}
