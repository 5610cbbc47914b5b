//! What both providers do to a vector last.

use goldenset_core::Vector;

/// The vector brought to length 1 (L2), or `None` when it has no direction: all zero, or a number
/// in it is not finite. The sum runs in `f64`, so no large finite vector overflows.
pub(crate) fn to_unit(values: &[f32]) -> Option<Vector> {
    let norm = values.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt();
    if !norm.is_finite() || norm == 0.0 {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "a quotient of at most 1 fits")]
    Some(values.iter().map(|&x| (f64::from(x) / norm) as f32).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unit_length_or_nothing() {
        assert_eq!(to_unit(&[3.0, 4.0]).unwrap().as_ref(), [0.6, 0.8]);
        assert_eq!(to_unit(&[f32::MAX, 0.0]).unwrap().as_ref(), [1.0, 0.0]);
        for bad in [&[0.0, 0.0][..], &[f32::NAN, 1.0], &[1.0, f32::INFINITY], &[]] {
            assert!(to_unit(bad).is_none(), "{bad:?}");
        }
    }
}
