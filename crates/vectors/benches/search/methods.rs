//! Ways to search that were weighed against each other.

use std::collections::HashSet;

use goldenset_vectors::{Hit, VectorSet, dot};
use pulp::{Arch, Simd, WithSimd};

use crate::data::{DIMENSIONS, Data};

/// A way to search.
pub(crate) trait Method {
    fn name(&self) -> String;
    /// The best `k` groups that may be found.
    fn search(&self, query: &[f32], k: usize, allow: &dyn Fn(u32) -> bool) -> Vec<Hit>;
    /// Bytes a vector beside its numbers.
    fn bytes(&self) -> usize;
}

/// The set's own ways.
pub(crate) struct Set {
    pub(crate) set: VectorSet,
    pub(crate) way: Way,
}

/// A way of the set's own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Way {
    Scan,
    Exact,
    Indexed,
}

impl Method for Set {
    fn name(&self) -> String {
        let name = match self.way {
            Way::Scan => "f32, every row",
            Way::Exact => "4 bits, proven",
            Way::Indexed => "1 bit, then 4, likely",
        };
        name.into()
    }

    fn search(&self, query: &[f32], k: usize, allow: &dyn Fn(u32) -> bool) -> Vec<Hit> {
        match self.way {
            Way::Scan => self.set.scan(query, k, allow),
            Way::Exact => self.set.search_exact(query, k, allow),
            Way::Indexed => self.set.search(query, k, allow),
        }
    }

    fn bytes(&self) -> usize {
        // A group; and codes, the width of a level, two facts of the bound.
        let exact = if self.way == Way::Scan { 8 } else { 8 + DIMENSIONS / 2 + 12 };
        match self.set.index() {
            Some(index) if self.way == Way::Indexed => exact + index.bytes() / self.set.len(),
            _ => exact,
        }
    }
}

/// The set of the data.
pub(crate) fn set(data: &Data) -> VectorSet {
    VectorSet::new(DIMENSIONS).changed(&HashSet::new(), data.rows())
}

/// Every row's `f32` product, compiled for wider instructions.
pub(crate) struct Wide<'a>(pub(crate) &'a Data);

struct WideDots<'a> {
    rows: &'a [f32],
    query: &'a [f32],
    scores: &'a mut Vec<f32>,
}

impl WithSimd for WideDots<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for row in self.rows.chunks_exact(DIMENSIONS) {
            let mut sums = [0.0_f32; 16];
            for (a, b) in row.as_chunks::<16>().0.iter().zip(self.query.as_chunks::<16>().0) {
                for lane in 0..16 {
                    sums[lane] += a[lane] * b[lane];
                }
            }
            self.scores.push(sums.iter().sum());
        }
    }
}

impl Method for Wide<'_> {
    fn name(&self) -> String {
        "f32, every row, AVX2".into()
    }

    fn search(&self, query: &[f32], k: usize, allow: &dyn Fn(u32) -> bool) -> Vec<Hit> {
        let mut scores = Vec::with_capacity(self.0.groups.len());
        Arch::new().dispatch(WideDots { rows: &self.0.rows, query, scores: &mut scores });
        nearest(self.0, query, &scores, k, usize::MAX, allow)
    }

    fn bytes(&self) -> usize {
        4
    }
}

/// One byte a number, then the rows of the `rerank` best codes.
pub(crate) struct Bytes<'a> {
    data: &'a Data,
    codes: Vec<i8>,
    scales: Vec<f32>,
    rerank: usize,
}

impl<'a> Bytes<'a> {
    pub(crate) fn new(data: &'a Data, rerank: usize) -> Self {
        let (mut codes, mut scales) = (Vec::new(), Vec::new());
        for (_, row) in data.rows() {
            let scale = largest(row) / 127.0;
            codes.extend(row.iter().map(|value| (value / scale).round() as i8));
            scales.push(scale);
        }
        Self { data, codes, scales, rerank }
    }
}

struct ByteDots<'a> {
    codes: &'a [i8],
    query: &'a [i16],
    scales: &'a [f32],
    scores: &'a mut Vec<f32>,
}

impl WithSimd for ByteDots<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (row, scale) in self.codes.chunks_exact(DIMENSIONS).zip(self.scales) {
            let products = row.iter().zip(self.query).map(|(a, b)| i32::from(*a) * i32::from(*b));
            self.scores.push(products.sum::<i32>() as f32 * scale);
        }
    }
}

impl Method for Bytes<'_> {
    fn name(&self) -> String {
        format!("8 bits, best {}", self.rerank)
    }

    fn search(&self, query: &[f32], k: usize, allow: &dyn Fn(u32) -> bool) -> Vec<Hit> {
        let scale = 127.0 / largest(query);
        let query_codes: Vec<_> =
            query.iter().map(|value| (value * scale).round() as i16).collect();
        let mut scores = Vec::with_capacity(self.scales.len());
        let (codes, scales) = (&self.codes[..], &self.scales[..]);
        let dots = ByteDots { codes, query: &query_codes, scales, scores: &mut scores };
        Arch::new().dispatch(dots);
        nearest(self.data, query, &scores, k, self.rerank, allow)
    }

    fn bytes(&self) -> usize {
        DIMENSIONS + 4 + 4
    }
}

/// The sign of each number, then the rows of the `rerank` best.
pub(crate) struct Signs<'a> {
    data: &'a Data,
    centre: Vec<f32>,
    codes: Vec<[u64; DIMENSIONS / 64]>,
    rerank: usize,
}

impl<'a> Signs<'a> {
    pub(crate) fn new(data: &'a Data, rerank: usize) -> Self {
        let mut centre = vec![0.0; DIMENSIONS];
        for (_, row) in data.rows() {
            for (sum, value) in centre.iter_mut().zip(row) {
                *sum += value / data.groups.len() as f32;
            }
        }
        let codes = data.rows().map(|(_, row)| signs(row, &centre)).collect();
        Self { data, centre, codes, rerank }
    }
}

fn signs(row: &[f32], centre: &[f32]) -> [u64; DIMENSIONS / 64] {
    let mut signs = [0; DIMENSIONS / 64];
    for (place, (value, centre)) in row.iter().zip(centre).enumerate() {
        signs[place / 64] |= u64::from(value > centre) << (place % 64);
    }
    signs
}

struct SignDistances<'a> {
    codes: &'a [[u64; DIMENSIONS / 64]],
    query: [u64; DIMENSIONS / 64],
    scores: &'a mut Vec<f32>,
}

impl WithSimd for SignDistances<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for row in self.codes {
            let unlike = row.iter().zip(self.query).map(|(a, b)| (a ^ b).count_ones());
            self.scores.push(-(unlike.sum::<u32>() as f32));
        }
    }
}

impl Method for Signs<'_> {
    fn name(&self) -> String {
        format!("1 bit, best {}", self.rerank)
    }

    fn search(&self, query: &[f32], k: usize, allow: &dyn Fn(u32) -> bool) -> Vec<Hit> {
        let mut scores = Vec::with_capacity(self.codes.len());
        let (codes, signs) = (&self.codes[..], signs(query, &self.centre));
        Arch::new().dispatch(SignDistances { codes, query: signs, scores: &mut scores });
        nearest(self.data, query, &scores, k, self.rerank, allow)
    }

    fn bytes(&self) -> usize {
        DIMENSIONS / 8 + 4
    }
}

fn largest(values: &[f32]) -> f32 {
    values.iter().fold(f32::MIN_POSITIVE, |largest, value| largest.max(value.abs()))
}

/// The best groups of the `count` rows with the best scores, which may be found.
fn nearest(
    data: &Data,
    query: &[f32],
    scores: &[f32],
    k: usize,
    count: usize,
    allow: &dyn Fn(u32) -> bool,
) -> Vec<Hit> {
    let exact = count == usize::MAX;
    let count = count.min(scores.len()).min(if exact { 4 * k } else { usize::MAX });
    // A row that may not be found must not take the place of one that may.
    let mut kept: Vec<(f32, u32)> = Vec::with_capacity(count + 1);
    let mut least = f32::NEG_INFINITY;
    for (row, score) in scores.iter().enumerate() {
        if *score > least && allow(data.groups[row]) {
            kept.push((*score, row as u32));
            if kept.len() >= 2 * count {
                kept.select_nth_unstable_by(count - 1, |a, b| b.0.total_cmp(&a.0));
                kept.truncate(count);
                least = kept[count - 1].0;
            }
        }
    }
    kept.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    kept.truncate(count);
    let mut hits: Vec<Hit> = Vec::new();
    let similar = kept.iter().map(|(_, row)| {
        let first = *row as usize * DIMENSIONS;
        let similarity = dot(query, &data.rows[first..first + DIMENSIONS]);
        Hit { group: data.groups[*row as usize], similarity }
    });
    let mut similar: Vec<_> = similar.collect();
    similar.sort_by(|a, b| b.similarity.total_cmp(&a.similarity));
    for hit in similar {
        if hits.len() < k && !hits.iter().any(|known| known.group == hit.group) {
            hits.push(hit);
        }
    }
    hits
}
