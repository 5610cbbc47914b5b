//! The models that are asked: of one text, and of a pair.

use std::sync::Arc;

use async_trait::async_trait;

use crate::embedding::Embedding;
use crate::error::Result;
use crate::ids::ModelId;

/// Turns texts into vectors, of the whole and of the words.
#[async_trait]
pub trait Embedder: Send + Sync {
    /// Identity of the model; a change of anything that changes vectors changes it.
    fn model(&self) -> &ModelId;

    /// Length of every vector.
    fn dimensions(&self) -> usize;

    /// One embedding a text, in order. Equal text gives the bitwise equal embedding, alone or
    /// among others. A model that gives no vectors of words leaves them empty. Any fault fails
    /// the whole call; there is no partial result.
    ///
    /// # Errors
    /// `overloaded`, `embedding_unavailable`, `embedding_rejected`, `embedding_mismatch`.
    async fn embed(&self, texts: &[Arc<str>]) -> Result<Vec<Embedding>>;
}

/// A question and a phrasing of an entry that may have the answer to it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pair {
    /// What is asked.
    pub question: Arc<str>,
    /// The approved phrasing that it is held against.
    pub entry: Arc<str>,
}

/// Reads a question and an entry together, and says whether the one's answer answers the other.
/// Slower and surer than comparing what was read of each alone.
#[async_trait]
pub trait PairModel: Send + Sync {
    /// Identity of the model; a change of anything that changes scores changes it, as far as it
    /// can be seen from here.
    fn model(&self) -> &ModelId;

    /// One score a pair, in order: the log-odds that the approved answer to `entry` answers
    /// `question`, any finite number, 0 being even odds. As the model says it, not calibrated.
    /// Equal pairs give equal scores, alone or among others: of a model in this process bit for
    /// bit, of a remote one as far as its server does. Any fault fails the whole call; there is no
    /// partial result.
    ///
    /// Dropping the future returns at once and takes back what has not begun. A run that has begun
    /// in this process ends in its own thread, and nobody hears of it.
    ///
    /// # Errors
    /// `overloaded`, `judge_unavailable` (also: out of time), `judge_rejected`, `judge_mismatch`,
    /// `internal`. Whoever asks decides as if there were no such model, and not more freely.
    async fn judge(&self, pairs: &[Pair]) -> Result<Vec<f32>>;
}
