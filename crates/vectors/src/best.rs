//! The best groups that a search has seen.

use crate::search::Hit;

/// The `k` best groups so far and those exactly as similar as the k-th, best first.
pub(crate) struct Best {
    k: usize,
    hits: Vec<Hit>,
}

impl Best {
    /// `k` is at least 1.
    pub(crate) fn new(k: usize) -> Self {
        Self { k, hits: Vec::new() }
    }

    /// What a row needs to change the list; nothing while there is room.
    pub(crate) fn least(&self) -> Option<f32> {
        self.hits.get(self.k - 1).map(|last| last.similarity)
    }

    /// Whether a row this similar can change the list.
    pub(crate) fn reaches(&self, similarity: f32) -> bool {
        similarity.is_finite() && self.least().is_none_or(|least| similarity >= least)
    }

    /// Takes a row that reaches.
    pub(crate) fn offer(&mut self, group: u32, similarity: f32) {
        if let Some(known) = self.hits.iter().position(|hit| hit.group == group) {
            if self.hits[known].similarity >= similarity {
                return;
            }
            self.hits.remove(known);
        }
        let place = self.hits.partition_point(|hit| hit.similarity >= similarity);
        self.hits.insert(place, Hit { group, similarity });
        if let Some(least) = self.least() {
            let end = self.hits.partition_point(|hit| hit.similarity >= least);
            self.hits.truncate(end);
        }
    }

    /// The list; equally similar groups by their number, so that where rows are stored does not
    /// show.
    pub(crate) fn into_hits(mut self) -> Vec<Hit> {
        self.hits.sort_by(|a, b| {
            b.similarity.total_cmp(&a.similarity).then_with(|| a.group.cmp(&b.group))
        });
        self.hits
    }
}
