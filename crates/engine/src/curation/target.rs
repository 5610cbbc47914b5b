//! What a feedback is about, and so what is proposed.

use std::sync::Arc;

use goldenset_core::curation::{Action, Feedback, FeedbackKind};
use goldenset_core::guards::{self, Effect, Slots};
use goldenset_core::{Canonical, EntryId, Result, VersionNumber};

use crate::changes::Author;
use crate::engine::Engine;
use crate::scope::Options;
use crate::snapshot::{Served, TenantSet};

/// What approving a proposal would change.
pub(super) struct Target {
    pub(super) action: Action,
    pub(super) entry: Option<(EntryId, VersionNumber)>,
    /// Why that and nothing else, in words.
    pub(super) reason: String,
}

impl Engine {
    /// What a feedback that counts proposes; none where nothing would change.
    pub(super) async fn target(
        &self,
        author: &Author,
        feedback: &Feedback,
    ) -> Result<Option<Target>> {
        let set = self.published(&author.tenant)?;
        if feedback.kind == FeedbackKind::Correct {
            return self.confirmed(author, &set, feedback).await;
        }
        let named = feedback.entry_id.as_ref().and_then(|id| set.served(id));
        Ok(Some(match named {
            Some(served) => of_entry(&set, served, &feedback.query),
            None => without_entry(&set, feedback),
        }))
    }

    /// A confirmed answer proposes something where it is not served yet.
    async fn confirmed(
        &self,
        author: &Author,
        set: &TenantSet,
        feedback: &Feedback,
    ) -> Result<Option<Target>> {
        let Some(served) = feedback.entry_id.as_ref().and_then(|id| set.served(id)) else {
            return Ok(None);
        };
        let tenant = Some(author.tenant.clone());
        let looked = self.lookup(&feedback.query, Options { tenant, ..Options::default() }).await?;
        let result = looked.answer.result();
        let found = result.matches.first().filter(|_| result.match_type.is_some());
        if found.is_some_and(|found| found.entry.id == served.entry.id) {
            return Ok(None);
        }
        Ok(Some(Target {
            action: Action::AddPhrasing,
            entry: Some((served.entry.id.clone(), served.entry.version)),
            reason: format!(
                "the question was confirmed for {}, which is not served for it: {}",
                served.entry.id, result.reason
            ),
        }))
    }
}

/// A correction of an entry's answer, unless the question is about something else.
fn of_entry(set: &TenantSet, served: &Arc<Served>, query: &str) -> Target {
    let question = Canonical::of(query);
    let entry = &served.entry;
    let is_phrasing =
        set.by_signature(&question.signature()).any(|other| other.entry.id == entry.id);
    let slots = Slots::with(&question, set.judge.verifier.lexicon());
    let found = guards::check(&slots, entry.profile.slots());
    let against = found.iter().find(|guard| guard.effect == Effect::Refuse);
    match against.filter(|_| !is_phrasing) {
        Some(guard) => Target {
            action: Action::Create,
            entry: None,
            reason: format!(
                "the question is not that of {}: {} differs ({} / {})",
                entry.id,
                guard.kind.as_str(),
                guard.query_values.join(", "),
                guard.entry_values.join(", ")
            ),
        },
        None => Target {
            action: Action::Update,
            entry: Some((entry.id.clone(), entry.version)),
            reason: format!("a correction of {}, version {}", entry.id, entry.version),
        },
    }
}

fn without_entry(set: &TenantSet, feedback: &Feedback) -> Target {
    let signature = feedback.signature();
    let mut holders = set.by_signature(&signature);
    if let (Some(holder), None) = (holders.next(), holders.next()) {
        let entry = &holder.entry;
        return Target {
            action: Action::Update,
            entry: Some((entry.id.clone(), entry.version)),
            reason: format!("the question is a phrasing of {}", entry.id),
        };
    }
    let reason = match &feedback.entry_id {
        Some(entry) => format!("{entry} is not published"),
        None => "no entry was served for the question".into(),
    };
    Target { action: Action::Create, entry: None, reason }
}
