//! What the last changes of a tenant's set were: for results that were found before them.

use std::sync::Arc;

use goldenset_core::embedding::Vector;
use goldenset_core::{EntryId, Epoch, Signature};

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
#[derive(Debug, Clone, Default)]
pub(crate) struct Journal {
    /// All that came after this epoch is here.
    since: Epoch,
    /// In the order of their epochs.
    differences: Vec<Arc<Difference>>,
}

impl Journal {
    /// Of a set whose past is not known.
    pub(crate) fn since(epoch: Epoch) -> Self {
        Self { since: epoch, differences: Vec::new() }
    }

    /// Adds what `epoch` brought. What is too much goes, the oldest first.
    pub(crate) fn record(&mut self, epoch: Epoch, kinds: Vec<DifferenceKind>) {
        let added = kinds.into_iter().map(|kind| Arc::new(Difference { epoch, kind }));
        self.differences.extend(added);
        let surplus = self.differences.len().saturating_sub(MOST);
        if let Some(last) = self.differences.drain(..surplus).next_back() {
            self.since = last.epoch;
        }
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

    fn epochs(journal: &Journal, epoch: u64) -> Option<Vec<u64>> {
        let after = journal.after(Epoch(epoch))?;
        Some(after.iter().map(|difference| difference.epoch.0).collect())
    }

    #[test]
    fn tells_what_came_after_an_epoch() {
        let mut journal = Journal::since(Epoch(3));
        journal.record(Epoch(4), removals(2));
        // 5 was a change of something else.
        journal.record(Epoch(6), removals(1));
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
        journal.record(Epoch(1), removals(2));
        journal.record(Epoch(2), removals(MOST - 2));
        assert_eq!(epochs(&journal, 0).unwrap().len(), MOST);
        journal.record(Epoch(3), removals(1));
        // One of the two of the first epoch is gone.
        assert_eq!(epochs(&journal, 0), None);
        assert_eq!(epochs(&journal, 1).unwrap().len(), MOST - 1);
        journal.record(Epoch(4), removals(2 * MOST));
        assert_eq!(epochs(&journal, 3), None);
        assert_eq!(epochs(&journal, 4), Some(vec![]));
        assert_eq!(journal.differences.len(), MOST);
    }
}
