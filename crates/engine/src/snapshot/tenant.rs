//! What one tenant serves as of one epoch.

use std::collections::HashSet;
use std::sync::Arc;

use goldenset_core::calibration::JudgedBy;
use goldenset_core::canonical::Canonical;
use goldenset_core::ports::{CalibrationRecord, PublishedVersion};
use goldenset_core::{Embedding, EntryId, Epoch, EpochStamp, Signature, Suspension};
use goldenset_vectors::{Index, VectorSet};

use super::sharing::{SharedList, SharedMap};
use super::{DifferenceKind, Journal, PublishedEntry, Served};
use crate::calibrate::InForce;
use crate::judge::Judge;

/// Place of an entry in the set, and the group of its vectors.
type Slot = u32;

/// One difference between a set and its successor.
pub(crate) enum SetChange {
    /// A version goes live in place of the entry's former one, with one embedding a phrasing.
    Put(Box<PublishedVersion>, Vec<Embedding>),
    /// An entry goes out of service.
    Remove(EntryId),
    /// An entry is held back, by these alone and in this order. Nothing where it is not served.
    Suspend(EntryId, Vec<Suspension>),
    /// Nothing holds an entry back any more.
    Resume(EntryId),
}

/// The served entries of one tenant with the ways to find them.
#[derive(Debug, Clone)]
pub(crate) struct TenantSet {
    /// Judges its candidates.
    pub(crate) judge: Arc<Judge>,
    pub(crate) calibration: Option<Arc<InForce>>,
    entries: SharedList<Option<Arc<Served>>>,
    free: Vec<Slot>,
    by_id: SharedMap<EntryId, Slot>,
    by_signature: SharedMap<Signature, Holders>,
    phrasings: usize,
    /// Where another searches only those of what is supposed.
    pub(crate) vectors: VectorSet,
    pub(super) searched_here: bool,
    supposed: Arc<Supposed>,
    /// What the last changes were.
    pub(crate) journal: Journal,
}

/// Entries that are only supposed to be as they are in a set.
#[derive(Debug, Default)]
pub(crate) struct Supposed {
    pub(crate) ids: HashSet<EntryId>,
    /// How many of them are served as they are now.
    pub(crate) replaced: usize,
}

/// Entries that have a phrasing with one signature. More than one is rare: answers for different
/// times, or for filters that exclude each other.
#[derive(Debug, Clone)]
enum Holders {
    One(Slot),
    Many(Arc<[Slot]>),
}

impl Holders {
    fn slots(&self) -> &[Slot] {
        match self {
            Self::One(slot) => std::slice::from_ref(slot),
            Self::Many(slots) => slots,
        }
    }

    fn of(slots: &[Slot]) -> Option<Self> {
        match slots {
            [] => None,
            [slot] => Some(Self::One(*slot)),
            slots => Some(Self::Many(slots.into())),
        }
    }
}

impl TenantSet {
    /// An empty set; `searched_here` says whether it is to hold vectors.
    pub(crate) fn new(dimensions: usize, judge: Arc<Judge>, searched_here: bool) -> Self {
        Self {
            searched_here,
            supposed: Arc::default(),
            judge,
            calibration: None,
            entries: SharedList::new(),
            free: Vec::new(),
            by_id: SharedMap::new(spread),
            by_signature: SharedMap::new(|signature| signature.as_bytes()[0]),
            phrasings: 0,
            vectors: VectorSet::new(dimensions),
            journal: Journal::default(),
        }
    }

    /// Which state it is.
    pub(crate) fn stamp(&self) -> EpochStamp {
        self.journal.stamp()
    }

    /// The epoch of its state.
    pub(crate) fn epoch(&self) -> Epoch {
        self.stamp().epoch
    }

    /// Phrasings served.
    pub(crate) fn phrasings(&self) -> usize {
        self.phrasings
    }

    /// Entries served.
    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// The served version of an entry.
    pub(crate) fn entry(&self, id: &EntryId) -> Option<&Arc<PublishedEntry>> {
        self.served(id).map(|served| &served.entry)
    }

    /// Every entry.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Served>> {
        self.entries.iter().flatten()
    }

    /// The entry with its ready-made answer.
    pub(crate) fn served(&self, id: &EntryId) -> Option<&Arc<Served>> {
        self.at(*self.by_id.get(id)?)
    }

    /// The entry whose vectors are in `group`.
    pub(crate) fn at(&self, group: u32) -> Option<&Arc<Served>> {
        self.entries.get(group as usize)?.as_ref()
    }

    /// The group of an entry's vectors.
    pub(crate) fn group(&self, id: &EntryId) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    /// The entries with a phrasing of this signature.
    pub(crate) fn by_signature(&self, signature: &Signature) -> impl Iterator<Item = &Arc<Served>> {
        self.holders(signature).iter().filter_map(|slot| self.at(*slot))
    }

    fn holders(&self, signature: &Signature) -> &[Slot] {
        self.by_signature.get(signature).map_or(&[], Holders::slots)
    }

    /// The set after `changes`, as of `stamp`, the next state with other entries. The receiver stays
    /// as it is.
    pub(crate) fn changed(&self, stamp: EpochStamp, changes: Vec<SetChange>) -> Self {
        let (mut next, differences) = self.with_changes(changes, false);
        next.journal.record(stamp, differences);
        next
    }

    /// The set as it would be after these versions went live. It is no state that the set was in.
    pub(crate) fn supposing(&self, puts: Vec<(PublishedVersion, Vec<Embedding>)>) -> Self {
        let ids: HashSet<_> = puts.iter().map(|(published, _)| published.id.clone()).collect();
        let replaced = ids.iter().filter(|id| self.by_id.get(id).is_some()).count();
        let put = |(published, embeddings)| SetChange::Put(Box::new(published), embeddings);
        let (next, _) = self.with_changes(puts.into_iter().map(put).collect(), true);
        Self { supposed: Arc::new(Supposed { ids, replaced }), ..next }
    }

    /// What is only supposed here.
    pub(crate) fn supposed(&self) -> &Supposed {
        &self.supposed
    }

    /// The same set, whose searches use an index from here on if it was built from it or from one
    /// that it comes of.
    pub(crate) fn indexed(&self, index: &Arc<Index>) -> Self {
        Self { vectors: self.vectors.with_index(Arc::clone(index)), ..self.clone() }
    }

    /// `supposed`: no store has what comes, so it is searched here and has its words with it.
    fn with_changes(&self, changes: Vec<SetChange>, supposed: bool) -> (Self, Vec<DifferenceKind>) {
        let mut next = self.clone();
        let mut differences = Vec::with_capacity(changes.len());
        let mut removed = HashSet::new();
        let mut added: Vec<(Slot, Vec<Embedding>)> = Vec::new();
        for change in changes {
            match change {
                SetChange::Remove(id) => {
                    if let Some((slot, signatures)) = next.remove(&id) {
                        removed.insert(slot);
                        let signatures = signatures.into_iter().collect();
                        differences.push(DifferenceKind::Removed { id, signatures });
                    }
                }
                SetChange::Suspend(id, suspensions) => {
                    next.suspend(&id, suspensions);
                    differences.push(DifferenceKind::Held { id });
                }
                SetChange::Resume(id) => {
                    next.suspend(&id, Vec::new());
                    differences.push(DifferenceKind::Held { id });
                }
                SetChange::Put(published, embeddings) => {
                    let replaced = next.remove(&published.id);
                    let words = || embeddings.iter().map(|one| one.words.clone()).collect();
                    let served = Served::new(*published, supposed.then(words));
                    let entry = Arc::clone(&served.entry);
                    let (place, mut signatures) = next.insert(served);
                    if let Some((slot, former)) = replaced {
                        removed.insert(slot);
                        signatures.extend(former);
                    }
                    differences.push(DifferenceKind::Put {
                        entry,
                        vectors: embeddings.iter().map(|one| Arc::clone(&one.vector)).collect(),
                        signatures: signatures.into_iter().collect(),
                    });
                    added.push((place, embeddings));
                }
            }
        }
        let rows = added
            .iter()
            .flat_map(|(slot, embeddings)| embeddings.iter().map(|one| (*slot, &*one.vector)));
        if supposed || self.searched_here {
            next.vectors = next.vectors.changed(&removed, rows);
        }
        (next, differences)
    }

    /// The set with what is active of calibrations, as of `stamp`: it counts when `judge` gives
    /// the scores that it is about.
    pub(crate) fn calibrated(
        &self,
        stamp: EpochStamp,
        active: Option<CalibrationRecord>,
        judge: &JudgedBy,
    ) -> Self {
        let in_force = active.and_then(|record| InForce::new(record, judge));
        let mut journal = self.journal.clone();
        journal.record(stamp, Vec::new());
        Self { journal, calibration: in_force.map(Arc::new), ..self.clone() }
    }

    /// Its place, and the signatures of its phrasings.
    pub(super) fn insert(&mut self, served: Served) -> (Slot, HashSet<Signature>) {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.entries.push(None);
            // More than four thousand million entries do not fit into memory.
            (self.entries.len() - 1) as Slot
        });
        let signatures = signatures(&served.entry);
        for signature in &signatures {
            let mut slots = self.holders(signature).to_vec();
            slots.push(slot);
            self.hold(*signature, &slots);
        }
        self.phrasings += served.entry.content.phrasings().count();
        self.by_id.insert(served.entry.id.clone(), slot);
        if let Some(place) = self.entries.get_mut(slot as usize) {
            *place = Some(Arc::new(served));
        }
        (slot, signatures)
    }

    /// The place that it had, and the signatures of its phrasings.
    fn remove(&mut self, id: &EntryId) -> Option<(Slot, HashSet<Signature>)> {
        let slot = self.by_id.remove(id)?;
        let served = self.entries.get_mut(slot as usize)?.take()?;
        let signatures = signatures(&served.entry);
        for signature in &signatures {
            let mut slots = self.holders(signature).to_vec();
            slots.retain(|held| *held != slot);
            self.hold(*signature, &slots);
        }
        self.phrasings -= served.entry.content.phrasings().count();
        self.free.push(slot);
        Some((slot, signatures))
    }

    fn suspend(&mut self, id: &EntryId, suspensions: Vec<Suspension>) {
        let slot = self.by_id.get(id).copied();
        let place = slot.and_then(|slot| self.entries.get_mut(slot as usize));
        if let Some(Some(served)) = place {
            *served = Arc::new(served.suspended(suspensions));
        }
    }

    fn hold(&mut self, signature: Signature, slots: &[Slot]) {
        match Holders::of(slots) {
            Some(holders) => self.by_signature.insert(signature, holders),
            None => {
                self.by_signature.remove(&signature);
            }
        }
    }
}

/// Spreads ids over the parts of a map (FNV-1a): most of them differ in their last letters alone.
fn spread(id: &EntryId) -> u8 {
    let hash = id
        .as_str()
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash ^ hash >> 16).to_le_bytes()[0]
}

/// The signatures of an entry's phrasings, each once. A phrasing without any letter or digit has
/// none: it would be found by every such question.
fn signatures(entry: &PublishedEntry) -> HashSet<Signature> {
    entry
        .content
        .phrasings()
        .map(Canonical::of)
        .filter(|canonical| !canonical.as_str().is_empty())
        .map(|canonical| canonical.signature())
        .collect()
}
