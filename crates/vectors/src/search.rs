//! Exact search: every allowed row is compared with the query.

use crate::dot::dot;
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
    pub fn search(&self, query: &[f32], k: usize, allow: impl Fn(u32) -> bool) -> Vec<Hit> {
        let mut best = Best { k, hits: Vec::with_capacity(k + 1) };
        if k == 0 || query.len() != self.dimensions() {
            return best.hits;
        }
        for chunk in self.chunks() {
            let rows = chunk.data.chunks_exact(self.dimensions());
            for (group, row) in chunk.groups.iter().zip(rows) {
                let Some(group) = *group else { continue };
                let similarity = dot(query, row);
                if best.reaches(similarity) && allow(group) {
                    best.offer(group, similarity);
                }
            }
        }
        best.hits
    }
}

/// The best groups so far, best first.
struct Best {
    k: usize,
    hits: Vec<Hit>,
}

impl Best {
    /// Whether a row this similar can change the list.
    fn reaches(&self, similarity: f32) -> bool {
        match self.hits.get(self.k - 1) {
            Some(last) => similarity >= last.similarity,
            None => similarity.is_finite(),
        }
    }

    fn offer(&mut self, group: u32, similarity: f32) {
        if let Some(known) = self.hits.iter().position(|hit| hit.group == group) {
            if self.hits[known].similarity >= similarity {
                return;
            }
            self.hits.remove(known);
        }
        let place = self.hits.partition_point(|hit| hit.similarity >= similarity);
        self.hits.insert(place, Hit { group, similarity });
        if let Some(last) = self.hits.get(self.k - 1).map(|hit| hit.similarity) {
            let end = self.hits.partition_point(|hit| hit.similarity >= last);
            self.hits.truncate(end);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use proptest::prelude::*;

    use super::*;

    /// What a search must find, by sorting everything.
    fn sorted(rows: &[(u32, Vec<f32>)], query: &[f32], allow: &HashSet<u32>) -> Vec<(u32, f32)> {
        let mut groups = BTreeMap::<u32, f32>::new();
        for (group, row) in rows.iter().filter(|(group, _)| allow.contains(group)) {
            let similarity = dot(query, row);
            groups.entry(*group).and_modify(|s| *s = s.max(similarity)).or_insert(similarity);
        }
        let mut all: Vec<_> = groups.into_iter().collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1));
        all
    }

    fn row() -> impl Strategy<Value = Vec<f32>> {
        // Few distinct values, so that ties are common.
        prop::collection::vec((-2i8..=2).prop_map(f32::from), 4)
    }

    proptest! {
        #[test]
        fn finds_exactly_the_best_allowed_groups(
            rows in prop::collection::vec((0u32..12, row()), 0..60),
            late in prop::collection::vec((12u32..16, row()), 0..10),
            removed in prop::collection::hash_set(0u32..12, 0..6),
            allow in prop::collection::hash_set(0u32..16, 0..16),
            query in row(),
            k in 1usize..8,
        ) {
            let set = VectorSet::new(4)
                .changed(&HashSet::new(), rows.iter().map(|(g, r)| (*g, r.as_slice())))
                .changed(&removed, late.iter().map(|(g, r)| (*g, r.as_slice())));
            let kept: Vec<_> = rows.into_iter().filter(|(g, _)| !removed.contains(g)).chain(late).collect();
            prop_assert_eq!(set.len(), kept.len());
            let expected = sorted(&kept, &query, &allow);
            let found = set.search(&query, k, |group| allow.contains(&group));
            prop_assert!(found.len() >= k.min(expected.len()));
            let reach = expected.get(k - 1).map_or(f32::NEG_INFINITY, |last| last.1);
            let wanted: BTreeMap<_, _> = expected.into_iter().filter(|hit| hit.1 >= reach).collect();
            let got: BTreeMap<_, _> = found.iter().map(|hit| (hit.group, hit.similarity)).collect();
            prop_assert_eq!(got, wanted);
            prop_assert!(found.is_sorted_by(|a, b| a.similarity >= b.similarity));
        }
    }

    #[test]
    fn many_changes_do_not_grow_the_set() {
        let mut set = VectorSet::new(2);
        for round in 0..5_000u32 {
            let row = [round as f32, 1.0];
            set = set.changed(&HashSet::from([7]), [(7, row.as_slice())]);
        }
        assert_eq!(set.len(), 1);
        assert_eq!(set.search(&[1.0, 0.0], 3, |_| true)[0].similarity, 4_999.0);
        let rows: usize = set.chunks().iter().map(|chunk| chunk.groups.len()).sum();
        assert!(rows <= 3, "{rows} rows kept for one live row");
    }
}
