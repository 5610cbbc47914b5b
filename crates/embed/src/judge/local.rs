//! A cross-encoder in this process, on worker threads of its own.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use goldenset_core::ports::{Pair, PairModel};
use goldenset_core::{ModelId, Result};

use super::model::{Model, ROLE};
use super::stats::JudgeStats;
use crate::onnx::{LocalOptions, Workers};

/// A cross-encoder run by `rten` in this process. Dropping it ends its threads.
///
/// Equal pairs give bitwise equal scores on one machine with one build. Other processors may round
/// otherwise in the last digits.
pub struct LocalJudge {
    model: Arc<Model>,
    workers: Workers<Pair, f32>,
    stats: Arc<JudgeStats>,
}

impl LocalJudge {
    /// The model in `folder`: `judge.toml`, the ONNX file that it names and `tokenizer.json`.
    /// Blocks while it loads.
    ///
    /// # Errors
    /// `model_unusable` naming the file and the fix, also when the model does not give what
    /// `judge.toml` says; `internal` when no threads can be started.
    pub fn open(folder: &Path, options: LocalOptions) -> Result<Self> {
        let model = Arc::new(Model::load(folder)?);
        let runs = Arc::clone(&model);
        let workers =
            Workers::start(options, &ROLE, move |pair: &Pair, pool| runs.judge(pair, pool))?;
        Ok(Self { model, workers, stats: Arc::default() })
    }

    /// The counters of this judge.
    #[must_use]
    pub fn stats(&self) -> &Arc<JudgeStats> {
        &self.stats
    }
}

#[async_trait]
impl PairModel for LocalJudge {
    fn model(&self) -> &ModelId {
        self.model.id()
    }

    async fn judge(&self, pairs: &[Pair]) -> Result<Vec<f32>> {
        self.stats.count(pairs.len(), self.workers.run(pairs)).await
    }
}
