//! The publish gate for many entries at once: what can be asked without asking about each.
//!
//! Equal phrasings, and every recorded question of the tenant over the set with all of them in it.
//! What entries of an import take from each other by meaning is not looked at: that would take
//! hours for a large file, and `eval` measures it.

use std::collections::HashSet;

use goldenset_core::canonical::Canonical;
use goldenset_core::ports::PublishedVersion;
use goldenset_core::{Embedding, EntryContent, EntryId, Result, TenantId};
use jiff::civil::Date;

use super::questions::recorded;
use super::{Conflict, ConflictKind, conflict, everything};
use crate::changes::in_micros;
use crate::engine::Engine;
use crate::snapshot::TenantSet;

/// An entry that is to go live, with one embedding a phrasing.
pub(crate) type Row<'a> = (&'a EntryId, &'a EntryContent, &'a [Embedding]);

impl Engine {
    /// What publishing all of these would take from others, and from each other.
    ///
    /// # Errors
    /// Faults of store and provider.
    pub(crate) async fn gate_many(
        &self,
        tenant: &TenantId,
        set: &TenantSet,
        rows: &[Row<'_>],
    ) -> Result<Vec<Conflict>> {
        let now = in_micros(self.clock.now());
        let puts = rows.iter().map(|(id, content, embeddings)| {
            let published = PublishedVersion {
                id: (*id).clone(),
                version: set.entry(id).map_or(1, |entry| entry.version + 1),
                content: (*content).clone(),
                published_at: now,
                suspensions: Vec::new(),
                embeddings: None,
            };
            (published, embeddings.to_vec())
        });
        let after = set.supposing(puts.collect());
        let mut conflicts = duplicates(set, &after, rows);
        let live: HashSet<&EntryId> = rows.iter().map(|(id, ..)| *id).collect();
        let asked = recorded(self, tenant, |owner| after.entry(owner).is_some()).await?;
        let today = self.today();
        for asked in &asked {
            tokio::task::yield_now().await;
            let day = self.day_of(asked.owner.as_ref(), &after, today);
            let scope = everything(tenant, day);
            let question = (&asked.question, &asked.embedding);
            let now = self.chosen_over(set, &scope, question).await?;
            let then = self.chosen_over(&after, &scope, question).await?;
            if now == then {
                continue;
            }
            // The entry that changed something: the one that has it now, else the one that had it.
            let by = [&then, &now].into_iter().flatten().find(|id| live.contains(id));
            if let Some(by) = by {
                conflicts.extend(conflict::of(asked, by, now.as_ref(), then.as_ref()));
            }
        }
        conflicts.sort_by_key(|conflict| !conflict.blocking);
        Ok(conflicts)
    }

    /// The day nearest to today on which the owner of a question is in force.
    fn day_of(&self, owner: Option<&EntryId>, set: &TenantSet, today: Date) -> Date {
        let owner = owner.and_then(|owner| set.entry(owner));
        owner.map_or(today, |entry| entry.content.validity.nearest_day(today))
    }
}

/// Phrasings that two entries would have for one time, and did not have before.
fn duplicates(set: &TenantSet, after: &TenantSet, rows: &[Row<'_>]) -> Vec<Conflict> {
    let mut found = Vec::new();
    let mut told = HashSet::new();
    for (id, content, _) in rows {
        for phrasing in content.phrasings() {
            let signature = Canonical::of(phrasing).signature();
            for other in after.by_signature(&signature) {
                let other = &other.entry;
                let pair = if other.id < **id { (&other.id, *id) } else { (*id, &other.id) };
                let apart = !other.content.validity.overlaps(&content.validity);
                if other.id == **id || apart || !told.insert((pair.0.clone(), pair.1.clone())) {
                    continue;
                }
                let had = |id: &EntryId| {
                    set.by_signature(&signature).any(|holder| holder.entry.id == *id)
                };
                found.push(Conflict {
                    kind: ConflictKind::DuplicateQuestion,
                    blocking: !(had(id) && had(&other.id)),
                    entry_id: Some(other.id.clone()),
                    question: phrasing.to_owned(),
                    detail: format!(
                        "\"{phrasing}\" is a phrasing of both {id} and {}: neither would be served \
                         for it",
                        other.id
                    ),
                });
            }
        }
    }
    found
}
