//! Many entries at once: one transaction, and nothing for what is so already.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use goldenset_core::ports::EntryRecord;
use goldenset_core::{EntryContent, EntryId, EntryStatus, Epoch, Result};
use serde::Serialize;

use crate::changes::{Author, Planned, Wanted};
use crate::engine::{Engine, Progress};
use crate::gate::{Conflict, Override, refuse};

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
        Ok(self.import_all(author, rows, mode, None, progress).await?.0)
    }

    /// The same past the publish gate, as far as that is asked about many entries at once: equal
    /// phrasings, and questions of which it is recorded what answers them.
    ///
    /// # Errors
    /// As [`Engine::import`]; `publish_conflict` with the conflicts, unless they are overridden.
    pub async fn import_live(
        self: &Arc<Self>,
        author: Author,
        rows: Vec<(EntryId, EntryContent)>,
        mode: ImportMode,
        over: Option<Override>,
        progress: Progress<'_>,
    ) -> Result<(Imported, Vec<Conflict>)> {
        self.import_all(author, rows, mode, Some(over), progress).await
    }

    async fn import_all(
        self: &Arc<Self>,
        author: Author,
        rows: Vec<(EntryId, EntryContent)>,
        mode: ImportMode,
        gate: Option<Option<Override>>,
        progress: Progress<'_>,
    ) -> Result<(Imported, Vec<Conflict>)> {
        let named: HashSet<&EntryId> = rows.iter().map(|(id, _)| id).collect();
        let known = self.heads(&author, &named).await?;
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
        if wanted.is_empty() || (mode.dry_run && gate.is_none()) {
            let set = self.set_or_empty(&author);
            imported.epoch = (!mode.dry_run).then_some(set.epoch());
            return Ok((imported, Vec::new()));
        }
        let contents: Vec<_> = wanted.iter().map(|(_, content)| content).collect();
        let embeddings: Vec<_> = match mode.publish {
            true => self.embed(&contents, progress).await?.into_iter().map(Some).collect(),
            false => vec![None; wanted.len()],
        };
        let set = self.set_or_empty(&author);
        let mut conflicts = Vec::new();
        if let (Some(_), true) = (&gate, mode.publish) {
            let rows = wanted.iter().zip(&embeddings).map(|((id, content), embeddings)| {
                (id, content, embeddings.as_deref().unwrap_or_default())
            });
            let rows: Vec<_> = rows.collect();
            conflicts = self.gate_many(&author.tenant, &set, &rows).await?;
        }
        if mode.dry_run {
            return Ok((imported, conflicts));
        }
        // What the gate says is about the set that it saw.
        let expects = gate.is_some().then_some(set.epoch());
        let over = gate.flatten();
        refuse(&conflicts, over.as_ref())?;
        let planned = wanted
            .into_iter()
            .zip(embeddings)
            .map(|((id, content), embeddings)| Planned::save(id, content, embeddings));
        let mut wanted = Wanted { planned: planned.collect(), expects, ..Wanted::default() };
        if let Some(over) = &over {
            wanted.note.insert("reason".into(), over.reason.clone().into());
        }
        imported.epoch = Some(self.commit(author, wanted).await?.epoch);
        Ok((imported, conflicts))
    }

    /// The newest version of every entry of the tenant that is named; none for a tenant that does
    /// not exist.
    async fn heads(
        &self,
        author: &Author,
        named: &HashSet<&EntryId>,
    ) -> Result<HashMap<EntryId, EntryRecord>> {
        let mut heads = HashMap::new();
        let mut after = None;
        loop {
            let page = self.store.entries(&author.tenant, after.as_ref(), PAGE).await?;
            let Some(last) = page.last() else { return Ok(heads) };
            after = Some(last.id.clone());
            let named = page.into_iter().filter(|record| named.contains(&record.id));
            heads.extend(named.map(|record| (record.id.clone(), record)));
        }
    }
}

fn is_so(head: &EntryRecord, content: &EntryContent, publish: bool) -> bool {
    let served =
        head.status == EntryStatus::Published && head.published_version == Some(head.version);
    head.content == *content && (!publish || served)
}
