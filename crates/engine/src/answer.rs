//! The outcome of a lookup as callers get it. The body depends only on the question, the scope
//! and the golden set, never on what was cached.

use std::sync::Arc;

use bytes::Bytes;
use goldenset_core::decision::{Decision, MatchType};
use goldenset_core::guards::{GuardKind, GuardResult};
use goldenset_core::{Code, EntryContent, EntryId, Error, Result};
use serde::ser::{Error as _, SerializeStruct};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use crate::cache::Basis;
use crate::calibrate::Applied;
use crate::opinion::Heard;
use crate::snapshot::PublishedEntry;
use crate::watch::Seen;

/// A candidate with what speaks for and against it.
#[derive(Debug, Clone)]
pub struct Match {
    /// The entry.
    pub entry: Arc<PublishedEntry>,
    /// Cosine with the entry's most similar phrasing; 1 for one of its phrasings itself.
    pub similarity: f64,
    /// Calibrated probability that the entry answers the question.
    pub score: f64,
    /// The same before a calibration of the tenant; in no reply.
    pub raw_score: f64,
    /// What the typed guards found.
    pub guards: Vec<GuardResult>,
    /// The verdict in words.
    pub reason: String,
    /// Place of the phrasing that it was judged by; in no reply.
    pub(crate) phrasing: usize,
    /// The second opinion, where one was heard; in no reply.
    pub(crate) heard: Option<Heard>,
    /// What the question leaves open between it and other entries; in no reply.
    pub(crate) open: Option<Open>,
}

/// A kind of value that a question leaves open between an entry and others that differ in it alone.
#[derive(Debug, Clone)]
pub(crate) struct Open {
    pub(crate) kind: GuardKind,
    pub(crate) values: Vec<String>,
    pub(crate) siblings: Vec<EntryId>,
    /// The score that the entry has if the others are no rivals.
    pub(crate) score: f64,
}

/// What to ask back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clarify {
    /// The kind of value that the question leaves open.
    pub slot: GuardKind,
    /// What it may be, the best candidate first.
    pub choices: Vec<Choice>,
}

/// One thing that the question may mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The values that the entry is about, in canonical spelling.
    pub values: Vec<String>,
    /// The entry that answers then.
    pub entry_id: EntryId,
}

/// The long texts of an entry as JSON. To write them anew for each of ten candidates would take
/// longer than to compare the candidates.
#[derive(Debug, Clone)]
pub(crate) struct Texts {
    question: Box<RawValue>,
    answer: Box<RawValue>,
    references: Box<RawValue>,
}

impl Texts {
    /// None where they cannot be written.
    pub(crate) fn of(content: &EntryContent) -> Option<Self> {
        Some(Self {
            question: to_raw_value(&content.question).ok()?,
            answer: to_raw_value(&content.answer).ok()?,
            references: to_raw_value(&content.references).ok()?,
        })
    }
}

impl Serialize for Match {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let content = &self.entry.content;
        let texts = self.entry.texts().ok_or_else(|| {
            S::Error::custom(format!("the texts of entry `{}` are not JSON", self.entry.id))
        })?;
        let mut out = serializer.serialize_struct("Match", 12)?;
        out.serialize_field("entry_id", &self.entry.id)?;
        out.serialize_field("version", &self.entry.version)?;
        out.serialize_field("question", &texts.question)?;
        out.serialize_field("answer", &texts.answer)?;
        out.serialize_field("references", &texts.references)?;
        out.serialize_field("category", &content.category)?;
        out.serialize_field("tags", &content.tags)?;
        out.serialize_field("lang", &content.lang)?;
        out.serialize_field("similarity", &rounded(self.similarity))?;
        out.serialize_field("score", &rounded(self.score))?;
        out.serialize_field("guards", &self.guards)?;
        out.serialize_field("reason", &self.reason)?;
        out.end()
    }
}

/// Six decimals: more than a reader or a threshold needs, and short in JSON.
pub(crate) fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// What a lookup found and what is to be done with it.
#[derive(Debug, Clone, Serialize)]
pub struct LookupResult {
    /// What to do.
    pub decision: Decision,
    /// How the entry was found; `None` when none is verified.
    pub match_type: Option<MatchType>,
    /// The entry to show: with `serve`, and only then.
    pub answer: Option<Match>,
    /// The candidates similar enough to list, the best score first; after the ten most similar,
    /// which alone may be served, any further ones in the same order.
    pub matches: Vec<Match>,
    /// What to ask back: with `clarify`, and only then.
    pub clarify: Option<Clarify>,
    /// Why, in words.
    pub reason: String,
    /// The calibration that had a say in it: none when none is in force, and for an approved
    /// phrasing.
    pub calibration: Option<Applied>,
}

impl LookupResult {
    /// The candidate that was found to answer the question, to be shown or as context.
    #[must_use]
    pub fn chosen(&self) -> Option<&Match> {
        self.matches.first().filter(|_| self.match_type.is_some())
    }
}

/// A result with its body, shared by all who get it.
#[derive(Debug)]
pub struct Answer {
    result: LookupResult,
    body: Bytes,
    seen: Seen,
    /// Only of what is cached. It stands here so that a hit takes one handle and no second one.
    basis: Option<Basis>,
}

impl Answer {
    pub(crate) fn new(result: LookupResult) -> Result<Self> {
        let body = serde_json::to_vec(&result).map_err(|cause| {
            Error::new(Code::Internal, "a result could not be written as JSON").cause(cause)
        })?;
        Ok(Self { seen: Seen::of(&result), result, body: body.into(), basis: None })
    }

    /// With what tells which changes can alter it.
    pub(crate) fn resting_on(self, basis: Basis) -> Self {
        Self { basis: Some(basis), ..self }
    }

    pub(crate) fn basis(&self) -> Option<&Basis> {
        self.basis.as_ref()
    }

    /// What was found.
    #[must_use]
    pub fn result(&self) -> &LookupResult {
        &self.result
    }

    /// What a lookup with this answer is counted under.
    #[must_use]
    pub fn seen(&self) -> Seen {
        self.seen
    }

    /// The result as JSON.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }
}
