//! What `drift` and `audit` take.

use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use goldenset_core::watch::{AuditStatus, Verdict};

use super::Set;

/// See [`super::Command::Drift`].
#[derive(Debug, Args)]
pub struct Drift {
    /// Days to report, today included, 1 to 400
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub days: u32,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub set: Set,
}

/// See [`super::Command::Audit`].
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Show the items that wait for a judgement, or those that have one
    List(AuditList),
    /// Say whether a served answer was right; saying something else later replaces it
    #[command(after_help = "Examples:
  goldenset audit judge 17 right
  goldenset audit judge 18 wrong --entry o012 --comment \"that is the rate of 2023\"
  goldenset audit judge 19 wrong --unanswerable --by anna")]
    Judge(AuditJudge),
    /// Show how much of what was served was judged wrong; exit code 1 when a promise is broken
    Report(AuditReport),
    /// Write judged items as labelled questions
    #[command(
        after_help = "The lines are what calibrate and eval read: {\"query\", \"gold\": [entry id]}. A wrong answer is
among them when its judge named the right entry or said that there is none. They are a sample of
what was served, not of what was asked: calibrate on them together with labelled questions that
were not served, or the thresholds rest on easy questions alone.

Examples:
  goldenset audit export judged.jsonl
  goldenset audit export - --tenant acme"
    )]
    Export(AuditExport),
}

/// Which items to show.
#[derive(Debug, Args)]
pub struct AuditList {
    /// Those that wait, or those that were judged
    #[arg(long, default_value = "open")]
    pub status: Status,
    /// Only items with a greater number
    #[arg(long, value_name = "ID")]
    pub after: Option<u32>,
    /// Most items to show, 1 to 500
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = RangedU64ValueParser::<usize>::new().range(1..=500))]
    pub limit: usize,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub set: Set,
}

/// What to say of which item.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("better").args(["entry", "unanswerable"]))]
pub struct AuditJudge {
    /// Number of the item
    pub id: u32,
    /// Whether the answer was right
    pub verdict: Said,
    /// The entry that should have been served
    #[arg(long, value_name = "ENTRY")]
    pub entry: Option<String>,
    /// No entry answers the question
    #[arg(long)]
    pub unanswerable: bool,
    /// Who judges [default: the name of the user]
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub comment: Option<String>,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub set: Set,
}

/// How far the report goes back.
#[derive(Debug, Args)]
pub struct AuditReport {
    /// Days to report, 1 to 400
    #[arg(long, value_name = "N", default_value_t = 30)]
    pub days: u32,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub set: Set,
}

/// Where labelled questions go.
#[derive(Debug, Args)]
pub struct AuditExport {
    /// File to write, JSONL; `-` for standard output
    pub file: PathBuf,
    #[command(flatten)]
    pub set: Set,
}

/// Which items.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Status {
    /// Waiting for a judgement
    Open,
    /// With a judgement
    Judged,
}

impl From<Status> for AuditStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Open => Self::Open,
            Status::Judged => Self::Judged,
        }
    }
}

/// What is said of an answer.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Said {
    /// It answers the question
    Right,
    /// It does not
    Wrong,
}

impl From<Said> for Verdict {
    fn from(said: Said) -> Self {
        match said {
            Said::Right => Self::Right,
            Said::Wrong => Self::Wrong,
        }
    }
}

impl Audit {
    /// Whose golden set it is about.
    pub(in super::super) fn set(&self) -> &Set {
        match self {
            Self::List(AuditList { set, .. })
            | Self::Judge(AuditJudge { set, .. })
            | Self::Report(AuditReport { set, .. })
            | Self::Export(AuditExport { set, .. }) => set,
        }
    }
}
