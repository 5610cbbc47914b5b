//! What `compare` takes.

use std::path::PathBuf;

use clap::Args;

/// See [`super::Command::Compare`].
#[derive(Debug, Args)]
pub struct Compare {
    /// A question
    #[arg(required_unless_present = "pairs", requires = "b")]
    pub a: Option<String>,
    /// An approved question
    pub b: Option<String>,
    /// File of pairs; `-` for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "a")]
    pub pairs: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}
