//! What `experts` takes.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use goldenset_core::curation::ExpertRole;

use super::{At, Page};

/// See [`super::Command::Experts`].
#[derive(Debug, Subcommand)]
pub enum Experts {
    /// Show the experts with their trust and what it rests on
    List(ListExperts),
    /// Show one expert
    Show(ShowExpert),
    /// Name an expert, or state something else of one
    #[command(
        after_help = "Trust is from 0 to 1. The feedback of experts who are not verified, or trusted less than
curation.least_trust, is kept without effect. A trust that is stated anew forgets what the expert's
proposals turned out as; the same one changes nothing.

Examples:
  goldenset experts put anna --role approver --verified --trust 0.9
  goldenset experts put bruno --role expert --not-verified --trust 0.5"
    )]
    Put(PutExpert),
    /// Name the experts of a file
    #[command(
        after_help = "Every line is {\"handle\", \"role\", \"verified\", \"trust\"}. Nothing is sent unless all lines are good.

Examples:
  goldenset experts import experts.jsonl --dry-run
  goldenset experts import demo/experts.jsonl"
    )]
    Import(ImportLines),
}

/// Which experts.
#[derive(Debug, Args)]
pub struct ListExperts {
    #[command(flatten)]
    pub page: Page,
    #[command(flatten)]
    pub at: At,
}

/// Which expert.
#[derive(Debug, Args)]
pub struct ShowExpert {
    /// Handle of the expert
    pub handle: String,
    #[command(flatten)]
    pub at: At,
}

/// What is stated of whom.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("known").args(["verified", "not_verified"]).required(true))]
pub struct PutExpert {
    /// Handle of the expert
    pub handle: String,
    /// What they may do
    #[arg(long)]
    pub role: ExpertRoleName,
    /// It is known who they are
    #[arg(long)]
    pub verified: bool,
    /// It is not known who they are: their feedback has no effect
    #[arg(long)]
    pub not_verified: bool,
    /// How far they are trusted, 0 to 1
    #[arg(long, value_name = "X")]
    pub trust: f64,
    #[command(flatten)]
    pub at: At,
}

/// A file of lines that are sent one by one.
#[derive(Debug, Args)]
pub struct ImportLines {
    /// File to read, JSONL; `-` for standard input
    pub file: PathBuf,
    /// Send the good lines although others are bad
    #[arg(long)]
    pub partial: bool,
    /// Check every line, send nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub at: At,
}

/// What an expert may do.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ExpertRoleName {
    /// Say what is right and wrong
    Expert,
    /// Also decide what is published
    Approver,
    /// The same, with a trust of their own
    Admin,
}

impl From<ExpertRoleName> for ExpertRole {
    fn from(role: ExpertRoleName) -> Self {
        match role {
            ExpertRoleName::Expert => Self::Expert,
            ExpertRoleName::Approver => Self::Approver,
            ExpertRoleName::Admin => Self::Admin,
        }
    }
}

impl Experts {
    /// Where its work is done.
    pub(in super::super) fn at(&self) -> &At {
        match self {
            Self::List(ListExperts { at, .. })
            | Self::Show(ShowExpert { at, .. })
            | Self::Put(PutExpert { at, .. })
            | Self::Import(ImportLines { at, .. }) => at,
        }
    }
}
