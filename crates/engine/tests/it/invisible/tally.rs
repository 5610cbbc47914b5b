//! What happened in all runs, so that a property cannot hold because nothing happened.

use std::collections::BTreeMap;

use goldenset_core::{Code, Error};
use goldenset_engine::{CacheStatus, Looked};

#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Lookups by tier, decision and how the entry was found.
    answers: BTreeMap<String, usize>,
    /// Lookups by tier in which a calibration had a say, certified or not.
    calibrated: BTreeMap<(&'static str, bool), usize>,
    /// Answers that are served because of a calibration alone.
    served_more: usize,
    errors: BTreeMap<&'static str, usize>,
    /// Changes that raised the epoch while results were cached.
    pub(super) changes: usize,
}

impl Tally {
    pub(super) fn answered(&mut self, looked: &Looked) {
        let result = looked.answer.result();
        let tier = looked.facts.cache.as_str();
        let what = format!("{tier} {} {:?}", result.decision.as_str(), result.match_type);
        *self.answers.entry(what).or_default() += 1;
        if let Some(applied) = result.calibration {
            *self.calibrated.entry((tier, applied.certified)).or_default() += 1;
            let raw = result.answer.as_ref().map(|answer| answer.raw_score);
            self.served_more += usize::from(raw.is_some_and(|raw| raw < 0.9));
        }
    }

    pub(super) fn refused(&mut self, error: &Error) {
        *self.errors.entry(error.code.as_str()).or_default() += 1;
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
        for code in [
            Code::EmptyQuery,
            Code::UnknownTenant,
            Code::ThresholdOutOfRange,
            Code::InvalidField,
            Code::UnknownEntry,
            Code::UnknownVersion,
            Code::NotPublished,
            Code::NotCalibrated,
        ] {
            assert!(self.errors.contains_key(code.as_str()), "never {}: {self:#?}", code.as_str());
        }
        assert!(self.changes >= least, "{self:#?}");
    }
}
