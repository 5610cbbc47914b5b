//! Embeddings from a server that speaks OpenAI's `/v1/embeddings`: OpenAI, Azure, Ollama, TEI,
//! vLLM.

mod settings;
mod wire;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use futures::stream::{self, StreamExt, TryStreamExt};
use goldenset_core::ports::Embedder;
use goldenset_core::{Code, Embedding, Error, ModelId, Result, Vector};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

pub use self::settings::OpenAiSettings;
use self::wire::{Body, longest_answer, read_answer};
use crate::http::{Endpoint, Fault, Request, Service, with_retries};
use crate::stats::EmbedderStats;

static SERVICE: Service = Service {
    name: "embedding provider",
    path: "embeddings",
    example: "https://api.openai.com/v1",
    unavailable: Code::EmbeddingUnavailable,
    rejected: Code::EmbeddingRejected,
    check: "check the model's name, dimensions, send_dimensions and max_texts",
};

/// A remote provider. Needs a tokio runtime with time and I/O. Such servers give no vectors of
/// words.
///
/// Equal texts of one call are sent once and share their vector. Between calls equality is the
/// provider's: few give the bitwise equal vector every time, so keep the vectors that matter.
pub struct OpenAiEmbedder {
    settings: OpenAiSettings,
    id: ModelId,
    endpoint: Endpoint,
    /// One permit a call that is in progress or waits.
    calls: Semaphore,
    /// One permit a request, held through its retries: a provider in trouble gets less, not more.
    requests: Semaphore,
    stats: Arc<EmbedderStats>,
}

impl OpenAiEmbedder {
    /// A provider with these settings. Nothing is sent yet.
    ///
    /// # Errors
    /// `config_invalid` naming the field and the fix.
    pub fn new(settings: OpenAiSettings) -> Result<Self> {
        Ok(Self {
            id: settings.model_id()?,
            endpoint: Endpoint::new(
                &SERVICE,
                settings.endpoint()?,
                settings.api_key.clone(),
                settings.connect_timeout,
            )?,
            calls: Semaphore::new(settings.max_calls.min(Semaphore::MAX_PERMITS)),
            requests: Semaphore::new(settings.concurrency.min(Semaphore::MAX_PERMITS)),
            stats: Arc::default(),
            settings,
        })
    }

    /// The counters of this provider. Tokens are what the provider reports.
    #[must_use]
    pub fn stats(&self) -> &Arc<EmbedderStats> {
        &self.stats
    }

    async fn embed_all(&self, texts: &[Arc<str>]) -> Result<Vec<Embedding>> {
        let _call = self.admit()?;
        // Equal texts are paid once and cannot come back different.
        let mut places = HashMap::new();
        let mut unique: Vec<&str> = Vec::new();
        let order: Vec<usize> = texts
            .iter()
            .map(|text| {
                *places.entry(text.as_ref()).or_insert_with(|| {
                    unique.push(text);
                    unique.len() - 1
                })
            })
            .collect();
        // Only as many parts as may run at once queue for a permit, so that a long batch does not
        // shut out the single questions behind it.
        let parts: Vec<_> =
            unique.chunks(self.settings.max_texts).map(|part| self.embed_part(part)).collect();
        let parts: Vec<Vec<Vector>> =
            stream::iter(parts).buffered(self.settings.concurrency).try_collect().await?;
        let vectors: Vec<Vector> = parts.into_iter().flatten().collect();
        let vectors = order.into_iter().filter_map(|place| vectors.get(place).cloned());
        Ok(vectors.map(Embedding::from).collect())
    }

    /// A place among the calls, given back when it is dropped.
    fn admit(&self) -> Result<SemaphorePermit<'_>> {
        self.calls.try_acquire().map_err(|full| {
            let max = self.settings.max_calls;
            Error::new(Code::Overloaded, format!("{max} calls wait for the embedding provider"))
                .fix("try again shortly; if it happens often, raise concurrency or max_calls")
                .cause(full)
        })
    }

    async fn embed_part(&self, texts: &[&str]) -> Result<Vec<Vector>> {
        let settings = &self.settings;
        let texts: Vec<Cow<'_, str>> = match settings.prefix.as_str() {
            "" => texts.iter().map(|&text| Cow::Borrowed(text)).collect(),
            prefix => texts.iter().map(|text| Cow::Owned(format!("{prefix}{text}"))).collect(),
        };
        let count = texts.len();
        let dimensions = settings.send_dimensions.then_some(settings.dimensions);
        let body = Body { model: &settings.model, input: &texts, dimensions };
        let internal = |what: &str| Error::new(Code::Internal, what);
        let body = serde_json::to_vec(&body)
            .map_err(|error| internal("a request could not be written as JSON").cause(error))?;
        let limit = longest_answer(count, settings.dimensions);
        let request = Request { texts, body, limit };

        let _request = self.requests.acquire().await.map_err(|closed| {
            internal("the embedding provider's semaphore is closed").cause(closed)
        })?;
        let deadline = Instant::now() + settings.total_timeout;
        let attempt = || async {
            let left = deadline.saturating_duration_since(Instant::now());
            let answer = self.endpoint.send(&request, settings.request_timeout.min(left)).await?;
            read_answer(&answer, count, settings.dimensions).map_err(Fault::lasting)
        };
        let on_retry = || self.stats.retried();
        let answer =
            with_retries(&SERVICE, settings.patience(), deadline, on_retry, attempt).await?;
        self.stats.add_tokens(answer.tokens);
        Ok(answer.vectors)
    }
}

#[async_trait]
impl Embedder for OpenAiEmbedder {
    fn model(&self) -> &ModelId {
        &self.id
    }

    fn dimensions(&self) -> usize {
        self.settings.dimensions
    }

    async fn embed(&self, texts: &[Arc<str>]) -> Result<Vec<Embedding>> {
        self.stats.started(texts.len());
        let result = self.embed_all(texts).await;
        self.stats.ended(&result);
        result
    }
}
