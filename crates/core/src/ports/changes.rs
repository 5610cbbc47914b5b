//! Changes of a golden set that are written as one, and what became of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::CurationChanges;
use crate::curation::{Candidate, Expert, FeedbackId, RecordedQuestion};
use crate::embedding::Embedding;
use crate::entry::{EntryContent, EntryStatus};
use crate::ids::{EntryId, Epoch, ModelId, TenantId, VersionNumber};

/// One change to one entry, part of a [`ChangeSet`].
#[derive(Debug, Clone)]
pub enum EntryChange {
    /// Writes a new version unless the newest one already says the same. With embeddings (one a
    /// phrasing, in the order of [`EntryContent::phrasings`]) it is published at once.
    Save {
        /// The entry, created when it does not exist.
        id: EntryId,
        /// What it says.
        content: EntryContent,
        /// The embeddings of its phrasings when it is to be published.
        publish: Option<Vec<Embedding>>,
    },
    /// Publishes a version that is already written.
    Publish {
        /// The entry.
        id: EntryId,
        /// The version.
        version: VersionNumber,
        /// One a phrasing.
        embeddings: Vec<Embedding>,
        /// Publish also what is served already: it is approved again, at a new time. Else that
        /// changes nothing.
        reapprove: bool,
        /// It is an earlier version that is to be in force again: the audit log calls it so.
        rolls_back: bool,
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
    /// Model of the embeddings inside.
    pub model: ModelId,
    /// The changes, applied in order. An entry may occur once.
    pub changes: Vec<EntryChange>,
    /// When it is done.
    pub at: Timestamp,
    /// What changes of the golden loop with it.
    pub curation: CurationChanges,
    /// What else the audit log says of every entry that changes: `reason`, `overrides`, ...
    pub note: Map<String, Value>,
    /// The state that whoever decided on this saw; in any other nothing is written.
    pub expects: Option<Epoch>,
    /// So that a caller who did not hear of the outcome may ask again.
    pub once: Option<Once>,
}

impl ChangeSet {
    /// No change yet.
    #[must_use]
    pub fn new(tenant: TenantId, actor: impl Into<String>, model: ModelId, at: Timestamp) -> Self {
        Self {
            tenant,
            actor: actor.into(),
            model,
            changes: Vec::new(),
            at,
            curation: CurationChanges::default(),
            note: Map::new(),
            expects: None,
            once: None,
        }
    }
}

/// A caller's key for one write: however often it comes, it is done once, and the first outcome is
/// given again.
#[derive(Debug, Clone)]
pub struct Once {
    /// The key, unique to its caller.
    pub key: String,
    /// Hash of what is asked: the same key for something else is refused.
    pub fingerprint: [u8; 32],
    /// One for all clones, so that whoever made the key hears of it.
    replayed: Arc<AtomicBool>,
}

impl Once {
    /// A key for what has this hash.
    #[must_use]
    pub fn new(key: String, fingerprint: [u8; 32]) -> Self {
        Self { key, fingerprint, replayed: Arc::default() }
    }

    /// Notes that an earlier outcome was found: for the store that finds it.
    pub fn replay(&self) {
        self.replayed.store(true, Ordering::Relaxed);
    }

    /// Whether a store found an earlier outcome, and so wrote nothing.
    #[must_use]
    pub fn is_replayed(&self) -> bool {
        self.replayed.load(Ordering::Relaxed)
    }
}

/// What became of one [`EntryChange`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Commit {
    /// The tenant's epoch afterwards; raised once when anything that is served changed.
    pub epoch: Epoch,
    /// One result a change, in order.
    pub applied: Vec<Applied>,
    /// The candidate that was written, with its number.
    pub candidate: Option<Candidate>,
    /// The number of the feedback that was written.
    pub feedback: Option<FeedbackId>,
    /// The experts that were written, as they are since.
    pub experts: Vec<Expert>,
    /// The questions that were recorded.
    pub questions: Vec<RecordedQuestion>,
    /// The entries that did not exist before.
    pub created: Vec<EntryId>,
    /// Whether this is the outcome of an earlier call with the same key, and nothing was written.
    #[serde(skip)]
    pub replayed: bool,
}
