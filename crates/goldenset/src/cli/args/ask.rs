//! What `ask` takes.

use clap::Args;
use jiff::civil::Date;

use super::Set;

/// See [`super::Command::Ask`].
#[derive(Debug, Args)]
pub struct Ask {
    /// The question
    pub question: Option<String>,
    /// Print the body that the HTTP interface would send
    #[arg(long)]
    pub json: bool,
    /// Say of the three best candidates why they are served or not, with every figure
    #[arg(long)]
    pub explain: bool,
    /// Least similarity of a listed candidate, 0 to 1
    #[arg(long, value_name = "NUMBER")]
    pub min_similarity: Option<f64>,
    /// Most candidates listed
    #[arg(long, value_name = "NUMBER")]
    pub max_results: Option<usize>,
    /// Only entries of this category; may be repeated
    #[arg(long)]
    pub category: Vec<String>,
    /// Only entries with this tag; may be repeated
    #[arg(long)]
    pub tag: Vec<String>,
    /// Only entries in this language; may be repeated
    #[arg(long)]
    pub lang: Vec<String>,
    /// The day that the question is about
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub as_of: Option<Date>,
    #[command(flatten)]
    pub set: Set,
}
