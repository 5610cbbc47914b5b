//! `import` and `export`.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use goldenset_core::ports::Store;
use goldenset_core::{Code, EntryContent, EntryId, Error, Result, TenantId};
use goldenset_engine::transfer::{self, Format, Reading, RowFault, read_rows, write_rows};
use goldenset_engine::{Author, Conflict, ImportMode, Imported, Override};
use serde::Serialize;

use super::args::{Export, Import};
use super::files::{input, output};
use super::output::{Bar, actor, print_json, unwritable};
use crate::config::Config;
use crate::wire;

/// Faults shown one by one; of more, the rest is counted. With `--json` all are in the report.
const FAULTS_SHOWN: usize = 50;
/// Entries read from the store at a time.
const PAGE: usize = 1000;

#[derive(Serialize)]
struct ImportReport {
    rows: u64,
    bad_rows: u64,
    dry_run: bool,
    #[serde(flatten)]
    imported: Imported,
    faults: Vec<RowFault>,
    /// What the publish gate found.
    conflicts: Vec<Conflict>,
}

/// Imports; `false` when rows were left out.
pub(super) async fn import(config: &Config, import: Import) -> Result<bool> {
    let format = format_of(&import.file, import.format)?;
    let author = Author::new(TenantId::new(&import.set.tenant)?, actor());
    let read = read_rows(format, Reading::default(), input(&import.file)?)?;
    let bad_rows = read.total - read.rows.len() as u64;
    if !import.json {
        show_faults(&import.file, &read.faults).map_err(unwritable)?;
    }
    if bad_rows > 0 && !import.partial {
        if import.json {
            let imported = Imported::default();
            let dry_run = import.dry_run;
            print_json(&ImportReport {
                rows: read.total,
                bad_rows,
                dry_run,
                imported,
                faults: read.faults,
                conflicts: Vec::new(),
            })?;
        }
        return Err(Error::new(
            Code::BadRows,
            format!("{bad_rows} of {} rows are wrong; nothing was written", read.total),
        )
        .field(import.file.display().to_string())
        .fix("mend the rows, or give --partial to import the good ones"));
    }
    if read.total == 0 {
        return Err(Error::new(Code::BadRows, "the file has no rows")
            .field(import.file.display().to_string())
            .fix("give one entry a line"));
    }
    let store = store_for(config, import.dry_run).await?;
    let engine = super::engine(config, store).await?;
    let mode = ImportMode { publish: !import.draft, dry_run: import.dry_run };
    let bar = Bar::new("embedding");
    let over = Override::of(import.r#override.is_some(), import.r#override.as_deref())?;
    let progress = |done, all| bar.show(done, all);
    let done = engine.import_live(author, read.rows, mode, over, &progress).await;
    drop(bar);
    engine.close().await;
    let (imported, conflicts) = done?;
    let report = ImportReport {
        rows: read.total,
        bad_rows,
        dry_run: import.dry_run,
        imported,
        faults: read.faults,
        conflicts,
    };
    if import.json {
        print_json(&report)?
    } else {
        summarise(&report, import.draft).map_err(unwritable)?
    }
    Ok(bad_rows == 0)
}

/// A dry run leaves nothing behind, not even a folder, and may look while a server is at work.
async fn store_for(config: &Config, dry_run: bool) -> Result<Arc<dyn Store>> {
    match dry_run {
        false => wire::store(config).await,
        true if !wire::has_store(config) => wire::store_in_memory().await,
        true => wire::store_to_read(config).await,
    }
}

fn show_faults(file: &Path, faults: &[RowFault]) -> io::Result<()> {
    let mut err = io::stderr().lock();
    for fault in faults.iter().take(FAULTS_SHOWN) {
        writeln!(err, "{}:{fault}", file.display())?;
    }
    match faults.len().saturating_sub(FAULTS_SHOWN) {
        0 => Ok(()),
        more => writeln!(err, "and {more} more faults; --json lists all"),
    }
}

fn summarise(report: &ImportReport, draft: bool) -> io::Result<()> {
    let Imported { created, updated, unchanged, epoch } = &report.imported;
    let mut out = io::stdout().lock();
    let verb = match (report.dry_run, draft) {
        (true, _) => "would import",
        (false, true) => "imported as drafts",
        (false, false) => "published",
    };
    write!(out, "{verb}: {created} new, {updated} changed, {unchanged} unchanged")?;
    if report.bad_rows > 0 {
        write!(out, ", {} bad rows left out", report.bad_rows)?;
    }
    match epoch {
        Some(epoch) => writeln!(out, " (epoch {})", epoch.0)?,
        None => writeln!(out)?,
    }
    for conflict in &report.conflicts {
        let blocks = if conflict.blocking { "blocks" } else { "note" };
        writeln!(out, "{blocks}: {}", conflict.detail)?;
    }
    Ok(())
}

/// Writes what is served.
pub(super) async fn export(config: &Config, export: Export) -> Result<()> {
    let format = match (export.format, export.file == Path::new("-")) {
        (None, true) => Format::Jsonl,
        (format, _) => format_of(&export.file, format)?,
    };
    let tenant = TenantId::new(&export.set.tenant)?;
    let store = wire::store_to_read(config).await?;
    if !store.tenants().await?.iter().any(|(known, _)| *known == tenant) {
        return Err(Error::new(Code::UnknownTenant, format!("there is no tenant `{tenant}`"))
            .field("--tenant")
            .fix("name a tenant that has entries"));
    }
    let mut rows: Vec<(EntryId, EntryContent)> = Vec::new();
    let mut after = None;
    loop {
        let page = store.entries(&tenant, after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id.clone());
        for record in page {
            match record.published_version {
                None => {}
                Some(version) if version == record.version => {
                    rows.push((record.id, record.content))
                }
                Some(version) => {
                    let versions = store.versions(&tenant, &record.id).await?;
                    let served = versions.into_iter().find(|record| record.version == version);
                    rows.extend(served.map(|record| (record.id, record.content)));
                }
            }
        }
    }
    let rows_written = rows.len();
    write_rows(format, rows.iter().map(|(id, content)| (id, content)), output(&export.file)?)?;
    if export.file != Path::new("-") {
        println!("exported {rows_written} entries to {}", export.file.display());
    }
    Ok(())
}

fn format_of(file: &Path, format: Option<super::args::Format>) -> Result<transfer::Format> {
    match format {
        Some(format) => Ok(format.into()),
        None => Format::of_path(file).map_err(|error| error.field("--format")),
    }
}
