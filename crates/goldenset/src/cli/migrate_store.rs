//! `migrate-store`: everything from one store into another.

use std::io::{self, Write};

use goldenset_core::Result;
use goldenset_store::{TableDigest, copy};

use super::args::MigrateStore;
use super::output::{Bar, print_json, unwritable};
use crate::config::Config;
use crate::wire;

/// Copies, verifies, and says what was copied.
pub(super) async fn run(config: &Config, migrate: MigrateStore) -> Result<()> {
    let from = wire::store_to_copy(config, migrate.from.as_deref()).await?;
    let to = wire::store_to_fill(config, &migrate.to).await?;
    let bar = Bar::new("copying");
    let progress = |done: u64, all: u64| {
        let number = |rows: u64| usize::try_from(rows).unwrap_or(usize::MAX);
        bar.show(number(done), number(all));
    };
    let copied = copy(&*from, &*to, &progress).await?;
    if migrate.json {
        return print_json(&copied);
    }
    summarise(&copied).map_err(unwritable)
}

fn summarise(copied: &[TableDigest]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{:<26} {:>9}  HASH", "TABLE", "ROWS")?;
    for TableDigest { table, rows, hash } in copied {
        writeln!(out, "{table:<26} {rows:>9}  {}", hash.get(..16).unwrap_or(hash))?;
    }
    let rows: u64 = copied.iter().map(|table| table.rows).sum();
    writeln!(out, "{rows} rows copied, read back and found equal")
}
