//! How far a share among few may lie from the truth.

use statrs::function::beta::inv_beta_reg;

use super::Rate;

/// Confidence of every interval in a report.
pub(super) const CONFIDENCE: f64 = 0.95;

/// The exact interval of a share (Clopper and Pearson, Biometrika 26, 1934), lower and upper end;
/// `None` of nothing. It holds the true share at least as often as [`CONFIDENCE`] says, however
/// few were counted.
pub(crate) fn clopper_pearson(rate: Rate) -> Option<[f64; 2]> {
    let Rate { part, whole } = rate;
    if whole == 0 || part > whole {
        return None;
    }
    let tail = (1.0 - CONFIDENCE) / 2.0;
    let (yes, no) = (part as f64, (whole - part) as f64);
    let lower = if part == 0 { 0.0 } else { inv_beta_reg(yes, no + 1.0, tail) };
    let upper = if part == whole { 1.0 } else { inv_beta_reg(yes + 1.0, no, 1.0 - tail) };
    Some([lower, upper])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_intervals() {
        let check = |part, whole, expected: [f64; 2]| {
            let found = clopper_pearson(Rate::new(part, whole)).unwrap();
            for (found, expected) in found.into_iter().zip(expected) {
                assert!((found - expected).abs() < 1e-9, "{part}/{whole}: {found}");
            }
        };
        // Quantiles of the beta distribution from an independent implementation.
        check(1, 57, [0.000_444_073_44, 0.093_916_841_89]);
        check(3, 13, [0.050_381_073_49, 0.538_131_539_25]);
        check(73, 411, [0.141_884_840_35, 0.218_064_541_10]);
        check(5_000, 100_000, [0.048_657_255_21, 0.051_368_920_88]);
        // 1 − 0.025^(1/n) and its mirror image.
        check(0, 10, [0.0, 0.308_497_107_82]);
        check(10, 10, [0.691_502_892_18, 1.0]);
        check(1, 1, [0.025, 1.0]);
        assert_eq!(clopper_pearson(Rate::default()), None);
    }
}
