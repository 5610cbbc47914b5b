//! What `eval` takes.

use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{ArgGroup, Args};
use goldenset_engine::eval;
use jiff::civil::Date;

/// See [`super::Command::Eval`].
#[derive(Debug, Args)]
#[command(
    group(ArgGroup::new("questions").args(["set", "entries"]).multiple(true)),
    group(ArgGroup::new("measured").args(["set", "entries", "pairs"]).multiple(true).required(true)),
)]
pub struct Eval {
    /// Folder of a golden set with labelled questions; may be repeated
    #[arg(long, value_name = "DIR")]
    pub set: Vec<PathBuf>,
    /// Entries, JSONL or CSV
    #[arg(long, value_name = "FILE", requires = "queries")]
    pub entries: Option<PathBuf>,
    /// Labelled questions, JSONL
    #[arg(long, value_name = "FILE", requires = "entries")]
    pub queries: Option<PathBuf>,
    /// Labelled pairs, JSONL; may be repeated
    #[arg(long, value_name = "FILE")]
    pub pairs: Vec<PathBuf>,
    /// Only the questions of this split
    #[arg(long, value_name = "NAME", requires = "questions")]
    pub split: Option<String>,
    /// Ask as of this day; without it every entry counts as in force, so that the figures do not
    /// depend on the day
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub as_of: Option<Date>,
    /// Write one outcome a question, in order
    #[arg(long, value_name = "FILE", requires = "questions")]
    pub raw: Option<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
    /// Write the report as one page
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write the risk-coverage curve
    #[arg(long, value_name = "FILE", requires = "questions")]
    pub svg: Option<PathBuf>,
    /// Measure a second configuration file on the same questions and show the difference; what the
    /// environment sets holds for both
    #[arg(long, value_name = "FILE", requires = "questions")]
    pub against: Option<PathBuf>,
    /// Draws of questions for the intervals of the difference
    #[arg(long, value_name = "NUMBER", default_value_t = eval::RESAMPLES, requires = "against",
          value_parser = RangedU64ValueParser::<usize>::new().range(100..=1_000_000))]
    pub resamples: usize,
    /// Exit with 1 when more of what was served is wrong, 0 to 1
    #[arg(long, value_name = "SHARE", value_parser = share, requires = "questions")]
    pub max_served_error: Option<f64>,
    /// Exit with 1 when less of the answerable is served right, 0 to 1
    #[arg(long, value_name = "SHARE", value_parser = share, requires = "questions")]
    pub min_coverage: Option<f64>,
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "give a number from 0 to 1".into())
}
