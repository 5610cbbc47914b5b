//! Key of a cached result: everything beside the golden set that its body depends on.

use goldenset_core::ModelId;
use goldenset_core::{Signature, VersionNumber};

use crate::scope::{Filters, Scope};

/// 128 bits of a cryptographic hash over all parts, so that no two lookups share a result by
/// chance or by intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ResultKey(pub(crate) [u8; 16]);

/// Identity of all that vectors, verdicts and decisions depend on beside question and scope: the
/// part of a key that one engine's keys have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct JudgeId([u8; 32]);

impl JudgeId {
    pub(crate) fn new(model: &ModelId, verifier: &str, serve_threshold: f64) -> Self {
        let mut parts = Parts::default();
        parts.variable(model.as_str().as_bytes());
        parts.variable(verifier.as_bytes());
        parts.fixed(serve_threshold.to_bits().to_le_bytes());
        Self(*blake3::hash(&parts.0).as_bytes())
    }
}

impl ResultKey {
    /// `calibration` is the version that is in force, if any.
    pub(crate) fn new(
        signature: Signature,
        scope: &Scope,
        judge: &JudgeId,
        calibration: Option<VersionNumber>,
    ) -> Self {
        let mut parts = Parts(Vec::with_capacity(192));
        parts.fixed(judge.0);
        // Versions count from 1.
        parts.fixed(calibration.unwrap_or_default().to_le_bytes());
        parts.fixed(*signature.as_bytes());
        parts.fixed(scope.min_similarity.to_bits().to_le_bytes());
        parts.fixed((scope.max_results as u64).to_le_bytes());
        // Today is another day than the one that the question is about: reviews are due by it.
        for day in [scope.day, scope.today] {
            parts.fixed(day.year().to_le_bytes());
            parts.fixed([day.month(), day.day()].map(|number| number.to_le_bytes()[0]));
        }
        // A moment has no such number as the one that stands for none.
        let known = &scope.kb_epoch;
        let otherwise = known.otherwise.map_or(i128::MIN, |moment| moment.as_nanosecond());
        parts.fixed(otherwise.to_le_bytes());
        parts.fixed((known.topics.len() as u64).to_le_bytes());
        for (topic, moment) in &known.topics {
            parts.variable(topic.as_bytes());
            parts.fixed(moment.as_nanosecond().to_le_bytes());
        }
        parts.variable(scope.tenant.as_str().as_bytes());
        let Filters { category, tags, lang } = &scope.filters;
        for values in [category, tags, lang, &scope.superseded_tags] {
            parts.fixed((values.len() as u64).to_le_bytes());
            values.iter().for_each(|value| parts.variable(value.as_bytes()));
        }
        let mut key = [0; 16];
        key.copy_from_slice(&blake3::hash(&parts.0).as_bytes()[..16]);
        Self(key)
    }
}

/// What is hashed, in one piece: half the time of a hasher that gets it in parts.
#[derive(Default)]
struct Parts(Vec<u8>);

impl Parts {
    fn fixed<const N: usize>(&mut self, bytes: [u8; N]) {
        self.0.extend_from_slice(&bytes);
    }

    /// Preceded by its length, so that parts cannot run into each other.
    fn variable(&mut self, bytes: &[u8]) {
        self.fixed((bytes.len() as u64).to_le_bytes());
        self.0.extend_from_slice(bytes);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use goldenset_core::TenantId;
    use goldenset_core::canonical::Canonical;
    use jiff::Timestamp;
    use jiff::civil::date;

    use super::*;
    use crate::scope::KnownUntil;

    #[test]
    fn every_part_counts() {
        let base = Scope {
            tenant: TenantId::default(),
            min_similarity: 0.85,
            max_results: 10,
            filters: Filters::default(),
            day: date(2024, 5, 1),
            follows_today: false,
            today: date(2024, 5, 1),
            kb_epoch: KnownUntil::default(),
            superseded_tags: vec![],
        };
        let known = |topics: &[&str]| {
            let now = Timestamp::UNIX_EPOCH;
            let topics = topics.iter().map(|topic| ((*topic).to_owned(), now)).collect();
            KnownUntil { otherwise: Some(now), topics }
        };
        let with = |change: &dyn Fn(&mut Scope)| {
            let mut scope = base.clone();
            change(&mut scope);
            scope
        };
        let scopes = [
            base.clone(),
            with(&|s| s.tenant = TenantId::new("other").unwrap()),
            with(&|s| s.min_similarity = 0.850_000_000_000_000_1),
            with(&|s| s.max_results = 9),
            with(&|s| s.day = date(2024, 5, 2)),
            with(&|s| s.today = date(2024, 5, 2)),
            with(&|s| s.kb_epoch = known(&[])),
            with(&|s| s.kb_epoch = known(&["a"])),
            with(&|s| s.kb_epoch = known(&["b"])),
            with(&|s| s.kb_epoch = known(&["a", "b"])),
            with(&|s| s.kb_epoch.topics = known(&["a"]).topics),
            with(&|s| s.superseded_tags = vec!["a".into(), "b".into()]),
            with(&|s| s.superseded_tags = vec!["ab".into()]),
            with(&|s| s.filters.category = vec!["a".into(), "b".into()]),
            with(&|s| s.filters.category = vec!["ab".into()]),
            with(&|s| s.filters.tags = vec!["a".into(), "b".into()]),
            with(&|s| s.filters.lang = vec!["a".into(), "b".into()]),
        ];
        let model = ModelId::new("m").unwrap();
        let judge = JudgeId::new(&model, "v1", 0.9);
        let question = Canonical::of("quanto costa?").signature();
        let mut keys = HashSet::new();
        for scope in &scopes {
            keys.insert(ResultKey::new(question, scope, &judge, None));
        }
        let other = Canonical::of("quanto non costa?").signature();
        keys.insert(ResultKey::new(other, &base, &judge, None));
        keys.insert(ResultKey::new(question, &base, &judge, Some(1)));
        keys.insert(ResultKey::new(question, &base, &judge, Some(2)));
        for judge in [
            JudgeId::new(&model, "v2", 0.9),
            JudgeId::new(&model, "v1", 0.91),
            JudgeId::new(&ModelId::new("n").unwrap(), "v1", 0.9),
        ] {
            keys.insert(ResultKey::new(question, &base, &judge, None));
        }
        assert_eq!(keys.len(), scopes.len() + 6);
    }
}
