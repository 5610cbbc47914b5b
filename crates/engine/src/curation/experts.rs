//! Who the experts are.

use std::sync::Arc;

use goldenset_core::curation::{Expert, ExpertRole, Trust};
use goldenset_core::ports::ExpertChange;
use goldenset_core::{Code, Handle, Result};
use serde_json::json;

use super::until_first;
use crate::changes::{Author, Wanted, in_micros};
use crate::engine::Engine;

/// What an administrator states of an expert.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stated {
    /// What they may do.
    pub role: ExpertRole,
    /// Whether it is known who they are.
    pub verified: bool,
    /// How far they are trusted, 0 to 1.
    pub trust: f64,
}

impl Engine {
    /// Names an expert, or states something else of one. A trust that is stated anew counts
    /// without what their proposals turned out as until now; the same one changes nothing.
    ///
    /// # Errors
    /// `threshold_out_of_range`; faults of the store.
    pub async fn put_expert(
        self: &Arc<Self>,
        author: Author,
        handle: Handle,
        stated: Stated,
    ) -> Result<Expert> {
        let trust = Trust::stated(stated.trust, self.settings.policy.trust_strength)?;
        if let Some(done) = self.done(&author).await? {
            return match done.experts.into_iter().next() {
                Some(expert) => Ok(expert),
                // It said what was so already.
                None => self.store.expert(&author.tenant, &handle).await,
            };
        }
        until_first!(self.put_expert_once(&author, &handle, stated, trust))
    }

    async fn put_expert_once(
        self: &Arc<Self>,
        author: &Author,
        handle: &Handle,
        Stated { role, verified, .. }: Stated,
        trust: Trust,
    ) -> Result<Expert> {
        let known = match self.store.expert(&author.tenant, handle).await {
            Ok(known) => Some(known),
            Err(error) if error.code == Code::UnknownExpert => None,
            Err(error) => return Err(error),
        };
        let now = in_micros(self.clock.now());
        let same_trust = |known: &Expert| {
            known.trust.stated.to_bits() == trust.stated.to_bits()
                && known.trust.strength.to_bits() == trust.strength.to_bits()
        };
        let expert = Expert {
            handle: handle.clone(),
            role,
            verified,
            trust: known.as_ref().filter(|known| same_trust(known)).map_or(trust, |it| it.trust),
            created_at: known.as_ref().map_or(now, |known| known.created_at),
            changed_at: now,
        };
        if let Some(known) = &known
            && (known.role, known.verified, known.trust) == (role, verified, expert.trust)
        {
            // So that it does not undo what is stated meanwhile when it comes again.
            if author.once.is_some() {
                self.commit(author.clone(), Wanted::default()).await?;
            }
            return Ok(known.clone());
        }
        let said = |expert: &Expert| {
            json!({
                "role": expert.role, "verified": expert.verified,
                "trust": expert.trust.estimate(), "evidence": expert.trust,
            })
        };
        let change = ExpertChange {
            seen: known.as_ref().map(|known| known.changed_at),
            action: if known.is_some() { "expert_changed" } else { "expert_named" },
            detail: json!({ "now": said(&expert), "before": known.as_ref().map(said) }),
            evidence: None,
            afresh: known.is_some_and(|known| !same_trust(&known)),
            expert: expert.clone(),
        };
        let mut wanted = Wanted::default();
        wanted.curation.experts.push(change);
        let written = self.commit(author.clone(), wanted).await?.experts;
        Ok(written.into_iter().next().unwrap_or(expert))
    }
}
