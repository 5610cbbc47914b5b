//! Isotonic regression: the rising steps that fit best.

use goldenset_core::calibration::{Knot, ScoreMap};

/// What is pooled at one height.
#[derive(Clone, Copy)]
struct Block {
    raw_sum: f64,
    right: f64,
    weight: f64,
}

impl Block {
    fn height(&self) -> f64 {
        self.right / self.weight
    }
}

/// Pool adjacent violators (Ayer, Brunk, Ewing, Reid and Silverman, An Empirical Distribution
/// Function for Sampling with Incomplete Information, Annals of Mathematical Statistics 26, 1955),
/// with a knot in the middle of each block, by scores with whether they were right. `None` where
/// there is but one block: then the score tells right from wrong no better than chance.
pub(super) fn fit(scored: &[(f64, bool)]) -> Option<ScoreMap> {
    let mut sorted = scored.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut blocks: Vec<Block> = Vec::new();
    // Equal scores cannot be told apart, so they begin as one block.
    for equal in sorted.chunk_by(|a, b| a.0 == b.0) {
        let weight = equal.len() as f64;
        let right = equal.iter().filter(|(_, right)| *right).count() as f64;
        let mut block = Block { raw_sum: equal[0].0 * weight, right, weight };
        while let Some(before) = blocks.last().filter(|last| last.height() >= block.height()) {
            block.raw_sum += before.raw_sum;
            block.right += before.right;
            block.weight += before.weight;
            blocks.pop();
        }
        blocks.push(block);
    }
    let knot = |block: &Block| Knot { raw: block.raw_sum / block.weight, score: block.height() };
    let knots = blocks.iter().map(knot).collect();
    (blocks.len() > 1).then_some(ScoreMap::Isotonic { knots })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(scored: &[(f64, bool)], expected: &[(f64, f64)]) {
        let Some(ScoreMap::Isotonic { knots }) = fit(scored) else {
            return assert!(expected.is_empty(), "{scored:?}");
        };
        assert_eq!(knots.len(), expected.len(), "{knots:?}");
        for (knot, (raw, score)) in knots.iter().zip(expected) {
            assert!((knot.raw - raw).abs() < 1e-12 && (knot.score - score).abs() < 1e-12);
        }
    }

    #[test]
    fn pools_what_falls() {
        check(&[(0.1, false), (0.3, true)], &[(0.1, 0.0), (0.3, 1.0)]);
        check(
            &[(0.1, false), (0.2, true), (0.4, false), (0.9, true)],
            &[(0.1, 0.0), (0.3, 0.5), (0.9, 1.0)],
        );
        // In any order; equal scores are one.
        check(&[(0.8, true), (0.2, false), (0.8, false), (0.2, false)], &[(0.2, 0.0), (0.8, 0.5)]);
        // The last one pulls all before it down.
        check(&[(0.1, true), (0.2, true), (0.3, false)], &[]);
        check(&[], &[]);
    }

    /// The height at a place is the largest, over all beginnings before it, of the smallest mean
    /// to any end behind it.
    #[test]
    fn heights_are_those_of_the_min_max_formula() {
        let mut random = fastrand::Rng::with_seed(3);
        for _ in 0..200 {
            let right: Vec<_> = (0..12).map(|place| random.u8(0..12) < place).collect();
            let scored =
                right.iter().enumerate().map(|(place, right)| (place as f64 / 12.0, *right));
            let mean = |from: usize, to: usize| {
                let part = &right[from..=to];
                part.iter().filter(|right| **right).count() as f64 / part.len() as f64
            };
            let height = |place: usize| {
                let least = |from| (place..12).map(|to| mean(from, to)).fold(f64::MAX, f64::min);
                (0..=place).map(least).fold(f64::MIN, f64::max)
            };
            let mut expected: Vec<_> = (0..12).map(height).collect();
            expected.dedup();
            match fit(&scored.collect::<Vec<_>>()) {
                Some(ScoreMap::Isotonic { knots }) => {
                    let found: Vec<_> = knots.iter().map(|knot| knot.score).collect();
                    assert_eq!(found, expected);
                }
                _ => assert_eq!(expected.len(), 1),
            }
        }
    }
}
