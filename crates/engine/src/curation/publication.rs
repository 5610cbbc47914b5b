//! What approving a candidate publishes.

use std::sync::Arc;

use goldenset_core::curation::{Action, Candidate, Proposal};
use goldenset_core::{
    Code, EntryContent, EntryId, Error, Handle, Reference, Result, TenantId, Validity,
    VersionNumber,
};
use jiff::civil::Date;

use crate::changes::Planned;
use crate::engine::Engine;
use crate::snapshot::{PublishedEntry, TenantSet};

/// Another text for a candidate, or another thing to do with it.
#[derive(Debug, Clone, Default)]
pub struct Amended {
    /// What approving it is to do.
    pub action: Option<Action>,
    /// The entry that it is to change, or the id of the new one.
    pub entry_id: Option<EntryId>,
    /// The question of a new entry, or the phrasing to add.
    pub question: Option<String>,
    /// The answer.
    pub answer: Option<String>,
    /// What it rests on.
    pub references: Option<Vec<Reference>>,
}

/// What approving a candidate does to the set.
pub(super) enum Publication {
    /// Puts this content in force.
    Put(EntryId, Box<EntryContent>),
    /// Approves the served version again.
    Again(Arc<PublishedEntry>),
    /// Takes the entry out of service.
    Retire(EntryId),
}

impl Engine {
    /// What approving the candidate would do to `set`.
    ///
    /// # Errors
    /// `nothing_to_publish`; `not_published` where its entry is no longer served;
    /// `version_conflict` where the entry is not as it was when the answer was proposed, unless
    /// the approver names the version that is served now.
    pub(super) fn publication(
        &self,
        set: &TenantSet,
        candidate: &Candidate,
        seen: Option<VersionNumber>,
    ) -> Result<Publication> {
        if !candidate.is_complete() {
            return Err(Error::new(
                Code::NothingToPublish,
                format!("candidate {} has no answer yet", candidate.id),
            )
            .field("id")
            .fix("write one with PUT /v1/candidates/{id}, or send feedback with an answer"));
        }
        match candidate.action {
            Action::Create => Ok(create(set, candidate)?),
            Action::Update => {
                let entry = served(set, candidate)?;
                check_base(candidate, entry, seen)?;
                let mut content = entry.content.clone();
                if let Some(Proposal { answer, references, .. }) = &candidate.proposal {
                    content.answer.clone_from(answer);
                    // A correction that names none does not say that there are none.
                    if !references.is_empty() {
                        content.references = references.clone();
                    }
                }
                Ok(Publication::Put(entry.id.clone(), content.into()))
            }
            Action::AddPhrasing => {
                let entry = served(set, candidate)?;
                let mut content = entry.content.clone();
                if content.phrasings().all(|phrasing| phrasing != candidate.question) {
                    content.alternatives.push(candidate.question.clone());
                }
                Ok(Publication::Put(entry.id.clone(), content.into()))
            }
            Action::Reapprove => {
                let entry = served(set, candidate)?;
                if entry.content.review_by.is_none_or(|day| day >= self.today()) {
                    return Ok(Publication::Again(Arc::clone(entry)));
                }
                // Reviewed today, so the next review is due after as long a time as this one was.
                let review_by = self.next_review(entry);
                let content = EntryContent { review_by, ..entry.content.clone() };
                Ok(Publication::Put(entry.id.clone(), content.into()))
            }
            Action::Retire => Ok(Publication::Retire(served(set, candidate)?.id.clone())),
        }
    }

    /// When an entry that is reviewed today is to be reviewed again; none where it never was to be
    /// at a time after its approval.
    pub(super) fn next_review(&self, entry: &PublishedEntry) -> Option<Date> {
        let approved = self.settings.time_zone.to_datetime(entry.published_at).date();
        let span = entry.content.review_by?.since(approved).ok()?;
        span.is_positive().then(|| self.today().saturating_add(span))
    }

    /// The change that a publication is, with the content that the gate is to look at.
    pub(super) async fn plan(
        &self,
        publication: Publication,
    ) -> Result<(Planned, Option<EntryContent>)> {
        Ok(match publication {
            Publication::Put(id, content) => {
                let embeddings = self.embeddings_of(&content).await?;
                (Planned::save(id, (*content).clone(), Some(embeddings)), Some(*content))
            }
            Publication::Again(entry) => {
                let embeddings = self.embeddings_of(&entry.content).await?;
                let content = entry.content.clone();
                (Planned::publish(entry.id.clone(), entry.version, content, embeddings, true), None)
            }
            Publication::Retire(id) => (Planned::retire(id), None),
        })
    }

    /// The candidate with what an expert wrote into it.
    ///
    /// # Errors
    /// `invalid_field` for an action that the candidate cannot have; `not_published`.
    pub(super) async fn amended(
        &self,
        tenant: &TenantId,
        mut candidate: Candidate,
        amended: &Amended,
        by: &Handle,
    ) -> Result<Candidate> {
        if let Some(question) = &amended.question {
            candidate.question.clone_from(question);
        }
        if amended.answer.is_some() || amended.references.is_some() {
            let before = candidate.proposal.take();
            let (answer, references) =
                before.map_or_else(Default::default, |it| (it.answer, it.references));
            candidate.rewrite(Proposal {
                answer: amended.answer.clone().unwrap_or(answer),
                references: amended.references.clone().unwrap_or(references),
                author: by.clone(),
                quality: 1.0,
            });
        }
        candidate.action = amended.action.unwrap_or(candidate.action);
        if let Some(entry) = &amended.entry_id {
            candidate.entry_id = Some(entry.clone());
        } else if candidate.action == Action::Create && amended.action.is_some() {
            candidate.entry_id = None;
        } else if candidate.entry_id.is_none() {
            candidate.entry_id.clone_from(&candidate.about);
        }
        let set = self.published(tenant)?;
        candidate.base_version = match candidate.action {
            Action::Create => None,
            _ => Some(served(&set, &candidate)?.version),
        };
        Ok(candidate)
    }
}

fn create(set: &TenantSet, candidate: &Candidate) -> Result<Publication> {
    let wanted = candidate.entry_id.clone();
    let id = match wanted {
        Some(id) => id,
        None => EntryId::new(format!("candidate-{}", candidate.id))?,
    };
    if set.entry(&id).is_some() {
        return Err(Error::new(Code::VersionConflict, format!("there is an entry {id} already"))
            .field("entry_id")
            .fix(
                "give the new entry another id with PUT /v1/candidates/{id}, or update that one",
            ));
    }
    let (answer, references) = candidate
        .proposal
        .as_ref()
        .map(|it| (it.answer.clone(), it.references.clone()))
        .unwrap_or_default();
    // What the question was mistaken for is most often on the same subject, in the same language.
    let near = candidate.about.as_ref().and_then(|about| set.entry(about));
    let content = EntryContent {
        question: candidate.question.clone(),
        alternatives: Vec::new(),
        answer,
        references,
        category: near.and_then(|near| near.content.category.clone()),
        tags: Vec::new(),
        lang: near.and_then(|near| near.content.lang.clone()),
        validity: Validity::default(),
        review_by: None,
    };
    Ok(Publication::Put(id, content.into()))
}

fn served<'a>(set: &'a TenantSet, candidate: &Candidate) -> Result<&'a Arc<PublishedEntry>> {
    let id = candidate.entry_id.as_ref();
    id.and_then(|id| set.entry(id)).ok_or_else(|| {
        let name = id.map_or("that it concerns", EntryId::as_str);
        Error::new(Code::NotPublished, format!("the entry {name} is not published"))
            .field("entry_id")
            .fix(
                "publish the entry first, or make the candidate a new one: PUT /v1/candidates/{id}",
            )
    })
}

fn check_base(
    candidate: &Candidate,
    entry: &PublishedEntry,
    seen: Option<VersionNumber>,
) -> Result<()> {
    let base = seen.or(candidate.base_version);
    if base.is_none_or(|base| base == entry.version) {
        return Ok(());
    }
    let detail = format!(
        "version {} of {} is served now, and the answer was proposed for version {}",
        entry.version,
        entry.id,
        base.unwrap_or_default()
    );
    Err(Error::new(Code::VersionConflict, detail)
        .field("base_version")
        .fix("compare the two, then approve with the version that is served as base_version"))
}
