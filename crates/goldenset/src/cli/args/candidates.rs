//! What `candidates` takes.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use goldenset_core::curation::{Action, CandidateKind, CandidateStatus};

use super::{At, Page};

/// See [`super::Command::Candidates`].
#[derive(Debug, Subcommand)]
pub enum Candidates {
    /// Show what is proposed
    #[command(after_help = "Examples:
  goldenset candidates list
  goldenset candidates list --status pending --kind feedback")]
    List(ListCandidates),
    /// Show a proposal whole: what would change, and what experts said
    #[command(after_help = "Examples:
  goldenset candidates show 3
  goldenset candidates show 3 --json")]
    Show(ShowCandidate),
    /// Publish what is proposed
    #[command(
        after_help = "Who proposed may not approve (curation.four_eyes). What would take questions from other entries is
refused with a list of them; an override needs a reason, which is kept.

Examples:
  goldenset candidates approve 3 --by anna --dry-run
  goldenset candidates approve 3 --by anna
  goldenset candidates approve 3 --by anna --override --reason \"the other one goes\""
    )]
    Approve(ApproveCandidate),
    /// Turn a proposal down
    #[command(after_help = "Examples:
  goldenset candidates reject 3 --by anna --reason \"the law has not changed\"")]
    Reject(DecideCandidate),
    /// Send a proposal back with a comment
    #[command(after_help = "Examples:
  goldenset candidates revise 3 --by anna --reason \"name the article\"")]
    Revise(DecideCandidate),
    /// Propose something else instead; what is left out stays
    #[command(after_help = "Examples:
  goldenset candidates amend 3 --by bruno --answer-file answer.md --reference \"art. 2120 c.c.\"
  goldenset candidates amend 4 --by bruno --action add-phrasing --entry o012")]
    Amend(AmendCandidate),
}

/// Which candidates.
#[derive(Debug, Args)]
pub struct ListCandidates {
    /// Only those that stand so
    #[arg(long)]
    pub status: Option<CandidateStatusName>,
    /// Only those that came so
    #[arg(long)]
    pub kind: Option<CandidateKindName>,
    #[command(flatten)]
    pub page: Page,
    #[command(flatten)]
    pub at: At,
}

/// Which candidate.
#[derive(Debug, Args)]
pub struct ShowCandidate {
    /// Number of the candidate
    pub id: u32,
    #[command(flatten)]
    pub at: At,
}

/// An approval.
#[derive(Debug, Args)]
pub struct ApproveCandidate {
    /// Number of the candidate
    pub id: u32,
    /// Handle of the approver [default: the one whose key it is]
    #[arg(long, value_name = "HANDLE")]
    pub by: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Publish in spite of conflicts; needs a reason
    #[arg(long = "override")]
    pub overrides: bool,
    /// The version that the decision rests on; refused when another one is served
    #[arg(long, value_name = "N")]
    pub base_version: Option<u32>,
    /// Only say what would happen
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub at: At,
}

/// Another decision.
#[derive(Debug, Args)]
pub struct DecideCandidate {
    /// Number of the candidate
    pub id: u32,
    /// Handle of the approver [default: the one whose key it is]
    #[arg(long, value_name = "HANDLE")]
    pub by: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Only say what would happen
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub at: At,
}

/// What is to be proposed.
#[derive(Debug, Args)]
pub struct AmendCandidate {
    /// Number of the candidate
    pub id: u32,
    /// Handle of the expert [default: the one whose key it is]
    #[arg(long, value_name = "HANDLE")]
    pub by: Option<String>,
    /// What is to be done
    #[arg(long)]
    pub action: Option<ActionName>,
    /// The entry that it is about
    #[arg(long, value_name = "ID")]
    pub entry: Option<String>,
    /// The question as it is to be published
    #[arg(long, value_name = "TEXT")]
    pub question: Option<String>,
    /// The answer, Markdown
    #[arg(long, value_name = "TEXT", conflicts_with = "answer_file")]
    pub answer: Option<String>,
    /// File with the answer; `-` for standard input
    #[arg(long, value_name = "FILE")]
    pub answer_file: Option<PathBuf>,
    /// What the answer rests on, in place of what was there; may be given several times
    #[arg(long = "reference", value_name = "TEXT")]
    pub references: Vec<String>,
    #[command(flatten)]
    pub at: At,
}

/// Where a candidate stands.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum CandidateStatusName {
    /// Waits for a decision
    Pending,
    /// Waits for a better proposal
    NeedsRevision,
    /// Published
    Approved,
    /// Turned down
    Rejected,
}

impl From<CandidateStatusName> for CandidateStatus {
    fn from(status: CandidateStatusName) -> Self {
        match status {
            CandidateStatusName::Pending => Self::Pending,
            CandidateStatusName::NeedsRevision => Self::NeedsRevision,
            CandidateStatusName::Approved => Self::Approved,
            CandidateStatusName::Rejected => Self::Rejected,
        }
    }
}

/// Where a candidate comes from.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum CandidateKindName {
    /// An expert said something
    Feedback,
    /// Questions found nothing
    Missed,
    /// The review date has passed
    ReviewDue,
    /// The entry is past its validity
    Expired,
    /// Experts contradicted it
    Contradicted,
    /// A document that it rests on has changed
    ReferenceChanged,
}

impl From<CandidateKindName> for CandidateKind {
    fn from(kind: CandidateKindName) -> Self {
        match kind {
            CandidateKindName::Feedback => Self::Feedback,
            CandidateKindName::Missed => Self::Missed,
            CandidateKindName::ReviewDue => Self::ReviewDue,
            CandidateKindName::Expired => Self::Expired,
            CandidateKindName::Contradicted => Self::Contradicted,
            CandidateKindName::ReferenceChanged => Self::ReferenceChanged,
        }
    }
}

/// What a candidate would do.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ActionName {
    /// Make a new entry
    Create,
    /// Give an entry another answer
    Update,
    /// Give an entry another phrasing
    AddPhrasing,
    /// Approve an entry again as it is
    Reapprove,
    /// Take an entry out of service
    Retire,
}

impl From<ActionName> for Action {
    fn from(action: ActionName) -> Self {
        match action {
            ActionName::Create => Self::Create,
            ActionName::Update => Self::Update,
            ActionName::AddPhrasing => Self::AddPhrasing,
            ActionName::Reapprove => Self::Reapprove,
            ActionName::Retire => Self::Retire,
        }
    }
}

impl Candidates {
    /// Where its work is done.
    pub(in super::super) fn at(&self) -> &At {
        match self {
            Self::List(ListCandidates { at, .. })
            | Self::Show(ShowCandidate { at, .. })
            | Self::Approve(ApproveCandidate { at, .. })
            | Self::Reject(DecideCandidate { at, .. })
            | Self::Revise(DecideCandidate { at, .. })
            | Self::Amend(AmendCandidate { at, .. }) => at,
        }
    }
}
