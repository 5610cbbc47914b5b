//! How far a spread of scores lies from another.

use goldenset_core::watch::BINS;
use statrs::distribution::{ChiSquared, ContinuousCDF};

/// From here on a shift is worth a look.
pub(super) const SOME_SHIFT: f64 = 0.1;
/// From here on the scores are spread differently. Both limits are the usual ones (E. M. Lewis, An
/// Introduction to Credit Scoring, 1994; N. Siddiqi, Credit Risk Scorecards, Wiley 2006).
pub(super) const LARGE_SHIFT: f64 = 0.25;

/// Scores that each spread has beside its own, spread like both together: so an empty part has no
/// infinite ratio, and two spreads of one shape have an index of 0 whatever their sizes are. A
/// fixed count a part would draw the smaller one to an even spread.
const SMOOTHING: f64 = 10.0;

/// How sure one is that chance alone does not reach the index.
const CONFIDENCE: f64 = 0.95;

/// The population stability index of two spreads, 0 for equal ones, with what chance makes of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Psi {
    /// Sum over parts of (p - q) ln(p / q), p and q being the shares of both spreads.
    pub(super) index: f64,
    /// What chance reaches in one of twenty cases where nothing has shifted.
    pub(super) by_chance: f64,
}

impl Psi {
    /// `None` of nothing.
    pub(super) fn of(now: &[u64; BINS], reference: &[u64; BINS]) -> Option<Self> {
        let [n, m] = [now, reference].map(|counts| counts.iter().sum::<u64>() as f64);
        if n == 0.0 || m == 0.0 {
            return None;
        }
        let index = now.iter().zip(reference).filter_map(|(&now, &reference)| {
            let both = SMOOTHING * (now + reference) as f64 / (n + m);
            let share = |count: u64, whole: f64| (count as f64 + both) / (whole + SMOOTHING);
            let (p, q) = (share(now, n), share(reference, m));
            (both > 0.0).then(|| (p - q) * (p / q).ln())
        });
        Some(Self { index: index.sum(), by_chance: quantile(now, reference) * (1.0 / n + 1.0 / m) })
    }

    /// Scores that a spread must have so that chance does not reach [`LARGE_SHIFT`]; `None` where
    /// the reference has too few for any number.
    pub(super) fn enough(now: &[u64; BINS], reference: &[u64; BINS]) -> Option<u64> {
        let left =
            LARGE_SHIFT / quantile(now, reference) - 1.0 / reference.iter().sum::<u64>() as f64;
        (left > 0.0).then(|| (1.0 / left).ceil() as u64)
    }
}

/// Where nothing has shifted, the index over (1/n + 1/m) is spread about like chi-squared with one
/// degree of freedom less than there are parts (B. Yurdakul and J. Naranjo, Statistical properties
/// of the population stability index, Journal of Risk Model Validation 14(4), 2020).
fn quantile(now: &[u64; BINS], reference: &[u64; BINS]) -> f64 {
    let parts = now.iter().zip(reference).filter(|(now, reference)| **now + **reference > 0);
    // Where all lies in one part nothing can shift; one more keeps the number finite.
    let freedom = parts.count().saturating_sub(1).max(1) as f64;
    ChiSquared::new(freedom).map_or(f64::INFINITY, |spread| spread.inverse_cdf(CONFIDENCE))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(counts: &[(usize, u64)]) -> [u64; BINS] {
        let mut spread = [0; BINS];
        counts.iter().for_each(|&(bin, count)| spread[bin] = count);
        spread
    }

    #[test]
    fn known_values() {
        // By hand: shares of 0.4 and 0.6 against 0.5 and 0.5.
        let now = spread(&[(3, 40_000), (4, 60_000)]);
        let reference = spread(&[(3, 50_000), (4, 50_000)]);
        let psi = Psi::of(&now, &reference).unwrap();
        let expected = -0.1 * 0.8_f64.ln() + 0.1 * 1.2_f64.ln();
        assert!((psi.index - expected).abs() < 1e-4, "{psi:?}");
        // The 95th percentile of chi-squared with one degree of freedom is 3.841459.
        assert!((psi.by_chance - 3.841_459 * 2e-5).abs() < 1e-9, "{psi:?}");
        let back = Psi::of(&reference, &now).unwrap();
        assert!((back.index - psi.index).abs() < 1e-12, "both ways the same");
        assert_eq!(Psi::of(&now, &now).unwrap().index, 0.0);
        let small = Psi::of(&spread(&[(3, 30), (4, 30)]), &reference).unwrap();
        assert!(small.index < 1e-12, "sizes have no say: {small:?}");
        assert_eq!(Psi::of(&spread(&[]), &now), None);
        assert_eq!(Psi::of(&now, &spread(&[])), None);
    }

    #[test]
    fn empty_parts_count_finitely() {
        let psi = Psi::of(&spread(&[(0, 500)]), &spread(&[(19, 500)])).unwrap();
        assert!(psi.index.is_finite() && psi.index > 5.0, "{psi:?}");
    }

    #[test]
    fn what_is_enough_keeps_chance_below_the_limit() {
        let reference: [u64; BINS] = std::array::from_fn(|bin| 40 + bin as u64);
        let enough = Psi::enough(&reference, &reference).unwrap();
        let scaled = |whole: u64| {
            let sum: u64 = reference.iter().sum();
            reference.map(|count| count * whole / sum + 1)
        };
        assert!(Psi::of(&scaled(enough), &reference).unwrap().by_chance <= LARGE_SHIFT);
        assert!(Psi::of(&scaled(enough / 2), &reference).unwrap().by_chance > LARGE_SHIFT);
        assert_eq!(Psi::enough(&reference, &spread(&[(3, 3), (4, 3)])), None);
    }

    /// The share of false alarms where nothing has shifted.
    #[test]
    fn chance_seldom_goes_further_than_said() {
        let mut random = fastrand::Rng::with_seed(1);
        let mut draw = |count: u64| {
            let mut spread = [0; BINS];
            for _ in 0..count {
                // More low scores than high ones.
                let score = random.f64() * random.f64();
                spread[(score * BINS as f64) as usize] += 1;
            }
            spread
        };
        for (n, m) in [(150, 1000), (2000, 700)] {
            let beyond = (0..400)
                .filter(|_| {
                    Psi::of(&draw(n), &draw(m)).is_some_and(|psi| psi.index > psi.by_chance)
                })
                .count();
            assert!(beyond <= 40, "{beyond} of 400 with {n} and {m}");
        }
    }
}
