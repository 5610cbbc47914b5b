//! A run of rows that sets share.

use std::sync::Arc;

use crate::codes::Codes;

/// Rows a chunk: so few that a change copies little (0.4 MB at 384 dimensions), so many that a
/// scan seldom changes chunk.
pub(crate) const CHUNK_ROWS: usize = 256;

/// Rows and the group of each; a removed row keeps its place until the set is compacted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chunk {
    pub(crate) groups: Vec<Option<u32>>,
    /// Apart from the groups, so that removing a row copies none.
    data: Arc<Vec<f32>>,
    codes: Arc<Codes>,
}

impl Chunk {
    pub(crate) fn is_full(&self) -> bool {
        self.groups.len() >= CHUNK_ROWS
    }

    /// Adds a row, without its code.
    pub(crate) fn push(&mut self, group: u32, row: &[f32]) {
        let rows = self.groups.len();
        let data = Arc::make_mut(&mut self.data);
        if data.capacity() < data.len() + row.len() {
            // Doubled, but never to more than a chunk will hold.
            data.reserve_exact(rows.clamp(1, CHUNK_ROWS - rows) * row.len());
        }
        data.extend_from_slice(row);
        self.groups.push(Some(group));
    }

    pub(crate) fn rows(&self, dimensions: usize) -> impl Iterator<Item = (Option<u32>, &[f32])> {
        self.groups.iter().copied().zip(self.data.chunks_exact(dimensions))
    }

    pub(crate) fn row(&self, place: usize, dimensions: usize) -> &[f32] {
        &self.data[place * dimensions..(place + 1) * dimensions]
    }

    /// All rows one after the other. Those of a full chunk stay the same ones.
    pub(crate) fn data(&self) -> &Arc<Vec<f32>> {
        &self.data
    }

    pub(crate) fn codes(&self) -> &Codes {
        &self.codes
    }

    /// Whether a row has no code yet.
    pub(crate) fn lacks_codes(&self) -> bool {
        self.codes.len() < self.groups.len()
    }

    /// Makes the codes that are missing; `finer`: with those of what they are off.
    pub(crate) fn encode(&mut self, centre: &[f32], finer: bool) {
        let codes = Arc::make_mut(&mut self.codes);
        for row in self.data.chunks_exact(centre.len()).skip(codes.len()) {
            codes.push(row, centre, finer);
        }
    }

    /// Makes all codes anew.
    pub(crate) fn encode_anew(&mut self, centre: &[f32], finer: bool) {
        self.codes = Arc::default();
        self.encode(centre, finer);
    }
}
