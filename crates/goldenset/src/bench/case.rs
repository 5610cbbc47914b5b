//! Questions and the bodies that answer them, and streams of questions.

use std::sync::Arc;

use bytes::Bytes;
use goldenset_core::{Code, Error, Result};
use serde_json::json;

/// A question and the body that is right for it.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) query: String,
    /// Body of the request.
    pub(super) request: Bytes,
    /// Body of the answer, to the byte.
    pub(super) expected: Bytes,
}

impl Case {
    pub(super) fn new(query: &str, expected: Bytes) -> Result<Self> {
        Self::of(None, query, expected)
    }

    /// Of a tenant; none is that of the caller.
    pub(super) fn of(tenant: Option<&str>, query: &str, expected: Bytes) -> Result<Self> {
        let mut body = json!({ "query": query });
        if let Some(tenant) = tenant {
            body["tenant"] = tenant.into();
        }
        let request = serde_json::to_vec(&body).map_err(|cause| {
            Error::new(Code::Internal, "a question could not be written as JSON").cause(cause)
        })?;
        Ok(Self { query: query.into(), request: request.into(), expected })
    }
}

/// Cases, the most frequent first.
pub(super) type Cases = Arc<[Case]>;

/// In which order cases are asked.
#[derive(Debug, Clone)]
pub(super) enum Order {
    /// One after the other, again and again.
    Turns,
    /// The n-th most frequent one in n of the frequency of the first (Zipf's law, exponent 1).
    Zipf(Arc<[f64]>),
}

impl Order {
    pub(super) fn zipf(cases: usize) -> Self {
        let mut sum = 0.0;
        let sums = (1..=cases).map(|rank| {
            sum += 1.0 / rank as f64;
            sum
        });
        Self::Zipf(sums.collect())
    }

    /// The place of the `turn`-th case of `cases`, at least 1.
    pub(super) fn place(&self, turn: usize, cases: usize, dice: &mut fastrand::Rng) -> usize {
        match self {
            Self::Turns => turn % cases,
            Self::Zipf(sums) => {
                let drawn = dice.f64() * sums.last().copied().unwrap_or_default();
                sums.partition_point(|sum| *sum <= drawn).min(cases - 1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_asked_half_as_often() {
        let order = Order::zipf(50);
        let mut dice = fastrand::Rng::with_seed(1);
        let mut counts = [0_u32; 50];
        for turn in 0..200_000 {
            counts[order.place(turn, 50, &mut dice)] += 1;
        }
        let ratio = f64::from(counts[0]) / f64::from(counts[1]);
        assert!((1.9..2.1).contains(&ratio), "{counts:?}");
        assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
    }

    #[test]
    fn turns_are_taken() {
        let mut dice = fastrand::Rng::with_seed(1);
        let places: Vec<_> = (0..5).map(|turn| Order::Turns.place(turn, 3, &mut dice)).collect();
        assert_eq!(places, [0, 1, 2, 0, 1]);
    }
}
