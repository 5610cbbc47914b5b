//! The search over vectors alone, beside a plain sum over as many bytes as it reads.

use std::collections::HashSet;
use std::hint::black_box;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use goldenset_core::Result;
use goldenset_vectors::{Index, VectorSet};

use super::figures::Scan;
use super::latency::{Latencies, Unit, median};
use super::synthetic::{Synthetic, phrasing, question};

/// Results of a search.
const K: usize = 10;
/// Queries, and how many of them follow each other before the sum has its turn: more would hide
/// that the first finds a cold cache, fewer would let the sum empty it for the others.
const QUERIES: usize = 200;
const TURN: usize = 20;
/// Queries whose results are compared with those of looking at every row.
const COMPARED: usize = 50;
/// Rows that are added at a time.
const BATCH: usize = 8_192;

/// A set of vectors, and queries that are near to some of them.
pub(super) struct Scanned {
    set: VectorSet,
    queries: Vec<Vec<f32>>,
    /// As many bytes as a search reads at least.
    bytes: Vec<u8>,
}

/// What was found.
pub(super) struct Found {
    pub(super) figures: Scan,
    pub(super) search: Latencies,
    /// Nothing where no sum was wanted.
    pub(super) stream: Latencies,
    /// Results compared with those of looking at every row where there is no index, and how many
    /// of them were others.
    pub(super) compared: (u64, u64),
}

impl Scanned {
    /// The set of so many entries, with an index where a set of this size has one.
    pub(super) fn new(vectors: &Synthetic, rows: usize) -> Self {
        let mut set = VectorSet::new(vectors.dimensions());
        let mut next = 0;
        while next < rows {
            let end = (next + BATCH).min(rows);
            let made: Vec<_> = (next..end).map(|row| vectors.vector(&phrasing(row))).collect();
            let groups = (next..end).map(|row| u32::try_from(row).unwrap_or(u32::MAX));
            let added = groups.zip(made.iter().map(Vec::as_slice));
            set = set.changed(&HashSet::new(), added);
            next = end;
        }
        if set.needs_index()
            && let Some(index) = Index::build(&set, |_| ControlFlow::Continue(()))
        {
            set = set.with_index(Arc::new(index));
        }
        let queries =
            (0..QUERIES).map(|at| vectors.vector(&question(at * rows / QUERIES))).collect();
        // Half a byte a number; the index says itself how large it is. What is read beside, to
        // rank the few that are near, comes on top.
        let codes = set.len() * set.dimensions() / 2;
        let bytes = vec![1; set.index().map_or(codes, |index| index.bytes())];
        Self { set, queries, bytes }
    }

    /// Searches and, where they are wanted, sums by turns; on this thread.
    pub(super) fn measure(&self, rounds: usize, sums: bool) -> Result<Found> {
        let (mut search, mut stream) = (Latencies::new()?, Latencies::new()?);
        let mut ratios = Vec::new();
        for _ in 0..rounds {
            let mut of_round = (Latencies::new()?, Latencies::new()?);
            for queries in self.queries.chunks(TURN) {
                for query in queries {
                    let started = Instant::now();
                    black_box(self.set.search(black_box(query), K, |_| true));
                    of_round.0.record(started.elapsed());
                }
                if sums {
                    for _ in queries {
                        let started = Instant::now();
                        black_box(sum(black_box(&self.bytes)));
                        of_round.1.record(started.elapsed());
                    }
                }
            }
            let p50 = |of: &Latencies| of.at(0.5, Unit::Nanos);
            if sums {
                ratios.push(p50(&of_round.0) / p50(&of_round.1).max(1.0));
            }
            search.merge(&of_round.0);
            stream.merge(&of_round.1);
        }
        let (mut found, mut wanted, mut differing) = (0, 0, 0);
        for query in self.queries.iter().take(COMPARED) {
            let (is, right) =
                (self.set.search(query, K, |_| true), self.set.scan(query, K, |_| true));
            wanted += right.len();
            found += right.iter().filter(|hit| is.contains(hit)).count();
            differing += u64::from(is != right);
        }
        let indexed = self.set.index().is_some();
        let figures = Scan {
            rows: self.set.len(),
            indexed,
            bytes: self.bytes.len(),
            recall_at_10: found as f64 / wanted.max(1) as f64,
            to_stream: median(ratios),
        };
        let compared = if indexed { (0, 0) } else { (COMPARED as u64, differing) };
        Ok(Found { figures, search, stream, compared })
    }
}

/// The least that can be done with bytes that must be read.
fn sum(bytes: &[u8]) -> u64 {
    let (words, _) = bytes.as_chunks::<8>();
    words.iter().fold(0, |sum, word| sum.wrapping_add(u64::from_le_bytes(*word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_whole_word_is_summed() {
        let bytes: Vec<u8> = (0..16).chain([9]).collect();
        let words = [u64::from_le_bytes([0, 1, 2, 3, 4, 5, 6, 7]), 0x0f0e_0d0c_0b0a_0908];
        assert_eq!(sum(&bytes), words[0] + words[1]);
    }
}
