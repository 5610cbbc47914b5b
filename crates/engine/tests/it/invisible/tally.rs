//! What happened in all runs, so that a property cannot hold because nothing happened.

use std::collections::BTreeMap;

use goldenset_core::decision::Decision;
use goldenset_core::{Code, Error};
use goldenset_engine::{CacheState, CacheStatus, DropReason, Looked, SharedReads};

use super::Done;
use super::steps::Step;
use crate::parts::Searches;

/// What reasons say of an entry that may be out of date.
const CAUSES: [&str; 5] = [
    "caller's knowledge base is newer",
    "caller's knowledge base on `",
    "nobody has approved it again",
    "its review was due by",
    "is superseded",
];

#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Lookups by tier, decision and how the entry was found.
    answers: BTreeMap<String, usize>,
    /// Lookups by tier in which a calibration had a say, certified or not.
    calibrated: BTreeMap<(&'static str, bool), usize>,
    /// Answers that are served because of a calibration alone.
    served_more: usize,
    /// Lookups by tier in which something made the entry out of date, by what it was.
    causes: BTreeMap<(&'static str, &'static str), usize>,
    /// Entries that a change suspended, that its undoing let go, and approvals of what was served.
    suspended: usize,
    resumed: usize,
    reapproved: usize,
    errors: BTreeMap<&'static str, usize>,
    /// Changes that raised the epoch while results were cached.
    pub(super) changes: usize,
    /// Times that a node learned of what another had changed.
    pub(super) followed: usize,
    /// Results that lived on.
    kept: u64,
    /// Results that went, by the reason.
    dropped: BTreeMap<&'static str, u64>,
    /// Results that a cache had no room for.
    pub(super) evicted: usize,
    /// Of what nodes share: results that were used, that did not hold any more, embeddings that
    /// were used, values that could not be read.
    shared: [u64; 4],
    /// Of searches elsewhere: questions, those in an earlier set, times that it was filled.
    elsewhere: [u64; 3],
    /// Of searches of the past: those that did, and those of which it was not proven.
    reused: [u64; 2],
}

impl Tally {
    pub(super) fn answered(&mut self, looked: &Looked) {
        let result = looked.answer.result();
        let tier = looked.facts.cache.as_str();
        let what = format!("{tier} {} {:?}", result.decision.as_str(), result.match_type);
        *self.answers.entry(what).or_default() += 1;
        for cause in CAUSES.into_iter().filter(|cause| result.reason.contains(cause)) {
            *self.causes.entry((tier, cause)).or_default() += 1;
        }
        if let Some(applied) = result.calibration {
            *self.calibrated.entry((tier, applied.certified)).or_default() += 1;
            let raw = result.answer.as_ref().map(|answer| answer.raw_score);
            self.served_more += usize::from(raw.is_some_and(|raw| raw < 0.9));
        }
    }

    pub(super) fn changed(&mut self, step: &Step, done: &Done) {
        match (step, done) {
            (Step::Suspend { .. }, Done::Referenced(done)) => self.suspended += done.affected.len(),
            (Step::Undo { .. }, Done::Referenced(done)) => {
                let let_go = done.affected.iter().filter_map(|one| one.decision);
                self.resumed += let_go.filter(|it| it.after == Decision::Serve).count();
            }
            (Step::Reapprove { version: None, .. }, _) => self.reapproved += 1,
            _ => {}
        }
    }

    pub(super) fn refused(&mut self, error: &Error) {
        *self.errors.entry(error.code.as_str()).or_default() += 1;
    }

    /// What became of the results of one run.
    pub(super) fn ended(&mut self, state: &CacheState) {
        if let Some(shared) = &state.shared {
            let SharedReads { hits, stale, .. } = shared.results;
            let counts = [hits, stale, shared.embeddings.hits, shared.unusable];
            self.shared.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
        if let Some(past) = &state.near_misses {
            let counts = [past.hits, past.unproven];
            self.reused.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
        self.kept += state.results.kept;
        for reason in DropReason::ALL {
            *self.dropped.entry(reason.as_str()).or_default() += state.results.dropped.of(reason);
        }
    }

    pub(super) fn searched(&mut self, searches: Option<Searches>) {
        let Searches { questions, lagging, fills } = searches.unwrap_or_default();
        let counts = [questions, lagging, fills];
        self.elsewhere.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    }

    pub(super) fn add(&mut self, other: Self) {
        fn add<K: Ord, V: std::ops::AddAssign + Default>(
            to: &mut BTreeMap<K, V>,
            from: BTreeMap<K, V>,
        ) {
            from.into_iter().for_each(|(key, count)| *to.entry(key).or_default() += count);
        }
        add(&mut self.answers, other.answers);
        add(&mut self.calibrated, other.calibrated);
        add(&mut self.errors, other.errors);
        add(&mut self.dropped, other.dropped);
        add(&mut self.causes, other.causes);
        self.suspended += other.suspended;
        self.resumed += other.resumed;
        self.reapproved += other.reapproved;
        self.served_more += other.served_more;
        self.changes += other.changes;
        self.followed += other.followed;
        self.kept += other.kept;
        self.evicted += other.evicted;
        self.shared.iter_mut().zip(other.shared).for_each(|(sum, count)| *sum += count);
        self.elsewhere.iter_mut().zip(other.elsewhere).for_each(|(sum, count)| *sum += count);
        self.reused.iter_mut().zip(other.reused).for_each(|(sum, count)| *sum += count);
    }

    /// Every tier gave every decision that it can give, and every refusal occurred.
    pub(super) fn assert_nothing_is_missing(&self, least: usize) {
        let by_vector =
            ["serve Some(Semantic)", "context Some(Semantic)", "suggest None", "miss None"];
        let by_signature = ["serve Some(Signature)", "context Some(Signature)"];
        let tiers = [CacheStatus::ResultHit, CacheStatus::EmbeddingHit, CacheStatus::Miss];
        let tiers_by_vector = tiers;
        let tiers = tiers.into_iter().map(|tier| (tier, &by_vector[..]));
        for (tier, decisions) in tiers.chain([(CacheStatus::SignatureHit, &by_signature[..])]) {
            for decision in decisions {
                let what = format!("{} {decision}", tier.as_str());
                let count = self.answers.get(&what).copied().unwrap_or_default();
                assert!(count >= least, "{count} times {what}: {self:#?}");
            }
        }
        for tier in tiers_by_vector {
            for certified in [false, true] {
                let count = self.calibrated.get(&(tier.as_str(), certified)).copied();
                assert!(count.unwrap_or_default() >= least, "{tier:?} {certified}: {self:#?}");
            }
        }
        assert!(self.served_more >= least, "{self:#?}");
        // Each cause word for word and by meaning; and results that were cached with one.
        let caused = |tier: CacheStatus, cause| {
            self.causes.get(&(tier.as_str(), cause)).copied().unwrap_or_default()
        };
        for cause in CAUSES {
            let by_vector: usize = tiers_by_vector.into_iter().map(|it| caused(it, cause)).sum();
            for count in [by_vector, caused(CacheStatus::SignatureHit, cause)] {
                assert!(count >= least, "{count} times {cause}: {self:#?}");
            }
        }
        let cached: usize = CAUSES.map(|cause| caused(CacheStatus::ResultHit, cause)).iter().sum();
        assert!(cached >= least, "{self:#?}");
        for count in [self.suspended, self.resumed, self.reapproved] {
            assert!(count >= least, "{self:#?}");
        }
        for code in [
            Code::EmptyQuery,
            Code::UnknownTenant,
            Code::ThresholdOutOfRange,
            Code::InvalidField,
            Code::UnknownEntry,
            Code::UnknownVersion,
            Code::NotPublished,
            Code::NotCalibrated,
            Code::NothingToUndo,
        ] {
            assert!(self.errors.contains_key(code.as_str()), "never {}: {self:#?}", code.as_str());
        }
        assert!(self.changes >= least, "{self:#?}");
        assert!(self.kept >= 10 * least as u64 && self.evicted >= least, "{self:#?}");
        assert!(self.followed >= 10 * least, "{self:#?}");
        assert!(self.shared.iter().all(|count| *count >= 2 * least as u64), "{self:#?}");
        assert!(self.reused.iter().all(|count| *count >= 10 * least as u64), "{self:#?}");
        assert!(self.elsewhere.iter().all(|count| *count >= 10 * least as u64), "{self:#?}");
        for (reason, count) in &self.dropped {
            // Too many changes at once are not made here.
            if *reason == DropReason::JournalGap.as_str() {
                continue;
            }
            assert!(*count >= least as u64, "{count} times {reason}: {self:#?}");
        }
    }
}
