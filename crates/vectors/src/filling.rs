//! A set that is filled row by row.

use crate::set::VectorSet;

/// A set into which rows come one after another. It ends as [`VectorSet::changed`] of an empty set
/// with all of them, and the rows need not be held beside it meanwhile.
#[derive(Debug)]
pub struct Filling(VectorSet);

impl Filling {
    /// For vectors of `dimensions` numbers.
    #[must_use]
    pub fn new(dimensions: usize) -> Self {
        Self(VectorSet::new(dimensions))
    }

    /// A row; one of a wrong length is not added.
    pub fn push(&mut self, group: u32, row: &[f32]) {
        debug_assert_eq!(row.len(), self.0.dimensions());
        if row.len() == self.0.dimensions() {
            self.0.push(group, row);
        }
    }

    /// The set of all rows.
    #[must_use]
    pub fn finish(mut self) -> VectorSet {
        self.0.encode();
        self.0
    }
}
