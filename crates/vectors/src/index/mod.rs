//! An approximate index: one bit a number says which rows are hardly worth a look.

mod kernel;
mod sketch;
mod turn;

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::bounds::Bounds;
use crate::chunk::CHUNK_ROWS;
use crate::frontier::{Frontier, Place};
use crate::search::{Hit, Seeker};
use crate::set::VectorSet;
use sketch::{CHUNKS, Question, Sketch};

/// A row is taken to be above what its signs say by so many deviations at most, and by so many
/// above what its code says.
const BY_SIGNS: f64 = 2.0;
const BY_CODE: f64 = 5.0;

/// Signs of the rows of a [`VectorSet`]: of the set that it was built from and of all that come of
/// that one. Rows that were added since are compared as without an index, and rows that were
/// removed are not found.
#[derive(Debug)]
pub struct Index {
    /// What the sketches are about.
    centre: Arc<[f32]>,
    /// Of the first chunks of the set, all full.
    sketches: Vec<Arc<Sketch>>,
    /// Rows of the last of these chunks: what tells whether a set has these chunks.
    last: Option<Arc<Vec<f32>>>,
    /// Factor to the deviations above; infinite makes a proof of them.
    care: f64,
}

impl Index {
    /// An index of the set, which stays as it is: a second of one processor for some 150,000 rows
    /// that the set's index does not have yet. `progress` is told the share that is done, 0 to 1,
    /// and may break the work off; then there is no index. The same set gives the same index.
    pub fn build(set: &VectorSet, progress: impl FnMut(f64) -> ControlFlow<()>) -> Option<Self> {
        Self::careful(set, 1.0, progress)
    }

    fn careful(
        set: &VectorSet,
        care: f64,
        mut progress: impl FnMut(f64) -> ControlFlow<()>,
    ) -> Option<Self> {
        let centre = Arc::clone(set.centre());
        let known = set.index().filter(|index| Arc::ptr_eq(&index.centre, &centre));
        let mut sketches = known.map_or_else(Vec::new, |index| index.sketches.clone());
        // The last one may have room.
        sketches.retain(|sketch| sketch.chunks() == CHUNKS);
        let full = set.chunks().iter().take_while(|chunk| chunk.is_full()).count();
        let full = &set.chunks()[..full];
        let missing = full.chunks(CHUNKS).skip(sketches.len());
        let pieces = missing.len();
        for (done, chunks) in (1..).zip(missing) {
            sketches.push(Arc::new(Sketch::of(chunks, &centre)));
            if progress(f64::from(done) / pieces as f64).is_break() {
                return None;
            }
        }
        let last = full.last().map(|chunk| Arc::clone(chunk.data()));
        Some(Self { centre, sketches, last, care })
    }

    /// Whether the set has the rows that are in it, and where they were.
    pub(crate) fn fits(&self, set: &VectorSet) -> bool {
        let Some(last) = &self.last else { return true };
        let chunk = set.chunks().get(self.chunks() - 1);
        chunk.is_some_and(|chunk| Arc::ptr_eq(chunk.data(), last))
    }

    /// How many rows are in it, removed ones among them.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.chunks() * CHUNK_ROWS
    }

    /// How many chunks are in it.
    fn chunks(&self) -> usize {
        self.sketches.iter().map(|sketch| sketch.chunks()).sum()
    }

    /// Bytes in use, beside the set's.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.sketches.iter().map(|sketch| sketch.bytes()).sum()
    }

    pub(crate) fn search(
        &self,
        set: &VectorSet,
        query: &[f32],
        k: usize,
        allow: impl Fn(u32) -> bool,
    ) -> Vec<Hit> {
        if k == 0 || query.len() != set.dimensions() {
            return Vec::new();
        }
        let by_signs = Question::of(query, &self.centre, BY_SIGNS * self.care);
        let (Some(by_signs), Some(by_code)) = (by_signs, Bounds::of(query, set.centre())) else {
            return set.scan(query, k, allow);
        };
        let mut frontier = Frontier::with_capacity(set.rows(), set.chunks().len());
        let mut bounds = Vec::new();
        let mut numbers = 0_u32..;
        for sketch in &self.sketches {
            by_signs.bounds(sketch, &mut bounds);
            for (bounds, number) in bounds.chunks(CHUNK_ROWS).zip(&mut numbers) {
                frontier.extend(number, bounds.iter().copied());
            }
        }
        set.promise(self.chunks(), &by_code, &mut frontier);
        let share = (BY_CODE * self.care / (query.len() as f64).sqrt()).min(1.0) as f32;
        let closer = |_, (chunk, row): Place| {
            by_code.of_row(set.chunks()[chunk as usize].codes(), row as usize, share)
        };
        Seeker::new(set, query, k, allow).seek(&mut frontier, closer)
    }
}

#[cfg(test)]
mod tests;
