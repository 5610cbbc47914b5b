//! For each row a similarity that the row does not exceed.

use pulp::Arch;

use crate::codes::{Codes, at_least, inner, is_coded};
use crate::kernel::{self, BLOCK, Factors};

/// A query, ready to be compared with codes that share one centre.
#[derive(Debug)]
pub(crate) struct Bounds {
    factors: Vec<Factors>,
    /// What a factor of 1 stands for.
    scale: f32,
    /// Sum of the factors 7.5 times: codes count from 0, levels from -7.5.
    middle: f32,
    /// Product of query and centre.
    base: f32,
    /// Length of the query less the centre.
    length: f32,
    /// How far the factors are from what they stand for.
    error: f32,
    /// What rounding can lose, for rows and codes of length 1.
    rounding: f32,
    centre_length: f32,
}

impl Bounds {
    /// For a query of the centre's length; nothing for one that is too long, or not of numbers.
    pub(crate) fn of(query: &[f32], centre: &[f32]) -> Option<Self> {
        // Compiled for wider instructions too.
        Arch::new().dispatch(
            #[inline(always)]
            || Self::compiled(query, centre),
        )
    }

    #[inline(always)]
    fn compiled(query: &[f32], centre: &[f32]) -> Option<Self> {
        let query_length = inner(query, query).sqrt();
        if !is_coded(query_length) {
            return None;
        }
        // Loops, because iterators that are collected are not compiled with the rest.
        let mut rest = query.to_vec();
        for (rest, centre) in rest.iter_mut().zip(centre) {
            *rest -= centre;
        }
        let rest_length = inner(&rest, &rest).sqrt();
        let mut largest = 0.0_f32;
        for value in &rest {
            largest = if value.abs() > largest { value.abs() } else { largest };
        }
        let scale = largest / f32::from(i8::MAX);
        let per_scale = if scale > 0.0 { scale.recip() } else { 0.0 };
        let mut numbers = vec![0_i8; rest.len()];
        // What the numbers lose, each by less than the step from one float to the next beside it.
        for (value, number) in rest.iter_mut().zip(&mut numbers) {
            // A cast cuts off the fraction, so from 0 on this is the nearest.
            *number = ((*value * per_scale + 128.5) as i32 - 128) as i8;
            *value -= f32::from(*number) * scale;
        }
        let lost = rest_length * 2.0 * f64::from(f32::EPSILON);
        let centre_length = inner(centre, centre).sqrt();
        // Twice what adding the products of all numbers one after the other can lose.
        let rounding = (query.len() + 16) as f64 * f64::from(f32::EPSILON);
        Some(Self {
            scale,
            middle: numbers.iter().map(|number| i32::from(*number)).sum::<i32>() as f32 * 7.5,
            base: inner(query, centre) as f32,
            // Not 0: infinity times 0 is not a number.
            length: at_least(rest_length),
            error: at_least(inner(&rest, &rest).sqrt() + lost),
            rounding: at_least(rounding * (query_length + centre_length)),
            centre_length: at_least(centre_length),
            factors: numbers.chunks(BLOCK).map(Factors::of).collect(),
        })
    }

    /// A bound for each of the rows, into `bounds`; `products` is room to work in.
    pub(crate) fn of_rows(&self, codes: &Codes, products: &mut Vec<i32>, bounds: &mut Vec<f32>) {
        products.resize(codes.len(), 0);
        bounds.resize(codes.len(), 0.0);
        kernel::products(&codes.packed, &self.factors, products);
        let base = self.base + self.off(codes);
        Arch::new().dispatch(
            #[inline(always)]
            || {
                for ((bound, facts), product) in bounds.iter_mut().zip(&codes.facts).zip(&*products)
                {
                    let product = (*product as f32 - self.middle) * (facts.step * self.scale);
                    *bound = base + facts.along + product + self.length * facts.error;
                }
            },
        );
    }

    /// What one row is hardly above: a bound where `share`, of its code's error, is 1.
    pub(crate) fn of_row(&self, codes: &Codes, row: usize, share: f32) -> f32 {
        let blocks = self.factors.len();
        let mut product = [0];
        let packed = &codes.packed[row * blocks..(row + 1) * blocks];
        kernel::products(packed, &self.factors, &mut product);
        let facts = codes.facts[row];
        let product = (product[0] as f32 - self.middle) * (facts.step * self.scale);
        self.base + self.off(codes) + facts.along + product + self.length * facts.error * share
    }

    /// A closer bound of a row than its first one, by the code of what its code is off; the first
    /// one where it has none.
    pub(crate) fn closer(&self, codes: &Codes, row: usize, bound: f32) -> f32 {
        let finer = &codes.finer;
        let (Some(facts), Some(first)) = (finer.facts.get(row), codes.facts.get(row)) else {
            return bound;
        };
        let blocks = self.factors.len();
        let mut product = [0];
        let packed = &finer.packed[row * blocks..(row + 1) * blocks];
        kernel::products(packed, &self.factors, &mut product);
        let product = (product[0] as f32 - self.middle) * (facts.step * self.scale);
        let off = (self.error + 2.0 * self.rounding) * finer.longest_code;
        let closer = bound + product + self.length * (facts.error - first.error) + off;
        // Of infinite errors nothing is left.
        if closer < bound { closer } else { bound }
    }

    /// What rounding query and sums can lose.
    fn off(&self, codes: &Codes) -> f32 {
        let lengths = codes.longest_row + codes.longest_code + 2.0 * self.centre_length;
        self.error * codes.longest_code + self.rounding * lengths
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dot::dot;

    /// Vectors of all sizes, with numbers of all sizes in them.
    fn vectors(count: usize) -> impl Strategy<Value = Vec<Vec<f32>>> {
        let number = (-1.0f32..1.0, prop::sample::select(vec![0.0, 1e-9, 1e-3, 1.0, 1.0, 40.0]));
        let length = prop::sample::select(vec![1usize, 4, 63, 64, 65, 384]);
        length.prop_flat_map(move |length| {
            let number = number.clone().prop_map(|(value, size)| value * size);
            let vector = (prop::collection::vec(number, length), -8i32..12);
            let sized = vector.prop_map(|(vector, exponent)| {
                vector.into_iter().map(|value| value * 10.0f32.powi(exponent)).collect()
            });
            prop::collection::vec(sized, count)
        })
    }

    fn first(bounds: &Bounds, codes: &Codes) -> f32 {
        let mut of_rows = Vec::new();
        bounds.of_rows(codes, &mut Vec::new(), &mut of_rows);
        of_rows[0]
    }

    proptest! {
        #[test]
        fn no_row_is_above_its_bound(vectors in vectors(9)) {
            let (query, centre, rows) = (&vectors[0], &vectors[1], &vectors[1..]);
            let mut codes = Codes::default();
            rows.iter().for_each(|row| codes.push(row, centre, true));
            let bounds = Bounds::of(query, centre).expect("short enough");
            let mut bounds_of_rows = Vec::new();
            bounds.of_rows(&codes, &mut Vec::new(), &mut bounds_of_rows);
            prop_assert_eq!(bounds_of_rows.len(), rows.len());
            for (place, (row, bound)) in rows.iter().zip(bounds_of_rows).enumerate() {
                let similarity = dot(query, row);
                prop_assert!(similarity <= bound, "{similarity} is above {bound}");
                let closer = bounds.closer(&codes, place, bound);
                prop_assert!(similarity <= closer, "{similarity} is above {closer}");
            }
        }
    }

    proptest! {
        #[test]
        fn what_the_query_loses_is_in_the_bound(
            signs in prop::collection::vec(any::<bool>(), 2..200),
            query in prop::collection::vec(-1.0f32..1.0, 200),
        ) {
            // Such a row is what its code says, so nothing but the query can be off.
            let row: Vec<f32> = signs.iter().map(|up| if *up { 1.0 } else { -1.0 }).collect();
            let (query, centre) = (&query[..row.len()], vec![0.0; row.len()]);
            let mut codes = Codes::default();
            codes.push(&row, &centre, true);
            prop_assert!(codes.facts[0].error < 1e-6);
            let bounds = Bounds::of(query, &centre).expect("short enough");
            let bound = first(&bounds, &codes);
            prop_assert!(dot(query, &row) <= bound);
        }
    }

    #[test]
    fn the_bound_of_like_vectors_is_close() {
        // What unlike vectors have in common is in the centre; the rest is small and has no order.
        let centre: Vec<f32> = (0..384).map(|place| (place as f32 * 0.7).sin() / 14.0).collect();
        let row = |seed: f32| -> Vec<f32> {
            let rest = (0..384).map(|place| (place as f32 * seed).sin() / 14.0);
            rest.zip(&centre).map(|(rest, centre)| centre * 0.9 + rest * 0.45).collect()
        };
        let mut codes = Codes::default();
        codes.push(&row(1.3), &centre, true);
        let bounds = Bounds::of(&row(2.1), &centre).expect("short enough");
        let bound = first(&bounds, &codes);
        let similarity = dot(&row(1.3), &row(2.1));
        assert!(bound - similarity < 0.05, "{similarity} has the bound {bound}");
        let closer = bounds.closer(&codes, 0, bound);
        assert!(closer - similarity < 0.01, "{similarity} has the closer bound {closer}");
    }

    #[test]
    fn what_has_no_finer_code_keeps_its_bound() {
        let (row, centre, mut codes) = ([0.3, -0.7, 0.1], [0.0; 3], Codes::default());
        for finer in [true, false, true] {
            codes.push(&row, &centre, finer);
        }
        let bounds = Bounds::of(&row, &centre).expect("short enough");
        let closer = [0, 1, 2].map(|place| bounds.closer(&codes, place, 5.0));
        assert!(closer[0] < 5.0);
        assert_eq!(closer[1..], [5.0; 2], "none after one without");
    }

    #[test]
    fn what_has_no_code_has_no_bound() {
        let mut codes = Codes::default();
        for value in [f32::NAN, f32::INFINITY, 1e30] {
            codes.push(&[value, 1.0], &[0.0, 0.0], true);
            assert!(Bounds::of(&[1.0, value], &[0.0, 0.0]).is_none());
        }
        for query in [[0.0, 0.0], [1.0, -1.0]] {
            let bounds = Bounds::of(&query, &[0.0, 0.0]).expect("short enough");
            let mut of_rows = Vec::new();
            bounds.of_rows(&codes, &mut Vec::new(), &mut of_rows);
            assert_eq!(of_rows, [f32::INFINITY; 3]);
        }
    }
}
