//! What `bench` takes.

use std::path::PathBuf;

use clap::Args;
use clap::builder::RangedU64ValueParser;

use crate::bench::Suite;

/// See [`super::Command::Bench`].
#[derive(Debug, Args)]
pub struct Bench {
    /// What to measure [default: everything]
    #[arg(long, value_name = "SUITE", value_delimiter = ',')]
    pub suite: Vec<Suite>,
    /// Measure a bare server on the same machine beside it, for ratios
    #[arg(long)]
    pub reference: bool,
    /// Rounds of what is compared; figures are medians over them
    #[arg(long, value_name = "NUMBER", default_value_t = 5,
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=100))]
    pub rounds: usize,
    /// Seconds of load a round, 0.05 to 600
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds)]
    pub seconds: f64,
    /// Connections of hits over HTTP
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', default_value = "1,10,50",
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=1_000))]
    pub connections: Vec<usize>,
    /// Entries of the synthetic sets that are searched
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', default_value = "1000,10000",
          value_parser = RangedU64ValueParser::<usize>::new().range(100..=1_000_000))]
    pub sizes: Vec<usize>,
    /// File of targets [default: what was promised]
    #[arg(long, value_name = "FILE")]
    pub targets: Option<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
    /// Write the report as Markdown
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// Write the report as one page with plots
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse().ok().filter(|seconds| (0.05..=600.0).contains(seconds));
    seconds.ok_or_else(|| "give a number from 0.05 to 600".into())
}
