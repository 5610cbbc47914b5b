//! Inner product.

use pulp::{Arch, Simd, WithSimd};

/// Partial sums kept apart, so that the compiler can use whole vector registers.
const LANES: usize = 16;

/// Inner product of two slices; for unit vectors the cosine. The order of additions is fixed, so
/// equal input gives the bitwise equal result wherever the row is stored, and on every machine.
/// Slices of unequal length are compared over the shorter one.
#[must_use]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    Arch::new().dispatch(Dot { a, b })
}

/// Compiled for wider instructions too. None of them adds in another order, and a product is
/// always rounded before it is added.
struct Dot<'a> {
    a: &'a [f32],
    b: &'a [f32],
}

impl WithSimd for Dot<'_> {
    type Output = f32;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> f32 {
        sums(self.a, self.b)
    }
}

#[inline(always)]
fn sums(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; LANES];
    let (a_blocks, a_rest) = a.as_chunks::<LANES>();
    let (b_blocks, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a_blocks.iter().zip(b_blocks) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_definition() {
        for length in [0, 1, 15, 16, 17, 384, 385] {
            let a: Vec<f32> = (0..length).map(|i| (i as f32 * 0.37).sin()).collect();
            let b: Vec<f32> = (0..length).map(|i| (i as f32 * 0.11).cos()).collect();
            let exact: f64 = a.iter().zip(&b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            assert_eq!(dot(&a, &b).to_bits(), sums(&a, &b).to_bits(), "length {length}");
            assert!((f64::from(dot(&a, &b)) - exact).abs() < 1e-4, "length {length}");
        }
    }
}
