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
    /// Measure a bare server and a bare sum over memory by turns with it, for ratios
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
    /// Milliseconds that the remote embedding provider of the benchmark takes, 0 to 10000
    #[arg(long, value_name = "MS", default_value = "150", value_parser = latency)]
    pub provider_latency: f64,
    /// File of targets [default: what was promised]
    #[arg(long, value_name = "FILE")]
    pub targets: Option<PathBuf>,
    /// Also sets of 100,000 entries and a million vectors, and what sets of 1,000 to 100,000
    /// entries take to import, publish to, start and hold: half an hour, 8 GiB of memory
    #[arg(long)]
    pub large: bool,
    /// Postgres database: the golden sets that are served are kept in schemas of their own there
    #[arg(long, value_name = "URL", env = "GOLDENSET_BENCH_STORE", hide_env_values = true)]
    pub store: Option<String>,
    /// Redis or Valkey: servers share results and vectors there, under keys of their own
    #[arg(long, value_name = "URL", env = "GOLDENSET_BENCH_REDIS", hide_env_values = true)]
    pub redis: Option<String>,
    /// Measure a running server instead, as http://127.0.0.1:8420, by lookups alone; its key is
    /// read from GOLDENSET_API_KEY
    #[arg(long, value_name = "URL",
          conflicts_with_all = ["store", "redis", "large", "reference", "sizes", "provider_latency"])]
    pub url: Option<String>,
    /// What it is asked: one question a line, or JSON with `query` or `question` [default: the
    /// questions of its entries]
    #[arg(long, value_name = "FILE", requires = "url")]
    pub questions: Option<PathBuf>,
    /// Whose golden set is asked there [default: that of the key, else `default`]
    #[arg(long, value_name = "NAME", requires = "url")]
    pub tenant: Option<String>,
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
    within(text, 0.05, 600.0)
}

fn latency(text: &str) -> Result<f64, String> {
    within(text, 0.0, 10_000.0)
}

fn within(text: &str, least: f64, most: f64) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("give a number from {least} to {most}"))
}
