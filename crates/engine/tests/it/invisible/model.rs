//! What is approved, kept beside the engine in the plainest way.

mod affected;
mod check;

use std::collections::BTreeMap;
use std::sync::Arc;

use goldenset_core::verifier::Verifier;
use goldenset_core::{EntryContent, EntryId};
use jiff::Timestamp;

use super::scoring::Scoring;
use super::steps::{GUIDE, LAW, Step};
use crate::parts::{WordEmbedder, verifier};

/// An entry with all its versions.
#[derive(Default)]
struct Entry {
    versions: Vec<EntryContent>,
    /// The number of the served version, and when it was approved.
    served: Option<(u32, Timestamp)>,
    /// The changes of documents that nobody has approved it after: number and version.
    held: BTreeMap<usize, &'static str>,
}

impl Entry {
    fn save(&mut self, content: &EntryContent, publish: bool, at: Timestamp) {
        if self.versions.last() != Some(content) {
            self.versions.push(content.clone());
        }
        if publish {
            self.publish(None, at);
        }
    }

    fn publish(&mut self, version: Option<u32>, at: Timestamp) {
        let newest = self.versions.len() as u32;
        let version = version.unwrap_or(newest);
        let is_new = self.served.is_none_or(|(served, _)| served != version);
        if (1..=newest).contains(&version) && is_new {
            self.approve(version, at);
        }
    }

    fn reapprove(&mut self, version: Option<u32>, at: Timestamp) {
        let version = version.or(self.served.map(|(served, _)| served));
        if let Some(version) = version.filter(|it| (1..=self.versions.len() as u32).contains(it)) {
            self.approve(version, at);
        }
    }

    fn approve(&mut self, version: u32, at: Timestamp) {
        self.served = Some((version, at));
        self.held.clear();
    }

    fn content(&self) -> Option<&EntryContent> {
        self.served.map(|(version, _)| &self.versions[version as usize - 1])
    }
}

/// A document that has changed.
struct Change {
    document: &'static str,
    version: &'static str,
    undone: bool,
}

pub(super) struct Model {
    embedder: Arc<WordEmbedder>,
    verifier: Verifier,
    entries: BTreeMap<(&'static str, EntryId), Entry>,
    calibrations: BTreeMap<&'static str, Calibrations>,
    changes: BTreeMap<&'static str, Vec<Change>>,
}

/// The document of a name.
fn meant(name: &str) -> &'static str {
    if name.contains("2020") { LAW } else { GUIDE }
}

/// Whether an entry rests on a document that is now in another version, by the texts that the
/// steps are made of.
fn rests(content: &EntryContent, document: &str, version: &str) -> bool {
    content.references.iter().any(|reference| match document {
        LAW => reference.text.ends_with("L. 1/2020"),
        _ => reference.document.is_some() && reference.version.as_deref() != Some(version),
    })
}

/// How many were stored, and what is active on top of what it goes back to.
#[derive(Default)]
struct Calibrations {
    stored: u32,
    active: Vec<(u32, Scoring)>,
}

impl Model {
    pub(super) fn new(embedder: Arc<WordEmbedder>) -> Self {
        Self {
            verifier: verifier(&*embedder),
            embedder,
            entries: BTreeMap::new(),
            calibrations: BTreeMap::new(),
            changes: BTreeMap::new(),
        }
    }

    /// Does what a step does, a change that is refused included: that changes nothing.
    pub(super) fn apply(&mut self, step: &Step, at: Timestamp) {
        let key = |tenant, id: &str| (tenant, EntryId::new(id).unwrap());
        match step {
            Step::Save { content, .. } if !content.faults().is_empty() => {}
            Step::Save { tenant, id, content, publish } => {
                self.entries.entry(key(*tenant, id)).or_default().save(content, *publish, at);
            }
            Step::Import { tenant, rows, publish } => {
                for (id, content) in rows.iter().filter(|(_, content)| content.faults().is_empty())
                {
                    self.entries.entry(key(*tenant, id)).or_default().save(content, *publish, at);
                }
            }
            Step::Publish { tenant, id, version } => {
                if let Some(entry) = self.entries.get_mut(&key(*tenant, id)) {
                    entry.publish(*version, at);
                }
            }
            Step::Retire { tenant, id } => {
                if let Some(entry) = self.entries.get_mut(&key(*tenant, id)) {
                    entry.served = None;
                }
            }
            Step::Reapprove { tenant, id, version } => {
                if let Some(entry) = self.entries.get_mut(&key(*tenant, id)) {
                    entry.reapprove(*version, at);
                }
            }
            Step::Suspend { tenant, document, version } if self.knows(tenant) => {
                let document = meant(document);
                if self.said_already(tenant, document, version) {
                    return;
                }
                let changes = self.changes.entry(*tenant).or_default();
                let of_tenant = self.entries.iter_mut().filter(|((owner, _), _)| owner == tenant);
                for (_, entry) in of_tenant {
                    if entry.content().is_some_and(|content| rests(content, document, version)) {
                        entry.held.insert(changes.len(), version);
                    }
                }
                changes.push(Change { document, version, undone: false });
            }
            Step::Undo { tenant, document, version } => {
                let changes = self.changes.entry(*tenant).or_default();
                let document = meant(document);
                let undone = changes.iter().rposition(|change| {
                    let wanted = version.is_none_or(|version| version == change.version);
                    !change.undone && change.document == document && wanted
                });
                if let Some(number) = undone {
                    changes[number].undone = true;
                    let mine = self.entries.iter_mut().filter(|((owner, _), _)| owner == tenant);
                    mine.for_each(|(_, entry)| {
                        entry.held.remove(&number);
                    });
                }
            }
            Step::Calibrate { tenant, scoring }
                // Whatever came first made the tenant.
                if self.entries.keys().any(|(known, _)| known == tenant)
                    || self.changes.get(tenant).is_some_and(|changes| !changes.is_empty()) =>
            {
                let calibrations = self.calibrations.entry(*tenant).or_default();
                calibrations.stored += 1;
                calibrations.active.push((calibrations.stored, scoring.clone()));
            }
            Step::UndoCalibration { tenant } => {
                if let Some(calibrations) = self.calibrations.get_mut(tenant) {
                    calibrations.active.pop();
                }
            }
            Step::Unheard(step) | Step::Elsewhere(step) => self.apply(step, at),
            // The rest changes nothing.
            _ => {}
        }
    }

    /// Whether the newest change of a document that is in force says the same.
    fn said_already(&self, tenant: &str, document: &str, version: &str) -> bool {
        let mut changes = self.changes.get(tenant).into_iter().flatten().rev();
        let newest = changes.find(|change| !change.undone && change.document == document);
        newest.is_some_and(|change| change.version == version)
    }

    /// The first tenant is there from the start, another one comes with its first entry.
    fn knows(&self, tenant: &str) -> bool {
        tenant == "default" || self.entries.keys().any(|(known, _)| *known == tenant)
    }
}
