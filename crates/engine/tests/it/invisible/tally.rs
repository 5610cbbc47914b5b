//! What happened in all runs, so that a property cannot hold because nothing happened.

use std::collections::BTreeMap;

use goldenset_core::{Code, Error};
use goldenset_engine::{CacheStatus, Looked};

#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Lookups by tier, decision and how the entry was found.
    answers: BTreeMap<String, usize>,
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
        let tiers = tiers.into_iter().map(|tier| (tier, &by_vector[..]));
        for (tier, decisions) in tiers.chain([(CacheStatus::SignatureHit, &by_signature[..])]) {
            for decision in decisions {
                let what = format!("{} {decision}", tier.as_str());
                let count = self.answers.get(&what).copied().unwrap_or_default();
                assert!(count >= least, "{count} times {what}: {self:#?}");
            }
        }
        for code in [
            Code::EmptyQuery,
            Code::UnknownTenant,
            Code::ThresholdOutOfRange,
            Code::InvalidField,
            Code::UnknownEntry,
            Code::UnknownVersion,
            Code::NotPublished,
        ] {
            assert!(self.errors.contains_key(code.as_str()), "never {}: {self:#?}", code.as_str());
        }
        assert!(self.changes >= least, "{self:#?}");
    }
}
