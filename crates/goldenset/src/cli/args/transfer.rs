//! What `import` and `export` take.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use goldenset_engine::transfer;

use super::Set;

/// File formats.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Format {
    /// One JSON object a line
    Jsonl,
    /// Comma or semicolon separated, with a header
    Csv,
}

impl From<Format> for transfer::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Jsonl => Self::Jsonl,
            Format::Csv => Self::Csv,
        }
    }
}

/// See [`super::Command::Import`].
#[derive(Debug, Args)]
pub struct Import {
    /// File to read; `-` for standard input
    pub file: PathBuf,
    /// Format [default: by the file's extension]
    #[arg(long)]
    pub format: Option<Format>,
    /// Import the good rows although others are bad
    #[arg(long)]
    pub partial: bool,
    /// Check and count, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Publish in spite of conflicts with what is known, for this reason
    #[arg(long, value_name = "REASON", conflicts_with = "draft")]
    pub r#override: Option<String>,
    /// Keep the entries as drafts that are not served
    #[arg(long)]
    pub draft: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub set: Set,
}

/// See [`super::Command::Export`].
#[derive(Debug, Args)]
pub struct Export {
    /// File to write; `-` for standard output
    #[arg(default_value = "-")]
    pub file: PathBuf,
    /// Format [default: by the file's extension, else jsonl]
    #[arg(long)]
    pub format: Option<Format>,
    #[command(flatten)]
    pub set: Set,
}
