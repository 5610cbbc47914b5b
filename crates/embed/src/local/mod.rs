//! Embeddings from a model in this process, on worker threads of its own.

mod model;
mod pooling;
mod queue;
mod settings;
mod source;

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::thread::available_parallelism;

use async_trait::async_trait;
use goldenset_core::ports::{Embedder, Vector};
use goldenset_core::{Code, Error, ModelId, Result};
use rten::ThreadPool;

use self::model::Model;
use self::queue::Queue;
use self::source::Source;
use crate::stats::EmbedderStats;

/// How many calls may wait for each worker: at 10 ms a question the last one waits 0.6 s.
const WAITING_PER_WORKER: usize = 64;

/// How a [`LocalEmbedder`] uses the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalOptions {
    /// Texts that are embedded at the same time, each on one thread. Default: one a core.
    pub workers: NonZeroUsize,
    /// Calls that may wait while all workers are busy; more are refused with `overloaded`. A call
    /// counts once, however many texts it holds. Default: 64 a worker.
    pub max_waiting: NonZeroUsize,
}

impl Default for LocalOptions {
    fn default() -> Self {
        let workers = available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let waiting = NonZeroUsize::MIN.saturating_add(WAITING_PER_WORKER - 1);
        Self { workers, max_waiting: workers.saturating_mul(waiting) }
    }
}

/// A sentence model run by `rten` in this process. Dropping it ends its threads.
///
/// Equal text gives the bitwise equal vector on one machine with one build. Other processors may
/// round otherwise in the last digits.
pub struct LocalEmbedder {
    model: Arc<Model>,
    queue: Arc<Queue>,
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
        // From here on dropping it ends the threads, also those of a start that fails half-way.
        let embedder = Self {
            model: Arc::new(Model::load(source)?),
            queue: Queue::new(options.max_waiting.get()),
            stats: Arc::default(),
        };
        for number in 0..options.workers.get() {
            let (model, stats) = (Arc::clone(&embedder.model), Arc::clone(&embedder.stats));
            // A pool of one thread keeps a run on one core: several texts side by side use the
            // cores better than one text spread over them.
            let pool = Arc::new(ThreadPool::with_num_threads(1));
            embedder.queue.start_worker(format!("embed-{number}"), move |text| {
                let (vector, tokens) = model.embed(text, &pool)?;
                stats.add_tokens(tokens);
                Ok(vector)
            })?;
        }
        Ok(embedder)
    }
}

impl Drop for LocalEmbedder {
    fn drop(&mut self) {
        self.queue.close();
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

    async fn embed(&self, texts: &[Arc<str>]) -> Result<Vec<Vector>> {
        self.stats.started(texts.len());
        let result = match self.queue.submit(texts) {
            Ok(answer) => answer.await.unwrap_or_else(|gone| {
                Err(Error::new(Code::Internal, "the embedding workers are gone").cause(gone))
            }),
            Err(error) => Err(error),
        };
        self.stats.ended(&result);
        result
    }
}
