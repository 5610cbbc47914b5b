//! What a finding does to a candidate, and what that depends on beside the finding.

use serde::{Deserialize, Serialize};

use super::Nearness;

/// What a finding does to a candidate. The greater one wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nothing; it is shown as a reason.
    Explain,
    /// Evidence against the candidate, which may still be served.
    Lower,
    /// The candidate may be listed and not served.
    SuggestOnly,
    /// The candidate answers another question.
    Refuse,
}

impl Effect {
    /// Whether a candidate with no stronger finding may be served.
    #[must_use]
    pub fn may_be_served(self) -> bool {
        self <= Self::Lower
    }

    /// The effect as it is written in replies.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Explain => "explain",
            Self::Lower => "lower",
            Self::SuggestOnly => "suggest_only",
            Self::Refuse => "refuse",
        }
    }
}

/// Whether a question is so short that every number in it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    /// Up to [`SHORT_QUESTION_WORDS`] content words.
    Short,
    /// More: it tells a story, and numbers may belong to the story.
    Long,
}

/// Most content words of a short question.
pub const SHORT_QUESTION_WORDS: usize = 20;

impl Length {
    /// The length of a question of so many content words.
    #[must_use]
    pub fn of(content_words: usize) -> Self {
        if content_words <= SHORT_QUESTION_WORDS { Self::Short } else { Self::Long }
    }
}

/// What the effect of a finding depends on beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case {
    /// Length of the question.
    pub length: Length,
    /// How near the words of the entry's nearest phrasing are.
    pub nearness: Nearness,
}
