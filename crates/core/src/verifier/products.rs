//! Products of rows of bytes: most of the time that a verdict takes.

use pulp::{Arch, Simd, WithSimd};

/// Calls `each` with the places and the product of every row of `ours` with every one of `theirs`,
/// in their order. Rows have `length` bytes from −127 to 127; −128 would be taken for another
/// number. Sums of integers, so every machine gets the same; 32 bits hold those of any model (up to
/// 133,000 dimensions).
pub(super) fn products(
    (ours, theirs): (&[i8], &[i8]),
    length: usize,
    each: impl FnMut(usize, usize, i32),
) {
    if length == 0 {
        return;
    }
    #[cfg(target_arch = "x86_64")]
    if let Some(v3) = pulp::x86::V3::try_new() {
        return v3.vectorize(avx2::Products { v3, ours, theirs, length, each });
    }
    Arch::new().dispatch(Portable { ours, theirs, length, each });
}

/// The product of two rows.
#[inline(always)]
pub(super) fn product(a: &[i8], b: &[i8]) -> i32 {
    a.iter().zip(b).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum()
}

struct Portable<'a, F> {
    ours: &'a [i8],
    theirs: &'a [i8],
    length: usize,
    each: F,
}

impl<F: FnMut(usize, usize, i32)> WithSimd for Portable<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, _: S) {
        for (mine, our) in self.ours.chunks_exact(self.length).enumerate() {
            for (its, their) in self.theirs.chunks_exact(self.length).enumerate() {
                (self.each)(mine, its, product(our, their));
            }
        }
    }
}

/// The compiler does not find the instruction that multiplies 32 pairs of bytes.
#[cfg(target_arch = "x86_64")]
mod avx2 {
    use pulp::NullaryFnOnce;
    use pulp::x86::V3;

    /// Bytes in one register.
    const BLOCK: usize = 32;

    pub(super) struct Products<'a, F> {
        pub(super) v3: V3,
        pub(super) ours: &'a [i8],
        pub(super) theirs: &'a [i8],
        pub(super) length: usize,
        pub(super) each: F,
    }

    impl<F: FnMut(usize, usize, i32)> NullaryFnOnce for Products<'_, F> {
        type Output = ();

        #[inline(always)]
        fn call(self) {
            let Self { v3, ours, theirs, length, mut each } = self;
            for (mine, our) in ours.chunks_exact(length).enumerate() {
                for (its, their) in theirs.chunks_exact(length).enumerate() {
                    each(mine, its, product(v3, our, their));
                }
            }
        }
    }

    #[inline(always)]
    fn product(v3: V3, a: &[i8], b: &[i8]) -> i32 {
        let V3 { sse2, avx, avx2, .. } = v3;
        let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<BLOCK>(), b.as_chunks::<BLOCK>());
        let ones = avx._mm256_set1_epi16(1);
        let mut sums = avx._mm256_setzero_si256();
        for (a, b) in a.iter().zip(b) {
            let (a, b) = (pulp::cast(*a), pulp::cast(*b));
            // One factor without its sign, which the other one gets: the instruction wants it so.
            // Two products of at most 127 × 127 fit into 16 bits.
            let (a, b) = (avx2._mm256_abs_epi8(a), avx2._mm256_sign_epi8(b, a));
            let pairs = avx2._mm256_maddubs_epi16(a, b);
            sums = avx2._mm256_add_epi32(sums, avx2._mm256_madd_epi16(pairs, ones));
        }
        let (low, high) =
            (avx._mm256_castsi256_si128(sums), avx2._mm256_extracti128_si256::<1>(sums));
        let [a, b, c, d]: [i32; 4] = pulp::cast(sse2._mm_add_epi32(low, high));
        a + b + c + d + super::product(a_rest, b_rest)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn products_are_those_of_the_numbers(
            length in 1usize..100,
            ours in prop::collection::vec(-127i8..=127, 0..400),
            theirs in prop::collection::vec(-127i8..=127, 0..400),
        ) {
            let mut expected = Vec::new();
            for (mine, our) in ours.chunks_exact(length).enumerate() {
                for (its, their) in theirs.chunks_exact(length).enumerate() {
                    let each = our.iter().zip(their).map(|(a, b)| i32::from(*a) * i32::from(*b));
                    expected.push((mine, its, each.sum::<i32>()));
                }
            }
            let (mut found, mut portable) = (Vec::new(), Vec::new());
            products((&ours, &theirs), length, |mine, its, sum| found.push((mine, its, sum)));
            let each = |mine, its, sum| portable.push((mine, its, sum));
            Portable { ours: &ours, theirs: &theirs, length, each }.with_simd(pulp::Scalar);
            prop_assert_eq!(&found, &expected);
            prop_assert_eq!(portable, expected);
        }
    }

    #[test]
    fn the_largest_numbers_fit() {
        for (a, b) in [(127, 127), (127, -127), (-127, 127), (-127, -127)] {
            let rows = ([a; 384], [b; 384]);
            let mut found = None;
            products((&rows.0, &rows.1), 384, |_, _, sum| found = Some(sum));
            assert_eq!(found, Some(384 * i32::from(a) * i32::from(b)));
        }
        products((&[], &[]), 0, |_, _, _| unreachable!("there are no rows"));
    }
}
