//! From one vector a token to one vector a text.

use serde::Deserialize;

/// How a text's vector comes from the model's output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Pooling {
    /// Mean over the tokens. A run holds one text without padding, so the attention mask is all
    /// ones and every token counts.
    Mean,
    /// The vector of the first token.
    Cls,
    /// The model pools by itself: its output is the text's vector.
    None,
}

impl Pooling {
    /// Name for model ids and messages.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Cls => "cls",
            Self::None => "none",
        }
    }

    /// Pools an output of `shape` for one text: `[1, tokens, dimensions]` for `mean` and `cls`,
    /// `[1, dimensions]` for `none`. Any other shape gives `None`.
    pub(super) fn pool(self, shape: &[usize], hidden: &[f32]) -> Option<Vec<f32>> {
        match (self, shape) {
            (Self::None, &[1, dimensions]) => hidden.get(..dimensions).map(<[f32]>::to_vec),
            (Self::Cls, &[1, tokens, dimensions]) if tokens > 0 => {
                hidden.get(..dimensions).map(<[f32]>::to_vec)
            }
            (Self::Mean, &[1, tokens, dimensions]) if tokens > 0 && dimensions > 0 => {
                Some(mean(hidden, dimensions))
            }
            _ => None,
        }
    }
}

/// Mean of the rows of a row-major matrix. Adds the rows in order, so that equal input gives the
/// bitwise equal mean.
fn mean(rows: &[f32], width: usize) -> Vec<f32> {
    let mut sum = vec![0.0_f32; width];
    let mut count = 0.0_f32;
    for row in rows.chunks_exact(width) {
        count += 1.0;
        for (total, &value) in sum.iter_mut().zip(row) {
            *total += value;
        }
    }
    for total in &mut sum {
        *total /= count;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pools_by_shape() {
        let hidden = [1.0, 2.0, 3.0, 4.0, 5.0, 9.0];
        let check = |pooling: Pooling, shape: &[usize], expected: Option<&[f32]>| {
            assert_eq!(pooling.pool(shape, &hidden).as_deref(), expected, "{pooling:?} {shape:?}");
        };
        check(Pooling::Mean, &[1, 3, 2], Some(&[3.0, 5.0]));
        check(Pooling::Cls, &[1, 3, 2], Some(&[1.0, 2.0]));
        check(Pooling::None, &[1, 6], Some(&hidden));
        check(Pooling::Mean, &[1, 6], None);
        check(Pooling::None, &[1, 3, 2], None);
        check(Pooling::Cls, &[3, 2], None);
        check(Pooling::Cls, &[1, 0, 2], None);
        check(Pooling::Mean, &[2, 3, 1], None);
    }
}
