//! What `references` takes.

use clap::{Args, Subcommand};

use super::{At, Page};

/// See [`super::Command::References`].
#[derive(Debug, Subcommand)]
pub enum References {
    /// Show which documents changed, the newest first, and how many entries that still holds back
    List(ListReferences),
    /// Say that a document has a new version: what rests on it is not served until approved again
    #[command(after_help = "Examples:
  goldenset references changed \"D.Lgs. 66/2003\" --version 2026-01 --dry-run
  goldenset references changed \"D.Lgs. 66/2003\" --version 2026-01 --reason \"reform\"")]
    Changed(ReferenceChanged),
    /// Take back that a document has changed
    #[command(after_help = "Examples:
  goldenset references undo \"D.Lgs. 66/2003\" --dry-run
  goldenset references undo \"D.Lgs. 66/2003\" --version 2026-01 --reason \"not in force yet\"")]
    Undo(UndoReference),
}

/// Which changes.
#[derive(Debug, Args)]
pub struct ListReferences {
    #[command(flatten)]
    pub page: Page,
    #[command(flatten)]
    pub at: At,
}

/// What has changed.
#[derive(Debug, Args)]
pub struct ReferenceChanged {
    /// The document, as references name it
    pub document: String,
    /// Its new version
    #[arg(long, value_name = "TEXT")]
    pub version: String,
    /// Who says so [default: whoever calls]
    #[arg(long, value_name = "NAME")]
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

/// Which change.
#[derive(Debug, Args)]
pub struct UndoReference {
    /// The document, as references name it
    pub document: String,
    /// The version that it has not [default: the newest change]
    #[arg(long, value_name = "TEXT")]
    pub version: Option<String>,
    /// Who says so [default: whoever calls]
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Only say what would be served again
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub at: At,
}

impl References {
    /// Where its work is done.
    pub(in super::super) fn at(&self) -> &At {
        match self {
            Self::List(ListReferences { at, .. })
            | Self::Changed(ReferenceChanged { at, .. })
            | Self::Undo(UndoReference { at, .. }) => at,
        }
    }
}
