//! An immutable set of rows that shares most of its memory with its successor.

use std::collections::HashSet;
use std::sync::Arc;

/// Rows a chunk: small enough that a change copies little (1.5 MB at 384 dimensions), large
/// enough that a scan seldom changes chunk.
const CHUNK_ROWS: usize = 1024;

/// Rows and the group of each; a removed row keeps its place until the set is compacted.
#[derive(Debug, Clone)]
pub(crate) struct Chunk {
    pub(crate) groups: Vec<Option<u32>>,
    pub(crate) data: Vec<f32>,
}

/// An immutable set of vectors of one length, each belonging to a group. A group may have many
/// rows; it is as similar to a query as its most similar row.
#[derive(Debug, Clone)]
pub struct VectorSet {
    dimensions: usize,
    chunks: Vec<Arc<Chunk>>,
    live: usize,
    removed: usize,
}

impl VectorSet {
    /// An empty set for vectors of `dimensions` numbers.
    #[must_use]
    pub fn new(dimensions: usize) -> Self {
        Self { dimensions, chunks: Vec::new(), live: 0, removed: 0 }
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
        self.dimensions
    }

    pub(crate) fn chunks(&self) -> &[Arc<Chunk>] {
        &self.chunks
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
            debug_assert_eq!(row.len(), self.dimensions);
            if row.len() == self.dimensions {
                next.push(group, row);
            }
        }
        next
    }

    fn remove(&mut self, removed: &HashSet<u32>) {
        let gone = |group: &Option<u32>| group.is_some_and(|group| removed.contains(&group));
        if removed.is_empty() {
            return;
        }
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

    fn push(&mut self, group: u32, row: &[f32]) {
        if self.chunks.last().is_none_or(|chunk| chunk.groups.len() == CHUNK_ROWS) {
            self.chunks.push(Arc::new(Chunk { groups: Vec::new(), data: Vec::new() }));
        }
        if let Some(last) = self.chunks.last_mut() {
            let chunk = Arc::make_mut(last);
            chunk.groups.push(Some(group));
            chunk.data.extend_from_slice(row);
            self.live += 1;
        }
    }

    /// The same rows without the removed ones.
    fn compacted(&self) -> Self {
        let mut next = Self::new(self.dimensions);
        for chunk in &self.chunks {
            for (group, row) in chunk.groups.iter().zip(chunk.data.chunks_exact(self.dimensions)) {
                if let Some(group) = group {
                    next.push(*group, row);
                }
            }
        }
        next
    }
}
