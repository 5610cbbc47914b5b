//! What speaks against publishing, and what stands nearby.

use goldenset_core::EntryId;
use goldenset_core::guards::GuardResult;
use serde::{Deserialize, Serialize};

use super::questions::Asked;
use crate::answer::{Match, rounded};

/// What kind of thing speaks against publishing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConflictKind {
    /// Another entry has the same phrasing.
    DuplicateQuestion,
    /// A question of it is served with another entry today, by meaning.
    AlreadyAnswered,
    /// It would be served for a question of which another entry is known to be the answer.
    TakesQuestion,
    /// It would be served for a phrasing of another entry if that one did not have it: verification
    /// cannot tell the two apart.
    LooksAlike,
    /// It would be served for a question for which nothing may be.
    AnswersRefused,
    /// A question would no longer be served with the entry that is known to answer it.
    LosesQuestion,
    /// One of its own phrasings asks about something else than its question.
    PhrasingDiffers,
    /// It is not in force today.
    NotInForce,
}

/// One thing that speaks against publishing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conflict {
    /// What kind of thing.
    pub kind: ConflictKind,
    /// Whether it blocks.
    pub blocking: bool,
    /// The entry concerned.
    pub entry_id: Option<EntryId>,
    /// The question concerned.
    pub question: String,
    /// What is wrong, in words.
    pub detail: String,
}

/// An entry near to what is to be published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Neighbour {
    /// The entry.
    pub entry_id: EntryId,
    /// Its question.
    pub question: String,
    /// Cosine with its nearest phrasing.
    pub similarity: f64,
    /// What a lookup of the new question says of it.
    pub reason: String,
    /// The guards that tell the two apart.
    pub guards: Vec<String>,
}

impl From<&Match> for Neighbour {
    fn from(found: &Match) -> Self {
        let tells = |guard: &&GuardResult| !guard.effect.may_be_served();
        Self {
            entry_id: found.entry.id.clone(),
            question: found.entry.content.question.clone(),
            similarity: rounded(found.similarity),
            reason: found.reason.clone(),
            guards: found.guards.iter().filter(tells).map(|it| it.kind.as_str().into()).collect(),
        }
    }
}

/// What it means that a question is answered otherwise once the entry `live` is published: by
/// `now` before and by `then` after.
pub(super) fn of(
    asked: &Asked,
    live: &EntryId,
    now: Option<&EntryId>,
    then: Option<&EntryId>,
) -> Option<Conflict> {
    let question = &asked.text;
    let owner = asked.owner.as_ref();
    let takes = then == Some(live);
    let (kind, blocking, entry_id, detail) = match owner {
        None if takes => (
            ConflictKind::AnswersRefused,
            true,
            None,
            format!("it would be served for \"{question}\", which nothing may answer"),
        ),
        Some(owner) if owner == live => {
            if now != Some(live) {
                return None;
            }
            let detail = format!("\"{question}\" was confirmed for it, and would not find it");
            (ConflictKind::LosesQuestion, false, Some(live), detail)
        }
        Some(owner) if takes && asked.is_phrasing => (
            ConflictKind::LooksAlike,
            // Most entries on neighbouring subjects would be held up by it.
            false,
            Some(owner),
            format!(
                "verification cannot tell it from {owner}: it would be served for the phrasing \
                 \"{question}\" of that entry"
            ),
        ),
        Some(owner) if takes => (
            ConflictKind::TakesQuestion,
            true,
            Some(owner),
            format!("it would be served for \"{question}\", which {owner} is known to answer"),
        ),
        Some(owner) if now == Some(owner) => (
            ConflictKind::LosesQuestion,
            false,
            Some(owner),
            format!("\"{question}\" would no longer be served with {owner}"),
        ),
        _ => return None,
    };
    let (entry_id, question) = (entry_id.cloned(), question.clone());
    Some(Conflict { kind, blocking, entry_id, question, detail })
}
