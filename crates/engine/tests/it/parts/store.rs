//! A real store with faults in front of it, behind it, and a door in each place.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use goldenset_core::calibration::Calibration;
use goldenset_core::curation::{
    Candidate, CandidateFilter, CandidateId, CandidateKey, Expert, FeedbackFilter, FeedbackId,
    FeedbackRecord, MissedFlush, MissedGroup, Outcome, RecordedQuestion,
};
use goldenset_core::keys::{KeyId, KeyRecord, NewKey, StoredKey};
use goldenset_core::ports::{
    BareVersion, Calibrations, ChangeNumber, ChangeSet, Commit, CurationStore, EntryRecord,
    KeptModel, KeyStore, LogFilter, LogLine, ModelStore, ModelSwitch, NewChange, Once,
    PublishedChanges, PublishedParts, PublishedState, QuestionStore, Recalibrated, ReferenceChange,
    ReferenceChanged, ReferenceStore, Resting, Store, UndoChange, WatchStore,
};
use goldenset_core::watch::{
    AuditId, AuditItem, AuditStatus, DayCounts, Flush, JudgedCount, Judgement,
};
use goldenset_core::{
    Code, Document, Embedding, EntryId, EpochStamp, Error, Handle, ModelId, Result, Signature,
    TenantId, VersionNumber, WordVectors,
};
use jiff::Timestamp;
use jiff::civil::Date;
use tokio::sync::RwLock;

/// Where a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fails {
    /// Nothing is written.
    Before,
    /// All is written, and the caller does not hear of it.
    After,
}

pub(crate) struct TroubledStore {
    inner: Arc<dyn Store>,
    commits: Mutex<VecDeque<Fails>>,
    flushes: Mutex<VecDeque<Fails>>,
    missed: Mutex<VecDeque<Fails>>,
    reads: Mutex<usize>,
    /// Whether reads of words fail.
    pub(crate) words_away: AtomicBool,
    /// Versions whose words were read.
    pub(crate) words_read: AtomicUsize,
    /// Commits wait here before they are written while a test holds it for writing.
    pub(crate) before: RwLock<()>,
    /// Commits wait here after they are written.
    pub(crate) after: RwLock<()>,
}

impl TroubledStore {
    pub(crate) fn new(inner: Arc<dyn Store>) -> Self {
        Self {
            inner,
            commits: Mutex::default(),
            flushes: Mutex::default(),
            missed: Mutex::default(),
            reads: Mutex::default(),
            words_away: AtomicBool::default(),
            words_read: AtomicUsize::default(),
            before: RwLock::default(),
            after: RwLock::default(),
        }
    }

    /// The next commit fails.
    pub(crate) fn fail_commit(&self, fails: Fails) {
        self.commits.lock().unwrap().push_back(fails);
    }

    /// The next flush of counts fails.
    pub(crate) fn fail_flush(&self, fails: Fails) {
        self.flushes.lock().unwrap().push_back(fails);
    }

    /// The next flush of questions that missed fails.
    pub(crate) fn fail_missed(&self, fails: Fails) {
        self.missed.lock().unwrap().push_back(fails);
    }

    /// The next so many reads of a published set fail.
    pub(crate) fn fail_reads(&self, times: usize) {
        *self.reads.lock().unwrap() = times;
    }

    fn read_fails(&self) -> bool {
        let mut left = self.reads.lock().unwrap();
        let fails = *left > 0;
        *left = left.saturating_sub(1);
        fails
    }
}

fn away<T>() -> Result<T> {
    Err(Error::new(Code::StoreUnavailable, "the store is away"))
}

#[async_trait]
impl Store for TroubledStore {
    async fn close(&self) {
        self.inner.close().await;
    }

    async fn commit(&self, changes: ChangeSet) -> Result<Commit> {
        let fails = self.commits.lock().unwrap().pop_front();
        drop(self.before.read().await);
        if fails == Some(Fails::Before) {
            return away();
        }
        let commit = self.inner.commit(changes).await?;
        drop(self.after.read().await);
        if fails == Some(Fails::After) { away() } else { Ok(commit) }
    }

    async fn hand_published(
        &self,
        tenant: &TenantId,
        model: &ModelId,
        parts: &mut dyn PublishedParts,
    ) -> Result<PublishedState> {
        if self.read_fails() {
            return away();
        }
        self.inner.hand_published(tenant, model, parts).await
    }

    async fn words(
        &self,
        tenant: &TenantId,
        model: &ModelId,
        versions: &[(EntryId, VersionNumber)],
    ) -> Result<Vec<Option<Vec<WordVectors>>>> {
        if self.words_away.load(Ordering::Relaxed) {
            return away();
        }
        self.words_read.fetch_add(versions.len(), Ordering::Relaxed);
        self.inner.words(tenant, model, versions).await
    }

    async fn tenants(&self) -> Result<Vec<(TenantId, EpochStamp)>> {
        self.inner.tenants().await
    }

    async fn published_since(
        &self,
        tenant: &TenantId,
        model: &ModelId,
        since: EpochStamp,
        most: usize,
    ) -> Result<Option<PublishedChanges>> {
        if self.read_fails() {
            return away();
        }
        self.inner.published_since(tenant, model, since, most).await
    }

    fn is_shared(&self) -> bool {
        self.inner.is_shared()
    }

    async fn announced(&self) {
        self.inner.announced().await;
    }

    async fn add_embeddings(
        &self,
        tenant: &TenantId,
        model: &ModelId,
        embeddings: Vec<(EntryId, VersionNumber, Vec<Embedding>)>,
    ) -> Result<()> {
        self.inner.add_embeddings(tenant, model, embeddings).await
    }

    async fn save_calibration(
        &self,
        tenant: &TenantId,
        calibration: &Calibration,
        actor: &str,
        at: Timestamp,
        once: Option<&Once>,
    ) -> Result<Recalibrated> {
        let fails = self.commits.lock().unwrap().pop_front();
        if fails == Some(Fails::Before) {
            return away();
        }
        let saved = self.inner.save_calibration(tenant, calibration, actor, at, once).await?;
        if fails == Some(Fails::After) { away() } else { Ok(saved) }
    }

    async fn undo_calibration(
        &self,
        tenant: &TenantId,
        actor: &str,
        at: Timestamp,
        once: Option<&Once>,
    ) -> Result<Recalibrated> {
        self.inner.undo_calibration(tenant, actor, at, once).await
    }

    async fn recalibrated(&self, tenant: &TenantId, once: &Once) -> Result<Option<Recalibrated>> {
        self.inner.recalibrated(tenant, once).await
    }

    async fn calibrations(&self, tenant: &TenantId) -> Result<Calibrations> {
        self.inner.calibrations(tenant).await
    }

    async fn entry(&self, tenant: &TenantId, id: &EntryId) -> Result<EntryRecord> {
        self.inner.entry(tenant, id).await
    }

    async fn entries(
        &self,
        tenant: &TenantId,
        after: Option<&EntryId>,
        limit: usize,
    ) -> Result<Vec<EntryRecord>> {
        self.inner.entries(tenant, after, limit).await
    }

    async fn versions(&self, tenant: &TenantId, id: &EntryId) -> Result<Vec<EntryRecord>> {
        self.inner.versions(tenant, id).await
    }
}

#[async_trait]
impl ReferenceStore for TroubledStore {
    async fn resting_on(
        &self,
        tenant: &TenantId,
        document: &Document,
        version: &str,
    ) -> Result<Vec<Resting>> {
        self.inner.resting_on(tenant, document, version).await
    }

    async fn change_reference(&self, change: &NewChange) -> Result<ReferenceChanged> {
        let fails = self.commits.lock().unwrap().pop_front();
        if fails == Some(Fails::Before) {
            return away();
        }
        let changed = self.inner.change_reference(change).await?;
        if fails == Some(Fails::After) { away() } else { Ok(changed) }
    }

    async fn undo_reference_change(&self, undo: &UndoChange) -> Result<ReferenceChanged> {
        let fails = self.commits.lock().unwrap().pop_front();
        if fails == Some(Fails::Before) {
            return away();
        }
        let undone = self.inner.undo_reference_change(undo).await?;
        if fails == Some(Fails::After) { away() } else { Ok(undone) }
    }

    async fn reference_changes(
        &self,
        tenant: &TenantId,
        document: Option<&Document>,
        before: Option<ChangeNumber>,
        limit: usize,
    ) -> Result<Vec<ReferenceChange>> {
        self.inner.reference_changes(tenant, document, before, limit).await
    }
}

#[async_trait]
impl WatchStore for TroubledStore {
    async fn record(&self, flush: &Flush) -> Result<u64> {
        let fails = self.flushes.lock().unwrap().pop_front();
        if fails == Some(Fails::Before) {
            return away();
        }
        let left_out = self.inner.record(flush).await?;
        if fails == Some(Fails::After) { away() } else { Ok(left_out) }
    }

    async fn day_counts(&self, tenant: &TenantId, from: Date, to: Date) -> Result<Vec<DayCounts>> {
        self.inner.day_counts(tenant, from, to).await
    }

    async fn forget(&self, day: Date, drawn: Timestamp) -> Result<()> {
        self.inner.forget(day, drawn).await
    }

    async fn audit_items(
        &self,
        tenant: &TenantId,
        status: AuditStatus,
        after: Option<AuditId>,
        limit: usize,
    ) -> Result<Vec<AuditItem>> {
        self.inner.audit_items(tenant, status, after, limit).await
    }

    async fn judge(
        &self,
        tenant: &TenantId,
        id: AuditId,
        judgement: &Judgement,
        once: Option<&Once>,
    ) -> Result<AuditItem> {
        self.inner.judge(tenant, id, judgement, once).await
    }

    async fn judged(&self, tenant: &TenantId, since: Timestamp) -> Result<Vec<JudgedCount>> {
        self.inner.judged(tenant, since).await
    }

    async fn open_items(&self) -> Result<Vec<(TenantId, u64)>> {
        self.inner.open_items().await
    }
}

#[async_trait]
impl QuestionStore for TroubledStore {
    async fn record_missed(&self, flush: &MissedFlush) -> Result<Vec<(TenantId, Signature)>> {
        let fails = self.missed.lock().unwrap().pop_front();
        if fails == Some(Fails::Before) {
            return away();
        }
        let gone = self.inner.record_missed(flush).await?;
        if fails == Some(Fails::After) { away() } else { Ok(gone) }
    }

    async fn missed(
        &self,
        tenant: &TenantId,
        least: u64,
        limit: usize,
    ) -> Result<Vec<MissedGroup>> {
        self.inner.missed(tenant, least, limit).await
    }

    async fn forget_missed(&self, asked: Timestamp) -> Result<Vec<(TenantId, Signature)>> {
        self.inner.forget_missed(asked).await
    }
}

#[async_trait]
impl CurationStore for TroubledStore {
    async fn expert(&self, tenant: &TenantId, handle: &Handle) -> Result<Expert> {
        self.inner.expert(tenant, handle).await
    }

    async fn experts(
        &self,
        tenant: &TenantId,
        after: Option<&Handle>,
        limit: usize,
    ) -> Result<Vec<Expert>> {
        self.inner.experts(tenant, after, limit).await
    }

    async fn evidence(
        &self,
        tenant: &TenantId,
        candidate: CandidateId,
    ) -> Result<Vec<(Handle, Outcome)>> {
        self.inner.evidence(tenant, candidate).await
    }

    async fn candidate(&self, tenant: &TenantId, id: CandidateId) -> Result<Candidate> {
        self.inner.candidate(tenant, id).await
    }

    async fn last_candidate(
        &self,
        tenant: &TenantId,
        key: &CandidateKey,
    ) -> Result<Option<Candidate>> {
        self.inner.last_candidate(tenant, key).await
    }

    async fn candidate_of(
        &self,
        tenant: &TenantId,
        entry: &EntryId,
        version: VersionNumber,
    ) -> Result<Option<Candidate>> {
        self.inner.candidate_of(tenant, entry, version).await
    }

    async fn candidates(
        &self,
        tenant: &TenantId,
        filter: &CandidateFilter,
        limit: usize,
    ) -> Result<Vec<Candidate>> {
        self.inner.candidates(tenant, filter, limit).await
    }

    async fn feedback(
        &self,
        tenant: &TenantId,
        filter: &FeedbackFilter,
        after: Option<FeedbackId>,
        limit: usize,
    ) -> Result<Vec<FeedbackRecord>> {
        self.inner.feedback(tenant, filter, after, limit).await
    }

    async fn done(&self, once: &Once) -> Result<Option<Commit>> {
        self.inner.done(once).await
    }

    async fn questions(&self, tenant: &TenantId) -> Result<Vec<RecordedQuestion>> {
        self.inner.questions(tenant).await
    }

    async fn log(
        &self,
        tenant: &TenantId,
        filter: &LogFilter,
        limit: usize,
    ) -> Result<Vec<LogLine>> {
        self.inner.log(tenant, filter, limit).await
    }
}

#[async_trait]
impl KeyStore for TroubledStore {
    async fn create_key(&self, key: &NewKey) -> Result<KeyRecord> {
        self.inner.create_key(key).await
    }

    async fn keys(&self) -> Result<Vec<StoredKey>> {
        self.inner.keys().await
    }

    async fn revoke_key(&self, id: KeyId, actor: &str, at: Timestamp) -> Result<KeyRecord> {
        self.inner.revoke_key(id, actor, at).await
    }
}

#[async_trait]
impl ModelStore for TroubledStore {
    async fn model_switch(&self) -> Result<Option<ModelSwitch>> {
        self.inner.model_switch().await
    }

    async fn switch_model(&self, switch: &ModelSwitch) -> Result<()> {
        self.inner.switch_model(switch).await
    }

    async fn kept_models(&self) -> Result<Vec<KeptModel>> {
        self.inner.kept_models().await
    }

    async fn served_entries(&self) -> Result<u64> {
        self.inner.served_entries().await
    }

    async fn bare_versions(&self, model: &ModelId, most: usize) -> Result<Vec<BareVersion>> {
        self.inner.bare_versions(model, most).await
    }

    async fn drop_model(&self, model: &ModelId, by: &str, at: Timestamp) -> Result<u64> {
        self.inner.drop_model(model, by, at).await
    }
}
