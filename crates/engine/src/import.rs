//! Many entries at once: one transaction, and nothing for what is so already.

use std::collections::HashMap;
use std::sync::Arc;

use goldenset_core::ports::EntryRecord;
use goldenset_core::{EntryContent, EntryId, EntryStatus, Epoch, Result};
use serde::Serialize;

use crate::changes::{Author, Planned, Wanted};
use crate::engine::{Engine, Progress};

/// Entries read from the store at a time.
const PAGE: usize = 1000;

/// What an import did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// Entries that did not exist.
    pub created: usize,
    /// Entries that got a new version, or were published.
    pub updated: usize,
    /// Entries that were so already.
    pub unchanged: usize,
    /// The tenant's epoch afterwards; `None` for a dry run.
    pub epoch: Option<Epoch>,
}

/// How an import treats its rows.
#[derive(Debug, Clone, Copy)]
pub struct ImportMode {
    /// Publish what is imported; else it is kept as drafts.
    pub publish: bool,
    /// Only say what would be done.
    pub dry_run: bool,
}

impl Engine {
    /// Writes all rows in one transaction. Rows are taken as checked by whoever read them.
    ///
    /// # Errors
    /// Faults of store and provider; then nothing is written.
    pub async fn import(
        self: &Arc<Self>,
        author: Author,
        rows: Vec<(EntryId, EntryContent)>,
        mode: ImportMode,
        progress: Progress<'_>,
    ) -> Result<Imported> {
        let known = self.heads(&author).await?;
        let mut imported = Imported::default();
        let mut wanted = Vec::new();
        for (id, content) in rows {
            match known.get(&id) {
                None => imported.created += 1,
                Some(head) if is_so(head, &content, mode.publish) => {
                    imported.unchanged += 1;
                    continue;
                }
                Some(_) => imported.updated += 1,
            }
            wanted.push((id, content));
        }
        if mode.dry_run {
            return Ok(imported);
        }
        if wanted.is_empty() {
            imported.epoch =
                Some(self.published(&author.tenant).map(|set| set.epoch).unwrap_or_default());
            return Ok(imported);
        }
        let contents: Vec<_> = wanted.iter().map(|(_, content)| content).collect();
        let embeddings: Vec<_> = match mode.publish {
            true => self.embed(&contents, progress).await?.into_iter().map(Some).collect(),
            false => vec![None; wanted.len()],
        };
        let planned = wanted
            .into_iter()
            .zip(embeddings)
            .map(|((id, content), embeddings)| Planned::save(id, content, embeddings));
        let wanted = Wanted { planned: planned.collect(), ..Wanted::default() };
        imported.epoch = Some(self.commit(author, wanted).await?.epoch);
        Ok(imported)
    }

    /// The newest version of every entry of the tenant; none for a tenant that does not exist.
    async fn heads(&self, author: &Author) -> Result<HashMap<EntryId, EntryRecord>> {
        let mut heads = HashMap::new();
        let mut after = None;
        loop {
            let page = self.store.entries(&author.tenant, after.as_ref(), PAGE).await?;
            let Some(last) = page.last() else { return Ok(heads) };
            after = Some(last.id.clone());
            heads.extend(page.into_iter().map(|record| (record.id.clone(), record)));
        }
    }
}

fn is_so(head: &EntryRecord, content: &EntryContent, publish: bool) -> bool {
    let served =
        head.status == EntryStatus::Published && head.published_version == Some(head.version);
    head.content == *content && (!publish || served)
}
