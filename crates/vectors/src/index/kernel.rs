//! Sums of table entries for thirty-two rows at once: nearly all the time that looking at signs
//! takes.
//!
//! Four signs are one of sixteen patterns, and what a pattern is worth to a query stands in a
//! table of sixteen bytes: one instruction looks up thirty-two.

use pulp::{Arch, Simd, WithSimd};

/// Rows side by side.
pub(super) const ROWS: usize = 32;
/// Signs of a pattern.
pub(super) const SIGNS: usize = 4;
/// Tables that are added before a byte might be too small.
const AT_ONCE: usize = 4;
/// Signs that are looked at before a byte might be too small.
pub(super) const STEP: usize = SIGNS * AT_ONCE;
/// No table entry is above: two fit into a byte together.
const MOST: usize = u8::MAX as usize / 2;

/// Patterns of [`ROWS`] rows, sixteen signs of each. By bytes, four signs after the other: the
/// first half of the rows in the low bits of sixteen bytes, the second in the high ones.
pub(super) type Patterns = [u8; ROWS * STEP / 8];
/// What each pattern of the four fours is worth.
pub(super) type Tables = [u8; AT_ONCE * 16];

/// The highest that a table entry may be, so that sums over `steps` fit.
pub(super) fn most(steps: usize) -> u8 {
    (usize::from(u16::MAX) / (steps * AT_ONCE).max(1)).min(MOST) as u8
}

/// Adds up what the patterns are worth. As many patterns as tables, one after the other; no entry
/// is above [`most`].
pub(super) fn sums(patterns: &[Patterns], tables: &[Tables]) -> [u16; ROWS] {
    #[cfg(target_arch = "x86_64")]
    if let Some(v3) = pulp::x86::V3::try_new() {
        return v3.vectorize(avx2::Sums { v3, patterns, tables });
    }
    Arch::new().dispatch(Portable { patterns, tables })
}

struct Portable<'a> {
    patterns: &'a [Patterns],
    tables: &'a [Tables],
}

impl WithSimd for Portable<'_> {
    type Output = [u16; ROWS];

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> [u16; ROWS] {
        let mut sums = [0; ROWS];
        for (patterns, tables) in self.patterns.iter().zip(self.tables) {
            let (low, high) = sums.split_at_mut(ROWS / 2);
            for (patterns, table) in patterns.chunks_exact(16).zip(tables.as_chunks::<16>().0) {
                for (pattern, (low, high)) in patterns.iter().zip(low.iter_mut().zip(&mut *high)) {
                    *low += u16::from(table[usize::from(pattern & 15)]);
                    *high += u16::from(table[usize::from(pattern >> 4)]);
                }
            }
        }
        sums
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::__m256i;

    use pulp::NullaryFnOnce;
    use pulp::x86::V3;

    use super::{Patterns, ROWS, Tables};

    pub(super) struct Sums<'a> {
        pub(super) v3: V3,
        pub(super) patterns: &'a [Patterns],
        pub(super) tables: &'a [Tables],
    }

    impl NullaryFnOnce for Sums<'_> {
        type Output = [u16; ROWS];

        #[inline(always)]
        fn call(self) -> [u16; ROWS] {
            let V3 { avx, avx2, .. } = self.v3;
            let four_bits = avx._mm256_set1_epi8(15);
            let zero = avx._mm256_setzero_si256();
            // Of the first half of the rows and the second: all bytes as numbers of sixteen bits,
            // and the upper bytes alone.
            let mut sums = [(zero, zero); 2];
            for (patterns, tables) in self.patterns.iter().zip(self.tables) {
                let [a, b]: [__m256i; 2] = pulp::cast(*patterns);
                let [for_a, for_b]: [__m256i; 2] = pulp::cast(*tables);
                let worth = |a: __m256i, b: __m256i| {
                    let a = avx2._mm256_and_si256(a, four_bits);
                    let b = avx2._mm256_and_si256(b, four_bits);
                    let a = avx2._mm256_shuffle_epi8(for_a, a);
                    avx2._mm256_add_epi8(a, avx2._mm256_shuffle_epi8(for_b, b))
                };
                let high = |packed| avx2._mm256_srli_epi16::<4>(packed);
                for ((all, upper), worth) in
                    sums.iter_mut().zip([worth(a, b), worth(high(a), high(b))])
                {
                    *all = avx2._mm256_add_epi16(*all, worth);
                    *upper = avx2._mm256_add_epi16(*upper, avx2._mm256_srli_epi16::<8>(worth));
                }
            }
            let mut rows = [0; ROWS];
            for ((all, upper), rows) in sums.into_iter().zip(rows.chunks_exact_mut(ROWS / 2)) {
                // What the upper bytes added to the whole is taken away, modulo 65536 as it came.
                let lower = avx2._mm256_sub_epi16(all, avx2._mm256_slli_epi16::<8>(upper));
                let lower: [u16; 16] = pulp::cast(lower);
                let upper: [u16; 16] = pulp::cast(upper);
                for place in 0..8 {
                    rows[2 * place] = lower[place] + lower[place + 8];
                    rows[2 * place + 1] = upper[place] + upper[place + 8];
                }
            }
            rows
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sums_are_those_of_the_tables(steps in 0usize..200, seed in any::<u64>(), full in any::<bool>()) {
            let mut rng = fastrand::Rng::with_seed(seed);
            let patterns: Vec<Patterns> = (0..steps).map(|_| [0; 64].map(|_: u8| rng.u8(..))).collect();
            let most = most(steps);
            let mut entry = |_: u8| if full { most } else { rng.u8(..=most) };
            let tables: Vec<Tables> = (0..steps).map(|_| [0; 64].map(&mut entry)).collect();
            let mut expected = [0; ROWS];
            for (patterns, tables) in patterns.iter().zip(&tables) {
                for (row, sum) in expected.iter_mut().enumerate() {
                    for four in 0..AT_ONCE {
                        let byte = patterns[four * 16 + row % 16];
                        let pattern = if row < 16 { byte & 15 } else { byte >> 4 };
                        *sum += u16::from(tables[four * 16 + usize::from(pattern)]);
                    }
                }
            }
            prop_assert_eq!(sums(&patterns, &tables), expected);
            let portable = Portable { patterns: &patterns, tables: &tables };
            prop_assert_eq!(portable.with_simd(pulp::Scalar), expected);
        }
    }
}
