//! Which of the configured embedding models lookups use.

use std::sync::Arc;

use goldenset_core::ports::{Embedder, ModelSwitch, Store};
use goldenset_core::{Code, Error, Result};

use super::embedder;
use crate::config::Config;

/// The model that lookups use.
pub struct InUse {
    /// The configuration with this model as its embedding model.
    pub config: Config,
    /// Makes its vectors.
    pub embedder: Arc<dyn Embedder>,
}

/// The configured models: the present one, then the next one if there is one.
pub fn models(config: &Config) -> impl Iterator<Item = Result<InUse>> {
    let configs = std::iter::once(config.clone()).chain(config.of_next_model());
    configs.map(|config| embedder(&config).map(|embedder| InUse { config, embedder }))
}

/// The model that lookups of a store use: the one that they were switched to last, else the present
/// one of the configuration.
///
/// # Errors
/// `config_invalid` where the configuration does not have the one that they were switched to; see
/// [`embedder`]; faults of the store.
pub async fn model_in_use(config: &Config, store: &dyn Store) -> Result<InUse> {
    let switch = store.model_switch().await?;
    let mut known = Vec::new();
    for model in models(config) {
        let model = model?;
        let is_it = |switch: &ModelSwitch| switch.model == *model.embedder.model();
        if switch.as_ref().is_none_or(is_it) {
            return Ok(model);
        }
        known.push(model.embedder.model().to_string());
    }
    let model = switch.map_or_else(String::new, |switch| switch.model.to_string());
    let detail = format!(
        "lookups were switched to the model {model}, and the configuration has {}",
        known.join(" and ")
    );
    Err(Error::new(Code::ConfigInvalid, detail)
        .field("embedding")
        .fix("configure that model as embedding or next_embedding; `goldenset embeddings status` lists what is kept"))
}
