//! What `compare` takes.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use super::Set;

/// See [`super::Command::Compare`].
#[derive(Debug, Args)]
pub struct Compare {
    /// A question
    #[arg(required_unless_present = "pairs")]
    pub a: Option<String>,
    /// An approved question
    #[arg(required_unless_present_any = ["pairs", "entry"])]
    pub b: Option<String>,
    /// Compare with this published entry instead, as a lookup would, its rivals included
    #[arg(long, value_name = "ID", conflicts_with_all = ["b", "pairs"])]
    pub entry: Option<String>,
    /// The day that the question is about
    #[arg(long, value_name = "YYYY-MM-DD", requires = "entry")]
    pub as_of: Option<Date>,
    /// File of pairs; `-` for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "a")]
    pub pairs: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub set: Set,
}
