//! Exact tests and bounds on a share that was counted.

use statrs::function::beta::{beta_reg, inv_beta_reg};

/// Probability that at most `wrong` of `served` independent answers are wrong when each is with
/// probability `error` (more than 0, less than 1): the exact p-value of the hypothesis that the
/// error is larger. 1 of nothing.
pub(super) fn p_value(wrong: usize, served: usize, error: f64) -> f64 {
    if wrong >= served {
        return 1.0;
    }
    // The binomial distribution as a beta integral.
    beta_reg((served - wrong) as f64, (wrong + 1) as f64, 1.0 - error)
}

/// One-sided upper bound on the error at confidence `1 - alpha` (Clopper and Pearson, Biometrika
/// 26, 1934): the largest error whose p-value is more than `alpha`. 1 of nothing.
pub(super) fn upper_bound(wrong: usize, served: usize, alpha: f64) -> f64 {
    if wrong >= served {
        return 1.0;
    }
    inv_beta_reg((wrong + 1) as f64, (served - wrong) as f64, 1.0 - alpha)
}

/// Fewest served answers without one error that show an error of at most `error`.
pub(crate) fn fewest(error: f64, alpha: f64) -> f64 {
    (alpha.ln() / (1.0 - error).ln()).ceil()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        let close = |found: f64, expected: f64| {
            assert!((found - expected).abs() < 1e-9, "{found} instead of {expected}");
        };
        // 0.9^10, and with one error 0.9^10 + 10 · 0.1 · 0.9^9.
        close(p_value(0, 10, 0.1), 0.348_678_440_1);
        close(p_value(1, 10, 0.1), 0.736_098_930_1);
        close(p_value(10, 10, 0.1), 1.0);
        close(p_value(0, 0, 0.1), 1.0);
        // 1 - 0.1^(1/114).
        close(upper_bound(0, 114, 0.1), 0.019_995_499_372);
        assert_eq!((fewest(0.02, 0.1), fewest(0.01, 0.05)), (114.0, 299.0));
        close(upper_bound(0, 0, 0.1), 1.0);
        close(upper_bound(3, 3, 0.1), 1.0);
    }

    #[test]
    fn bound_and_p_value_say_the_same() {
        for served in [1, 7, 114, 200, 5000] {
            for wrong in 0..served.min(20) {
                for error in [0.005, 0.02, 0.1, 0.5] {
                    for alpha in [0.01, 0.1, 0.3] {
                        let shown = p_value(wrong, served, error) <= alpha;
                        let bound = upper_bound(wrong, served, alpha);
                        let near = (bound - error).abs() < 1e-9;
                        assert!(near || shown == (bound <= error), "{wrong} of {served}");
                    }
                }
            }
        }
    }
}
