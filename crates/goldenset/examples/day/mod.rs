//! How long results and vectors were kept when decisions were measured.

use goldenset::config::Config;

/// Results are kept for 5 minutes and vectors for an hour, whatever the default is: so the figures
/// of decisions can be had again.
pub(crate) fn short_lived(config: &mut Config) {
    (config.cache.result_ttl_seconds, config.cache.embedding_ttl_seconds) = (300, 3600);
}
