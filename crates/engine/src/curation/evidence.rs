//! What a decision says of those who proposed.

use std::collections::BTreeSet;

use goldenset_core::curation::{Candidate, Outcome};
use goldenset_core::ports::ExpertChange;
use goldenset_core::{Handle, Result, TenantId};
use jiff::Timestamp;
use serde_json::json;

use crate::engine::Engine;

impl Engine {
    /// The experts behind a candidate, with what their trust is after it turned out so. An expert
    /// of whom that was known already does not change.
    pub(crate) async fn evidence(
        &self,
        tenant: &TenantId,
        candidate: &Candidate,
        outcome: Outcome,
        at: Timestamp,
    ) -> Result<Vec<ExpertChange>> {
        let authors: BTreeSet<&Handle> = candidate.authors().collect();
        let known = self.store.evidence(tenant, candidate.id).await?;
        let mut changes = Vec::new();
        for handle in authors {
            let before = known.iter().find(|(name, _)| name == handle).map(|(_, outcome)| *outcome);
            if before == Some(outcome) {
                continue;
            }
            let expert = self.store.expert(tenant, handle).await?;
            let trust = expert.trust.with(before, outcome);
            changes.push(ExpertChange {
                seen: Some(expert.changed_at),
                action: "trust_changed",
                detail: json!({
                    "before": expert.trust.estimate(), "now": trust.estimate(),
                    "evidence": trust, "candidate": candidate.id, "outcome": outcome,
                }),
                evidence: Some((candidate.id, outcome)),
                afresh: false,
                expert: goldenset_core::curation::Expert { trust, changed_at: at, ..expert },
            });
        }
        Ok(changes)
    }
}
