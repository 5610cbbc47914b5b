//! Searches of the past that can answer a new one: what was found elsewhere for nearly the same
//! question.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use goldenset_core::embedding::Vector;
use goldenset_core::ports::Near;
use goldenset_core::{EntryId, EpochStamp, TenantId, Validity};
use goldenset_vectors::dot;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::scope::Filters;
use crate::verify::{Among, Found};

/// Most searches that are kept: a new question is compared with every one of its kind.
const MOST: usize = 2_048;
/// The most similar ones are tried.
const TRIES: usize = 4;
/// What an item costs beside its vectors: scope, ids, handles.
const OVERHEAD_BYTES: u64 = 512;
/// What a vector and its handle cost beside the numbers.
const VECTOR_BYTES: u64 = 64;
/// What rounding, and vectors that are not quite of unit length, may add to a similarity: vectors
/// are scaled to unit length in single precision.
const MARGIN: f64 = 1e-4;

/// When what was found for one question is taken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NearMissRule {
    /// When it is proven that a search would find the same.
    Proven,
    /// When the questions are similar enough. What a search would find besides is missed, and then
    /// a body depends on what was asked before.
    Plain,
}

/// How searches of the past are used.
#[derive(Debug, Clone, Copy)]
pub struct NearMissSettings {
    /// When one answers for another.
    pub rule: NearMissRule,
    /// Questions less similar than this are not tried, 0 to 1.
    pub similarity: f32,
    /// How long one is kept.
    pub ttl: SignedDuration,
    /// Bytes of vectors, and a fixed overhead an item.
    pub bytes: u64,
}

/// What a search found, and for what.
pub(crate) struct PastSearch {
    tenant: TenantId,
    filters: Filters,
    in_force: Validity,
    asked: Vector,
    /// The state that was searched.
    pub(crate) stamp: EpochStamp,
    pub(crate) near: Near,
    made: Timestamp,
    bytes: u64,
}

impl PastSearch {
    fn is_among(&self, among: &Among<'_>) -> bool {
        self.tenant == *among.tenant
            && self.in_force == among.in_force
            && self.filters == *among.filters
            && among.but.is_none()
    }
}

/// What became of the searches of the past.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NearMissState {
    /// Searches kept.
    pub items: usize,
    /// About how much memory they take.
    pub bytes: u64,
    /// How much they may take.
    pub limit_bytes: u64,
    /// Searches that were spared, since the start.
    pub hits: u64,
    /// Searches that were not, though a question was similar enough: another entry might be nearer.
    pub unproven: u64,
    /// Searches that were not, because no question was similar enough.
    pub alone: u64,
}

/// The searches of the past, the oldest first.
pub(crate) struct NearMisses {
    settings: NearMissSettings,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    items: VecDeque<Arc<PastSearch>>,
    bytes: u64,
    hits: u64,
    unproven: u64,
    alone: u64,
}

impl Kept {
    fn expire(&mut self, now: Timestamp, ttl: SignedDuration) {
        while self.items.front().is_some_and(|oldest| now.duration_since(oldest.made) >= ttl) {
            if let Some(oldest) = self.items.pop_front() {
                self.bytes -= oldest.bytes;
            }
        }
    }

    fn retain(&mut self, stays: impl Fn(&PastSearch) -> bool) {
        self.items.retain(|item| stays(item));
        self.bytes = self.items.iter().map(|item| item.bytes).sum();
    }
}

impl NearMisses {
    pub(crate) fn new(settings: NearMissSettings) -> Self {
        Self { settings, kept: Mutex::default() }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The searches for the questions most similar to `vector`, that one first; with `answer`, the
    /// first of them that gives one.
    pub(crate) fn find<T>(
        &self,
        among: &Among<'_>,
        vector: &Vector,
        now: Timestamp,
        answer: impl Fn(&PastSearch) -> Option<T>,
    ) -> Option<T> {
        let of_its_kind: Vec<_> = {
            let mut kept = self.kept();
            kept.expire(now, self.settings.ttl);
            kept.items.iter().filter(|item| item.is_among(among)).map(Arc::clone).collect()
        };
        let mut like: Vec<_> = of_its_kind
            .into_iter()
            .map(|item| (dot(vector, &item.asked), item))
            .filter(|(similarity, _)| *similarity >= self.settings.similarity)
            .collect();
        // The newest first of those that are equally similar.
        like.reverse();
        like.sort_by(|a, b| b.0.total_cmp(&a.0));
        let found = like.iter().take(TRIES).find_map(|(_, item)| answer(item));
        let mut kept = self.kept();
        match (&found, like.is_empty()) {
            (Some(_), _) => kept.hits += 1,
            (None, false) => kept.unproven += 1,
            (None, true) => kept.alone += 1,
        }
        found
    }

    /// Whether what was found among the rows of a search of the past, for the question `vector`, is
    /// what a search would find.
    ///
    /// Nothing that the past search left out is nearer to its question than an angle φ. The new
    /// question lies θ away from that one, so what was left out is at least φ − θ away from the
    /// new one: the triangle inequality of angles.
    pub(crate) fn holds(
        &self,
        past: &PastSearch,
        vector: &Vector,
        (found, among): (&[Found], &Among<'_>),
    ) -> bool {
        let Some(reach) = past.near.reach else { return true };
        let Some(last) = among.depth.checked_sub(1).and_then(|last| found.get(last)) else {
            return false;
        };
        match self.settings.rule {
            NearMissRule::Plain => true,
            NearMissRule::Proven => {
                f64::from(last.similarity) > most_similar(vector, &past.asked, reach) + MARGIN
            }
        }
    }

    /// Keeps what was found for a question.
    pub(crate) fn keep(
        &self,
        among: &Among<'_>,
        asked: &Vector,
        (stamp, near): (EpochStamp, Near),
        now: Timestamp,
    ) {
        let numbers = |vector: &Vector| size_of_val(&**vector) as u64 + VECTOR_BYTES;
        let vectors = near.entries.iter().flat_map(|entry| &entry.vectors);
        let ids: usize =
            near.entries.iter().map(|entry| size_of_val(entry) + entry.id.as_str().len()).sum();
        let bytes =
            OVERHEAD_BYTES + ids as u64 + vectors.map(numbers).sum::<u64>() + numbers(asked);
        if self.settings.ttl.is_zero() || bytes > self.settings.bytes || among.but.is_some() {
            return;
        }
        let item = PastSearch {
            tenant: among.tenant.clone(),
            filters: among.filters.clone(),
            in_force: among.in_force,
            asked: Arc::clone(asked),
            stamp,
            near,
            made: now,
            bytes,
        };
        let mut kept = self.kept();
        // Of one question the latest is enough.
        kept.retain(|held| !(held.asked == item.asked && held.is_among(among)));
        kept.bytes += bytes;
        kept.items.push_back(Arc::new(item));
        while kept.bytes > self.settings.bytes || kept.items.len() > MOST {
            match kept.items.pop_front() {
                Some(oldest) => kept.bytes -= oldest.bytes,
                None => break,
            }
        }
    }

    /// Forgets the searches that `goes` says yes to, by their tenant and the entries found.
    pub(crate) fn forget(&self, goes: impl Fn(&TenantId, &dyn Fn(&EntryId) -> bool) -> bool) {
        self.kept().retain(|item| {
            !goes(&item.tenant, &|id| item.near.entries.iter().any(|entry| entry.id == *id))
        });
    }

    pub(crate) fn state(&self) -> NearMissState {
        let kept = self.kept();
        NearMissState {
            items: kept.items.len(),
            bytes: kept.bytes,
            limit_bytes: self.settings.bytes,
            hits: kept.hits,
            unproven: kept.unproven,
            alone: kept.alone,
        }
    }
}

/// How similar a vector may be to `vector` that is no more similar to `asked` than `reach`, all of
/// unit length.
fn most_similar(vector: &[f32], asked: &[f32], reach: f64) -> f64 {
    let inner = |a: &[f32], b: &[f32]| -> f64 {
        a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    };
    let lengths = (inner(vector, vector) * inner(asked, asked)).sqrt();
    let theta = (inner(vector, asked) / lengths).clamp(-1.0, 1.0).acos();
    let phi = reach.clamp(-1.0, 1.0).acos();
    // Not a number, where a vector has no length, is more than anything.
    if phi > theta { (phi - theta).cos() } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unit(numbers: &[f32]) -> Vec<f32> {
        let length = numbers.iter().map(|x| x * x).sum::<f32>().sqrt();
        numbers.iter().map(|x| x / length).collect()
    }

    fn vector() -> impl Strategy<Value = Vec<f32>> {
        let numbers = prop::collection::vec(-1.0f32..1.0, 6);
        numbers.prop_filter("it has a direction", |numbers| {
            numbers.iter().map(|x| x * x).sum::<f32>() > 0.01
        })
    }

    proptest! {
        /// Nothing that was out of reach of one question is nearer to another than is said.
        #[test]
        fn nothing_is_nearer_than_proven(
            asked in vector(),
            off in vector(),
            near in 0.0f32..2.0,
            rows in prop::collection::vec(vector(), 1..40),
            reach in -1.0f64..1.0,
        ) {
            let asked = unit(&asked);
            let moved: Vec<f32> = asked.iter().zip(&off).map(|(a, b)| a + near * b).collect();
            prop_assume!(moved.iter().map(|x| x * x).sum::<f32>() > 0.01);
            let vector = unit(&moved);
            let most = most_similar(&vector, &asked, reach) + MARGIN;
            for row in rows.iter().map(|row| unit(row)) {
                if f64::from(dot(&asked, &row)) <= reach {
                    prop_assert!(f64::from(dot(&vector, &row)) <= most);
                }
            }
        }
    }

    /// It is no wider than it has to be: a vector just out of reach in the direction of the other
    /// question is as near as is said.
    #[test]
    fn the_bound_is_reached() {
        let at = |degrees: f32| [degrees.to_radians().cos(), degrees.to_radians().sin()];
        let (asked, vector, farthest) = (at(0.0), at(10.0), at(40.0));
        let reach = f64::from(dot(&asked, &farthest));
        let most = most_similar(&vector, &asked, reach);
        assert!((most - f64::from(dot(&vector, &farthest))).abs() < 1e-6, "{most}");
        assert_eq!(most_similar(&at(50.0), &asked, reach), 1.0);
        assert_eq!(most_similar(&[0.0, 0.0], &asked, reach), 1.0);
    }
}
