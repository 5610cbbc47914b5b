//! `migrate-store`.

use clap::Args;

/// What `migrate-store` takes.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct MigrateStore {
    /// Where to: a new data folder, or an empty database as postgres://user@host:port/database
    #[arg(long, value_name = "PLACE")]
    pub to: String,
    /// Where from [default: the configured data folder or database]
    #[arg(long, value_name = "PLACE")]
    pub from: Option<String>,
    /// Print what was copied as JSON
    #[arg(long)]
    pub json: bool,
}

const EXAMPLES: &str = "Stop the servers first: what they write meanwhile is not copied. All of it is \
one transaction, read back and compared by count and hash; when it fails, the target is as it was. A \
password may come from PGPASSWORD, so that it is in no list of processes.

Examples:
  goldenset migrate-store --to postgres://goldenset@db.example.org/goldenset
  goldenset migrate-store --from postgres://goldenset@db.example.org/goldenset --to ./copy";
