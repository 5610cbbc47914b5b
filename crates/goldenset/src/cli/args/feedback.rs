//! What `feedback` takes.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use goldenset_core::curation::FeedbackKind;

use super::experts::ImportLines;
use super::{At, Page};

/// See [`super::Command::Feedback`].
#[derive(Debug, Subcommand)]
pub enum FeedbackCommand {
    /// Say whether an answer was right, and what would be
    #[command(
        after_help = "`correct` confirms that the entry answers the question; `incomplete` and `incorrect` propose
something, best with an answer. Without --entry nothing was served. Categories are those of
curation.categories.

Examples:
  goldenset feedback give --query \"Ferie?\" --entry o001 --type correct --confidence 0.9 --expert anna
  goldenset feedback give --query \"Ferie?\" --type incorrect --answer-file a.md --confidence 1 --expert anna"
    )]
    Give(Box<GiveFeedback>),
    /// Show what experts said, the oldest first
    #[command(after_help = "Examples:
  goldenset feedback list --entry o001
  goldenset feedback list --candidate 3 --json")]
    List(ListFeedback),
    /// Give the feedback of a file
    #[command(
        after_help = "Every line is {\"query\", \"type\", \"confidence\", \"expert\", \"entry_id\" (or \"served_entry_id\")?,
\"answer\" (or \"expert_answer\")?, \"references\"?, \"category\"?, \"version\"?, \"time_spent_seconds\"?}. Nothing
is sent unless all lines are good. A line that came before from the same caller, within seven days,
is not counted again.

Examples:
  goldenset feedback import feedback.jsonl --dry-run
  goldenset feedback import demo/feedback.jsonl --partial"
    )]
    Import(ImportLines),
}

/// What is said of what.
#[derive(Debug, Args)]
pub struct GiveFeedback {
    /// The question as it was asked
    #[arg(long, value_name = "TEXT")]
    pub query: String,
    /// What the answer was
    #[arg(long = "type", value_name = "TYPE")]
    pub kind: FeedbackType,
    /// The entry that was served; none: nothing was
    #[arg(long, value_name = "ID")]
    pub entry: Option<String>,
    /// The right answer, Markdown
    #[arg(long, value_name = "TEXT", conflicts_with = "answer_file")]
    pub answer: Option<String>,
    /// File with the right answer; `-` for standard input
    #[arg(long, value_name = "FILE")]
    pub answer_file: Option<PathBuf>,
    /// What the right answer rests on; may be given several times
    #[arg(long = "reference", value_name = "TEXT")]
    pub references: Vec<String>,
    /// Why the served answer is not right
    #[arg(long, value_name = "NAME")]
    pub category: Option<String>,
    /// How sure the expert is, 0 to 1
    #[arg(long, value_name = "X")]
    pub confidence: f64,
    /// Handle of the expert [default: the one whose key it is]
    #[arg(long, value_name = "HANDLE")]
    pub expert: Option<String>,
    /// How long the expert took
    #[arg(long, value_name = "N", default_value_t = 0.0)]
    pub seconds: f64,
    #[command(flatten)]
    pub at: At,
}

/// Which feedback.
#[derive(Debug, Args)]
pub struct ListFeedback {
    /// Only of this entry
    #[arg(long, value_name = "ID")]
    pub entry: Option<String>,
    /// Only what led to this candidate
    #[arg(long, value_name = "N")]
    pub candidate: Option<u32>,
    #[command(flatten)]
    pub page: Page,
    #[command(flatten)]
    pub at: At,
}

/// What is said of an answer.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum FeedbackType {
    /// It answers the question
    Correct,
    /// Something is missing
    Incomplete,
    /// It is wrong, or nothing was served although something could be
    Incorrect,
}

impl From<FeedbackType> for FeedbackKind {
    fn from(kind: FeedbackType) -> Self {
        match kind {
            FeedbackType::Correct => Self::Correct,
            FeedbackType::Incomplete => Self::Incomplete,
            FeedbackType::Incorrect => Self::Incorrect,
        }
    }
}

impl FeedbackCommand {
    /// Where its work is done.
    pub(in super::super) fn at(&self) -> &At {
        match self {
            Self::Give(give) => &give.at,
            Self::List(ListFeedback { at, .. }) | Self::Import(ImportLines { at, .. }) => at,
        }
    }
}
