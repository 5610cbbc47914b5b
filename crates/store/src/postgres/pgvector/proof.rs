//! Whether what came in half precision holds all that is nearest in full precision.

use std::collections::HashMap;

use goldenset_core::Vector;
use goldenset_core::ports::{Near, NearEntry};

use super::statement::NearRow;

/// How far an inner product in half precision may be from the true one, for a row of unit length
/// and a question of length 1. Each number of both is off by 2⁻¹¹ of itself at most, and sums are
/// kept in single precision, one rounding of 2⁻²⁴ a step; the rest is for numbers so small that
/// half precision has fewer bits for them.
pub(super) fn margin(dimensions: usize) -> f64 {
    1.0 / 1024.0 + dimensions as f64 * f64::from(f32::EPSILON) + 1e-5
}

/// Inner product, to judge by. The caller computes its own.
pub(super) fn inner(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

/// What is to be done with the rows of one question.
#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    /// These are the entries.
    Enough(Near),
    /// The index gave up early.
    Short,
    /// Rows that did not come could be among the nearest.
    Crowded,
}

/// What is known of the rows that came.
#[derive(Debug, Clone, Copy)]
pub(super) struct Came {
    /// Entries wanted.
    pub(super) k: usize,
    /// Most rows that could come.
    pub(super) rows: usize,
    /// Rows that the filters allow, counted at least up to `rows`.
    pub(super) allowed: usize,
    /// Whether to leave it at that where only nearness is in doubt.
    pub(super) content: bool,
}

/// Judges the rows of the question `asked`.
pub(super) fn judge(asked: &Vector, found: Vec<NearRow>, came: Came) -> Verdict {
    if found.len() < came.rows.min(came.allowed) {
        return Verdict::Short;
    }
    let all = found.len() < came.rows;
    // Rows that did not come are not nearer than the farthest that did.
    let horizon = found.iter().map(|row| row.about).fold(f64::INFINITY, f64::min);
    let reach = horizon + margin(asked.len()) * inner(asked, asked).sqrt();
    let entries = group(asked, found);
    let mut best: Vec<f64> = entries.iter().map(|(_, similarity)| *similarity).collect();
    best.sort_by(|a, b| b.total_cmp(a));
    let last = came.k.checked_sub(1).and_then(|last| best.get(last));
    let proven = last.is_some_and(|last| came.content || *last > reach);
    if all || proven {
        let entries = entries.into_iter().map(|(entry, _)| entry).collect();
        Verdict::Enough(Near { entries, reach: (!all).then_some(reach) })
    } else {
        Verdict::Crowded
    }
}

/// The rows by entry, each with the similarity of its best.
fn group(asked: &Vector, found: Vec<NearRow>) -> Vec<(NearEntry, f64)> {
    let mut places = HashMap::new();
    let mut entries: Vec<(NearEntry, Vec<(f64, Vector)>)> = Vec::new();
    for row in found {
        let place = *places.entry(row.id.clone()).or_insert(entries.len());
        if place == entries.len() {
            let entry = NearEntry { id: row.id, version: row.version, vectors: Vec::new() };
            entries.push((entry, Vec::new()));
        }
        if let Some((_, vectors)) = entries.get_mut(place) {
            vectors.push((inner(asked, &row.vector), row.vector));
        }
    }
    let best_first = |(mut entry, mut vectors): (NearEntry, Vec<(f64, Vector)>)| {
        vectors.sort_by(|a, b| b.0.total_cmp(&a.0));
        let best = vectors.first().map_or(f64::NEG_INFINITY, |(similarity, _)| *similarity);
        entry.vectors = vectors.into_iter().map(|(_, vector)| vector).collect();
        (entry, best)
    };
    entries.into_iter().map(best_first).collect()
}
