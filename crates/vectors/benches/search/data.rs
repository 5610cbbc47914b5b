//! Vectors that are spread like those of questions: topics, entries in topics, phrasings of
//! entries, and much that all have in common.

use std::f64::consts::TAU;

use fastrand::Rng;

/// Length of the vectors.
pub(crate) const DIMENSIONS: usize = 384;
/// Phrasings of an entry: the question and two alternatives.
pub(crate) const PHRASINGS: usize = 3;
/// Entries of a topic.
const TOPIC: usize = 40;
/// The i-th strongest direction has this power of i as its variance. The embeddings of 20,000
/// questions in Italian and English have it between 0.6 and 0.7.
const DECAY: f64 = -0.65;

/// Shares of the square of a vector that its parts have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) name: &'static str,
    common: f64,
    topic: f64,
    entry: f64,
    phrasing: f64,
}

/// The first is like the bundled model: unrelated questions 0.79 alike, those of a topic 0.86,
/// phrasings of an entry 0.95. The second has more crowded topics, the third nearly nothing that
/// all have in common.
pub(crate) const SPREADS: [Spread; 3] = [
    Spread { name: "model", common: 0.79, topic: 0.07, entry: 0.09, phrasing: 0.05 },
    Spread { name: "crowded", common: 0.79, topic: 0.14, entry: 0.04, phrasing: 0.03 },
    Spread { name: "wide", common: 0.1, topic: 0.2, entry: 0.4, phrasing: 0.3 },
];

/// Rows one after the other, each with its group, and queries.
#[derive(Debug)]
pub(crate) struct Data {
    pub(crate) rows: Vec<f32>,
    pub(crate) groups: Vec<u32>,
    pub(crate) queries: Vec<Vec<f32>>,
}

impl Data {
    /// Four of five queries are further phrasings of an entry, the others of topics that the set
    /// does not have.
    pub(crate) fn generated(spread: Spread, rows: usize, queries: usize) -> Self {
        let mut source = Source { rng: Rng::with_seed(rows as u64), spread };
        let common = source.part(spread.common);
        let entries = rows.div_ceil(PHRASINGS);
        let mut data = Self { rows: Vec::new(), groups: Vec::new(), queries: Vec::new() };
        data.rows.reserve_exact(rows * DIMENSIONS);
        let mut topic = Vec::new();
        let (asked, strange) = (queries * 4 / 5, queries / 5);
        for entry in 0..entries {
            if entry % TOPIC == 0 {
                topic = sum(&common, &source.part(spread.topic));
            }
            let centre = sum(&topic, &source.part(spread.entry));
            for _ in 0..PHRASINGS.min(rows - data.groups.len()) {
                data.rows.extend(source.phrasing(&centre));
                data.groups.push(entry as u32);
            }
            if entry * asked / entries != (entry + 1) * asked / entries {
                data.queries.push(source.phrasing(&centre));
            }
        }
        for _ in 0..strange {
            let topic = sum(&common, &source.part(spread.topic));
            let centre = sum(&topic, &source.part(spread.entry));
            data.queries.push(source.phrasing(&centre));
        }
        data
    }

    /// From a file of `f32`, little-endian, one vector after the other: the last ones are the
    /// queries, each of the others is a group of its own.
    pub(crate) fn read(path: &str, queries: usize) -> Self {
        let bytes = std::fs::read(path).unwrap();
        let (numbers, _) = bytes.as_chunks::<4>();
        let mut rows: Vec<f32> = numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        let last = rows.split_off((rows.len() / DIMENSIONS - queries) * DIMENSIONS);
        let groups = (0..(rows.len() / DIMENSIONS) as u32).collect();
        let queries = last.chunks_exact(DIMENSIONS).map(<[f32]>::to_vec).collect();
        Self { rows, groups, queries }
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = (u32, &[f32])> {
        self.groups.iter().copied().zip(self.rows.chunks_exact(DIMENSIONS))
    }
}

struct Source {
    rng: Rng,
    spread: Spread,
}

impl Source {
    fn phrasing(&mut self, centre: &[f32]) -> Vec<f32> {
        let mut row = sum(centre, &self.part(self.spread.phrasing));
        let length = row.iter().map(|value| value * value).sum::<f32>().sqrt();
        row.iter_mut().for_each(|value| *value /= length);
        row
    }

    /// A random vector whose square is `share` on average.
    fn part(&mut self, share: f64) -> Vec<f32> {
        let variances = (1..=DIMENSIONS).map(|place| (place as f64).powf(DECAY));
        let total: f64 = variances.clone().sum();
        let mut part: Vec<f32> = variances
            .map(|variance| ((share * variance / total).sqrt() * self.normal()) as f32)
            .collect();
        mix(&mut part);
        part
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.rng.f64()).ln()).sqrt() * (TAU * self.rng.f64()).cos()
    }
}

fn sum(a: &[f32], b: &[f32]) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

/// Turns a vector, always in the same way, so that no direction is along one number.
fn mix(vector: &mut [f32]) {
    const PART: usize = DIMENSIONS / 3;
    for round in 0..3_usize {
        for (place, value) in vector.iter_mut().enumerate() {
            if (place * 2_654_435_761 + round * 40_503) >> 13 & 1 == 0 {
                *value = -*value;
            }
        }
        for part in vector.chunks_exact_mut(PART) {
            let mut half = 1;
            while half < PART {
                for first in (0..PART).filter(|place| place & half == 0) {
                    let (a, b) = (part[first], part[first + half]);
                    (part[first], part[first + half]) = (a + b, a - b);
                }
                half *= 2;
            }
            part.iter_mut().for_each(|value| *value /= (PART as f32).sqrt());
        }
        let mixed: Vec<f32> =
            (0..DIMENSIONS).map(|place| vector[place % 3 * PART + place / 3]).collect();
        vector.copy_from_slice(&mixed);
    }
}
