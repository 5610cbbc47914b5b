//! The traits of everything that does I/O. Implementations live in crates of their own; the
//! engine knows only these.

mod curation;
mod keys;
mod questions;
mod references;
mod watch;

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::calibration::Calibration;
use crate::curation::{Candidate, Expert, FeedbackId, RecordedQuestion};
use crate::embedding::Embedding;
use crate::entry::{EntryContent, EntryStatus};
use crate::error::Result;
use crate::ids::{EntryId, Epoch, ModelId, TenantId, VersionNumber};
use crate::reference::Suspension;

pub use curation::{
    CandidateChange, CurationChanges, CurationStore, ExpertChange, LogFilter, LogLine, MissedTold,
};
pub use keys::KeyStore;
pub use questions::QuestionStore;
pub use references::{
    ChangeNumber, MAX_BY_BYTES, NewChange, ReferenceChange, ReferenceChanged, ReferenceStore,
    Resting, UndoChange,
};
pub use watch::WatchStore;

/// Tells the time; tests move it.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// Turns texts into vectors, of the whole and of the words.
#[async_trait]
pub trait Embedder: Send + Sync {
    /// Identity of the model; a change of anything that changes vectors changes it.
    fn model(&self) -> &ModelId;

    /// Length of every vector.
    fn dimensions(&self) -> usize;

    /// One embedding a text, in order. Equal text gives the bitwise equal embedding, alone or
    /// among others. A model that gives no vectors of words leaves them empty. Any fault fails
    /// the whole call; there is no partial result.
    ///
    /// # Errors
    /// `overloaded`, `embedding_unavailable`, `embedding_rejected`, `embedding_mismatch`.
    async fn embed(&self, texts: &[Arc<str>]) -> Result<Vec<Embedding>>;
}

/// A question and a phrasing of an entry that may have the answer to it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pair {
    /// What is asked.
    pub question: Arc<str>,
    /// The approved phrasing that it is held against.
    pub entry: Arc<str>,
}

/// Reads a question and an entry together, and says whether the one's answer answers the other.
/// Slower and surer than comparing what was read of each alone.
#[async_trait]
pub trait PairModel: Send + Sync {
    /// Identity of the model; a change of anything that changes scores changes it, as far as it
    /// can be seen from here.
    fn model(&self) -> &ModelId;

    /// One score a pair, in order: the log-odds that the approved answer to `entry` answers
    /// `question`, any finite number, 0 being even odds. As the model says it, not calibrated.
    /// Equal pairs give equal scores, alone or among others: of a model in this process bit for
    /// bit, of a remote one as far as its server does. Any fault fails the whole call; there is no
    /// partial result.
    ///
    /// Dropping the future returns at once and takes back what has not begun. A run that has begun
    /// in this process ends in its own thread, and nobody hears of it.
    ///
    /// # Errors
    /// `overloaded`, `judge_unavailable` (also: out of time), `judge_rejected`, `judge_mismatch`,
    /// `internal`. Whoever asks decides as if there were no such model, and not more freely.
    async fn judge(&self, pairs: &[Pair]) -> Result<Vec<f32>>;
}

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// The key, unique to its caller.
    pub key: String,
    /// Hash of what is asked: the same key for something else is refused.
    pub fingerprint: [u8; 32],
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
    pub epoch: Epoch,
    /// The served versions, ordered by entry id.
    pub entries: Vec<PublishedVersion>,
    /// The calibration that is active, whoever judged what it rests on.
    pub calibration: Option<CalibrationRecord>,
}

/// A stored calibration. It never changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CalibrationRecord {
    /// Counted from 1 within its tenant, without gaps.
    pub version: VersionNumber,
    /// The version that was active before, to which undoing it goes back.
    pub replaces: Option<VersionNumber>,
    /// Who stored it.
    pub author: String,
    /// When.
    pub created_at: Timestamp,
    /// What it says.
    #[serde(flatten)]
    pub calibration: Calibration,
}

/// All calibrations of a tenant.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Calibrations {
    /// The version that is active, if any.
    pub active: Option<VersionNumber>,
    /// Every version, the newest first.
    pub calibrations: Vec<CalibrationRecord>,
}

/// What is active after a change of calibration.
#[derive(Debug, Clone, PartialEq)]
pub struct Recalibrated {
    /// The tenant's epoch afterwards.
    pub epoch: Epoch,
    /// The calibration that is active, as the store will give it back.
    pub active: Option<CalibrationRecord>,
    /// Whether this is the outcome of an earlier call with the same key, and nothing was written.
    pub replayed: bool,
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
pub trait Store: WatchStore + CurationStore + KeyStore + ReferenceStore + QuestionStore {
    /// Every tenant with its epoch, ordered by name.
    ///
    /// # Errors
    /// `store_unavailable`, `database_damaged`, as every call of this trait.
    async fn tenants(&self) -> Result<Vec<(TenantId, Epoch)>>;

    /// Writes all changes in one transaction, durable when it returns: versions, embeddings,
    /// journal, epoch, audit, and what changes of the golden loop. Whatever is published is
    /// suspended no longer.
    ///
    /// # Errors
    /// `unknown_entry`, `unknown_version`, `not_published` (retiring what is not served),
    /// `epoch_moved`, `version_conflict` for an expert or a candidate that has changed meanwhile,
    /// `idempotency_reused`; then nothing is written.
    async fn commit(&self, changes: ChangeSet) -> Result<Commit>;

    /// All that a tenant serves, read as of one moment, with the embeddings of `model`.
    ///
    /// # Errors
    /// See [`Store::tenants`].
    async fn published(&self, tenant: &TenantId, model: &ModelId) -> Result<PublishedSet>;

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
