//! What `log` takes.

use clap::Args;
use clap::builder::RangedU64ValueParser;

use super::At;

/// See [`super::Command::Log`].
#[derive(Debug, Args)]
pub struct Log {
    /// Only of this entry
    #[arg(long, value_name = "ID")]
    pub entry: Option<String>,
    /// Only what was done so, as `published`
    #[arg(long, value_name = "ACTION")]
    pub action: Option<String>,
    /// Only what this one did
    #[arg(long, value_name = "NAME")]
    pub actor: Option<String>,
    /// Only lines with a smaller number
    #[arg(long, value_name = "ID")]
    pub before: Option<u64>,
    /// Most lines to show, the newest ones, 1 to 500
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<u16>::new().range(1..=500))]
    pub limit: Option<u16>,
    #[command(flatten)]
    pub at: At,
}
