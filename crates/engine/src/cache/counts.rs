//! What became of cached results.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

/// Why a cached result went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DropReason {
    /// An entry that was considered for it changed or went.
    EntryChanged,
    /// The question became or was a phrasing of an entry.
    Signature,
    /// A new version is near enough to the question to be considered.
    Entered,
    /// The changes since it was found are not all known any more.
    JournalGap,
    /// Its time to live was over.
    Expired,
    /// Somebody had it dropped.
    Invalidated,
}

impl DropReason {
    /// Every reason.
    pub const ALL: [Self; 6] = [
        Self::EntryChanged,
        Self::Signature,
        Self::Entered,
        Self::JournalGap,
        Self::Expired,
        Self::Invalidated,
    ];

    /// The reason as it is written in replies and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EntryChanged => "entry_changed",
            Self::Signature => "signature",
            Self::Entered => "entered",
            Self::JournalGap => "journal_gap",
            Self::Expired => "expired",
            Self::Invalidated => "invalidated",
        }
    }
}

/// Results that went since the start, by the reason. What had to make room for others is not among
/// them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Dropped {
    /// See [`DropReason::EntryChanged`].
    pub entry_changed: u64,
    /// See [`DropReason::Signature`].
    pub signature: u64,
    /// See [`DropReason::Entered`].
    pub entered: u64,
    /// See [`DropReason::JournalGap`].
    pub journal_gap: u64,
    /// See [`DropReason::Expired`]; counted when the result is asked for.
    pub expired: u64,
    /// See [`DropReason::Invalidated`].
    pub invalidated: u64,
}

impl Dropped {
    /// The count of one reason.
    #[must_use]
    pub fn of(&self, reason: DropReason) -> u64 {
        match reason {
            DropReason::EntryChanged => self.entry_changed,
            DropReason::Signature => self.signature,
            DropReason::Entered => self.entered,
            DropReason::JournalGap => self.journal_gap,
            DropReason::Expired => self.expired,
            DropReason::Invalidated => self.invalidated,
        }
    }
}

/// Counted while lookups run.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    hits: AtomicU64,
    kept: AtomicU64,
    dropped: [AtomicU64; DropReason::ALL.len()],
}

impl Counts {
    pub(crate) fn hit(&self) {
        self.hits.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn kept(&self) {
        self.kept.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn dropped(&self, reason: DropReason, count: u64) {
        // Declared in the order of `ALL`.
        self.dropped[reason as usize].fetch_add(count, Ordering::Relaxed);
    }

    /// Hits, how often a result lived on, and what went.
    pub(crate) fn read(&self) -> (u64, u64, Dropped) {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let [entry_changed, signature, entered, journal_gap, expired, invalidated] =
            self.dropped.each_ref().map(of);
        let dropped =
            Dropped { entry_changed, signature, entered, journal_gap, expired, invalidated };
        (of(&self.hits), of(&self.kept), dropped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_its_own_count() {
        let counts = Counts::default();
        for (number, reason) in (1..).zip(DropReason::ALL) {
            counts.dropped(reason, number);
        }
        let (_, _, dropped) = counts.read();
        for (number, reason) in (1..).zip(DropReason::ALL) {
            assert_eq!(dropped.of(reason), number, "{}", reason.as_str());
        }
    }
}
