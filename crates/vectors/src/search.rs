//! Finding the groups most similar to a query.

use crate::best::Best;
use crate::bounds::Bounds;
use crate::dot::dot;
use crate::frontier::{Frontier, Place};
use crate::set::VectorSet;

/// A group found by a search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The group.
    pub group: u32,
    /// Inner product of the query with the group's most similar row.
    pub similarity: f32,
}

impl VectorSet {
    /// The `k` groups most similar to `query` among those that `allow` lets pass, best first, and
    /// further ones only where they are exactly as similar as the k-th, so that the caller can
    /// break ties by something that does not depend on where rows are stored. Fewer than `k` only
    /// where fewer are allowed. Rows without a finite similarity are never found.
    ///
    /// Without an index the same as [`scan`](Self::scan), to the bit; with one, a group that
    /// should be found may be missing. Similarities are exact in any case.
    pub fn search(&self, query: &[f32], k: usize, allow: impl Fn(u32) -> bool) -> Vec<Hit> {
        match self.index() {
            Some(index) => index.search(self, query, k, allow),
            None => self.search_exact(query, k, allow),
        }
    }

    /// The same without the index.
    ///
    /// Codes of the rows say how similar a row is at most, and rows are compared from there, the
    /// most promising first, until no other can be among the best.
    pub fn search_exact(&self, query: &[f32], k: usize, allow: impl Fn(u32) -> bool) -> Vec<Hit> {
        if k == 0 || query.len() != self.dimensions() {
            return Vec::new();
        }
        let Some(bounds) = Bounds::of(query, self.centre()) else {
            return self.scan(query, k, allow);
        };
        let mut frontier = Frontier::with_capacity(self.rows(), self.chunks().len());
        self.promise(0, &bounds, &mut frontier);
        let closer = |bound, (chunk, row): Place| {
            bounds.closer(self.chunks()[chunk as usize].codes(), row as usize, bound)
        };
        Seeker::new(self, query, k, allow).seek(&mut frontier, closer)
    }

    /// The same by comparing every row: the reference that a search has to agree with.
    pub fn scan(&self, query: &[f32], k: usize, allow: impl Fn(u32) -> bool) -> Vec<Hit> {
        if k == 0 || query.len() != self.dimensions() {
            return Vec::new();
        }
        let mut best = Best::new(k);
        for (group, row) in self.chunks().iter().flat_map(|chunk| chunk.rows(self.dimensions())) {
            let Some(group) = group else { continue };
            let similarity = dot(query, row);
            if best.reaches(similarity) && allow(group) {
                best.offer(group, similarity);
            }
        }
        best.into_hits()
    }

    /// What the rows of the chunks from `first` on may be worth.
    pub(crate) fn promise(&self, first: usize, bounds: &Bounds, frontier: &mut Frontier) {
        let (mut products, mut of_rows) = (Vec::new(), Vec::new());
        for (number, chunk) in self.chunks().iter().enumerate().skip(first) {
            bounds.of_rows(chunk.codes(), &mut products, &mut of_rows);
            let rows = of_rows.iter().zip(&chunk.groups);
            let live = rows.map(|(bound, group)| group.map_or(f32::NEG_INFINITY, |_| *bound));
            frontier.extend(number as u32, live);
        }
    }
}

/// Compares rows with a query and keeps the best groups.
pub(crate) struct Seeker<'a, F> {
    set: &'a VectorSet,
    query: &'a [f32],
    allow: F,
    best: Best,
    /// How often it was asked whether a group is allowed, and how often one was.
    asked: u32,
    passed: u32,
}

impl<'a, F: Fn(u32) -> bool> Seeker<'a, F> {
    /// For the `k` best groups, at least 1, among those that `allow` lets pass.
    pub(crate) fn new(set: &'a VectorSet, query: &'a [f32], k: usize, allow: F) -> Self {
        Self { set, query, allow, best: Best::new(k), asked: 0, passed: 0 }
    }

    /// The similarity that a row needs to matter.
    fn least(&self) -> f32 {
        self.best.least().unwrap_or(f32::MIN)
    }

    /// What is found among the rows of a frontier. `closer` says better than a row's bound what it
    /// may be worth.
    pub(crate) fn seek(
        mut self,
        frontier: &mut Frontier,
        closer: impl Fn(f32, Place) -> f32,
    ) -> Vec<Hit> {
        let mut close = Vec::new();
        frontier.visit(self.least(), |rows| {
            close.clear();
            let least = self.least();
            for (bound, place) in rows {
                if self.may_find(*place) {
                    let bound = closer(*bound, *place);
                    if bound >= least {
                        close.push((bound, *place));
                    }
                }
            }
            close.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
            for (bound, place) in &close {
                if *bound < self.least() {
                    break;
                }
                self.look(*place);
            }
            self.least()
        });
        self.best.into_hits()
    }

    /// Looks at a row.
    fn look(&mut self, place: Place) {
        if let Some(group) = self.set.group(place) {
            let ask_first = self.asks_first();
            if !ask_first || self.allows(group) {
                let similarity = dot(self.query, self.set.row(place));
                if self.best.reaches(similarity) && (ask_first || self.allows(group)) {
                    self.best.offer(group, similarity);
                }
            }
        }
    }

    /// Whether a row has to be looked at closer: not where asking rules out much, and this one.
    fn may_find(&mut self, place: Place) -> bool {
        !self.asks_first() || self.set.group(place).is_some_and(|group| self.allows(group))
    }

    /// The test first that rules out more. Until there are enough every row reaches.
    fn asks_first(&self) -> bool {
        self.best.least().is_none() || self.passed < self.asked / 2
    }

    fn allows(&mut self, group: u32) -> bool {
        let passed = (self.allow)(group);
        self.asked = self.asked.saturating_add(1);
        self.passed += u32::from(passed);
        passed
    }
}

#[cfg(test)]
mod tests;
