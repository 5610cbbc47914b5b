//! Generated sets for tests: clusters of unit vectors with something in common.

use proptest::prelude::*;

/// Rows and queries.
#[derive(Debug)]
pub(crate) struct Clustered {
    pub(crate) rows: Vec<Vec<f32>>,
    pub(crate) queries: Vec<Vec<f32>>,
}

impl Clustered {
    /// The nearer `spread` is to 0, the more alike are the rows of a cluster. Some rows are equal.
    pub(crate) fn new(seed: u64, dimensions: usize, rows: usize, spread: f32) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut random = |size: f32| -> Vec<f32> {
            (0..dimensions).map(|_| size * (rng.f32() + rng.f32() - 1.0)).collect()
        };
        let common = random(1.0);
        let centres: Vec<_> = (0..=rows / 20).map(|_| sum(&common, &random(0.5))).collect();
        let mut near = |place: usize| {
            let row = sum(&centres[place % centres.len()], &random(spread));
            let length = row.iter().map(|value| value * value).sum::<f32>().sqrt();
            row.into_iter().map(|value| value / length.max(f32::MIN_POSITIVE)).collect()
        };
        let mut rows: Vec<Vec<f32>> = (0..rows).map(&mut near).collect();
        for place in (7..rows.len()).step_by(11) {
            rows[place] = rows[place - 7].clone();
        }
        let mut queries: Vec<_> = (0..12).map(near).collect();
        queries.push(rows[0].clone());
        queries.push(random(1.0));
        Self { rows, queries }
    }
}

fn sum(a: &[f32], b: &[f32]) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

/// Sets of all kinds.
pub(crate) fn clustered() -> impl Strategy<Value = Clustered> {
    let dimensions = prop::sample::select(vec![1usize, 3, 64, 100, 384]);
    (any::<u64>(), dimensions, 1usize..2_000, prop::sample::select(vec![0.05f32, 0.3, 1.5]))
        .prop_map(|(seed, dimensions, rows, spread)| Clustered::new(seed, dimensions, rows, spread))
}
