//! What a feedback is about, and so what is proposed.

use goldenset_core::curation::{Action, Feedback, FeedbackKind};
use goldenset_core::guards::{self, Effect, Slots};
use goldenset_core::{Canonical, EntryId, Kind, Result, VersionNumber};

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
            Some(served) => self.of_entry(author, &set, served, &feedback.query).await?,
            None => without_entry(&set, feedback),
        }))
    }

    /// A correction of the entry's answer where the question is surely the entry's; else an entry
    /// of its own, which takes nothing from what is right for another question.
    async fn of_entry(
        &self,
        author: &Author,
        set: &TenantSet,
        served: &Served,
        query: &str,
    ) -> Result<Target> {
        let question = Canonical::of(query);
        let entry = &served.entry;
        let update = |reason| Target {
            action: Action::Update,
            entry: Some((entry.id.clone(), entry.version)),
            reason,
        };
        let create = |reason| Target { action: Action::Create, entry: None, reason };
        if set.by_signature(&question.signature()).any(|other| other.entry.id == entry.id) {
            return Ok(update(format!("a correction of {}, version {}", entry.id, entry.version)));
        }
        let slots = Slots::with(&question, set.judge.verifier.lexicon());
        // Guards read texts alone.
        let profile = set.judge.verifier.entry(&entry.content, []);
        let found = guards::check(&slots, profile.slots());
        if let Some(guard) = found.iter().find(|guard| guard.effect == Effect::Refuse) {
            return Ok(create(format!(
                "the question is not that of {}: {} differs ({} / {})",
                entry.id,
                guard.kind.as_str(),
                guard.query_values.join(", "),
                guard.entry_values.join(", ")
            )));
        }
        let options = Options { tenant: Some(author.tenant.clone()), ..Options::default() };
        match self.compare_entry(query, &entry.id, options).await {
            Ok(compared) if compared.same => Ok(update(format!(
                "a correction of {}, version {}, for a question that is verified to be its own",
                entry.id, entry.version
            ))),
            Ok(compared) => Ok(create(format!(
                "it is not sure that the question is that of {}: {}",
                entry.id, compared.reason
            ))),
            // What an expert says is kept whoever is away.
            Err(error) if error.code.kind() == Kind::Unavailable => Ok(create(format!(
                "the question could not be compared with that of {}: {}",
                entry.id, error.detail
            ))),
            Err(error) => Err(error),
        }
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
