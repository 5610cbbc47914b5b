//! How vectors are indexed, and with what parameters.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::super::statement::{MOST_EF_SEARCH, MOST_LISTS};
use super::super::table::FEW_NUMBERS;
use super::room::Room;

/// Longest vector of half precision that an index takes.
const MOST_DIMENSIONS: usize = 4_000;

/// How many times the memory that the build may take a graph may need: with more, its build takes
/// hours.
pub(super) const MOST_OVER: u64 = 4;

/// How vectors are indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "lowercase")]
pub enum IndexPlan {
    /// Not at all: every row that the filters leave is compared.
    None,
    /// A graph of neighbours.
    Hnsw {
        /// Neighbours of each vector, 2 to 100.
        m: u32,
        /// How many candidates are kept while it is built, 4 to 1000, at least twice `m`.
        ef_construction: u32,
        /// How many are kept while it is searched, 1 to 1000.
        ef_search: u32,
    },
    /// Clusters, of which the nearest are searched.
    IvfFlat {
        /// Clusters, 1 to 32768.
        lists: u32,
        /// Clusters that are searched, 1 to `lists`.
        probes: u32,
    },
}

impl IndexPlan {
    /// A graph with the usual parameters.
    #[must_use]
    pub fn hnsw() -> Self {
        Self::Hnsw { m: 16, ef_construction: 64, ef_search: 100 }
    }

    /// As many clusters as so many rows want: one for each thousand, and for more than a million
    /// the square root.
    #[must_use]
    pub fn ivfflat(rows: u64) -> Self {
        let lists = if rows <= 1_000_000 { rows / 1_000 } else { rows.isqrt() };
        let lists = u32::try_from(lists).unwrap_or(MOST_LISTS).clamp(10, MOST_LISTS);
        Self::IvfFlat { lists, probes: lists.isqrt() }
    }

    /// What fits so many rows where nothing was measured, and why.
    #[must_use]
    pub(super) fn pick(rows: u64, dimensions: usize, room: &Room) -> (Self, String) {
        if dimensions > MOST_DIMENSIONS {
            let why = format!("an index takes vectors of {MOST_DIMENSIONS} numbers at most");
            return (Self::None, why);
        }
        if !is_large(rows, dimensions) {
            let why = format!("comparing all of {rows} rows takes few milliseconds and finds all");
            return (Self::None, why);
        }
        let graph = Self::hnsw();
        let (needed, allowed) = (graph.build_bytes(rows, dimensions), room.most());
        if needed > allowed.saturating_mul(MOST_OVER) {
            let why = format!(
                "a graph of {rows} rows needs about {} MiB to build, and the server gives {} MiB",
                needed >> 20,
                allowed >> 20
            );
            return (Self::ivfflat(rows), why);
        }
        (graph, format!("a graph of {rows} rows fits into memory while it is built"))
    }

    /// The same method with what it has to have for so many rows.
    #[must_use]
    pub(super) fn grown(self, rows: u64) -> Self {
        match (self, Self::ivfflat(rows)) {
            (Self::IvfFlat { lists, probes }, Self::IvfFlat { lists: more, probes: wider }) => {
                Self::IvfFlat { lists: lists.max(more), probes: probes.max(wider) }
            }
            (plan, _) => plan,
        }
    }

    /// The same index, searched twice as broadly; none where that cannot be.
    #[must_use]
    pub(super) fn broader(self) -> Option<Self> {
        match self {
            Self::None => None,
            Self::Hnsw { m, ef_construction, ef_search } => {
                (ef_search < MOST_EF_SEARCH).then(|| {
                    let ef_search = (2 * ef_search).min(MOST_EF_SEARCH);
                    Self::Hnsw { m, ef_construction, ef_search }
                })
            }
            Self::IvfFlat { lists, probes } => {
                (probes < lists).then(|| Self::IvfFlat { lists, probes: (2 * probes).min(lists) })
            }
        }
    }

    /// What stands behind USING; none where there is no index.
    pub(super) fn using(&self) -> Option<String> {
        match self {
            Self::None => None,
            Self::Hnsw { m, ef_construction, .. } => Some(format!(
                "hnsw (vec halfvec_ip_ops) WITH (m = {m}, ef_construction = {ef_construction})"
            )),
            Self::IvfFlat { lists, .. } => {
                Some(format!("ivfflat (vec halfvec_ip_ops) WITH (lists = {lists})"))
            }
        }
    }

    /// About how much memory a quick build takes, bytes: the whole graph, or the sample that
    /// clusters are found on.
    pub(super) fn build_bytes(&self, rows: u64, dimensions: usize) -> u64 {
        let vector = 2 * dimensions as u64 + 8;
        match self {
            Self::None => 0,
            Self::Hnsw { m, .. } => rows * (vector + 48 * u64::from(*m) + 160),
            Self::IvfFlat { lists, .. } => u64::from(*lists) * (60 * (vector + 64)) + (32 << 20),
        }
    }

    /// Why the extension would refuse it, if it would.
    #[must_use]
    pub fn fault(&self, dimensions: usize) -> Option<String> {
        let within = |name: &str, value: u32, least: u32, most: u32| {
            let bad = !(least..=most).contains(&value);
            bad.then(|| format!("{name} is {value}, and {least} to {most} is allowed"))
        };
        let too_long = || {
            let long = dimensions > MOST_DIMENSIONS;
            long.then(|| format!("an index takes vectors of {MOST_DIMENSIONS} numbers at most"))
        };
        match *self {
            Self::None => None,
            Self::Hnsw { m, ef_construction, ef_search } => within("m", m, 2, 100)
                .or_else(|| within("ef_construction", ef_construction, (2 * m).max(4), 1_000))
                .or_else(|| within("ef_search", ef_search, 1, MOST_EF_SEARCH))
                .or_else(too_long),
            Self::IvfFlat { lists, probes } => within("lists", lists, 1, MOST_LISTS)
                .or_else(|| within("probes", probes, 1, lists))
                .or_else(too_long),
        }
    }
}

/// Whether comparing every row takes long enough for an index to be worth its upkeep.
pub(super) fn is_large(rows: u64, dimensions: usize) -> bool {
    rows.saturating_mul(dimensions as u64) > FEW_NUMBERS as u64
}

impl fmt::Display for IndexPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Hnsw { m, ef_construction, ef_search } => {
                write!(f, "hnsw m={m} ef_construction={ef_construction} ef_search={ef_search}")
            }
            Self::IvfFlat { lists, probes } => write!(f, "ivfflat lists={lists} probes={probes}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Room = Room { maintenance: 64 << 20, shared: 128 << 20 };

    #[test]
    fn picks_by_rows_and_memory() {
        let pick = |rows, dimensions| IndexPlan::pick(rows, dimensions, &ROOM).0;
        assert_eq!(pick(0, 384), IndexPlan::None);
        assert_eq!(pick(5_000, 384), IndexPlan::None);
        assert_eq!(pick(10_000, 384), IndexPlan::hnsw());
        assert_eq!(pick(100_000, 384), IndexPlan::hnsw());
        assert_eq!(pick(100_000, 8_000), IndexPlan::None);
        assert_eq!(pick(1_000_000, 384), IndexPlan::IvfFlat { lists: 1_000, probes: 31 });
        assert_eq!(pick(4_000_000, 384), IndexPlan::IvfFlat { lists: 2_000, probes: 44 });
        let large = Room { maintenance: 1 << 30, shared: 1 << 30 };
        assert_eq!(IndexPlan::pick(1_000_000, 384, &large).0, IndexPlan::hnsw());
    }

    #[test]
    fn everything_picked_is_allowed() {
        for rows in [0, 10_000, 200_000, 1_000_000, 40_000_000, u64::MAX / 16_384] {
            for dimensions in [3, 384, 4_000, 4_001] {
                let mut plan = Some(IndexPlan::pick(rows, dimensions, &ROOM).0);
                while let Some(next) = plan {
                    assert_eq!(next.fault(dimensions), None, "{next}");
                    plan = next.broader();
                }
            }
        }
        let bad = [
            IndexPlan::Hnsw { m: 1, ef_construction: 64, ef_search: 40 },
            IndexPlan::Hnsw { m: 64, ef_construction: 100, ef_search: 40 },
            IndexPlan::Hnsw { m: 16, ef_construction: 64, ef_search: 0 },
            IndexPlan::IvfFlat { lists: 0, probes: 1 },
            IndexPlan::IvfFlat { lists: 10, probes: 11 },
        ];
        assert!(bad.iter().all(|plan| plan.fault(384).is_some()));
        assert!(IndexPlan::hnsw().fault(4_001).is_some());
    }
}
