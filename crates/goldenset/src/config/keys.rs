//! Every key with its rule and its names in the environment, in the order of `default.toml`.

use super::rule::Rule;

/// A setting that can be made.
#[derive(Debug)]
pub(super) struct Key {
    /// Section and name: `lookup.min_similarity`.
    pub(super) name: &'static str,
    /// What its value may be.
    pub(super) rule: Rule,
    /// The name that other programs use for it too, if there is one.
    pub(super) common_name: Option<&'static str>,
}

const fn key(name: &'static str, rule: Rule) -> Key {
    Key { name, rule, common_name: None }
}

impl Key {
    const fn named(self, common_name: &'static str) -> Self {
        Self { common_name: Some(common_name), ..self }
    }

    /// Its own name in the environment: `GOLDENSET__LOOKUP__MIN_SIMILARITY`.
    pub(super) fn own_name(&self) -> String {
        format!("{PREFIX}{}", self.name.replace('.', "__").to_uppercase())
    }
}

/// What every own name begins with.
pub(super) const PREFIX: &str = "GOLDENSET__";

const HOUR_MS: i64 = 3_600_000;
const YEAR_SECONDS: i64 = 366 * 86_400;
const GIB: i64 = 1 << 30;

/// Every key.
pub(super) const KEYS: &[Key] = &[
    key("server.listen", Rule::Address),
    // A question of the greatest length fits, also when JSON escapes all of it.
    key("server.body_limit_bytes", Rule::Whole(65_536, GIB)),
    key("server.request_timeout_ms", Rule::Whole(1, HOUR_MS)),
    key("server.max_concurrent_requests", Rule::Whole(1, 1_000_000)),
    key("server.shutdown_grace_ms", Rule::Whole(0, HOUR_MS)),
    key("store.data_dir", Rule::Filled),
    key("store.database_url", Rule::PrivateUrl).named("DATABASE_URL"),
    key("store.connections", Rule::Whole(2, 10_000)),
    key("store.connect_timeout_ms", Rule::Whole(1, HOUR_MS)),
    key("store.statement_timeout_ms", Rule::Whole(1, HOUR_MS)),
    key("store.search", Rule::OneOf(&["memory", "pgvector"])),
    key("embedding.provider", Rule::OneOf(&["local", "openai"])),
    key("embedding.model_dir", Rule::Text),
    key("embedding.threads", Rule::Whole(0, 1024)),
    key("embedding.queue", Rule::Whole(1, 1_000_000)),
    key("embedding.base_url", Rule::HttpUrl),
    key("embedding.model", Rule::Filled),
    key("embedding.dimensions", Rule::Whole(1, 65_536)),
    key("embedding.send_dimensions", Rule::Switch),
    key("embedding.timeout_ms", Rule::Whole(1, HOUR_MS)),
    key("embedding.connect_timeout_ms", Rule::Whole(1, HOUR_MS)),
    key("embedding.max_attempts", Rule::Whole(1, 20)),
    key("embedding.max_concurrent", Rule::Whole(1, 10_000)),
    key("embedding.batch_size", Rule::Whole(1, 2048)).named("FAQ_BATCH_SIZE"),
    key("embedding.api_key", Rule::Key).named("OPENAI_API_KEY"),
    key("next_embedding.provider", Rule::OneOf(&["none", "local", "openai"])),
    key("next_embedding.model_dir", Rule::Text),
    key("next_embedding.base_url", Rule::HttpUrl),
    key("next_embedding.model", Rule::Filled),
    key("next_embedding.dimensions", Rule::Whole(1, 65_536)),
    key("next_embedding.send_dimensions", Rule::Switch),
    key("next_embedding.api_key", Rule::Key),
    key("next_embedding.weights", Rule::Text),
    key("lookup.serve_threshold", Rule::Share),
    key("lookup.min_similarity", Rule::Share).named("FAQ_MIN_SIMILARITY"),
    key("lookup.max_results", Rule::Whole(1, 100)).named("FAQ_MAX_RESULTS"),
    key("lookup.max_batch", Rule::Whole(1, 10_000)),
    key("lookup.time_zone", Rule::TimeZone),
    key("cache.result_ttl_seconds", Rule::Whole(0, YEAR_SECONDS)).named("FAQ_RESULT_CACHE_TTL"),
    key("cache.embedding_ttl_seconds", Rule::Whole(0, YEAR_SECONDS))
        .named("FAQ_EMBEDDING_CACHE_TTL"),
    key("cache.result_bytes", Rule::Whole(0, 1024 * GIB)),
    key("cache.embedding_bytes", Rule::Whole(0, 1024 * GIB)),
    key("cache.profile_bytes", Rule::Whole(0, 1024 * GIB)),
    key("cache.near_miss", Rule::OneOf(&["proven", "plain", "off"])),
    key("cache.near_miss_similarity", Rule::Share),
    key("cache.near_miss_bytes", Rule::Whole(0, 1024 * GIB)),
    key("cache.redis_url", Rule::PrivateUrl).named("REDIS_URL"),
    key("cache.redis_cluster", Rule::Switch),
    key("cache.redis_ca_file", Rule::Text),
    key("cache.redis_prefix", Rule::Text),
    key("cache.redis_timeout_ms", Rule::Whole(1, HOUR_MS)),
    key("cache.redis_connect_timeout_ms", Rule::Whole(1, HOUR_MS)),
    key("verifier.weights", Rule::Text),
    key("verifier.lexicons", Rule::Text),
    key("judge.kind", Rule::OneOf(&["none", "local", "rerank"])),
    key("judge.path", Rule::Text),
    key("judge.base_url", Rule::HttpUrl),
    key("judge.style", Rule::OneOf(&["tei", "cohere"])),
    key("judge.model", Rule::Text),
    key("judge.api_key", Rule::Key),
    key("judge.budget_ms", Rule::Whole(1, 10_000)),
    key("judge.unsure_from", Rule::Share),
    key("judge.unsure_to", Rule::Share),
    key("judge.top", Rule::Whole(1, 2)),
    key("watch.flush_seconds", Rule::Whole(1, 3600)),
    key("watch.keep_days", Rule::Whole(1, 3650)),
    key("audit.share", Rule::Share),
    key("audit.most_open", Rule::Whole(1, 1_000_000)),
    key("curation.categories", Rule::Names),
    key("curation.least_trust", Rule::Share),
    key("curation.admin_trust", Rule::Share),
    key("curation.trust_strength", Rule::Whole(1, 100_000)),
    key("curation.approve_from", Rule::Share),
    key("curation.reject_below", Rule::Share),
    key("curation.thresholds", Rule::Thresholds),
    key("curation.four_eyes", Rule::Switch),
    key("curation.contradictions", Rule::Whole(1, 100_000)),
    key("curation.sweep_seconds", Rule::Whole(1, 86_400)),
    key("questions.store", Rule::Switch),
    key("questions.most", Rule::Whole(1, 100_000)),
    key("questions.examples", Rule::Whole(1, 100)),
    key("questions.keep_days", Rule::Whole(1, 3650)),
    key("questions.propose_from", Rule::Whole(1, 1_000_000)),
    key("log.format", Rule::OneOf(&["human", "json"])),
    key("log.level", Rule::OneOf(&["off", "error", "warn", "info", "debug", "trace"])),
];

/// The key of this name.
pub(super) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// The key that was probably meant: the last part of the name counts most, so that a key under
/// the wrong section is found too.
pub(super) fn closest(name: &str) -> Option<&'static Key> {
    let parts = |name: &str| {
        let (section, last) = name.rsplit_once('.').unwrap_or(("", name));
        (section.to_lowercase(), last.to_lowercase())
    };
    let (section, last) = parts(name);
    let similarity = |key: &Key| {
        let (key_section, key_last) = parts(key.name);
        let of_last = alike(&last, &key_last);
        (of_last >= 0.6).then(|| 2.0 * of_last + alike(&section, &key_section))
    };
    KEYS.iter()
        .filter_map(|key| Some((similarity(key)?, key)))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, key)| key)
}

/// How alike two names are, 0 to 1: by letters swapped, added, left out and replaced. Leaving out
/// the unit (`timeout` for `timeout_ms`) is the likeliest slip.
pub(super) fn alike(a: &str, b: &str) -> f64 {
    if b.strip_prefix(a).is_some_and(|unit| unit.starts_with('_')) {
        return 0.95;
    }
    strsim::normalized_damerau_levenshtein(a, b)
}
