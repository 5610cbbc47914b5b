//! What `questions` takes.

use clap::{Args, Subcommand};

use super::At;
use super::experts::ImportLines;

/// See [`super::Command::Questions`].
#[derive(Debug, Subcommand)]
pub enum Questions {
    /// Show the questions of which it is known what answers them
    List(ListQuestions),
    /// Say what answers a question; without --entry, that nothing may
    #[command(after_help = "Examples:
  goldenset questions record --query \"Quando matura il TFR?\" --entry o012 --by anna
  goldenset questions record --query \"Quanto guadagna il direttore?\" --by anna")]
    Record(RecordQuestion),
    /// Record the labelled questions of a file
    #[command(
        after_help = "Every line is {\"query\", \"gold\": [entry id]} as for eval, with one id or none; other fields are
ignored. Nothing is sent unless all lines are good.

Examples:
  goldenset questions import labels.jsonl --by anna --dry-run
  goldenset questions import labels.jsonl --by anna"
    )]
    Import(ImportQuestions),
}

/// Whose questions.
#[derive(Debug, Args)]
pub struct ListQuestions {
    #[command(flatten)]
    pub at: At,
}

/// What answers what.
#[derive(Debug, Args)]
pub struct RecordQuestion {
    /// The question
    #[arg(long, value_name = "TEXT")]
    pub query: String,
    /// The entry that answers it; none: nothing may
    #[arg(long, value_name = "ID")]
    pub entry: Option<String>,
    /// Handle of the expert who says so [default: the one whose key it is]
    #[arg(long, value_name = "HANDLE")]
    pub by: Option<String>,
    #[command(flatten)]
    pub at: At,
}

/// Which file, and who says so.
#[derive(Debug, Args)]
pub struct ImportQuestions {
    /// Handle of the expert who says so [default: the one whose key it is]
    #[arg(long, value_name = "HANDLE")]
    pub by: Option<String>,
    #[command(flatten)]
    pub lines: ImportLines,
}

impl Questions {
    /// Where its work is done.
    pub(in super::super) fn at(&self) -> &At {
        match self {
            Self::List(ListQuestions { at }) | Self::Record(RecordQuestion { at, .. }) => at,
            Self::Import(import) => &import.lines.at,
        }
    }
}
