//! What `entries` takes.

use clap::{Args, Subcommand};

use super::{At, Page};

/// See [`super::Command::Entries`].
#[derive(Debug, Subcommand)]
pub enum Entries {
    /// Show all entries, a line each
    List(ListEntries),
    /// Show the newest version of an entry whole
    Show(ShowEntry),
    /// Show who wrote and published which version, and why
    Versions(ShowEntry),
    /// Show what changed between two versions: [-removed-] {+added+}
    #[command(after_help = "Examples:
  goldenset entries diff o012
  goldenset entries diff o012 --from 1 --to 3")]
    Diff(DiffEntry),
    /// Serve a version
    #[command(
        after_help = "What would take questions from other entries is refused with a list of them; an override needs a
reason, which is kept. --reapprove approves again what is served already, as after a changed reference.

Examples:
  goldenset entries publish o012 --dry-run
  goldenset entries publish o012 --version 2 --reason \"checked with payroll\"
  goldenset entries publish o012 --reapprove"
    )]
    Publish(PublishEntry),
    /// Stop serving an entry
    #[command(after_help = "Examples:
  goldenset entries retire o012 --dry-run
  goldenset entries retire o012 --reason \"the service is gone\"")]
    Retire(RetireEntry),
    /// Serve an earlier version again
    #[command(
        after_help = "Who proposed the version that is served now is trusted less afterwards.

Examples:
  goldenset entries rollback o012 --to 1 --by anna --reason \"the new answer is wrong\" --dry-run
  goldenset entries rollback o012 --to 1 --by anna --reason \"the new answer is wrong\""
    )]
    Rollback(RollBackEntry),
}

/// Which entries.
#[derive(Debug, Args)]
pub struct ListEntries {
    #[command(flatten)]
    pub page: Page,
    #[command(flatten)]
    pub at: At,
}

/// Which entry.
#[derive(Debug, Args)]
pub struct ShowEntry {
    /// Id of the entry
    pub id: String,
    #[command(flatten)]
    pub at: At,
}

/// Which versions.
#[derive(Debug, Args)]
pub struct DiffEntry {
    /// Id of the entry
    pub id: String,
    /// The older version [default: the one before the newer]
    #[arg(long, value_name = "N")]
    pub from: Option<u32>,
    /// The newer version [default: the newest]
    #[arg(long, value_name = "N")]
    pub to: Option<u32>,
    #[command(flatten)]
    pub at: At,
}

/// What is to be served.
#[derive(Debug, Args)]
pub struct PublishEntry {
    /// Id of the entry
    pub id: String,
    /// Its version [default: the newest]
    #[arg(long, value_name = "N")]
    pub version: Option<u32>,
    /// Approve again what is served already
    #[arg(long)]
    pub reapprove: bool,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Publish in spite of conflicts; needs a reason
    #[arg(long = "override")]
    pub overrides: bool,
    /// Only say what would happen
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub at: At,
}

/// What is no longer to be served.
#[derive(Debug, Args)]
pub struct RetireEntry {
    /// Id of the entry
    pub id: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Only say what would happen
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub at: At,
}

/// Which version is to be served again.
#[derive(Debug, Args)]
pub struct RollBackEntry {
    /// Id of the entry
    pub id: String,
    /// The version to serve
    #[arg(long, value_name = "N")]
    pub to: u32,
    /// Handle of the approver [default: the one whose key it is]
    #[arg(long, value_name = "HANDLE")]
    pub by: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Publish in spite of conflicts; needs a reason
    #[arg(long = "override")]
    pub overrides: bool,
    /// Only say what would happen
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub at: At,
}

impl Entries {
    /// Where its work is done.
    pub(in super::super) fn at(&self) -> &At {
        match self {
            Self::List(ListEntries { at, .. })
            | Self::Show(ShowEntry { at, .. })
            | Self::Versions(ShowEntry { at, .. })
            | Self::Diff(DiffEntry { at, .. })
            | Self::Publish(PublishEntry { at, .. })
            | Self::Retire(RetireEntry { at, .. })
            | Self::Rollback(RollBackEntry { at, .. }) => at,
        }
    }
}
