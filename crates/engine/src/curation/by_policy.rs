//! What its quality approves, without a person.

use std::sync::Arc;

use goldenset_core::curation::{
    Action, BY_POLICY, Candidate, CandidateId, CandidateStatus, Verdict,
};
use goldenset_core::ports::CandidateChange;
use goldenset_core::{Code, Kind, Result, TenantId};
use serde_json::json;

use super::{is_outrun, until_first};
use crate::changes::{Author, Wanted, in_micros};
use crate::engine::Engine;
use crate::scope::Options;

impl Engine {
    /// Whether a candidate's quality approves it, and nothing made it wait for a person.
    pub(super) fn approves_itself(&self, candidate: &Candidate) -> bool {
        candidate.status == CandidateStatus::Pending
            && !candidate.held_back
            && candidate.verdict(&self.settings.policy) == Verdict::Approve
    }

    /// Publishes what its quality approves. What the gate, the state of the set or the provider
    /// objects to makes it wait for a person; the candidate as it stands then.
    ///
    /// # Errors
    /// Faults of the store.
    pub(super) async fn approve_by_policy(
        self: &Arc<Self>,
        tenant: &TenantId,
        id: CandidateId,
    ) -> Result<Candidate> {
        let author = Author::new(tenant.clone(), BY_POLICY);
        let tried = until_first!(async {
            let candidate = self.store.candidate(tenant, id).await?;
            if !self.approves_itself(&candidate) {
                return Ok(());
            }
            if let Some(why) = self.unsure_of(tenant, &candidate).await? {
                return self.hold_back(&author, candidate, &why).await;
            }
            let how = (None, None, false);
            let published =
                self.publish_candidate(&author, candidate.clone(), (BY_POLICY, None), how).await;
            match published {
                Ok(_) => Ok(()),
                Err(error) if is_outrun(&error) => Err(error),
                Err(error) if error.code.kind() == Kind::Conflict => {
                    self.hold_back(&author, candidate, &error.detail).await
                }
                Err(error) => Err(error),
            }
        });
        if let Err(error) = tried {
            // What was said is kept, and the next look at candidates tries again.
            tracing::warn!(
                %tenant, candidate = id.0, code = error.code.as_str(), %error,
                "a candidate that its quality approves could not be published"
            );
        }
        self.store.candidate(tenant, id).await
    }

    /// Why a correction is not clearly one of its entry.
    async fn unsure_of(&self, tenant: &TenantId, candidate: &Candidate) -> Result<Option<String>> {
        let (Action::Update | Action::AddPhrasing, Some(entry)) =
            (candidate.action, &candidate.entry_id)
        else {
            return Ok(None);
        };
        let options = Options { tenant: Some(tenant.clone()), ..Options::default() };
        let compared = match self.compare_entry(&candidate.question, entry, options).await {
            Ok(compared) => compared,
            Err(error) if error.code == Code::NotPublished => return Ok(Some(error.detail)),
            Err(error) => return Err(error),
        };
        let unsure = match candidate.action {
            Action::Update => !compared.same,
            _ => compared.guards.iter().any(|guard| !guard.effect.may_be_served()),
        };
        Ok(unsure.then(|| {
            format!("it is not sure that it is the question of {entry}: {}", compared.reason)
        }))
    }

    async fn hold_back(
        self: &Arc<Self>,
        author: &Author,
        mut candidate: Candidate,
        why: &str,
    ) -> Result<()> {
        candidate.held_back = true;
        candidate.reason = format!("its quality approves it, but a person decides: {why}");
        candidate.revision += 1;
        candidate.changed_at = in_micros(self.clock.now());
        let mut wanted = Wanted::default();
        wanted.curation.candidate = Some(CandidateChange {
            action: "candidate_held_back",
            detail: json!({ "why": why }),
            candidate,
            publishes: false,
        });
        self.commit(Author { once: None, ..author.clone() }, wanted).await.map(|_| ())
    }
}
