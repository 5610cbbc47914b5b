//! The signs of the rows of a chunk, and what they are worth to a query.
//!
//! As with [codes](crate::codes), a row is a centre plus a rest. The rest is [turned](super::turn)
//! and of each number only the sign is kept, with one scale for all: so long that what is lost
//! stands at a right angle on the rest. With `p` what of a query is left of the centre, turned,
//!
//! ```text
//! q·row = q·centre + centre·rest + scale (p·signs) + p·(rest - scale signs)
//! ```
//!
//! The last product is at most |p| |lost|. That is far too careful: as nothing is along one number
//! any more, the two are like vectors of random directions, and their product has a deviation of
//! |p| |lost| / √dimensions. So a row is taken to be above its estimate by a few deviations at most.

use std::sync::Arc;

use super::kernel::{self, Patterns, ROWS, SIGNS, STEP, Tables};
use super::turn::turn;
use crate::chunk::Chunk;
use crate::codes::{at_least, is_coded, length};

/// Beside the patterns of [`ROWS`] rows, and as long as one: what is [`Short`].
const FACTS: usize = 2;
/// Upper half of an `f32`.
type Short = u16;

/// Most chunks in one piece of memory, 0.4 MB at 384 dimensions. The processor foresees what is read
/// next as long as it is in one piece: with one chunk a piece a million rows take twice as long, with
/// eight a quarter longer, with more than these no less.
pub(super) const CHUNKS: usize = 32;

/// The rows of full chunks, at most [`CHUNKS`].
#[derive(Debug)]
pub(super) struct Sketch {
    /// For each [`ROWS`] rows their patterns by [`STEP`] numbers, the products of the centre with
    /// the rests, infinite for a row that has no sketch, and the scales. All in one piece, in the
    /// order in which it is read.
    blocks: Vec<Patterns>,
    /// How many they are.
    chunks: usize,
    /// The longest of what is lost, in scales.
    lost: f32,
    /// No row is longer, nor what its signs stand for.
    longest: f32,
}

impl Sketch {
    /// Of chunks whose codes are about `centre`.
    pub(super) fn of(chunks: &[Arc<Chunk>], centre: &[f32]) -> Self {
        let length_of_block = centre.len().div_ceil(STEP) + FACTS;
        let rows: usize = chunks.iter().map(|chunk| chunk.groups.len()).sum();
        let mut blocks = Vec::with_capacity(rows / ROWS * length_of_block);
        let (mut lost, mut longest) = (0.0_f32, 0.0_f32);
        let (mut along, mut scales) = ([0; ROWS], [0; ROWS]);
        let mut rest = vec![0.0; centre.len()];
        let rows = chunks.iter().flat_map(|chunk| {
            chunk.rows(centre.len()).map(|(_, row)| row).zip(&chunk.codes().facts)
        });
        for (at, (row, facts)) in rows.enumerate() {
            let place = at % ROWS;
            if place == 0 {
                blocks.resize(blocks.len() + length_of_block - FACTS, [0; size_of::<Patterns>()]);
            }
            for (rest, (row, centre)) in rest.iter_mut().zip(row.iter().zip(centre)) {
                *rest = row - centre;
            }
            turn(&mut rest);
            let scale = scale(&rest);
            scales[place] = to_short(scale);
            along[place] = short_at_least(facts.along);
            let error = rest.iter().map(|value| f64::from(value.abs() - scale).powi(2));
            let error = error.sum::<f64>().sqrt();
            if facts.error.is_finite() && (scale > 0.0 || error == 0.0) {
                let signs_length = f64::from(scale) * (rest.len() as f64).sqrt();
                longest = longest.max(at_least(length(row).max(signs_length)));
                if scale > 0.0 {
                    lost = lost.max(at_least(error / f64::from(scale)));
                }
                let first = blocks.len() + FACTS - length_of_block;
                add_signs(&mut blocks[first..], place, &rest);
            } else {
                (along[place], scales[place]) = (to_short(f32::INFINITY), 0);
            }
            if place == ROWS - 1 {
                blocks.extend([along, scales].map(pulp::cast::<[Short; ROWS], Patterns>));
            }
        }
        Self { blocks, chunks: chunks.len(), lost, longest }
    }

    /// How many chunks are in it.
    pub(super) fn chunks(&self) -> usize {
        self.chunks
    }

    /// Bytes in use.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.blocks)
    }
}

/// With which what the signs lose is at a right angle to the rest, or nearly.
fn scale(rest: &[f32]) -> f32 {
    let sum: f64 = rest.iter().map(|value| f64::from(value.abs())).sum();
    let scale = if sum > 0.0 { length(rest).powi(2) / sum } else { 0.0 };
    from_short(to_short(scale as f32))
}

fn add_signs(block: &mut [Patterns], place: usize, rest: &[f32]) {
    let (byte, shift) = (place % (ROWS / 2), place / (ROWS / 2) * SIGNS);
    for (four, values) in rest.chunks(SIGNS).enumerate() {
        let mut pattern = 0;
        for (place, value) in values.iter().enumerate() {
            pattern |= u8::from(*value > 0.0) << place;
        }
        let patterns = &mut block[four / (STEP / SIGNS)];
        patterns[four % (STEP / SIGNS) * (ROWS / 2) + byte] |= pattern << shift;
    }
}

fn to_short(value: f32) -> Short {
    (value.to_bits() >> Short::BITS) as Short
}

/// As a number that is not smaller; cutting off makes negative ones larger.
fn short_at_least(value: f32) -> Short {
    let short = to_short(value);
    if from_short(short) < value { short + 1 } else { short }
}

fn from_short(short: Short) -> f32 {
    f32::from_bits(u32::from(short) << Short::BITS)
}

/// A query, ready to be compared with sketches about one centre.
pub(super) struct Question {
    /// What patterns are worth to it, from 0 on.
    tables: Vec<Tables>,
    /// What 1 in a table stands for.
    unit: f32,
    /// What all tables' 0 stands for, less what rounding them can lose.
    least: f32,
    /// Product of query and centre.
    base: f32,
    /// What of a lost length may count.
    share: f32,
    /// What rounding can lose, for rows of length 1, and the length of the centre.
    rounding: f32,
    centre_length: f32,
}

impl Question {
    /// For a query of the centre's length; nothing for one that is too long, or not of numbers.
    /// Rows are taken to be above their estimate by `deviations` at most.
    pub(super) fn of(query: &[f32], centre: &[f32], deviations: f64) -> Option<Self> {
        let query_length = length(query);
        if !is_coded(query_length) {
            return None;
        }
        let mut rest: Vec<f32> =
            query.iter().zip(centre).map(|(query, centre)| query - centre).collect();
        turn(&mut rest);
        let sum = |values: &[f32]| values.iter().map(|value| value.abs()).sum::<f32>();
        let widest = rest.chunks(SIGNS).map(sum).fold(0.0, f32::max);
        let steps = rest.len().div_ceil(STEP);
        let unit = 2.0 * widest / f32::from(kernel::most(steps));
        let per_unit = if unit > 0.0 { unit.recip() } else { 0.0 };
        let mut tables = vec![[0; size_of::<Tables>()]; steps];
        let fours = tables.iter_mut().flat_map(|tables| tables.as_chunks_mut::<16>().0);
        for (table, values) in fours.zip(rest.chunks(SIGNS)) {
            for (pattern, entry) in table.iter_mut().enumerate() {
                let up = values.iter().enumerate().filter(|(place, _)| pattern >> place & 1 == 1);
                let worth: f32 = up.map(|(_, value)| *value).sum();
                let down: f32 = values.iter().map(|value| value.min(0.0)).sum();
                *entry = (2.0 * (worth - down) * per_unit).round() as u8;
            }
        }
        let dimensions = rest.len() as f64;
        let base = query.iter().zip(centre).map(|(a, b)| f64::from(*a) * f64::from(*b));
        let centre_length = length(centre);
        // Half a unit a table at most; rounded numbers deviate by the twelfth part's root.
        let looked_up = (dimensions / SIGNS as f64).ceil();
        let rounded =
            f64::from(unit) * (looked_up / 2.0).min(deviations * (looked_up / 12.0).sqrt());
        let all: f64 = rest.iter().map(|value| f64::from(value.abs())).sum();
        let rounding = (dimensions + 64.0) * f64::from(f32::EPSILON);
        Some(Self {
            tables,
            unit,
            least: (rounded - all) as f32,
            base: base.sum::<f64>() as f32,
            // Never more than all of it: with few dimensions this is a proof.
            share: at_least(length(&rest) * (deviations / dimensions.sqrt()).min(1.0)),
            rounding: at_least(rounding * (query_length + centre_length)),
            centre_length: at_least(centre_length),
        })
    }

    /// What each of the rows is hardly above, into `bounds`.
    pub(super) fn bounds(&self, sketch: &Sketch, bounds: &mut Vec<f32>) {
        bounds.clear();
        let base = self.base + self.rounding * 2.0 * (sketch.longest + self.centre_length);
        let least = self.least + self.share * sketch.lost;
        for block in sketch.blocks.chunks_exact(self.tables.len() + FACTS) {
            let (patterns, facts) = block.split_at(self.tables.len());
            let [along, scales] = [facts[0], facts[1]].map(pulp::cast::<Patterns, [Short; ROWS]>);
            let sums = kernel::sums(patterns, &self.tables);
            let rows: [f32; ROWS] = std::array::from_fn(|row| {
                let product = self.unit * f32::from(sums[row]) + least;
                base + from_short(along[row]) + from_short(scales[row]) * product
            });
            bounds.extend_from_slice(&rows);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dot::dot;

    proptest! {
        #[test]
        fn with_all_care_no_row_is_above_its_bound(
            dimensions in prop::sample::select(vec![1usize, 4, 5, 17, 64, 384]),
            seed in any::<u64>(),
            size in -6i32..6,
        ) {
            let mut rng = fastrand::Rng::with_seed(seed);
            let mut vector = || -> Vec<f32> {
                (0..dimensions).map(|_| (rng.f32() - 0.5) * 10.0_f32.powi(size)).collect()
            };
            let (centre, query) = (vector(), vector());
            let mut chunk = Chunk::default();
            chunk.push(0, &query);
            chunk.push(1, &centre);
            while !chunk.is_full() {
                chunk.push(2, &vector());
            }
            chunk.encode(&centre, false);
            let question = Question::of(&query, &centre, f64::INFINITY).expect("short enough");
            let mut bounds = Vec::new();
            let chunks = [Arc::new(chunk.clone()), Arc::new(chunk)];
            question.bounds(&Sketch::of(&chunks, &centre), &mut bounds);
            prop_assert_eq!(bounds.len(), 2 * chunks[0].groups.len());
            let rows = chunks.iter().flat_map(|chunk| chunk.rows(dimensions));
            for ((_, row), bound) in rows.zip(bounds) {
                let similarity = dot(&query, row);
                prop_assert!(similarity <= bound, "{similarity} is above {bound}");
            }
        }
    }
}
