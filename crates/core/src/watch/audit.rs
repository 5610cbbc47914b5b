//! The audit sample: served answers that were drawn by chance for experts to judge.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::decision::MatchType;
use crate::error::{Code, Error, Result};
use crate::ids::{EntryId, TenantId, VersionNumber};
use crate::said::{check_by, check_reason};

/// Number of an item of the audit sample, from 1; none is given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AuditId(pub u32);

impl FromStr for AuditId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        text.parse().map(Self).map_err(|cause: std::num::ParseIntError| {
            Error::new(
                Code::InvalidField,
                "the id is not the number of an item of the audit sample",
            )
            .field("id")
            .fix("give an id that the list of items shows")
            .cause(cause)
        })
    }
}

impl fmt::Display for AuditId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A served answer that was drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// Whose golden set.
    pub tenant: TenantId,
    /// What was asked, in canonical form.
    pub question: String,
    /// The entry that was served.
    pub entry: EntryId,
    /// Its version.
    pub version: VersionNumber,
    /// How it was found.
    pub match_type: MatchType,
    /// Its score, 0 to 1.
    pub score: f64,
    /// The calibration whose certified threshold it reached; none for what no certificate
    /// concerns, as an approved phrasing.
    pub certified_by: Option<VersionNumber>,
    /// When it was served.
    pub at: Timestamp,
}

/// Whether a served answer answers the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It does.
    Right,
    /// It does not.
    Wrong,
}

impl Verdict {
    /// The verdict as it is written everywhere.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Wrong => "wrong",
        }
    }
}

/// What an expert says of a served answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// Whether it was right.
    pub verdict: Verdict,
    /// The entry that should have been served, when one was wrong and the expert knows another.
    pub entry: Option<EntryId>,
    /// Whether it was wrong because no entry answers the question.
    pub unanswerable: bool,
    /// Who says so.
    pub by: String,
    /// Why.
    pub comment: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl Judgement {
    /// Checks what can be checked without the golden set.
    ///
    /// # Errors
    /// `invalid_field` naming the field.
    pub fn check(&self) -> Result<()> {
        let fault = |field: &'static str, detail: &str, fix: &'static str| {
            Err(Error::new(Code::InvalidField, detail).field(field).fix(fix))
        };
        check_by("by", &self.by)?;
        if let Some(comment) = &self.comment {
            check_reason("comment", comment)?;
        }
        let says_better = self.entry.is_some() || self.unanswerable;
        if self.verdict == Verdict::Right && says_better {
            return fault(
                "verdict",
                "a right answer leaves nothing better to name",
                "say `wrong`, or leave `entry` and `unanswerable` out",
            );
        }
        if self.entry.is_some() && self.unanswerable {
            return fault(
                "entry",
                "an entry that answers contradicts `unanswerable`",
                "give one of the two",
            );
        }
        Ok(())
    }
}

/// A drawn answer in the queue, or judged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditItem {
    /// Its number.
    pub id: AuditId,
    /// What was asked, in canonical form.
    pub question: String,
    /// The entry that was served.
    pub entry_id: EntryId,
    /// The version that was served.
    pub version: VersionNumber,
    /// The approved question of that version.
    pub entry_question: String,
    /// Its answer, which is what was shown.
    pub entry_answer: String,
    /// How it was found.
    pub match_type: MatchType,
    /// Its score, 0 to 1, when it was drawn first.
    pub score: f64,
    /// See [`Drawn::certified_by`]; of several draws the last that has one.
    pub certified_by: Option<VersionNumber>,
    /// How often it was drawn while it waited.
    pub times: u64,
    /// When it was drawn first.
    pub first_at: Timestamp,
    /// When it was drawn last.
    pub last_at: Timestamp,
    /// What an expert said of it; none while it waits.
    pub judgement: Option<Judgement>,
}

/// Which items of the sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditStatus {
    /// Waiting for a judgement.
    Open,
    /// With a judgement.
    Judged,
}

/// Judged items of one kind, each counted once however often it was drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JudgedCount {
    /// How they were found.
    pub match_type: MatchType,
    /// See [`Drawn::certified_by`].
    pub certified_by: Option<VersionNumber>,
    /// Judged right.
    pub right: u64,
    /// Judged wrong.
    pub wrong: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judgements_say_one_thing() {
        let base = Judgement {
            verdict: Verdict::Wrong,
            entry: None,
            unanswerable: false,
            by: "anna".into(),
            comment: None,
            at: Timestamp::UNIX_EPOCH,
        };
        let check = |judgement: Judgement, field: Option<&str>| {
            let found = judgement.check().err().and_then(|error| error.field);
            assert_eq!(found.as_deref(), field, "{judgement:?}");
        };
        let other = Some(EntryId::new("b").unwrap());
        check(base.clone(), None);
        check(Judgement { entry: other.clone(), ..base.clone() }, None);
        check(Judgement { unanswerable: true, ..base.clone() }, None);
        check(Judgement { verdict: Verdict::Right, ..base.clone() }, None);
        check(Judgement { by: " ".into(), ..base.clone() }, Some("by"));
        check(Judgement { by: "a\nb".into(), ..base.clone() }, Some("by"));
        check(Judgement { comment: Some("x".repeat(4097)), ..base.clone() }, Some("comment"));
        check(Judgement { comment: Some("\u{1b}[31mx".into()), ..base.clone() }, Some("comment"));
        check(Judgement { comment: Some("a\n\tb".into()), ..base.clone() }, None);
        check(
            Judgement { entry: other.clone(), unanswerable: true, ..base.clone() },
            Some("entry"),
        );
        check(Judgement { verdict: Verdict::Right, entry: other, ..base }, Some("verdict"));
    }

    #[test]
    fn ids_are_numbers() {
        assert_eq!("17".parse::<AuditId>().unwrap(), AuditId(17));
        for bad in ["", "a", "-1", "1.5", "99999999999"] {
            assert_eq!(bad.parse::<AuditId>().unwrap_err().code, Code::InvalidField, "{bad}");
        }
    }
}
