//! Metrics of one family that are at hand once they were asked for: looking one up by its labels
//! takes longer than counting.

use std::sync::OnceLock;

use prometheus::core::{MetricVec, MetricVecBuilder};

/// Most metrics of a family that are kept.
const MOST: usize = 8;

/// A family whose first metrics are kept, each at a place of its own.
pub(super) struct Kept<F: Family> {
    /// The whole family.
    pub(super) all: F,
    kept: [OnceLock<F::Metric>; MOST],
}

/// What [`MetricVec`] is.
pub(super) trait Family {
    type Metric;
    fn metric(&self, labels: &[&str]) -> Self::Metric;
}

impl<T: MetricVecBuilder> Family for MetricVec<T> {
    type Metric = T::M;

    fn metric(&self, labels: &[&str]) -> T::M {
        self.with_label_values(labels)
    }
}

impl<F: Family> Kept<F> {
    pub(super) fn new(all: F) -> Self {
        Self { all, kept: [const { OnceLock::new() }; MOST] }
    }

    /// Gives the metric with these labels to `count`. The same labels must come with `place` each
    /// time. A metric that nobody asked for is not in the family, as ever.
    pub(super) fn with<L: AsRef<str>, const N: usize>(
        &self,
        place: usize,
        labels: impl FnOnce() -> [L; N],
        count: impl FnOnce(&F::Metric),
    ) {
        let metric = || {
            let labels = labels();
            self.all.metric(&labels.each_ref().map(AsRef::as_ref))
        };
        match self.kept.get(place) {
            Some(kept) => count(kept.get_or_init(metric)),
            None => count(&metric()),
        }
    }
}
