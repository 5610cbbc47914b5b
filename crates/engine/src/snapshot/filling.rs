//! A set that is filled with all that a tenant serves.

use goldenset_core::ports::PublishedVersion;
use goldenset_core::{Embedding, EpochStamp};

use super::{Journal, Served, TenantSet};

/// A set into which entries come one after another.
pub(crate) struct Filling {
    set: TenantSet,
    rows: goldenset_vectors::Filling,
}

impl Filling {
    /// Of an empty set.
    pub(crate) fn of(set: TenantSet) -> Self {
        Self { rows: goldenset_vectors::Filling::new(set.vectors.dimensions()), set }
    }

    /// An entry, with the embedding of each phrasing in order.
    pub(crate) fn add(&mut self, published: PublishedVersion, embeddings: &[Embedding]) {
        let (slot, _) = self.set.insert(Served::new(published, None));
        if self.set.searched_here {
            for embedding in embeddings {
                self.rows.push(slot, &embedding.vector);
            }
        }
    }

    /// The set, as of `stamp`. What was before is not known.
    pub(crate) fn finish(self, stamp: EpochStamp) -> TenantSet {
        let Self { mut set, rows } = self;
        set.vectors = rows.finish();
        set.journal = Journal::since(stamp);
        set
    }
}
