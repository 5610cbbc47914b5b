//! Questions of which it is known what answers them: what no publish may take from its entry.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::EntryId;

/// Who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionSource {
    /// An expert confirmed the answer.
    Feedback,
    /// It was recorded as such.
    Recorded,
}

/// A question with the entry that answers it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedQuestion {
    /// The question as it was asked.
    pub query: String,
    /// The entry that answers it; none: nothing may be served for it.
    pub entry_id: Option<EntryId>,
    /// Who says so.
    pub source: QuestionSource,
    /// By name.
    pub by: String,
    /// When it was said last.
    pub at: Timestamp,
}
