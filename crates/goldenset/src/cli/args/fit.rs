//! What `fit` takes.

use std::path::PathBuf;

use clap::Args;

/// See [`super::Command::Fit`].
#[derive(Debug, Args)]
pub struct Fit {
    /// Folder of a golden set with labelled questions; may be repeated
    #[arg(long, value_name = "DIR", required_unless_present = "pairs")]
    pub set: Vec<PathBuf>,
    /// File of labelled pairs of questions (JSON Lines), from which a set is made; may be repeated
    #[arg(long, value_name = "FILE")]
    pub pairs: Vec<PathBuf>,
    /// Where to write the weights
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
}
