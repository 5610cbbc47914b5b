//! What the last changes of a tenant's set were: for results that were found before them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use goldenset_core::embedding::Vector;
use goldenset_core::{EntryId, Epoch, EpochStamp, Signature};

use super::PublishedEntry;

/// Most differences that are remembered. A replay of all of them compares one question with some
/// hundred phrasings, far less than the search and verification that it spares; and each keeps a
/// version in memory that may be served no more, so there must not be many. At one change a minute
/// it reaches back four hours, while a result lives for minutes. After an import that is larger
/// than this all results are found anew.
const MOST: usize = 256;

/// One difference between a set and its successor, with what tells which results it can alter.
#[derive(Debug)]
pub(crate) struct Difference {
    /// The epoch that brought it.
    pub(crate) epoch: Epoch,
    pub(crate) kind: DifferenceKind,
}

/// What became of an entry.
#[derive(Debug)]
pub(crate) enum DifferenceKind {
    /// A version of it went live, in place of the former one if there was one.
    Put {
        entry: Arc<PublishedEntry>,
        /// One a phrasing.
        vectors: Vec<Vector>,
        /// Of its phrasings, and of those of the version that it replaced.
        signatures: Vec<Signature>,
    },
    /// It is held back from now on, or no longer: what it says and where it is found stay.
    Held { id: EntryId },
    /// It went out of service.
    Removed {
        id: EntryId,
        /// Of its phrasings.
        signatures: Vec<Signature>,
    },
}

/// The differences of the last epochs, without a gap. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Journal {
    lineage: Lineage,
    /// All that came after this epoch is here.
    since: Epoch,
    /// In the order of their epochs.
    differences: Vec<Arc<Difference>>,
    /// The last states that the set was in, the present one last.
    stamps: Vec<EpochStamp>,
}

/// A row of sets of which each came from the one before it by changes that are known. Later rows
/// have greater numbers, in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Lineage(u64);

static LINEAGES: AtomicU64 = AtomicU64::new(0);

impl Default for Journal {
    /// Of a set before all commits.
    fn default() -> Self {
        Self::since(EpochStamp::default())
    }
}

impl Journal {
    /// Of a set whose past is not known.
    pub(crate) fn since(stamp: EpochStamp) -> Self {
        Self {
            // Only to be greater than those before it.
            lineage: Lineage(LINEAGES.fetch_add(1, Ordering::Relaxed)),
            since: stamp.epoch,
            differences: Vec::new(),
            stamps: vec![stamp],
        }
    }

    /// Which row of sets it is of.
    pub(crate) fn lineage(&self) -> Lineage {
        self.lineage
    }

    /// The present state.
    pub(crate) fn stamp(&self) -> EpochStamp {
        self.stamps.last().copied().unwrap_or_default()
    }

    /// Whether the set was in this state. Older ones than it remembers it was not in.
    pub(crate) fn was_at(&self, stamp: EpochStamp) -> bool {
        self.stamps.contains(&stamp)
    }

    /// Adds what led to the state `stamp`. What is too much goes, the oldest first.
    pub(crate) fn record(&mut self, stamp: EpochStamp, kinds: Vec<DifferenceKind>) {
        let epoch = stamp.epoch;
        let added = kinds.into_iter().map(|kind| Arc::new(Difference { epoch, kind }));
        self.differences.extend(added);
        let surplus = self.differences.len().saturating_sub(MOST);
        if let Some(last) = self.differences.drain(..surplus).next_back() {
            self.since = last.epoch;
        }
        if self.stamp() != stamp {
            self.stamps.push(stamp);
        }
        let since = self.since;
        self.stamps.retain(|known| since <= known.epoch);
        self.stamps.drain(..self.stamps.len().saturating_sub(MOST));
    }

    /// Every difference that came after `epoch`; `None` where it is not known any more.
    pub(crate) fn after(&self, epoch: Epoch) -> Option<&[Arc<Difference>]> {
        if epoch < self.since {
            return None;
        }
        let first = self.differences.partition_point(|difference| difference.epoch <= epoch);
        self.differences.get(first..)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn removals(count: usize) -> Vec<DifferenceKind> {
        let removed = |number| DifferenceKind::Removed {
            id: EntryId::new(format!("e{number}")).unwrap(),
            signatures: vec![],
        };
        (0..count).map(removed).collect()
    }

    fn stamp(epoch: u64) -> EpochStamp {
        let committed = jiff::Timestamp::from_second(i64::try_from(epoch).unwrap()).unwrap();
        EpochStamp { epoch: Epoch(epoch), committed }
    }

    fn epochs(journal: &Journal, epoch: u64) -> Option<Vec<u64>> {
        let after = journal.after(Epoch(epoch))?;
        Some(after.iter().map(|difference| difference.epoch.0).collect())
    }

    #[test]
    fn tells_what_came_after_an_epoch() {
        let mut journal = Journal::since(stamp(3));
        journal.record(stamp(4), removals(2));
        // 5 was a change of something else.
        journal.record(stamp(6), removals(1));
        assert_eq!(epochs(&journal, 2), None);
        assert_eq!(epochs(&journal, 3), Some(vec![4, 4, 6]));
        assert_eq!(epochs(&journal, 4), Some(vec![6]));
        assert_eq!(epochs(&journal, 5), Some(vec![6]));
        assert_eq!(epochs(&journal, 6), Some(vec![]));
        assert_eq!(epochs(&journal, 7), Some(vec![]));
    }

    #[test]
    fn what_is_too_much_leaves_a_gap_and_no_hole() {
        let mut journal = Journal::default();
        journal.record(stamp(1), removals(2));
        journal.record(stamp(2), removals(MOST - 2));
        assert_eq!(epochs(&journal, 0).unwrap().len(), MOST);
        journal.record(stamp(3), removals(1));
        // One of the two of the first epoch is gone.
        assert_eq!(epochs(&journal, 0), None);
        assert_eq!(epochs(&journal, 1).unwrap().len(), MOST - 1);
        journal.record(stamp(4), removals(2 * MOST));
        assert_eq!(epochs(&journal, 3), None);
        assert_eq!(epochs(&journal, 4), Some(vec![]));
        assert_eq!(journal.differences.len(), MOST);
    }

    #[test]
    fn knows_the_states_that_it_reaches_back_to() {
        let mut journal = Journal::since(stamp(3));
        journal.record(stamp(4), removals(2));
        // A calibration.
        journal.record(stamp(5), vec![]);
        let of_another_history = EpochStamp { committed: jiff::Timestamp::MAX, ..stamp(4) };
        let known = |journal: &Journal| {
            (2..=6).filter(|epoch| journal.was_at(stamp(*epoch))).collect::<Vec<_>>()
        };
        assert_eq!((known(&journal), journal.was_at(of_another_history)), (vec![3, 4, 5], false));
        assert_eq!(journal.stamp(), stamp(5));
        journal.record(stamp(6), removals(MOST - 1));
        assert_eq!(known(&journal), [4, 5, 6], "since 3 not all is known");
        journal.record(stamp(6), removals(1));
        assert_eq!(known(&journal), [4, 5, 6]);
        for epoch in 7..2 * MOST as u64 {
            journal.record(stamp(epoch), vec![]);
        }
        assert_eq!(journal.stamps.len(), MOST);
        assert_eq!(epochs(&journal, 4).unwrap().len(), MOST);
    }

    #[test]
    fn sets_that_were_read_anew_are_of_another_row() {
        let (mut first, second) = (Journal::since(stamp(3)), Journal::since(stamp(3)));
        assert!(first.lineage() < second.lineage());
        let lineage = first.lineage();
        first.record(stamp(4), removals(1));
        assert_eq!(first.lineage(), lineage);
    }
}
