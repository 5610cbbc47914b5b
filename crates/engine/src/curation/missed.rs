//! Questions that missed often become candidates: nobody said anything of them yet.

use std::sync::Arc;

use goldenset_core::Result;
use goldenset_core::canonical::Canonical;
use goldenset_core::curation::{
    Action, Candidate, CandidateId, CandidateKey, CandidateKind, CandidateStatus, MissedGroup,
};
use goldenset_core::decision::Decision;
use goldenset_core::ports::{CandidateChange, MissedTold};
use jiff::Timestamp;
use serde_json::json;

use super::is_outrun;
use crate::changes::{Author, Wanted, in_micros};
use crate::engine::Engine;
use crate::scope::Options;

/// Groups that are looked at, the most asked ones.
const MOST: usize = 1000;

impl Engine {
    /// Makes candidates of what missed often enough, and tells open ones what missed since. Returns
    /// how many were made.
    pub(super) async fn propose_missed(self: &Arc<Self>, author: &Author) -> Result<usize> {
        let least = self.settings.policy.propose_from;
        let mut made = 0;
        for group in self.store.missed(&author.tenant, least, MOST).await? {
            let told = self.tell(author, group).await;
            match told {
                Ok(new) => made += usize::from(new),
                // Somebody changed the candidate meanwhile; the next look tells it.
                Err(error) if is_outrun(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(made)
    }

    /// Whether a candidate was made.
    async fn tell(self: &Arc<Self>, author: &Author, group: MissedGroup) -> Result<bool> {
        let key = CandidateKey::Question(Canonical::of(&group.question).signature());
        let last = self.store.last_candidate(&author.tenant, &key).await?;
        let at = in_micros(self.clock.now());
        let more = group.count.saturating_sub(group.told);
        let mut told = MissedTold { group: group.id, candidate: None, count: group.count };
        let mut wanted = Wanted::default();
        let made = match last {
            Some(open) if open.is_open() => {
                if more == 0 {
                    return Ok(false);
                }
                wanted.curation.candidate = Some(recurs(open, &group, more, at));
                false
            }
            // Decided, or answered when it was looked at last: both hold for a while.
            _ if more < self.settings.policy.propose_from => return Ok(false),
            // Decided before it was known how often it misses.
            Some(decided) if group.candidate != Some(decided.id) => {
                told.candidate = Some(decided.id);
                false
            }
            _ if self.answers(author, &group.question).await? => {
                told.candidate = group.candidate;
                false
            }
            _ => {
                wanted.curation.candidate = Some(proposed(group, at));
                true
            }
        };
        wanted.curation.missed = Some(told);
        self.commit(author.clone(), wanted).await?;
        Ok(made)
    }

    /// Whether what is published now answers it.
    async fn answers(&self, author: &Author, question: &str) -> Result<bool> {
        let options = Options { tenant: Some(author.tenant.clone()), ..Options::default() };
        let decision = self.lookup(question, options).await?.answer.result().decision;
        Ok(!matches!(decision, Decision::Miss | Decision::Suggest))
    }
}

fn proposed(group: MissedGroup, at: Timestamp) -> CandidateChange {
    let mut candidate = Candidate {
        id: CandidateId(0),
        revision: 1,
        kind: CandidateKind::Missed,
        status: CandidateStatus::Pending,
        action: Action::Create,
        about: None,
        entry_id: None,
        base_version: None,
        category: None,
        proposal: None,
        support: Vec::new(),
        frequency: 0,
        priority: 0.0,
        quality: None,
        reason: group.in_words(),
        held_back: false,
        examples: group.examples.into_iter().map(|example| example.question).collect(),
        nearest: group.nearest,
        question: group.question,
        created_at: at,
        changed_at: at,
        decided_by: None,
        decided_at: None,
        published_version: None,
    };
    candidate.recur(group.count);
    change(candidate, "candidate_made")
}

/// What experts or an approver said of it stays as the reason.
fn recurs(mut open: Candidate, group: &MissedGroup, more: u64, at: Timestamp) -> CandidateChange {
    open.recur(more);
    if open.support.is_empty() && open.status == CandidateStatus::Pending {
        open.reason = group.in_words();
    }
    open.examples = group.examples.iter().map(|example| example.question.clone()).collect();
    open.nearest.clone_from(&group.nearest);
    open.revision += 1;
    open.changed_at = at;
    change(open, "candidate_merged")
}

/// The audit log gets no text of a question.
fn change(candidate: Candidate, action: &'static str) -> CandidateChange {
    let detail = json!({
        "kind": candidate.kind, "frequency": candidate.frequency, "priority": candidate.priority,
    });
    CandidateChange { candidate, action, detail, publishes: false }
}
