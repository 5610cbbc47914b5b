//! The model that lookups can be switched to.

use std::path::PathBuf;

use serde::Deserialize;

use super::{Config, Embedding, Provider, Secret, Verifier, path_or_none};

/// Section `next_embedding`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NextEmbedding {
    /// Which provider embeds, if there is a next model.
    pub provider: NextProvider,
    /// Folder of the local model, none: the bundled one.
    #[serde(deserialize_with = "path_or_none")]
    pub model_dir: Option<PathBuf>,
    /// Address of the OpenAI-compatible server, up to and with `/v1`.
    pub base_url: String,
    /// Model that the server is asked for.
    pub model: String,
    /// Length of its vectors.
    pub dimensions: usize,
    /// Whether the server is told the length.
    pub send_dimensions: bool,
    /// Key of the server, empty: that of `embedding`.
    pub api_key: Secret,
    /// File with the weights of the score, none: the bundled one.
    #[serde(deserialize_with = "path_or_none")]
    pub weights: Option<PathBuf>,
}

/// Which provider embeds with the next model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NextProvider {
    /// There is no next model.
    None,
    /// A model inside goldenset.
    Local,
    /// A server that speaks the OpenAI protocol.
    OpenAi,
}

impl Config {
    /// The same with the next model in place of the present one, if there is a next one.
    #[must_use]
    pub fn of_next_model(&self) -> Option<Self> {
        let next = &self.next_embedding;
        let provider = match next.provider {
            NextProvider::None => return None,
            NextProvider::Local => Provider::Local,
            NextProvider::OpenAi => Provider::OpenAi,
        };
        let keyed = [&next.api_key, &self.embedding.api_key];
        let api_key = keyed.into_iter().find(|key| key.expose().is_some());
        let embedding = Embedding {
            provider,
            model_dir: next.model_dir.clone(),
            base_url: next.base_url.clone(),
            model: next.model.clone(),
            dimensions: next.dimensions,
            send_dimensions: next.send_dimensions,
            api_key: api_key.unwrap_or(&next.api_key).clone(),
            ..self.embedding.clone()
        };
        let verifier = Verifier { weights: next.weights.clone(), ..self.verifier.clone() };
        Some(Self { embedding, verifier, ..self.clone() })
    }
}
