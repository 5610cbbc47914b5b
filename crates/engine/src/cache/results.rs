//! Results of lookups.

use std::sync::Arc;
use std::time::Duration;

use goldenset_core::EntryId;
use jiff::Timestamp;
use quick_cache::Weighter;
use quick_cache::sync::{Cache, EntryAction, EntryResult};

use super::counts::Counts;
use super::{Basis, CacheLimits, DropReason, HeldKey, ResultKey, ResultsState, expiry};
use crate::answer::Answer;
use crate::snapshot::Journal;

/// What an item costs beside its body, its vector and the names of its entries: key, tree node,
/// scopes of key and basis, handles of entries.
const OVERHEAD_BYTES: u64 = 768;

#[derive(Clone)]
struct Item {
    expires: Timestamp,
    answer: Arc<Answer>,
}

#[derive(Clone)]
struct Bytes;

impl Weighter<HeldKey, Item> for Bytes {
    fn weight(&self, _: &HeldKey, item: &Item) -> u64 {
        let rests_on = item.answer.basis().map_or(0, |basis| {
            size_of_val(&*basis.vector) + size_of::<EntryId>() * basis.considered.len()
        });
        OVERHEAD_BYTES + (item.answer.body().len() + rests_on) as u64
    }
}

/// Results by key. A result counts for the epoch that it was found at, and for later ones as long
/// as no change in between can have altered it.
pub(crate) struct ResultCache {
    items: Cache<HeldKey, Item, Bytes>,
    limits: CacheLimits,
    counts: Counts,
}

impl ResultCache {
    pub(crate) fn new(limits: CacheLimits) -> Self {
        let estimate = usize::try_from(limits.bytes / 2048).unwrap_or(usize::MAX).max(16);
        let items = Cache::with_weighter(estimate, limits.bytes, Bytes);
        Self { items, limits, counts: Counts::default() }
    }

    /// The result for `key` in the set that the changes in `journal` led to.
    pub(crate) fn get(
        &self,
        key: ResultKey<'_>,
        journal: &Journal,
        now: Timestamp,
    ) -> Option<Arc<Answer>> {
        let item = self.items.get(&key)?;
        let basis = item.answer.basis()?;
        if item.expires <= now {
            self.drop_item(key, &item, DropReason::Expired);
            return None;
        }
        let (lineage, epoch) = (journal.lineage(), journal.stamp().epoch);
        // What is newer than the reader's set may be another reader's present.
        if (lineage, epoch) < (basis.lineage, basis.from.epoch) {
            return None;
        }
        // The set was read anew since; its store may be another one, or one restored.
        if basis.lineage != lineage {
            self.drop_item(key, &item, DropReason::JournalGap);
            return None;
        }
        if basis.until() < epoch {
            match basis.replay(journal) {
                Ok(true) => self.counts.kept(),
                // Another reader was first, and counted it.
                Ok(false) => {}
                Err(reason) => {
                    self.drop_item(key, &item, reason);
                    return None;
                }
            }
        }
        self.counts.hit();
        Some(item.answer)
    }

    /// Not what another put in its place meanwhile.
    fn drop_item(&self, key: ResultKey<'_>, item: &Item, reason: DropReason) {
        let same = |held: &Item| Arc::ptr_eq(&held.answer, &item.answer);
        if self.items.remove_if(&key, same).is_some() {
            self.counts.dropped(reason, 1);
        }
    }

    /// Keeps an answer, unless one is there that is known to hold for a later epoch.
    pub(crate) fn put(
        &self,
        key: &HeldKey,
        now: Timestamp,
        answer: Answer,
        basis: Basis,
    ) -> Arc<Answer> {
        if self.limits.ttl.is_zero() {
            return Arc::new(answer);
        }
        let made = basis.made;
        let found_at = (basis.lineage, basis.from.epoch);
        let answer = Arc::new(answer.resting_on(basis));
        let later = |held: &Item| {
            let until = held.answer.basis().map(|basis| (basis.lineage, basis.until()));
            now < held.expires && until.is_some_and(|until| found_at < until)
        };
        // Who is just putting the same has it as well; nobody waits for that.
        let place = self.items.entry(key, Some(Duration::ZERO), |_, held| match later(held) {
            true => EntryAction::Retain(()),
            false => EntryAction::ReplaceWithGuard,
        });
        if let EntryResult::Vacant(place) | EntryResult::Replaced(place, _) = place {
            let expires = expiry(made, self.limits.ttl, key.key().signature.as_bytes()[0]);
            // Refused where the place was taken away meanwhile: then it is not kept.
            place.insert(Item { expires, answer: Arc::clone(&answer) }).ok();
        }
        answer
    }

    /// Every answer held that `chosen` says yes to.
    pub(crate) fn held(
        &self,
        chosen: impl Fn(&Basis) -> bool,
    ) -> impl Iterator<Item = Arc<Answer>> {
        let items = self.items.iter().map(|(_, item)| item.answer);
        items.filter(move |answer| answer.basis().is_some_and(&chosen))
    }

    /// Drops every answer that `chosen` says yes to, and says how many.
    pub(crate) fn invalidate(&self, chosen: impl Fn(&Basis) -> bool) -> u64 {
        let gone = std::cell::Cell::new(0);
        self.items.retain(|_, item| {
            let goes = item.answer.basis().is_some_and(&chosen);
            gone.set(gone.get() + u64::from(goes));
            !goes
        });
        self.counts.dropped(DropReason::Invalidated, gone.get());
        gone.get()
    }

    pub(crate) fn state(&self) -> ResultsState {
        let (hits, kept, dropped) = self.counts.read();
        ResultsState {
            items: self.items.len(),
            bytes: self.items.weight(),
            limit_bytes: self.limits.bytes,
            hits,
            kept,
            dropped,
        }
    }
}
