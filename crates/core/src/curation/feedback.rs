//! What an expert says of an answer, or of its absence.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::CandidateId;
use crate::canonical::{Canonical, Signature};
use crate::entry::{MAX_ANSWER_BYTES, MAX_ITEM_BYTES, MAX_ITEMS, MAX_QUESTION_BYTES};
use crate::error::{Code, Error, Result};
use crate::ids::{EntryId, Handle, VersionNumber};
use crate::reference::Reference;

/// Longest time that one judgement may be said to have taken, in seconds: a day.
pub const MAX_SECONDS: f64 = 86_400.0;

/// Number of a feedback, from 1; none is given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FeedbackId(pub u32);

/// What an expert says of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedbackKind {
    /// The entry answers the question.
    Correct,
    /// Something is missing in the answer.
    Incomplete,
    /// The answer is wrong for this question, or the refusal was.
    Incorrect,
}

impl FeedbackKind {
    /// The kind as it is stored and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Correct => "correct",
            Self::Incomplete => "incomplete",
            Self::Incorrect => "incorrect",
        }
    }
}

/// What an expert says of one question and what was answered to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Feedback {
    /// What was asked.
    pub query: String,
    /// The entry that was served; none where the question was refused.
    pub entry_id: Option<EntryId>,
    /// Its version; of a caller who names none, the one that is served when the feedback comes.
    pub version: Option<VersionNumber>,
    /// What the expert says.
    #[serde(rename = "type")]
    pub kind: FeedbackKind,
    /// Why the answer was not right, one of the configured categories.
    pub category: Option<String>,
    /// How sure the expert is, 0 to 1.
    pub confidence: f64,
    /// How long it took, in seconds, 0 to [`MAX_SECONDS`].
    pub time_spent_seconds: f64,
    /// Who says so.
    pub expert: Handle,
    /// The right answer, Markdown.
    pub answer: Option<String>,
    /// What it rests on.
    pub references: Vec<Reference>,
}

impl Feedback {
    /// The signature of the question.
    #[must_use]
    pub fn signature(&self) -> Signature {
        Canonical::of(&self.query).signature()
    }

    /// Checks what can be checked without the golden set.
    ///
    /// # Errors
    /// `empty_query`, `query_too_long`, `threshold_out_of_range`, `too_many`, `invalid_field`,
    /// each naming its field.
    pub fn check(&self, categories: &[String]) -> Result<()> {
        let fault = |code, field: &str, detail: String, fix: String| {
            Err(Error::new(code, detail).field(field).fix(fix))
        };
        if self.query.len() > MAX_QUESTION_BYTES {
            let detail = format!("the question is {} bytes long", self.query.len());
            return fault(Code::QueryTooLong, "query", detail, "shorten it to 8192 bytes".into());
        }
        let texts = [Some(&self.query), self.answer.as_ref()];
        if texts.into_iter().flatten().any(|text| text.contains('\0')) {
            let detail = "the question or the answer has a NUL character".into();
            return fault(Code::InvalidField, "query", detail, "leave it out".into());
        }
        if Canonical::of(&self.query).as_str().is_empty() {
            let detail = "the question has no letter and no digit".into();
            return fault(Code::EmptyQuery, "query", detail, "send the user's question".into());
        }
        // NaN is in no range.
        if !(0.0..=1.0).contains(&self.confidence) {
            let detail = format!("confidence is {}", self.confidence);
            let fix = "give a number from 0 to 1".into();
            return fault(Code::ThresholdOutOfRange, "confidence", detail, fix);
        }
        if !(0.0..=MAX_SECONDS).contains(&self.time_spent_seconds) {
            let detail = format!("time_spent_seconds is {}", self.time_spent_seconds);
            let fix = "give seconds from 0 to 86400".into();
            return fault(Code::InvalidField, "time_spent_seconds", detail, fix);
        }
        if let Some(category) = &self.category
            && !categories.contains(category)
        {
            let detail = format!("there is no feedback category `{category}`");
            let fix = format!("give one of {}, or none", categories.join(", "));
            return fault(Code::InvalidField, "category", detail, fix);
        }
        if self.version.is_some() && self.entry_id.is_none() {
            let detail = "a version says nothing without its entry".into();
            return fault(Code::InvalidField, "version", detail, "give entry_id, too".into());
        }
        self.check_answer()
    }

    fn check_answer(&self) -> Result<()> {
        let fault = |code, field: String, detail: String, fix: &'static str| {
            Err(Error::new(code, detail).field(field).fix(fix))
        };
        if self.kind == FeedbackKind::Correct {
            if self.entry_id.is_none() {
                let detail = "a confirmed answer names its entry".into();
                let fix = "give the id of the entry that was served";
                return fault(Code::InvalidField, "entry_id".into(), detail, fix);
            }
            if self.answer.is_some() {
                let detail = "a confirmed answer needs no other one".into();
                let fix = "leave `answer` out, or say `incomplete` or `incorrect`";
                return fault(Code::InvalidField, "answer".into(), detail, fix);
            }
        }
        if let Some(answer) = &self.answer {
            if answer.trim().is_empty() {
                let fix = "leave `answer` out, or write it";
                return fault(Code::InvalidField, "answer".into(), "answer is empty".into(), fix);
            }
            if answer.len() > MAX_ANSWER_BYTES {
                let detail = format!("answer is {} bytes long", answer.len());
                let fix = "shorten it to 262144 bytes";
                return fault(Code::InvalidField, "answer".into(), detail, fix);
            }
        }
        if self.references.len() > MAX_ITEMS {
            let detail = format!("{} references", self.references.len());
            let fix = "give at most 200";
            return fault(Code::TooMany, "references".into(), detail, fix);
        }
        for (place, reference) in self.references.iter().enumerate() {
            let Reference { text, document, version } = reference;
            let parts = [Some(text), document.as_ref(), version.as_ref()];
            let wrong = |part: &String| {
                part.trim().is_empty() || part.len() > MAX_ITEM_BYTES || part.contains('\0')
            };
            if parts.into_iter().flatten().any(wrong) {
                let detail = "a part of a reference is empty or too long".into();
                let fix = "give 1 to 1024 bytes";
                return fault(Code::InvalidField, format!("references[{place}]"), detail, fix);
            }
        }
        Ok(())
    }
}

/// A feedback as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FeedbackRecord {
    /// Its number.
    pub id: FeedbackId,
    /// What was said.
    #[serde(flatten)]
    pub feedback: Feedback,
    /// What the expert's trust was then, 0 to 1.
    pub trust: f64,
    /// Whether it has an effect.
    pub counted: bool,
    /// Why it has none, in words.
    pub reason: Option<String>,
    /// The candidate that it made or was merged into.
    pub candidate: Option<CandidateId>,
    /// When it came.
    pub at: Timestamp,
}

/// Which feedback.
#[derive(Debug, Clone, Default)]
pub struct FeedbackFilter {
    /// Of this candidate.
    pub candidate: Option<CandidateId>,
    /// On this entry.
    pub entry: Option<EntryId>,
    /// On questions with this signature.
    pub signature: Option<Signature>,
    /// Only what counted.
    pub counted: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feedback() -> Feedback {
        Feedback {
            query: "quante ferie?".into(),
            entry_id: Some(EntryId::new("a").unwrap()),
            version: None,
            kind: FeedbackKind::Incorrect,
            category: None,
            confidence: 0.9,
            time_spent_seconds: 30.0,
            expert: Handle::new("anna").unwrap(),
            answer: Some("quattro settimane".into()),
            references: vec![],
        }
    }

    #[test]
    fn faults_name_their_field() {
        let check = |change: &dyn Fn(&mut Feedback), expected: Option<&str>| {
            let mut feedback = feedback();
            change(&mut feedback);
            let fault = feedback.check(&["outdated".into()]).err();
            assert_eq!(fault.and_then(|fault| fault.field).as_deref(), expected, "{feedback:?}");
        };
        check(&|_| {}, None);
        check(&|f| f.query = "?!".into(), Some("query"));
        check(&|f| f.query = "x".repeat(8193), Some("query"));
        check(&|f| f.confidence = f64::NAN, Some("confidence"));
        check(&|f| f.confidence = 1.01, Some("confidence"));
        check(&|f| f.time_spent_seconds = -1.0, Some("time_spent_seconds"));
        check(&|f| f.time_spent_seconds = f64::INFINITY, Some("time_spent_seconds"));
        check(&|f| f.category = Some("outdated".into()), None);
        check(&|f| f.category = Some("other".into()), Some("category"));
        check(&|f| f.entry_id = None, None);
        check(&|f| f.answer = None, None);
        check(&|f| f.answer = Some(" ".into()), Some("answer"));
        check(&|f| f.kind = FeedbackKind::Correct, Some("answer"));
        check(&|f| f.references = vec!["art. 1".into(), "".into()], Some("references[1]"));
        check(
            &|f| {
                f.kind = FeedbackKind::Correct;
                f.entry_id = None;
                f.answer = None;
            },
            Some("entry_id"),
        );
        check(
            &|f| {
                f.entry_id = None;
                f.version = Some(1);
            },
            Some("version"),
        );
    }
}
