//! A fixed rotation that leaves no direction along one number.

/// How often the first and the last numbers are mixed.
const ROUNDS: u64 = 2;

/// Turns a vector; lengths and angles stay. What one number held is spread over all of them, and
/// so is what rounding each to its sign loses: like noise, whatever the vectors are.
pub(super) fn turn(values: &mut [f32]) {
    if values.is_empty() {
        return;
    }
    // The largest power of two that fits, once from the front and once from the back.
    let part = 1 << values.len().ilog2();
    let last = values.len() - part;
    for round in 0..2 * ROUNDS {
        for (place, value) in (0_u64..).zip(&mut *values) {
            if is_flipped(round << 32 | place) {
                *value = -*value;
            }
        }
        let first = if round % 2 == 0 { 0 } else { last };
        mix(&mut values[first..first + part]);
    }
}

/// Walsh-Hadamard transform of a power of two of numbers.
fn mix(values: &mut [f32]) {
    let mut half = 1;
    while half < values.len() {
        for pair in values.chunks_exact_mut(2 * half) {
            let (left, right) = pair.split_at_mut(half);
            for (a, b) in left.iter_mut().zip(right) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
        half *= 2;
    }
    let scale = (values.len() as f32).sqrt().recip();
    values.iter_mut().for_each(|value| *value *= scale);
}

/// A coin for each number: the finaliser of SplitMix64.
fn is_flipped(number: u64) -> bool {
    let mixed = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed >> 63 == 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::codes::length;
    use crate::dot::dot;

    proptest! {
        #[test]
        fn lengths_and_angles_stay(
            pairs in prop::collection::vec((-1.0f32..1.0, -1.0f32..1.0), 1..700),
        ) {
            let (a, b): (Vec<f32>, Vec<f32>) = pairs.into_iter().unzip();
            let (mut turned_a, mut turned_b) = (a.clone(), b.clone());
            turn(&mut turned_a);
            turn(&mut turned_b);
            prop_assert!((length(&a) - length(&turned_a)).abs() < 1e-5 * length(&a));
            let off = f64::from(dot(&a, &b) - dot(&turned_a, &turned_b)).abs();
            prop_assert!(off <= 1e-5 * length(&a) * length(&b));
        }
    }

    #[test]
    fn one_number_is_spread_over_all() {
        for dimensions in [64, 100, 384, 768, 1000] {
            for place in [0, dimensions / 2, dimensions - 1] {
                let mut values = vec![0.0; dimensions];
                values[place] = 1.0;
                turn(&mut values);
                let most = values.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
                let even = (dimensions as f32).sqrt().recip();
                assert!(most < 6.0 * even, "{most} of {dimensions}, even is {even}");
            }
        }
    }
}
