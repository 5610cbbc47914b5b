//! Embeddings from a model in this process, on worker threads of its own.

mod model;
mod pooling;
mod settings;
mod source;
mod words;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use goldenset_core::ports::Embedder;
use goldenset_core::{Code, Embedding, ModelId, Result};

use self::model::Model;
use self::source::Source;
use crate::onnx::{LocalOptions, Role, Workers};
use crate::stats::EmbedderStats;

static ROLE: Role = Role {
    name: "embedding model",
    kind: "sentence model",
    thread: "embed",
    settings: settings::FILE,
    example: settings::EXAMPLE,
    mismatch: Code::EmbeddingMismatch,
};

/// A sentence model run by `rten` in this process. Dropping it ends its threads.
///
/// Equal text gives the bitwise equal embedding on one machine with one build. Other processors may
/// round otherwise in the last digits.
pub struct LocalEmbedder {
    model: Arc<Model>,
    workers: Workers<Arc<str>, Embedding>,
    stats: Arc<EmbedderStats>,
}

impl LocalEmbedder {
    /// The model that is compiled in, `e5-small-en-it`: English and Italian, 384 dimensions.
    /// Blocks while it loads.
    ///
    /// # Errors
    /// `internal` when no threads can be started.
    pub fn bundled(options: LocalOptions) -> Result<Self> {
        Self::start(Source::bundled()?, options)
    }

    /// The model in `folder`: `embedding.toml`, the ONNX file that it names and `tokenizer.json`.
    /// Blocks while it loads.
    ///
    /// # Errors
    /// `model_unusable` naming the file and the fix, `internal` when no threads can be started.
    pub fn open(folder: &Path, options: LocalOptions) -> Result<Self> {
        Self::start(Source::folder(folder)?, options)
    }

    /// The counters of this provider. Tokens include the prefix and special tokens.
    #[must_use]
    pub fn stats(&self) -> &Arc<EmbedderStats> {
        &self.stats
    }

    fn start(source: Source, options: LocalOptions) -> Result<Self> {
        let model = Arc::new(Model::load(source)?);
        let stats = Arc::<EmbedderStats>::default();
        let (runs, counts) = (Arc::clone(&model), Arc::clone(&stats));
        let workers = Workers::start(options, &ROLE, move |text: &Arc<str>, pool| {
            let (embedding, tokens) = runs.embed(text, pool)?;
            counts.add_tokens(tokens);
            Ok(embedding)
        })?;
        Ok(Self { model, workers, stats })
    }
}

#[async_trait]
impl Embedder for LocalEmbedder {
    fn model(&self) -> &ModelId {
        self.model.id()
    }

    fn dimensions(&self) -> usize {
        self.model.dimensions()
    }

    async fn embed(&self, texts: &[Arc<str>]) -> Result<Vec<Embedding>> {
        self.stats.started(texts.len());
        let result = self.workers.run(texts).await;
        self.stats.ended(&result);
        result
    }
}
