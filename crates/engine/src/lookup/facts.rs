//! What a lookup gives beside the answer.

use std::sync::Arc;
use std::time::Duration;

use goldenset_core::Epoch;

use crate::answer::Answer;
use crate::opinion::Opinion;

/// Which tier answered, in the words of the metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CacheStatus {
    /// The question is an approved phrasing.
    SignatureHit,
    /// The result was cached.
    ResultHit,
    /// The embedding was cached; the search ran.
    EmbeddingHit,
    /// What was found for nearly the same question was all that a search would find.
    NearMiss,
    /// The provider was asked.
    Miss,
}

impl CacheStatus {
    /// The status as it is written in headers and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignatureHit => "signature_hit",
            Self::ResultHit => "result_hit",
            Self::EmbeddingHit => "embedding_hit",
            Self::NearMiss => "near_miss",
            Self::Miss => "miss",
        }
    }
}

/// What holds for one request only and must not be in its body.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    /// Which tier answered.
    pub cache: CacheStatus,
    /// State of the golden set that was read.
    pub epoch: Epoch,
    /// Waiting for the vector, when one was needed.
    pub embedding: Option<Duration>,
    /// Search, guards, score and decision, when they ran; the wait for a second opinion included.
    pub verification: Option<Duration>,
    /// Whether the embedding was cached, when one was needed.
    pub embedding_cached: Option<bool>,
    /// Whether a search of the past answered, when there was something to search and such are kept.
    pub reused: Option<bool>,
    /// What became of the second opinion.
    pub opinion: Opinion,
}

impl Facts {
    /// Of an answer that needed nothing but a look into a cache.
    pub(super) fn new(cache: CacheStatus, epoch: Epoch) -> Self {
        Self {
            cache,
            epoch,
            embedding: None,
            verification: None,
            embedding_cached: None,
            reused: None,
            opinion: Opinion::NotAsked,
        }
    }
}

/// An answer and how it came about.
#[derive(Debug, Clone)]
pub struct Looked {
    /// The answer.
    pub answer: Arc<Answer>,
    /// How it came about.
    pub facts: Facts,
}
