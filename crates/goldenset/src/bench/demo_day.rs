//! The demo set, its day of questions, a clock that goes by the log, and a model that is asked once:
//! for the benchmark and the measurements of decisions.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use goldenset_core::ports::{Clock, Embedder};
use goldenset_core::{Code, Embedding, Error, ModelId, Result};
use jiff::Timestamp;
use serde::Deserialize;

/// The entries, JSONL.
pub const ENTRIES: &str = include_str!("../../../../demo/entries.jsonl");
/// The log of a day, one [`Line`] a line.
pub const LOG: &str = include_str!("../../../../demo/demo_log.jsonl");
/// Midnight in Rome, of a day on which the demo set is in force.
pub const MIDNIGHT: &str = "2024-12-10T23:00:00Z";

/// A question of the log.
#[derive(Debug, Clone, Deserialize)]
pub struct Line {
    /// Seconds since midnight.
    pub t: f64,
    /// As it was asked.
    pub query: String,
}

/// A clock that stands where it is put.
#[derive(Debug)]
pub struct LogClock(Mutex<Timestamp>);

impl LogClock {
    /// At a moment.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    /// At another moment from now on.
    pub fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

impl Clock for LogClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A model that is asked once for each text.
pub struct Remembering {
    model: Arc<dyn Embedder>,
    known: Mutex<HashMap<Arc<str>, Embedding>>,
}

impl Remembering {
    /// In place of `model`.
    #[must_use]
    pub fn new(model: Arc<dyn Embedder>) -> Self {
        Self { model, known: Mutex::default() }
    }

    fn known(&self, text: &str) -> Option<Embedding> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(text).cloned()
    }
}

#[async_trait]
impl Embedder for Remembering {
    fn model(&self) -> &ModelId {
        self.model.model()
    }

    fn dimensions(&self) -> usize {
        self.model.dimensions()
    }

    async fn embed(&self, texts: &[Arc<str>]) -> Result<Vec<Embedding>> {
        let mut embeddings = Vec::with_capacity(texts.len());
        for text in texts {
            embeddings.push(match self.known(text) {
                Some(known) => known,
                None => {
                    let made = self.model.embed(std::slice::from_ref(text)).await?;
                    let made = made.into_iter().next().ok_or_else(|| {
                        Error::new(Code::EmbeddingMismatch, "the model gave no vector")
                    })?;
                    let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
                    known.insert(Arc::clone(text), made.clone());
                    made
                }
            });
        }
        Ok(embeddings)
    }
}
