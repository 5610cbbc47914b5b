//! Counters of a judge, for metrics to read.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use goldenset_core::Result;

/// What a judge has done since it was made. Each counter only grows; they are read one by one, so a
/// snapshot taken during work may be off by what is in flight.
#[derive(Debug, Default)]
pub struct JudgeStats {
    calls: AtomicU64,
    pairs: AtomicU64,
    retries: AtomicU64,
    failures: AtomicU64,
    abandoned: AtomicU64,
    nanoseconds: AtomicU64,
}

/// The counters of [`JudgeStats`] at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JudgeSnapshot {
    /// Calls of `judge`, also those that failed or were abandoned.
    pub calls: u64,
    /// Pairs that were asked for.
    pub pairs: u64,
    /// Requests that were sent again after a passing fault.
    pub retries: u64,
    /// Calls that ended in an error.
    pub failures: u64,
    /// Calls whose caller went away before they ended, as one does whose time is up.
    pub abandoned: u64,
    /// Time from the begin of every call to its end, its failure or its caller's leaving, summed.
    pub time: Duration,
}

impl JudgeStats {
    /// The counters now.
    #[must_use]
    pub fn snapshot(&self) -> JudgeSnapshot {
        JudgeSnapshot {
            calls: self.calls.load(Relaxed),
            pairs: self.pairs.load(Relaxed),
            retries: self.retries.load(Relaxed),
            failures: self.failures.load(Relaxed),
            abandoned: self.abandoned.load(Relaxed),
            time: Duration::from_nanos(self.nanoseconds.load(Relaxed)),
        }
    }

    /// Runs one call and counts it, however it ends.
    pub(super) async fn count<T>(
        &self,
        pairs: usize,
        call: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        self.calls.fetch_add(1, Relaxed);
        self.pairs.fetch_add(pairs as u64, Relaxed);
        let mut timed = Timed { stats: self, began: Instant::now(), ended: false };
        let result = call.await;
        timed.ended = true;
        if result.is_err() {
            self.failures.fetch_add(1, Relaxed);
        }
        result
    }

    pub(super) fn retried(&self) {
        self.retries.fetch_add(1, Relaxed);
    }
}

/// Counts the time of a call when it is dropped, which happens to the abandoned ones too.
struct Timed<'a> {
    stats: &'a JudgeStats,
    began: Instant,
    ended: bool,
}

impl Drop for Timed<'_> {
    fn drop(&mut self) {
        let time = u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.stats.nanoseconds.fetch_add(time, Relaxed);
        if !self.ended {
            self.stats.abandoned.fetch_add(1, Relaxed);
        }
    }
}
