//! An immutable set of rows that shares most of its memory with its successor.

use std::collections::HashSet;
use std::sync::Arc;

use crate::chunk::Chunk;
use crate::codes::{is_coded, length};
use crate::frontier::Place;
use crate::index::Index;

/// So few rows have no centre worth the name.
const CENTRED_FROM: usize = 32;
/// The centre is moved when the set has so many times the rows that it had then: often enough for
/// the centre to suit, so seldom that all the codes made anew are a third of one a row.
const CENTRED_AGAIN: usize = 4;

/// From so many rows on an exact search may take more than a millisecond.
const INDEXED_FROM: usize = 32_768;
/// An index is built anew when so many rows are not in it: comparing them takes a sixth of a
/// millisecond, and the index keeps what it knows of the others.
const OUTSIDE: usize = 16_384;

/// An immutable set of vectors of one length, each belonging to a group. A group may have many
/// rows; it is as similar to a query as its most similar row.
#[derive(Debug, Clone)]
pub struct VectorSet {
    /// Mean of the rows that there were once: what [`Codes`](crate::codes::Codes) are about.
    centre: Arc<[f32]>,
    /// Rows that there were then.
    centred_at: usize,
    chunks: Vec<Arc<Chunk>>,
    index: Option<Arc<Index>>,
    live: usize,
    removed: usize,
}

impl VectorSet {
    /// An empty set for vectors of `dimensions` numbers.
    #[must_use]
    pub fn new(dimensions: usize) -> Self {
        let centre = vec![0.0; dimensions].into();
        Self { centre, centred_at: 0, chunks: Vec::new(), index: None, live: 0, removed: 0 }
    }

    /// How many rows a search can find.
    #[must_use]
    pub fn len(&self) -> usize {
        self.live
    }

    /// Whether no row can be found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// Length of every vector.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.centre.len()
    }

    pub(crate) fn chunks(&self) -> &[Arc<Chunk>] {
        &self.chunks
    }

    /// Rows that there is room for, found or not.
    pub(crate) fn rows(&self) -> usize {
        self.live + self.removed
    }

    /// Whether a search takes so long that an index should be built, or built anew: see
    /// [`Index::build`].
    #[must_use]
    pub fn needs_index(&self) -> bool {
        match &self.index {
            Some(index) => self.rows() - index.rows() >= OUTSIDE,
            None => self.live >= INDEXED_FROM,
        }
    }

    /// The set with an index that was built from it or from a set that it comes of. As it is where
    /// the index does not fit, because the set has been compacted since.
    #[must_use]
    pub fn with_index(&self, index: Arc<Index>) -> Self {
        let index = if index.fits(self) { Some(index) } else { self.index.clone() };
        Self { index, ..self.clone() }
    }

    /// The index that searches use.
    #[must_use]
    pub fn index(&self) -> Option<&Arc<Index>> {
        self.index.as_ref()
    }

    pub(crate) fn group(&self, (chunk, row): Place) -> Option<u32> {
        self.chunks[chunk as usize].groups[row as usize]
    }

    pub(crate) fn row(&self, (chunk, row): Place) -> &[f32] {
        self.chunks[chunk as usize].row(row as usize, self.dimensions())
    }

    pub(crate) fn centre(&self) -> &Arc<[f32]> {
        &self.centre
    }

    /// The set without the rows of the `removed` groups and with the `added` rows. The receiver
    /// stays as it is; chunks that do not change are shared.
    ///
    /// Rows of a wrong length are not added; the caller checks lengths where vectors come in.
    #[must_use]
    pub fn changed<'a>(
        &self,
        removed: &HashSet<u32>,
        added: impl IntoIterator<Item = (u32, &'a [f32])>,
    ) -> Self {
        let mut next = self.clone();
        next.remove(removed);
        if next.removed > next.live {
            next = next.compacted();
        }
        for (group, row) in added {
            debug_assert_eq!(row.len(), self.dimensions());
            if row.len() == self.dimensions() {
                next.push(group, row);
            }
        }
        next.encode();
        next
    }

    fn remove(&mut self, removed: &HashSet<u32>) {
        let (Some(first), Some(last)) = (removed.iter().min(), removed.iter().max()) else {
            return;
        };
        // Most rows are ruled out without a look at the set of groups.
        let gone = |group: &Option<u32>| {
            group.is_some_and(|group| (first..=last).contains(&&group) && removed.contains(&group))
        };
        for chunk in &mut self.chunks {
            if !chunk.groups.iter().any(gone) {
                continue;
            }
            for group in &mut Arc::make_mut(chunk).groups {
                if gone(group) {
                    *group = None;
                    self.live -= 1;
                    self.removed += 1;
                }
            }
        }
    }

    pub(crate) fn push(&mut self, group: u32, row: &[f32]) {
        if self.chunks.last().is_none_or(|chunk| chunk.is_full()) {
            self.chunks.push(Arc::default());
        }
        if let Some(last) = self.chunks.last_mut() {
            Arc::make_mut(last).push(group, row);
            self.live += 1;
        }
    }

    /// The same rows without the removed ones, all without codes.
    fn compacted(&self) -> Self {
        let (centre, centred_at) = (Arc::clone(&self.centre), self.centred_at);
        let mut next = Self { centre, centred_at, ..Self::new(self.dimensions()) };
        for chunk in &self.chunks {
            for (group, row) in chunk.rows(self.dimensions()) {
                if let Some(group) = group {
                    next.push(group, row);
                }
            }
        }
        next
    }

    /// Makes the codes that are missing, or all where the centre no longer suits.
    pub(crate) fn encode(&mut self) {
        // An index asks more of fewer rows, and memory is dear where it is worth having one.
        let finer = self.live < INDEXED_FROM;
        if self.live >= CENTRED_FROM.max(self.centred_at.saturating_mul(CENTRED_AGAIN)) {
            self.centre = self.mean();
            self.centred_at = self.live;
            for chunk in &mut self.chunks {
                Arc::make_mut(chunk).encode_anew(&self.centre, finer);
            }
        }
        for chunk in self.chunks.iter_mut().filter(|chunk| chunk.lacks_codes()) {
            Arc::make_mut(chunk).encode(&self.centre, finer);
        }
    }

    fn mean(&self) -> Arc<[f32]> {
        let mut sums = vec![0.0_f64; self.dimensions()];
        let mut rows = 0.0;
        for (_, row) in self.chunks.iter().flat_map(|chunk| chunk.rows(self.dimensions())) {
            if is_coded(length(row)) {
                rows += 1.0;
                for (sum, value) in sums.iter_mut().zip(row) {
                    *sum += f64::from(*value);
                }
            }
        }
        sums.iter().map(|sum| (sum / f64::max(rows, 1.0)) as f32).collect()
    }
}
