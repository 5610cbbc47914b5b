//! What rules propose without anybody having said anything.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use goldenset_core::curation::{
    Action, Candidate, CandidateFilter, CandidateId, CandidateKey, CandidateKind, CandidateStatus,
    FeedbackFilter, FeedbackId, FeedbackKind,
};
use goldenset_core::ports::CandidateChange;
use goldenset_core::{EntryId, Handle, Result, TenantId};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::is_outrun;
use crate::changes::{Author, Wanted, in_micros};
use crate::engine::Engine;
use crate::snapshot::PublishedEntry;

/// Acts for the rules.
const BY_RULES: &str = "rules";
/// Feedback read from the store at a time.
const PAGE: usize = 1000;

/// What a look at the whole set came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Swept {
    /// Candidates that rules made.
    pub made: usize,
    /// Candidates that their quality approved.
    pub approved: usize,
}

/// What a rule says of an entry.
struct Finding {
    kind: CandidateKind,
    action: Action,
    entry: Arc<PublishedEntry>,
    reason: String,
}

impl Engine {
    /// [`Engine::sweep`] of every tenant, again and again, until the task is dropped. A fault is
    /// logged; the next look may find it mended.
    pub async fn sweep_every(self: &Arc<Self>, pause: Duration) -> Infallible {
        loop {
            for tenant in self.tenants().into_keys() {
                match self.sweep(&tenant).await {
                    Ok(Swept { made: 0, approved: 0 }) => {}
                    Ok(Swept { made, approved }) => {
                        tracing::info!(%tenant, made, approved, "candidates by rule");
                    }
                    Err(error) => tracing::warn!(
                        %tenant, code = error.code.as_str(), %error,
                        "could not look for what rules propose; it is tried again"
                    ),
                }
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// Looks at everything that a tenant serves: what rules propose becomes a candidate, once;
    /// what its quality approves and could not be published when it came is tried again; and what
    /// missed often becomes a candidate, or is told to the open one.
    ///
    /// # Errors
    /// `unknown_tenant`; faults of the store, and of the provider for what missed.
    pub async fn sweep(self: &Arc<Self>, tenant: &TenantId) -> Result<Swept> {
        let mut swept = Swept::default();
        let author = Author::new(tenant.clone(), BY_RULES);
        for finding in self.findings(tenant).await? {
            swept.made += usize::from(self.propose(&author, finding).await?);
        }
        // Feedback goes into what missed, too.
        for kind in [CandidateKind::Feedback, CandidateKind::Missed] {
            let (status, kind) = (Some(CandidateStatus::Pending), Some(kind));
            let filter = CandidateFilter { status, kind, after: None };
            for candidate in self.store.candidates(tenant, &filter, PAGE).await? {
                if self.approves_itself(&candidate) {
                    let after = self.approve_by_policy(tenant, candidate.id).await?;
                    swept.approved += usize::from(after.status == CandidateStatus::Approved);
                }
            }
        }
        swept.made += self.propose_missed(&author).await?;
        Ok(swept)
    }

    async fn findings(&self, tenant: &TenantId) -> Result<Vec<Finding>> {
        let set = self.published(tenant)?;
        let today = self.today();
        let mut findings = Vec::new();
        for served in set.all() {
            let entry = &served.entry;
            if let Some(until) = entry.content.validity.valid_until
                && until < today
            {
                findings.push(Finding {
                    kind: CandidateKind::Expired,
                    action: Action::Retire,
                    entry: Arc::clone(entry),
                    reason: format!(
                        "{} was valid until {until}; approving this takes it out of service for \
                         questions about that time, too, and rejecting it keeps it for them",
                        entry.id
                    ),
                });
            }
        }
        for served in set.all() {
            let entry = &served.entry;
            let mut review = |kind, reason| {
                let entry = Arc::clone(entry);
                findings.push(Finding { kind, action: Action::Reapprove, entry, reason });
            };
            if let Some(day) = entry.content.review_by.filter(|day| *day < today) {
                let next = self
                    .next_review(entry)
                    .map(|next| format!(", and the next review is due on {next}"));
                let next = next.unwrap_or_default();
                let reason = format!(
                    "the review of {} was due on {day}; approving it counts as reviewed today{next}",
                    entry.id
                );
                review(CandidateKind::ReviewDue, reason);
            }
            let documents = entry.suspensions.iter();
            let documents: Vec<_> = documents
                .map(|held| format!("{} has version {}", held.document, held.version))
                .collect();
            if !documents.is_empty() {
                let reason =
                    format!("{} rests on what changed: {}", entry.id, documents.join(", "));
                review(CandidateKind::ReferenceChanged, reason);
            }
        }
        let contradicted = self.contradicted(tenant).await?;
        for (id, experts) in contradicted {
            let Some(entry) = set.entry(&id) else { continue };
            let names: Vec<_> = experts.iter().map(ToString::to_string).collect();
            findings.push(Finding {
                kind: CandidateKind::Contradicted,
                action: Action::Reapprove,
                entry: Arc::clone(entry),
                reason: format!(
                    "{} say that version {} of {id} is not right",
                    names.join(", "),
                    entry.version
                ),
            });
        }
        Ok(findings)
    }

    /// Entries of which enough experts said that the version that is served is not right, since it
    /// was approved.
    async fn contradicted(&self, tenant: &TenantId) -> Result<BTreeMap<EntryId, BTreeSet<Handle>>> {
        let set = self.published(tenant)?;
        let filter = FeedbackFilter { counted: true, ..FeedbackFilter::default() };
        let mut against = BTreeMap::<EntryId, BTreeSet<Handle>>::new();
        let mut after: Option<FeedbackId> = None;
        loop {
            let page = self.store.feedback(tenant, &filter, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            for record in page {
                let said = record.feedback;
                let Some(id) = said.entry_id else { continue };
                let current = set.entry(&id).is_some_and(|entry| {
                    said.version == Some(entry.version) && record.at >= entry.published_at
                });
                if current && said.kind != FeedbackKind::Correct {
                    against.entry(id).or_default().insert(said.expert);
                }
            }
        }
        let enough = self.settings.policy.contradictions;
        against.retain(|_, experts| experts.len() >= enough);
        Ok(against)
    }

    /// Makes a candidate of a finding, unless there is one: open, or decided since the entry was
    /// approved last.
    async fn propose(self: &Arc<Self>, author: &Author, finding: Finding) -> Result<bool> {
        let Finding { kind, action, entry, reason } = finding;
        let key = CandidateKey::Entry(kind, entry.id.clone());
        let last = self.store.last_candidate(&author.tenant, &key).await?;
        let settled = |last: &Candidate| {
            last.is_open() || last.decided_at.is_some_and(|at| at >= entry.published_at)
        };
        if last.as_ref().is_some_and(settled) {
            return Ok(false);
        }
        let at = in_micros(self.clock.now());
        let candidate = of_rule(kind, action, &entry, reason, at);
        let mut wanted = Wanted::default();
        wanted.curation.candidate = Some(CandidateChange {
            action: "candidate_made",
            detail: json!({ "kind": kind, "reason": candidate.reason }),
            candidate,
            publishes: false,
        });
        match self.commit(author.clone(), wanted).await {
            Ok(_) => Ok(true),
            // Another look made it meanwhile.
            Err(error) if is_outrun(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn of_rule(
    kind: CandidateKind,
    action: Action,
    entry: &PublishedEntry,
    reason: String,
    at: Timestamp,
) -> Candidate {
    let mut candidate = Candidate {
        id: CandidateId(0),
        revision: 1,
        kind,
        status: CandidateStatus::Pending,
        action,
        question: entry.content.question.clone(),
        about: Some(entry.id.clone()),
        entry_id: Some(entry.id.clone()),
        base_version: Some(entry.version),
        category: None,
        proposal: None,
        support: Vec::new(),
        frequency: 0,
        priority: 0.0,
        quality: None,
        reason,
        held_back: true,
        examples: Vec::new(),
        nearest: Vec::new(),
        created_at: at,
        changed_at: at,
        decided_by: None,
        decided_at: None,
        published_version: None,
    };
    candidate.recur(1);
    candidate
}
