//! Latencies of many requests, and their percentiles.

use std::time::Duration;

use goldenset_core::{Code, Error, Result};
use hdrhistogram::Histogram;
use serde::Serialize;

/// Longest time that is told apart: a minute, far above every time-out.
const LONGEST: u64 = 60_000_000_000;

/// A histogram of times in nanoseconds, exact to three digits.
#[derive(Debug, Clone)]
pub(super) struct Latencies(Histogram<u64>);

/// Percentiles of latencies, in the unit that their name in the report ends with.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Percentiles {
    /// How many were measured.
    pub n: u64,
    /// Half were at most this.
    pub p50: f64,
    /// 95 of 100 were at most this.
    pub p95: f64,
    /// 99 of 100 were at most this.
    pub p99: f64,
    /// None was above this.
    pub max: f64,
}

/// What times are written in.
#[derive(Debug, Clone, Copy)]
pub(super) enum Unit {
    Nanos,
    Micros,
    Millis,
}

impl Unit {
    fn of(self, nanos: f64) -> f64 {
        match self {
            Self::Nanos => nanos,
            Self::Micros => nanos / 1e3,
            Self::Millis => nanos / 1e6,
        }
    }
}

impl Latencies {
    pub(super) fn new() -> Result<Self> {
        let histogram = Histogram::new_with_bounds(1, LONGEST, 3).map_err(|cause| {
            Error::new(Code::Internal, "a histogram cannot be made").cause(cause)
        })?;
        Ok(Self(histogram))
    }

    pub(super) fn record(&mut self, latency: Duration) {
        self.0.saturating_record(u64::try_from(latency.as_nanos()).unwrap_or(LONGEST));
    }

    pub(super) fn merge(&mut self, other: &Self) {
        // Both have the same bounds, so that nothing can be out of them.
        self.0.add(&other.0).ok();
    }

    pub(super) fn count(&self) -> u64 {
        self.0.len()
    }

    /// How many took at most so long.
    pub(super) fn below(&self, value: f64, unit: Unit) -> u64 {
        self.0.count_between(0, (value / unit.of(1.0)) as u64)
    }

    pub(super) fn at(&self, quantile: f64, unit: Unit) -> f64 {
        unit.of(self.0.value_at_quantile(quantile) as f64)
    }

    pub(super) fn percentiles(&self, unit: Unit) -> Percentiles {
        let at = |quantile| self.at(quantile, unit);
        Percentiles {
            n: self.count(),
            p50: at(0.5),
            p95: at(0.95),
            p99: at(0.99),
            max: unit.of(self.0.max() as f64),
        }
    }
}

/// The middle one; of an even number the upper of the two. None of none.
pub(super) fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<_> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_what_was_recorded() {
        let (mut odd, mut even) = (Latencies::new().unwrap(), Latencies::new().unwrap());
        for millis in 1..=1000 {
            let which = if millis % 2 == 1 { &mut odd } else { &mut even };
            which.record(Duration::from_millis(millis));
        }
        odd.merge(&even);
        let all = odd.percentiles(Unit::Millis);
        assert_eq!(all.n, 1000);
        for (found, expected) in
            [(all.p50, 500.0), (all.p95, 950.0), (all.p99, 990.0), (all.max, 1000.0)]
        {
            assert!((found / expected - 1.0_f64).abs() < 2e-3, "{found} for {expected}");
        }
        assert_eq!(odd.at(0.5, Unit::Micros), all.p50 * 1e3);
        assert_eq!((odd.below(0.5, Unit::Millis), odd.below(2e9, Unit::Micros)), (0, 1000));
        assert!((495..=505).contains(&odd.below(500.5, Unit::Millis)));
        odd.record(Duration::from_secs(3600));
        assert!(odd.percentiles(Unit::Millis).max <= 61_000.0, "cut off, not lost");
        assert_eq!(odd.count(), 1001);
    }

    #[test]
    fn medians() {
        assert_eq!(median([]), None);
        assert_eq!(median([3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median([4.0, 1.0]), Some(4.0));
    }
}
