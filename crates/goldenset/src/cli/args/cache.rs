//! What `cache` takes.

use clap::{ArgGroup, Args, Subcommand, ValueEnum};

use super::{At, Remote};

/// See [`super::Command::Cache`].
#[derive(Debug, Subcommand)]
pub enum Cache {
    /// Show what the caches hold, and what became of cached results
    Stats(CacheStats),
    /// Drop cached results; what is served stays the same
    #[command(after_help = "Examples:
  goldenset cache invalidate --entry o012 --dry-run --url http://127.0.0.1:8420
  goldenset cache invalidate --query \"Quando matura il TFR?\" --url http://127.0.0.1:8420
  goldenset cache invalidate --all tenant --tenant acme --url http://127.0.0.1:8420")]
    Invalidate(InvalidateCache),
}

/// Of which server.
#[derive(Debug, Args)]
pub struct CacheStats {
    #[command(flatten)]
    pub remote: Remote,
}

/// What is to go.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").args(["entry", "signature", "query", "all"]).required(true))]
pub struct InvalidateCache {
    /// What this entry was considered for
    #[arg(long, value_name = "ID")]
    pub entry: Option<String>,
    /// What was found for the question with this signature
    #[arg(long, value_name = "HEX")]
    pub signature: Option<String>,
    /// What was found for this question
    #[arg(long, value_name = "TEXT")]
    pub query: Option<String>,
    /// Everything of the tenant, or of all tenants
    #[arg(long)]
    pub all: Option<All>,
    /// Only list what would go, and why
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub at: At,
}

/// How much is all.
#[derive(Debug, Clone, Copy, ValueEnum, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum All {
    /// What is the tenant's
    Tenant,
    /// What is anyone's
    Everything,
}

impl Cache {
    /// Where its work is done.
    pub(in super::super) fn remote(&self) -> &Remote {
        match self {
            Self::Stats(CacheStats { remote }) => remote,
            Self::Invalidate(invalidate) => &invalidate.at.remote,
        }
    }
}
