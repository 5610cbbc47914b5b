//! Where a store keeps the golden loop: experts, what they say, and what is proposed.

use async_trait::async_trait;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::{Commit, Once};
use crate::curation::{
    Candidate, CandidateFilter, CandidateId, CandidateKey, Expert, FeedbackFilter, FeedbackId,
    FeedbackRecord, MissedId, Outcome, RecordedQuestion,
};
use crate::error::Result;
use crate::ids::{EntryId, Handle, TenantId, VersionNumber};

/// What a commit changes of the golden loop, in the same transaction as the entries.
#[derive(Debug, Clone, Default)]
pub struct CurationChanges {
    /// Experts, new or as they are from now on.
    pub experts: Vec<ExpertChange>,
    /// The candidate, new or as it is from now on.
    pub candidate: Option<CandidateChange>,
    /// A feedback to keep; it belongs to the candidate beside it, if there is one.
    pub feedback: Option<FeedbackRecord>,
    /// Questions of which it is known from now on what answers them.
    pub questions: Vec<RecordedQuestion>,
    /// How much a candidate was told of a group of questions that missed.
    pub missed: Option<MissedTold>,
}

impl CurationChanges {
    /// Whether there is nothing to change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.experts.is_empty()
            && self.candidate.is_none()
            && self.feedback.is_none()
            && self.questions.is_empty()
            && self.missed.is_none()
    }
}

/// How much a candidate was told of a group of questions that missed. Of a group that is gone
/// nothing is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MissedTold {
    /// The group.
    pub group: MissedId,
    /// The candidate; none for the one that the same commit writes.
    pub candidate: Option<CandidateId>,
    /// The count that it was told.
    pub count: u64,
}

/// A candidate as it is to be, with the line for the audit log.
#[derive(Debug, Clone)]
pub struct CandidateChange {
    /// With the id 0 it is new and gets one. Else its revision is one more than the stored one's,
    /// or somebody else was faster.
    pub candidate: Candidate,
    /// What is done: `candidate_created`.
    pub action: &'static str,
    /// What the audit log says of it.
    pub detail: Value,
    /// Whether it is approved by the first change of the commit, whose version it gets.
    pub publishes: bool,
}

/// An expert as they are to be, with the line for the audit log.
#[derive(Debug, Clone)]
pub struct ExpertChange {
    /// The expert.
    pub expert: Expert,
    /// When the expert had changed last, as the caller saw it; none for a new one.
    pub seen: Option<Timestamp>,
    /// What is done: `trust_changed`.
    pub action: &'static str,
    /// What the audit log says of it.
    pub detail: Value,
    /// The proposal that turned out so, which is kept in place of what was known of it.
    pub evidence: Option<(CandidateId, Outcome)>,
    /// Whether what proposals turned out as until now no longer counts.
    pub afresh: bool,
}

/// A line of the audit log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogLine {
    /// Its number, rising with time.
    pub id: u64,
    /// When it was done.
    pub at: Timestamp,
    /// Who did it.
    pub actor: String,
    /// What was done.
    pub action: String,
    /// The entry concerned.
    pub entry: Option<String>,
    /// Its version.
    pub version: Option<VersionNumber>,
    /// What else there is to say.
    pub detail: Value,
}

/// Which lines of the audit log.
#[derive(Debug, Clone, Default)]
pub struct LogFilter {
    /// That concern this entry.
    pub entry: Option<EntryId>,
    /// That tell of this action.
    pub action: Option<String>,
    /// Of someone by this name.
    pub actor: Option<String>,
    /// Older than this line.
    pub before: Option<u64>,
}

/// The golden loop as it is kept. Everything is written by [`super::Store::commit`].
#[async_trait]
pub trait CurationStore: Send + Sync {
    /// An expert.
    ///
    /// # Errors
    /// `unknown_expert`; `store_unavailable`, `database_damaged`, as every call of this trait.
    async fn expert(&self, tenant: &TenantId, handle: &Handle) -> Result<Expert>;

    /// Experts with a handle greater than `after`, by handle, at most `limit`.
    ///
    /// # Errors
    /// See [`CurationStore::expert`].
    async fn experts(
        &self,
        tenant: &TenantId,
        after: Option<&Handle>,
        limit: usize,
    ) -> Result<Vec<Expert>>;

    /// What is known of how a candidate turned out, for each expert behind it, by handle.
    ///
    /// # Errors
    /// See [`CurationStore::expert`].
    async fn evidence(
        &self,
        tenant: &TenantId,
        candidate: CandidateId,
    ) -> Result<Vec<(Handle, Outcome)>>;

    /// A candidate.
    ///
    /// # Errors
    /// `unknown_candidate`.
    async fn candidate(&self, tenant: &TenantId, id: CandidateId) -> Result<Candidate>;

    /// The newest candidate of this key, open or decided.
    ///
    /// # Errors
    /// See [`CurationStore::expert`].
    async fn last_candidate(
        &self,
        tenant: &TenantId,
        key: &CandidateKey,
    ) -> Result<Option<Candidate>>;

    /// The newest candidate whose approval published what this version of an entry says, if one
    /// did. One that only had it approved anew is not meant.
    ///
    /// # Errors
    /// See [`CurationStore::expert`].
    async fn candidate_of(
        &self,
        tenant: &TenantId,
        entry: &EntryId,
        version: VersionNumber,
    ) -> Result<Option<Candidate>>;

    /// Candidates, the most urgent first, at most `limit`.
    ///
    /// # Errors
    /// `unknown_candidate` where the list is to go on after one that does not exist.
    async fn candidates(
        &self,
        tenant: &TenantId,
        filter: &CandidateFilter,
        limit: usize,
    ) -> Result<Vec<Candidate>>;

    /// Feedback with a number greater than `after`, by number, at most `limit`.
    ///
    /// # Errors
    /// See [`CurationStore::expert`].
    async fn feedback(
        &self,
        tenant: &TenantId,
        filter: &FeedbackFilter,
        after: Option<FeedbackId>,
        limit: usize,
    ) -> Result<Vec<FeedbackRecord>>;

    /// The outcome of a write that was done with this key, if one was.
    ///
    /// # Errors
    /// `idempotency_reused` where the key came with something else.
    async fn done(&self, once: &Once) -> Result<Option<Commit>>;

    /// Questions of which it is known what answers them, by their text: those that were recorded,
    /// and those of confirmed answers that nothing was recorded for.
    ///
    /// # Errors
    /// See [`CurationStore::expert`].
    async fn questions(&self, tenant: &TenantId) -> Result<Vec<RecordedQuestion>>;

    /// Lines of the audit log, the newest first, at most `limit`.
    ///
    /// # Errors
    /// See [`CurationStore::expert`].
    async fn log(
        &self,
        tenant: &TenantId,
        filter: &LogFilter,
        limit: usize,
    ) -> Result<Vec<LogLine>>;
}
