//! What a result rests on: enough to tell which changes can alter it.

use std::sync::atomic::{AtomicU64, Ordering};

use goldenset_core::embedding::Vector;
use goldenset_core::{EntryId, Epoch, EpochStamp, Signature};
use goldenset_vectors::dot;
use jiff::Timestamp;

use super::DropReason;
use crate::scope::Scope;
use crate::snapshot::{Difference, DifferenceKind, Journal, Lineage};

/// How near an entry must be to a question to come among its candidates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Reach {
    /// There was room for more, so every entry in scope comes.
    All,
    /// As near as the last candidate, or nearer: of two that are equally near the smaller id comes
    /// first.
    From(f32),
}

impl Reach {
    fn includes(self, similarity: f32) -> bool {
        match self {
            Self::All => true,
            Self::From(least) => similarity >= least,
        }
    }
}

/// What a result rests on.
#[derive(Debug)]
pub(crate) struct Basis {
    pub(crate) signature: Signature,
    pub(crate) vector: Vector,
    pub(crate) scope: Scope,
    /// Every entry that verification considered, listed or not: each has a say in the margins of
    /// the others and in the decision.
    pub(crate) considered: Vec<EntryId>,
    pub(crate) reach: Reach,
    pub(crate) made: Timestamp,
    /// Of the set that it was found in.
    pub(crate) lineage: Lineage,
    /// The state that it was found in.
    pub(crate) from: EpochStamp,
    /// The last epoch that it is known to be the same at, as it is at all between.
    until: AtomicU64,
}

/// The parts of a [`Basis`] that are given.
pub(crate) struct Grounds {
    pub(crate) signature: Signature,
    pub(crate) vector: Vector,
    pub(crate) scope: Scope,
    pub(crate) considered: Vec<EntryId>,
    pub(crate) reach: Reach,
}

impl Basis {
    /// Of what was found in the set that `journal` leads to.
    pub(crate) fn new(grounds: Grounds, journal: &Journal, made: Timestamp) -> Self {
        Self::found_in(grounds, journal.lineage(), journal.stamp(), made)
    }

    /// Of what was found in the state `from` of a set of `lineage`.
    pub(crate) fn found_in(
        grounds: Grounds,
        lineage: Lineage,
        from: EpochStamp,
        made: Timestamp,
    ) -> Self {
        let Grounds { signature, vector, scope, considered, reach } = grounds;
        let until = AtomicU64::new(from.epoch.0);
        Self { signature, vector, scope, considered, reach, made, lineage, from, until }
    }

    /// The last epoch that the result is known to be the same at.
    pub(crate) fn until(&self) -> Epoch {
        // Nothing else is read because of it.
        Epoch(self.until.load(Ordering::Relaxed))
    }

    /// Looks through all changes in `journal` for one that can alter the result, and remembers when
    /// there is none. `Ok` says whether this was the first to find that out.
    pub(crate) fn replay(&self, journal: &Journal) -> Result<bool, DropReason> {
        let epoch = journal.stamp().epoch;
        let since = journal.after(self.until()).ok_or(DropReason::JournalGap)?;
        match since.iter().find_map(|difference| self.altered_by(difference)) {
            Some(reason) => Err(reason),
            None => Ok(self.until.fetch_max(epoch.0, Ordering::Relaxed) < epoch.0),
        }
    }

    fn altered_by(&self, difference: &Difference) -> Option<DropReason> {
        let (id, signatures) = match &difference.kind {
            DifferenceKind::Put { entry, signatures, .. } => (&entry.id, &signatures[..]),
            DifferenceKind::Held { id } => (id, &[][..]),
            DifferenceKind::Removed { id, signatures } => (id, &signatures[..]),
        };
        if self.considered.contains(id) {
            Some(DropReason::EntryChanged)
        } else if signatures.contains(&self.signature) {
            Some(DropReason::Signature)
        } else {
            self.is_entered_by(&difference.kind).then_some(DropReason::Entered)
        }
    }

    fn is_entered_by(&self, kind: &DifferenceKind) -> bool {
        match kind {
            DifferenceKind::Put { entry, vectors, .. } => {
                // The same product of the same numbers as the search's, to the bit.
                let near = |vector: &Vector| self.reach.includes(dot(&self.vector, vector));
                self.scope.allows(&entry.content) && vectors.iter().any(near)
            }
            DifferenceKind::Held { .. } | DifferenceKind::Removed { .. } => false,
        }
    }
}
