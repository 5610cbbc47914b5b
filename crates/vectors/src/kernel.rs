//! Products of codes of four bits with codes of eight: nearly all the time that a search takes.

use pulp::{Arch, Simd, WithSimd};

/// Numbers in one [`Packed`].
pub(crate) const BLOCK: usize = 64;

/// Sixty-four codes of 0 to 15: the first half in the low four bits of the bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Packed([u8; BLOCK / 2]);

impl Packed {
    pub(crate) fn of(codes: &[u8; BLOCK]) -> Self {
        let (low, high) = codes.split_at(BLOCK / 2);
        let mut packed = [0; BLOCK / 2];
        for (byte, (low, high)) in packed.iter_mut().zip(low.iter().zip(high)) {
            *byte = low & 15 | high << 4;
        }
        Self(packed)
    }
}

/// Numbers of eight bits to multiply codes with, in the order in which the codes are packed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Factors {
    low: [i8; BLOCK / 2],
    high: [i8; BLOCK / 2],
}

impl Factors {
    /// Of at most [`BLOCK`] numbers from -127 to 127; zeros where there are fewer.
    pub(crate) fn of(numbers: &[i8]) -> Self {
        let mut factors = Self { low: [0; BLOCK / 2], high: [0; BLOCK / 2] };
        for (factor, number) in factors.low.iter_mut().chain(&mut factors.high).zip(numbers) {
            *factor = *number;
        }
        factors
    }
}

/// The product of `factors` with each row of `factors.len()` blocks, into `products`. Sums of
/// integers, so every machine gets the same.
pub(crate) fn products(rows: &[Packed], factors: &[Factors], products: &mut [i32]) {
    if factors.is_empty() {
        return products.fill(0);
    }
    #[cfg(target_arch = "x86_64")]
    if let Some(v3) = pulp::x86::V3::try_new() {
        return v3.vectorize(avx2::Products { v3, rows, factors, products });
    }
    Arch::new().dispatch(Portable { rows, factors, products });
}

struct Portable<'a> {
    rows: &'a [Packed],
    factors: &'a [Factors],
    products: &'a mut [i32],
}

impl WithSimd for Portable<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (row, product) in self.rows.chunks_exact(self.factors.len()).zip(self.products) {
            let mut sum = 0;
            for (packed, factors) in row.iter().zip(self.factors) {
                for (byte, (low, high)) in
                    packed.0.iter().zip(factors.low.iter().zip(&factors.high))
                {
                    sum += i32::from(byte & 15) * i32::from(*low);
                    sum += i32::from(byte >> 4) * i32::from(*high);
                }
            }
            *product = sum;
        }
    }
}

/// The compiler does not find the instruction that multiplies 32 pairs of bytes.
#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::__m256i;

    use pulp::NullaryFnOnce;
    use pulp::x86::V3;

    use super::{Factors, Packed};

    pub(super) struct Products<'a> {
        pub(super) v3: V3,
        pub(super) rows: &'a [Packed],
        pub(super) factors: &'a [Factors],
        pub(super) products: &'a mut [i32],
    }

    impl NullaryFnOnce for Products<'_> {
        type Output = ();

        #[inline(always)]
        fn call(self) {
            let rows = self.rows.chunks_exact(self.factors.len());
            for (row, product) in rows.zip(self.products) {
                *product = sum(self.v3, row, self.factors);
            }
        }
    }

    #[inline(always)]
    fn sum(v3: V3, row: &[Packed], factors: &[Factors]) -> i32 {
        let V3 { sse2, avx, avx2, .. } = v3;
        let ones = avx._mm256_set1_epi16(1);
        let four_bits = avx._mm256_set1_epi8(15);
        let mut sums = avx._mm256_setzero_si256();
        for (packed, factors) in row.iter().zip(factors) {
            let codes: __m256i = pulp::cast(packed.0);
            let low = avx2._mm256_and_si256(codes, four_bits);
            let high = avx2._mm256_and_si256(avx2._mm256_srli_epi16::<4>(codes), four_bits);
            let low = avx2._mm256_maddubs_epi16(low, pulp::cast(factors.low));
            let high = avx2._mm256_maddubs_epi16(high, pulp::cast(factors.high));
            // Four products of at most 15 * 127 fit into 16 bits.
            let both = avx2._mm256_madd_epi16(avx2._mm256_add_epi16(low, high), ones);
            sums = avx2._mm256_add_epi32(sums, both);
        }
        let (low, high) =
            (avx._mm256_castsi256_si128(sums), avx2._mm256_extracti128_si256::<1>(sums));
        let [a, b, c, d]: [i32; 4] = pulp::cast(sse2._mm_add_epi32(low, high));
        a + b + c + d
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn products_are_those_of_the_numbers(
            numbers in prop::collection::vec((0u8..16, 0u8..16, -127i8..=127), 0..400),
        ) {
            let blocks = |row: &[u8]| -> Vec<Packed> {
                row.chunks(BLOCK).map(|part| {
                    let mut codes = [0; BLOCK];
                    codes[..part.len()].copy_from_slice(part);
                    Packed::of(&codes)
                }).collect()
            };
            let first: Vec<u8> = numbers.iter().map(|one| one.0).collect();
            let second: Vec<u8> = numbers.iter().map(|one| one.1).collect();
            let query: Vec<i8> = numbers.iter().map(|one| one.2).collect();
            let rows = [blocks(&first), blocks(&second)].concat();
            let factors: Vec<Factors> = query.chunks(BLOCK).map(Factors::of).collect();
            let expected = [first, second].map(|row| {
                row.iter().zip(&query).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum::<i32>()
            });
            let mut found = [1; 2];
            products(&rows, &factors, &mut found);
            prop_assert_eq!(found, expected);
            if !factors.is_empty() {
                let mut portable = [1; 2];
                let products = &mut portable;
                Portable { rows: &rows, factors: &factors, products }.with_simd(pulp::Scalar);
                prop_assert_eq!(portable, expected);
            }
        }
    }
}
