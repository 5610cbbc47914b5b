//! From what models give to log-odds.

use serde::Deserialize;

/// Least distance of a probability from 0 and 1, about what a 32-bit float can tell from 1. What is
/// nearer counts as this near: log-odds of ±16.1, not infinite ones.
const NEAREST: f64 = 1e-7;

/// What a model gives for one pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Output {
    /// One number, the log-odds.
    Logit,
    /// Two numbers, no and yes, of which a softmax makes probabilities.
    TwoLogits,
    /// One number from 0 to 1.
    Probability,
}

impl Output {
    /// Name for model ids and messages.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Logit => "logit",
            Self::TwoLogits => "two_logits",
            Self::Probability => "probability",
        }
    }

    /// The log-odds in an output of `shape` for one pair: `[1, 1]` or `[1]`, of two logits
    /// `[1, 2]`. `None` for any other shape, for what is not finite, and for what is no
    /// probability and should be.
    pub(super) fn read(self, shape: &[usize], numbers: &[f32]) -> Option<f32> {
        match (self, shape, numbers) {
            (Self::Logit, [1] | [1, 1], &[logit]) => finite(f64::from(logit)),
            // The logarithm of softmax(yes) / softmax(no).
            (Self::TwoLogits, [1, 2], &[no, yes]) => finite(f64::from(yes) - f64::from(no)),
            (Self::Probability, [1] | [1, 1], &[share]) => of_probability(f64::from(share)),
            _ => None,
        }
    }
}

/// ln(p / (1 − p)) of a probability; `None` for what is none.
pub(super) fn of_probability(share: f64) -> Option<f32> {
    // NaN is in no range.
    if !(0.0..=1.0).contains(&share) {
        return None;
    }
    let share = share.clamp(NEAREST, 1.0 - NEAREST);
    finite((share / (1.0 - share)).ln())
}

/// The number as it is kept; `None` when it is not finite.
pub(super) fn finite(number: f64) -> Option<f32> {
    #[expect(clippy::cast_possible_truncation, reason = "what is too large becomes infinite")]
    let number = number as f32;
    number.is_finite().then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_read_by_shape() {
        let check = |output: Output, shape: &[usize], numbers: &[f32], expected: Option<f32>| {
            assert_eq!(output.read(shape, numbers), expected, "{output:?} {shape:?} {numbers:?}");
        };
        check(Output::Logit, &[1, 1], &[-3.5], Some(-3.5));
        check(Output::Logit, &[1], &[70.0], Some(70.0));
        check(Output::Logit, &[1, 2], &[1.0, 2.0], None);
        check(Output::Logit, &[2], &[1.0, 2.0], None);
        check(Output::Logit, &[1, 1], &[f32::NAN], None);
        check(Output::TwoLogits, &[1, 2], &[1.0, 2.5], Some(1.5));
        check(Output::TwoLogits, &[1, 1], &[1.0], None);
        check(Output::TwoLogits, &[2], &[1.0, 2.0], None);
        check(Output::TwoLogits, &[1, 2], &[f32::MIN, f32::MAX], None);
        check(Output::TwoLogits, &[1, 2], &[f32::INFINITY, f32::INFINITY], None);
        check(Output::Probability, &[1, 1], &[0.5], Some(0.0));
        check(Output::Probability, &[1, 1], &[1.5], None);
        check(Output::Probability, &[1, 1, 1], &[0.5], None);
        check(Output::Probability, &[], &[0.5], None);
    }

    #[test]
    fn certainty_is_bounded_and_order_is_kept() {
        let shares = [0.0, 1e-9, 1e-3, 0.2, 0.5, 0.8, 0.999, 1.0 - 1e-9, 1.0];
        let odds = shares.map(|share| of_probability(share).unwrap());
        assert!(odds.windows(2).all(|pair| pair[0] <= pair[1]), "{odds:?}");
        assert!((odds[8] - 16.118).abs() < 1e-3 && (odds[0] + odds[8]).abs() < 1e-5, "{odds:?}");
        assert!((odds[5] - 4.0_f32.ln()).abs() < 1e-6);
        for bad in [f64::NAN, -1e-9, 1.000_000_1, f64::INFINITY] {
            assert_eq!(of_probability(bad), None, "{bad}");
        }
    }
}
