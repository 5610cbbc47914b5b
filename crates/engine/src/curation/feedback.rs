//! What an expert says, kept, and what is proposed from it.

use std::sync::Arc;

use goldenset_core::curation::{
    BY_POLICY, Candidate, CandidateId, CandidateKey, CandidateKind, CandidateStatus, Feedback,
    FeedbackFilter, FeedbackId, FeedbackRecord, Proposal, Support, Verdict,
};
use goldenset_core::ports::{CandidateChange, Commit};
use goldenset_core::{Code, Error, Result};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::target::Target;
use super::until_first;
use crate::changes::{Author, Wanted, in_micros};
use crate::engine::Engine;

/// What became of a feedback.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FeedbackTaken {
    /// Its number.
    pub feedback_id: FeedbackId,
    /// Whether it has an effect.
    pub counted: bool,
    /// Why it has none, or what it led to, in words.
    pub reason: String,
    /// The candidate that it made or was merged into.
    pub candidate: Option<CandidateBrief>,
}

/// Where a candidate stands.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CandidateBrief {
    /// Its number.
    pub id: CandidateId,
    /// Where it stands.
    pub status: CandidateStatus,
    /// How urgent it is.
    pub priority: f64,
    /// How good it is, 0 to 1; none where no expert stands behind it.
    pub quality: Option<f64>,
}

impl From<&Candidate> for CandidateBrief {
    fn from(candidate: &Candidate) -> Self {
        let Candidate { id, status, priority, quality, .. } = *candidate;
        Self { id, status, priority, quality }
    }
}

impl Engine {
    /// Keeps what an expert says; where it counts, makes a candidate of it or merges it into the
    /// open one for the same question, and approves or rejects that where its quality alone does.
    ///
    /// # Errors
    /// Bad input by its own code; `unknown_tenant`, `unknown_expert`, `unknown_entry`,
    /// `unknown_version`; faults of store and provider. Nothing is half written: what could not be
    /// published at once stays a candidate.
    pub async fn feedback(
        self: &Arc<Self>,
        author: Author,
        feedback: Feedback,
    ) -> Result<FeedbackTaken> {
        self.hear(author, feedback, false).await
    }

    /// The same, but that a person decides on the candidate in any case: for what was said
    /// elsewhere, before anybody here looked at it.
    ///
    /// # Errors
    /// As [`Engine::feedback`].
    pub async fn feedback_for_review(
        self: &Arc<Self>,
        author: Author,
        feedback: Feedback,
    ) -> Result<FeedbackTaken> {
        self.hear(author, feedback, true).await
    }

    async fn hear(
        self: &Arc<Self>,
        author: Author,
        feedback: Feedback,
        for_review: bool,
    ) -> Result<FeedbackTaken> {
        self.tenant(&author.tenant)?;
        feedback.check(&self.settings.policy.categories)?;
        let commit = match self.done(&author).await? {
            Some(commit) => commit,
            None => until_first!(self.keep(&author, &feedback, for_review))?,
        };
        self.taken(&author, commit.feedback).await
    }

    async fn taken(
        self: &Arc<Self>,
        author: &Author,
        kept: Option<FeedbackId>,
    ) -> Result<FeedbackTaken> {
        let record = match kept {
            Some(FeedbackId(number)) => {
                let before = Some(FeedbackId(number.saturating_sub(1)));
                let filter = FeedbackFilter::default();
                self.store.feedback(&author.tenant, &filter, before, 1).await?.pop()
            }
            None => None,
        };
        let unkept = || Error::new(Code::Internal, "the store did not keep a feedback");
        let FeedbackRecord { id, counted, reason, candidate, .. } = record.ok_or_else(unkept)?;
        let mut candidate = match candidate {
            // It may have been decided since, by an earlier call with the same key among others.
            Some(id) => Some(self.store.candidate(&author.tenant, id).await?),
            None => None,
        };
        if let Some(proposed) = &candidate
            && self.approves_itself(proposed)
        {
            candidate = Some(self.approve_by_policy(&author.tenant, proposed.id).await?);
        }
        let reason = match (&candidate, reason) {
            (Some(candidate), _) => candidate.reason.clone(),
            (None, Some(why)) => format!("kept without effect: {why}"),
            (None, None) => "the answer is confirmed, and served for this question already".into(),
        };
        let candidate = candidate.as_ref().map(CandidateBrief::from);
        Ok(FeedbackTaken { feedback_id: id, counted, reason, candidate })
    }

    /// One look at everything, and one commit.
    async fn keep(
        self: &Arc<Self>,
        author: &Author,
        feedback: &Feedback,
        for_review: bool,
    ) -> Result<Commit> {
        let (tenant, policy) = (&author.tenant, &self.settings.policy);
        let expert = self.store.expert(tenant, &feedback.expert).await?;
        let feedback = self.with_version(author, feedback.clone()).await?;
        let reason = policy.not_counted(&expert);
        let at = in_micros(self.clock.now());
        let mut wanted = Wanted::default();
        if reason.is_none()
            && let Some(target) = self.target(author, &feedback).await?
        {
            let key = CandidateKey::Question(feedback.signature());
            let last = self.store.last_candidate(tenant, &key).await?;
            let open = last.filter(Candidate::is_open);
            let trust = policy.trust(&expert);
            let (candidate, action) = self.merged(open, &target, &feedback, trust, at);
            let mut change = self.judged(candidate, action, &target.reason, for_review, at);
            change.detail["type"] = json!(feedback.kind);
            change.detail["expert"] = json!(feedback.expert);
            wanted.curation.candidate = Some(change);
        }
        wanted.curation.feedback = Some(FeedbackRecord {
            id: FeedbackId(0),
            trust: policy.trust(&expert),
            counted: reason.is_none(),
            reason,
            candidate: None,
            at,
            feedback,
        });
        self.commit(author.clone(), wanted).await
    }

    /// The version that was served; the entry and a version that is named must exist.
    async fn with_version(&self, author: &Author, mut feedback: Feedback) -> Result<Feedback> {
        let Some(id) = &feedback.entry_id else { return Ok(feedback) };
        let missing = |error: Error| error.field("entry_id");
        match feedback.version {
            Some(version) => {
                self.version(&author.tenant, id, version).await.map_err(|error| {
                    if error.code == Code::UnknownEntry { missing(error) } else { error }
                })?;
            }
            None => {
                let head = self.store.entry(&author.tenant, id).await.map_err(missing)?;
                feedback.version = Some(head.published_version.unwrap_or(head.version));
            }
        }
        Ok(feedback)
    }

    /// The candidate after one more feedback, and what the audit log calls that.
    fn merged(
        &self,
        open: Option<Candidate>,
        target: &Target,
        feedback: &Feedback,
        trust: f64,
        at: Timestamp,
    ) -> (Candidate, &'static str) {
        let action = if open.is_none() { "candidate_made" } else { "candidate_merged" };
        let mut candidate = open.unwrap_or_else(|| fresh(feedback, at));
        let quality = f64::midpoint(feedback.confidence, trust);
        let proposal = feedback.answer.as_ref().map(|answer| Proposal {
            answer: answer.clone(),
            references: feedback.references.clone(),
            author: feedback.expert.clone(),
            quality,
        });
        let support = Support {
            expert: feedback.expert.clone(),
            kind: feedback.kind,
            confidence: feedback.confidence,
            trust,
            answer: feedback.answer.clone(),
            differs: false,
        };
        let text = |candidate: &Candidate| candidate.proposal.as_ref().map(|it| it.answer.clone());
        let before = text(&candidate);
        candidate.support(support, proposal);
        // What made a text wait for a person is not outweighed by more who say the same.
        candidate.held_back &= before.is_some() && before == text(&candidate);
        // What it is about follows the newest feedback: the set may have changed meanwhile.
        candidate.action = target.action;
        candidate.about = feedback.entry_id.clone().or(candidate.about);
        candidate.entry_id = target.entry.as_ref().map(|(entry, _)| entry.clone());
        candidate.base_version = target.entry.as_ref().map(|(_, version)| *version);
        candidate.category = feedback.category.clone().or(candidate.category);
        candidate.revision += 1;
        candidate.changed_at = at;
        (candidate, action)
    }

    /// Where the candidate stands by its quality: what is too weak is rejected, and taken back
    /// where it no longer is.
    fn judged(
        &self,
        mut candidate: Candidate,
        action: &'static str,
        about: &str,
        for_review: bool,
        at: Timestamp,
    ) -> CandidateChange {
        let policy = &self.settings.policy;
        let thresholds = policy.thresholds(candidate.category.as_deref());
        let quality = candidate.quality.unwrap_or_default();
        let rejected = candidate.verdict(policy) == Verdict::Reject;
        if rejected {
            candidate.status = CandidateStatus::Rejected;
            candidate.decided_by = Some(BY_POLICY.into());
            candidate.decided_at = Some(at);
        } else if candidate.status == CandidateStatus::Rejected {
            candidate.status = CandidateStatus::Pending;
            (candidate.decided_by, candidate.decided_at) = (None, None);
        }
        candidate.held_back |= for_review;
        let then = if rejected {
            format!("its quality of {quality} is below {}", thresholds.reject_below)
        } else if !candidate.is_complete() {
            "it waits for an answer".into()
        } else if candidate.is_contested() {
            "experts propose different answers, so a person decides".into()
        } else if quality < thresholds.approve_from {
            let least = thresholds.approve_from;
            format!("its quality of {quality} is below {least}, so a person decides")
        } else if candidate.held_back {
            format!("its quality of {quality} would approve it, but a person decides")
        } else {
            format!("its quality of {quality} approves it")
        };
        candidate.reason = format!("{about}; {then}");
        let detail = json!({
            "priority": candidate.priority, "quality": candidate.quality,
            "frequency": candidate.frequency, "reason": candidate.reason,
        });
        CandidateChange { candidate, action, detail, publishes: false }
    }
}

fn fresh(feedback: &Feedback, at: Timestamp) -> Candidate {
    Candidate {
        id: CandidateId(0),
        revision: 0,
        kind: CandidateKind::Feedback,
        status: CandidateStatus::Pending,
        action: goldenset_core::curation::Action::Create,
        question: feedback.query.clone(),
        about: None,
        entry_id: None,
        base_version: None,
        category: None,
        proposal: None,
        support: Vec::new(),
        frequency: 0,
        priority: 0.0,
        quality: None,
        reason: String::new(),
        held_back: false,
        examples: Vec::new(),
        nearest: Vec::new(),
        created_at: at,
        changed_at: at,
        decided_by: None,
        decided_at: None,
        published_version: None,
    }
}
