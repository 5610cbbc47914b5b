//! Counters of a provider, for metrics to read.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use goldenset_core::Result;

/// What a provider has done since it was made. Each counter only grows; they are read one by one,
/// so a snapshot taken during work may be off by what is in flight.
#[derive(Debug, Default)]
pub struct EmbedderStats {
    calls: AtomicU64,
    texts: AtomicU64,
    tokens: AtomicU64,
    retries: AtomicU64,
    failures: AtomicU64,
}

/// The counters of [`EmbedderStats`] at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StatsSnapshot {
    /// Calls of `embed`, also those that failed or were abandoned.
    pub calls: u64,
    /// Texts that were asked for.
    pub texts: u64,
    /// Tokens that the model read, as the provider counts (and bills) them.
    pub tokens: u64,
    /// Requests that were sent again after a passing fault.
    pub retries: u64,
    /// Calls that ended in an error.
    pub failures: u64,
}

impl EmbedderStats {
    /// The counters now.
    #[must_use]
    pub fn snapshot(&self) -> StatsSnapshot {
        StatsSnapshot {
            calls: self.calls.load(Relaxed),
            texts: self.texts.load(Relaxed),
            tokens: self.tokens.load(Relaxed),
            retries: self.retries.load(Relaxed),
            failures: self.failures.load(Relaxed),
        }
    }

    pub(crate) fn started(&self, texts: usize) {
        self.calls.fetch_add(1, Relaxed);
        self.texts.fetch_add(texts as u64, Relaxed);
    }

    pub(crate) fn ended<T>(&self, result: &Result<T>) {
        if result.is_err() {
            self.failures.fetch_add(1, Relaxed);
        }
    }

    pub(crate) fn add_tokens(&self, tokens: u64) {
        self.tokens.fetch_add(tokens, Relaxed);
    }

    pub(crate) fn retried(&self) {
        self.retries.fetch_add(1, Relaxed);
    }
}
