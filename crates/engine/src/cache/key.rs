//! Keys of cached results: everything beside the golden set that its body depends on.

use std::hash::{Hash, Hasher};

use goldenset_core::{ModelId, Signature, VersionNumber};
use quick_cache::Equivalent;

use crate::scope::{Filters, KnownUntil, Scope};

/// What a result is asked for by. In this process it counts as it is and not by a hash, so two
/// lookups share a result only where every part is the same, and nothing has to be hashed that
/// nobody can foresee.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ResultKey<'a> {
    pub(crate) signature: Signature,
    pub(crate) judge: &'a JudgeId,
    /// The version that is in force, if any.
    pub(crate) calibration: Option<VersionNumber>,
    pub(crate) scope: &'a Scope,
}

/// A key that is kept with its result.
#[derive(Debug, Clone)]
pub(crate) struct HeldKey {
    signature: Signature,
    judge: JudgeId,
    calibration: Option<VersionNumber>,
    scope: Scope,
}

/// What nodes call a result: 128 bits of a cryptographic hash over all parts of its key, so that no
/// two lookups share one by chance or by intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ResultName(pub(crate) [u8; 16]);

/// Identity of all that vectors, verdicts and decisions depend on beside question and scope: the
/// part of a key that one engine's keys have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

impl<'a> ResultKey<'a> {
    /// All that counts, in an order that is as good as any.
    fn parts(self) -> impl Eq + use<'a> {
        let Self { signature, judge, calibration, scope } = self;
        // Whether the day of the question is today because none was named is of no account.
        let Scope {
            tenant,
            min_similarity,
            max_results,
            filters: Filters { category, tags, lang },
            day,
            follows_today: _,
            today,
            kb_epoch: KnownUntil { otherwise, topics },
            superseded_tags,
        } = scope;
        (
            (signature, judge, calibration, tenant),
            // Today is another day than the one that the question is about: reviews are due by it.
            (min_similarity.to_bits(), max_results, day, today),
            (otherwise, topics, category, tags, lang, superseded_tags),
        )
    }

    pub(crate) fn held(self) -> HeldKey {
        let Self { signature, judge, calibration, scope } = self;
        HeldKey { signature, judge: *judge, calibration, scope: scope.clone() }
    }

    pub(crate) fn name(self) -> ResultName {
        let Self { signature, judge, calibration, scope } = self;
        let mut parts = Parts(Vec::with_capacity(192));
        parts.fixed(judge.0);
        // Versions count from 1.
        parts.fixed(calibration.unwrap_or_default().to_le_bytes());
        parts.fixed(*signature.as_bytes());
        parts.fixed(scope.min_similarity.to_bits().to_le_bytes());
        parts.fixed((scope.max_results as u64).to_le_bytes());
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
        let mut name = [0; 16];
        name.copy_from_slice(&blake3::hash(&parts.0).as_bytes()[..16]);
        ResultName(name)
    }
}

impl Hash for ResultKey<'_> {
    /// What callers choose. The rest is the same for most keys of a tenant at a time; it is only
    /// compared.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Scope { tenant, min_similarity, max_results, filters, kb_epoch, .. } = self.scope;
        let Scope { day, superseded_tags, .. } = self.scope;
        (self.signature, tenant, min_similarity.to_bits(), max_results, day).hash(state);
        (&kb_epoch.otherwise, &kb_epoch.topics, superseded_tags).hash(state);
        (&filters.category, &filters.tags, &filters.lang).hash(state);
    }
}

impl PartialEq for ResultKey<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for ResultKey<'_> {}

impl HeldKey {
    /// The same, to compare with what is asked for.
    pub(crate) fn key(&self) -> ResultKey<'_> {
        let Self { signature, judge, calibration, scope } = self;
        ResultKey { signature: *signature, judge, calibration: *calibration, scope }
    }
}

impl Hash for HeldKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl PartialEq for HeldKey {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for HeldKey {}

impl Equivalent<HeldKey> for ResultKey<'_> {
    fn equivalent(&self, held: &HeldKey) -> bool {
        *self == held.key()
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
    use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

    use goldenset_core::TenantId;
    use goldenset_core::canonical::Canonical;
    use jiff::Timestamp;
    use jiff::civil::date;

    use super::*;

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
        let [question, other] = ["quanto costa?", "quanto non costa?"]
            .map(|question| Canonical::of(question).signature());
        let judges = [(&model, "v1", 0.9), (&model, "v2", 0.9), (&model, "v1", 0.91)]
            .map(|(model, verifier, threshold)| JudgeId::new(model, verifier, threshold));
        let other_model = JudgeId::new(&ModelId::new("n").unwrap(), "v1", 0.9);
        let key = |signature, scope, judge, calibration| ResultKey {
            signature,
            judge,
            calibration,
            scope,
        };
        let mut keys: Vec<_> =
            scopes.iter().map(|scope| key(question, scope, &judges[0], None)).collect();
        keys.push(key(other, &base, &judges[0], None));
        keys.extend([1, 2].map(|version| key(question, &base, &judges[0], Some(version))));
        keys.extend(judges[1..].iter().map(|judge| key(question, &base, judge, None)));
        keys.push(key(question, &base, &other_model, None));
        let held: HashSet<_> = keys.iter().map(|key| key.held()).collect();
        let names: HashSet<_> = keys.iter().map(|key| key.name().0).collect();
        assert_eq!((held.len(), names.len()), (keys.len(), keys.len()));
        // Whoever asks again finds what is held, and nothing of another key.
        let state = BuildHasherDefault::<DefaultHasher>::default();
        for (place, key) in keys.iter().enumerate() {
            assert_eq!(state.hash_one(key), state.hash_one(key.held()));
            for (other, held) in keys.iter().enumerate() {
                assert_eq!(key.equivalent(&held.held()), place == other);
            }
        }
        // A day that was named and the same day because none was are one.
        let follows = with(&|s| s.follows_today = true);
        assert_eq!(key(question, &follows, &judges[0], None), keys[0]);
    }
}
