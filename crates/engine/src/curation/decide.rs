//! Decisions on candidates: approved, rejected, sent back, rewritten.

use std::sync::Arc;

use goldenset_core::curation::{BY_POLICY, Candidate, CandidateId, CandidateStatus, Outcome};
use goldenset_core::ports::{CandidateChange, Commit};
use goldenset_core::said::check_reason;
use goldenset_core::{Code, EntryId, Epoch, Error, Handle, Result, TenantId, VersionNumber};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::publication::{Amended, Publication};
use super::until_first;
use crate::changes::{Author, Wanted, in_micros};
use crate::engine::Engine;
use crate::gate::{GateReport, Live, Override};

/// Who decides, and how.
#[derive(Debug, Clone)]
pub struct Decision {
    /// The approver.
    pub by: Handle,
    /// Why.
    pub reason: Option<String>,
    /// Publish in spite of what the gate says; needs a reason.
    pub overrides: bool,
    /// The version of the entry that the approver saw.
    pub base_version: Option<VersionNumber>,
    /// Only say what would happen.
    pub dry_run: bool,
}

/// What approving came to, or would.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Approved {
    /// The entry that is served.
    pub entry_id: EntryId,
    /// Its version; the newest one where it was retired.
    pub version: VersionNumber,
    /// The tenant's epoch afterwards.
    pub epoch: Epoch,
    /// Whether nothing was done, only said.
    pub dry_run: bool,
    /// What the publish gate found; none where nothing goes live that was not.
    pub gate: Option<GateReport>,
}

/// A candidate after a decision.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decided {
    /// The candidate.
    pub candidate: Candidate,
}

impl Engine {
    /// Publishes what a candidate proposes, in one transaction with the decision.
    ///
    /// # Errors
    /// `unknown_candidate`, `unknown_expert`, `not_an_approver`, `four_eyes`,
    /// `candidate_decided`, `nothing_to_publish`, `not_published`, `version_conflict`,
    /// `publish_conflict`; faults of store and provider. Then nothing changes.
    pub async fn approve(
        self: &Arc<Self>,
        author: Author,
        id: CandidateId,
        decision: Decision,
    ) -> Result<Approved> {
        if let Some(commit) = self.done(&author).await? {
            return approved(commit, None);
        }
        self.check_approver(&author.tenant, &decision).await?;
        until_first!(async {
            let candidate = self.store.candidate(&author.tenant, id).await?;
            check_open(&candidate)?;
            if self.settings.policy.four_eyes
                && candidate.authors().any(|author| *author == decision.by)
            {
                return Err(Error::new(
                    Code::FourEyes,
                    format!("{} proposed candidate {id} and may not approve it", decision.by),
                )
                .field("by")
                .fix("ask another approver, or turn curation.four_eyes off"));
            }
            let over = Override::of(decision.overrides, decision.reason.as_deref())?;
            let how = (over, decision.base_version, decision.dry_run);
            let by = (decision.by.as_str(), decision.reason.as_deref());
            self.publish_candidate(&author, candidate, by, how).await
        })
    }

    /// Turns a candidate down.
    ///
    /// # Errors
    /// `unknown_candidate`, `unknown_expert`, `not_an_approver`, `candidate_decided`; faults of
    /// the store.
    pub async fn reject(
        self: &Arc<Self>,
        author: Author,
        id: CandidateId,
        decision: Decision,
    ) -> Result<Decided> {
        if let Some(commit) = self.done(&author).await? {
            return decided(commit);
        }
        self.check_approver(&author.tenant, &decision).await?;
        until_first!(async {
            let mut candidate = self.store.candidate(&author.tenant, id).await?;
            check_open(&candidate)?;
            let at = in_micros(self.clock.now());
            let evidence = self.evidence(&author.tenant, &candidate, Outcome::Wrong, at).await?;
            candidate.status = CandidateStatus::Rejected;
            decide(&mut candidate, (decision.by.as_str(), decision.reason.as_deref()), at);
            self.commit_candidate(&author, candidate, "candidate_rejected", evidence, &decision)
                .await
        })
    }

    /// Sends a candidate back for a better proposal.
    ///
    /// # Errors
    /// As [`Engine::reject`]; `missing_field` without a comment.
    pub async fn revise(
        self: &Arc<Self>,
        author: Author,
        id: CandidateId,
        decision: Decision,
    ) -> Result<Decided> {
        if let Some(commit) = self.done(&author).await? {
            return decided(commit);
        }
        if decision.reason.is_none() {
            return Err(Error::new(Code::MissingField, "nobody can mend what is not said")
                .field("reason")
                .fix("say what is to be better"));
        }
        self.check_approver(&author.tenant, &decision).await?;
        until_first!(async {
            let mut candidate = self.store.candidate(&author.tenant, id).await?;
            check_open(&candidate)?;
            let at = in_micros(self.clock.now());
            candidate.status = CandidateStatus::NeedsRevision;
            candidate.reason = words(&decision.by, "asks for a revision", &decision.reason);
            (candidate.decided_by, candidate.decided_at) = (None, None);
            candidate.revision += 1;
            candidate.changed_at = at;
            self.commit_candidate(&author, candidate, "candidate_sent_back", vec![], &decision)
                .await
        })
    }

    /// Rewrites what a candidate proposes; it waits for an approver then, who may not be the one
    /// who wrote it.
    ///
    /// # Errors
    /// `unknown_candidate`, `unknown_expert`, `not_an_approver` for an expert whose word does not
    /// count, `candidate_decided`, `invalid_field`, `not_published`; faults of the store.
    pub async fn amend(
        self: &Arc<Self>,
        author: Author,
        id: CandidateId,
        by: Handle,
        amended: Amended,
    ) -> Result<Decided> {
        if let Some(commit) = self.done(&author).await? {
            return decided(commit);
        }
        let expert = self.store.expert(&author.tenant, &by).await.map_err(|e| e.field("by"))?;
        if let Some(why) = self.settings.policy.not_counted(&expert) {
            return Err(Error::new(Code::NotAnApprover, why)
                .field("by")
                .fix("let an expert write it whose word counts"));
        }
        until_first!(async {
            let candidate = self.store.candidate(&author.tenant, id).await?;
            check_open(&candidate)?;
            let at = in_micros(self.clock.now());
            let mut candidate = self.amended(&author.tenant, candidate, &amended, &by).await?;
            let set = self.published(&author.tenant)?;
            if let Publication::Put(_, content) =
                self.publication(&set, &candidate, candidate.base_version)?
            {
                crate::changes::check_content(&content)?;
            }
            candidate.status = CandidateStatus::Pending;
            candidate.reason = format!("{by} rewrote it, so a person decides");
            candidate.held_back = true;
            (candidate.decided_by, candidate.decided_at) = (None, None);
            candidate.revision += 1;
            candidate.changed_at = at;
            let decision = Decision {
                by: by.clone(),
                reason: None,
                overrides: false,
                base_version: None,
                dry_run: false,
            };
            self.commit_candidate(&author, candidate, "candidate_rewritten", vec![], &decision)
                .await
        })
    }

    /// The gate, and one commit of the version and the decision.
    pub(super) async fn publish_candidate(
        self: &Arc<Self>,
        author: &Author,
        mut candidate: Candidate,
        by: (&str, Option<&str>),
        (over, seen, dry_run): (Option<Override>, Option<VersionNumber>, bool),
    ) -> Result<Approved> {
        let set = self.published(&author.tenant)?;
        let publication = self.publication(&set, &candidate, seen)?;
        let (planned, asked) = self.plan(publication).await?;
        let entry_id = planned.id().clone();
        let gate = match &asked {
            Some(content) => {
                crate::changes::check_content(content)?;
                let live = Live { id: planned.id(), content, embeddings: planned.embeddings() };
                let report = self.gate(&author.tenant, &set, &live).await?;
                if !dry_run {
                    report.refuse(over.as_ref())?;
                }
                if by.0 == BY_POLICY
                    && let Some(doubt) = report.doubt()
                {
                    return Err(Error::new(Code::PublishConflict, doubt.detail.clone()));
                }
                Some(report)
            }
            None => None,
        };
        if dry_run {
            let now = set.entry(&entry_id).map_or(0, |entry| entry.version);
            let version = now + u32::from(asked.is_some());
            return Ok(Approved { entry_id, version, epoch: set.epoch(), dry_run, gate });
        }
        let at = in_micros(self.clock.now());
        let mut wanted = Wanted { expects: Some(set.epoch()), ..Wanted::from(planned) };
        wanted.curation.experts =
            self.evidence(&author.tenant, &candidate, Outcome::Right, at).await?;
        wanted.note(by.1, over.as_ref(), gate.as_ref());
        wanted.note.insert("candidate".into(), json!(candidate.id));
        wanted.note.insert("approved_by".into(), json!(by.0));
        candidate.status = CandidateStatus::Approved;
        candidate.entry_id = Some(entry_id);
        decide(&mut candidate, by, at);
        wanted.curation.candidate = Some(CandidateChange {
            action: "candidate_approved",
            detail: json!({ "by": by.0, "reason": by.1 }),
            candidate,
            publishes: true,
        });
        let commit = self.commit(author.clone(), wanted).await?;
        approved(commit, gate)
    }

    async fn commit_candidate(
        self: &Arc<Self>,
        author: &Author,
        candidate: Candidate,
        action: &'static str,
        evidence: Vec<goldenset_core::ports::ExpertChange>,
        decision: &Decision,
    ) -> Result<Decided> {
        if decision.dry_run {
            return Ok(Decided { candidate });
        }
        let mut wanted = Wanted::default();
        wanted.curation.experts = evidence;
        let detail = json!({ "by": decision.by, "reason": decision.reason });
        wanted.curation.candidate =
            Some(CandidateChange { candidate, action, detail, publishes: false });
        decided(self.commit(author.clone(), wanted).await?)
    }

    /// Checks who decides, and what they say.
    async fn check_approver(&self, tenant: &TenantId, decision: &Decision) -> Result<()> {
        if let Some(reason) = &decision.reason {
            check_reason("reason", reason)?;
        }
        self.approver(tenant, &decision.by).await
    }

    /// Checks that someone may decide.
    ///
    /// # Errors
    /// `unknown_expert`, `not_an_approver`.
    pub(crate) async fn approver(&self, tenant: &TenantId, by: &Handle) -> Result<()> {
        let expert = self.store.expert(tenant, by).await.map_err(|error| error.field("by"))?;
        if expert.verified && expert.role.approves() {
            return Ok(());
        }
        let detail = match expert.verified {
            true => format!("{by} is an {}", expert.role),
            false => format!("{by} is not verified"),
        };
        Err(Error::new(Code::NotAnApprover, detail)
            .field("by")
            .fix("ask a verified approver or admin; PUT /v1/experts/{handle} makes one"))
    }
}

fn check_open(candidate: &Candidate) -> Result<()> {
    if candidate.is_open() {
        return Ok(());
    }
    let by = candidate.decided_by.as_deref().unwrap_or(BY_POLICY);
    let detail = format!("candidate {} was {} by {by}", candidate.id, candidate.status.as_str());
    Err(Error::new(Code::CandidateDecided, detail)
        .field("id")
        .fix("send new feedback on the question: it makes a new candidate"))
}

fn decide(candidate: &mut Candidate, (by, reason): (&str, Option<&str>), at: Timestamp) {
    let verb = candidate.status.as_str();
    candidate.reason = match reason {
        Some(reason) => format!("{verb} by {by}: {reason}"),
        None => format!("{verb} by {by}"),
    };
    candidate.decided_by = Some(by.to_owned());
    candidate.decided_at = Some(at);
    candidate.revision += 1;
    candidate.changed_at = at;
}

fn words(by: &Handle, what: &str, reason: &Option<String>) -> String {
    match reason {
        Some(reason) => format!("{by} {what}: {reason}"),
        None => format!("{by} {what}"),
    }
}

fn approved(commit: Commit, gate: Option<GateReport>) -> Result<Approved> {
    let applied = commit.applied.into_iter().next();
    let applied = applied
        .ok_or_else(|| Error::new(Code::Internal, "the store did not say what it published"))?;
    Ok(Approved {
        version: applied.published_version.unwrap_or(applied.version),
        entry_id: applied.id,
        epoch: commit.epoch,
        dry_run: false,
        gate,
    })
}

fn decided(commit: Commit) -> Result<Decided> {
    let candidate = commit.candidate;
    let lost = || Error::new(Code::Internal, "the store did not say what it decided");
    Ok(Decided { candidate: candidate.ok_or_else(lost)? })
}
