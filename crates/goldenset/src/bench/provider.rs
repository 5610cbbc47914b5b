//! An embedding provider over HTTP that takes as long as it is told: the remote one of figures.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use goldenset_core::Result;
use goldenset_core::ports::Embedder;
use serde::Deserialize;
use serde_json::json;

use super::ground::serve;
use super::prepared::text;
use super::stop::Stop;
use super::threads::Threads;
use crate::config::{Config, Provider as Kind, Secret};

/// Requests that goldenset may have under way at it: as many as connections that ask at once.
pub(super) const AT_ONCE: usize = 64;
/// Bytes of a text that count as a token, by rule of thumb.
const BYTES_A_TOKEN: usize = 4;

/// A server of `/v1/embeddings` on this machine, on threads of its own.
pub(super) struct Provider {
    /// End with it.
    _threads: Threads,
    address: SocketAddr,
    state: Arc<Answering>,
}

struct Answering {
    model: Arc<dyn Embedder>,
    /// Nanoseconds that a request takes at least.
    latency: AtomicU64,
    calls: AtomicU64,
    tokens: AtomicU64,
    took: Took,
}

/// How long the provider took for a text the last time, from the request to its reply.
#[derive(Debug, Clone, Default)]
pub(super) struct Took(Arc<Mutex<HashMap<String, Duration>>>);

impl Took {
    /// For the text that a question is embedded by; nothing where it was not asked.
    pub(super) fn of(&self, query: &str) -> Duration {
        let took = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        took.get(&*text(query)).copied().unwrap_or_default()
    }

    fn note(&self, texts: Vec<String>, time: Duration) {
        let mut took = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        took.extend(texts.into_iter().map(|text| (text, time)));
    }
}

impl Provider {
    /// Serves the vectors of `model`, at once until a latency is set.
    pub(super) fn start(model: Arc<dyn Embedder>, workers: usize, stop: &Stop) -> Result<Self> {
        let threads = Threads::start("bench-provider", workers, stop)?;
        let state = Arc::new(Answering {
            model,
            latency: AtomicU64::new(0),
            calls: AtomicU64::new(0),
            tokens: AtomicU64::new(0),
            took: Took::default(),
        });
        let router =
            Router::new().route("/v1/embeddings", post(embed)).with_state(Arc::clone(&state));
        let address = threads.run(serve(router))?;
        Ok(Self { _threads: threads, address, state })
    }

    /// The configuration with this provider. Its model bears the name of the one whose vectors it
    /// gives, so that the fitted score does its work on them too.
    pub(super) fn configured(&self, config: &Config) -> Config {
        let (mut config, model) = (config.clone(), &self.state.model);
        let dimensions = model.dimensions();
        let id = model.model().as_str();
        let name = id.strip_suffix(&format!("/{dimensions}")).unwrap_or(id).to_owned();
        let embedding = &mut config.embedding;
        embedding.provider = Kind::OpenAi;
        embedding.base_url = self.base_url();
        embedding.api_key = Secret::default();
        (embedding.model, embedding.dimensions) = (name, dimensions);
        embedding.send_dimensions = false;
        embedding.max_concurrent = AT_ONCE;
        config
    }

    /// To which `/embeddings` is added.
    pub(super) fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    pub(super) fn set_latency(&self, latency: Duration) {
        let nanos = u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX);
        self.state.latency.store(nanos, Ordering::Relaxed);
    }

    /// Requests, and tokens of their texts, since this was asked last.
    pub(super) fn take_calls(&self) -> (u64, u64) {
        let take = |count: &AtomicU64| count.swap(0, Ordering::Relaxed);
        (take(&self.state.calls), take(&self.state.tokens))
    }

    pub(super) fn took(&self) -> Took {
        self.state.took.clone()
    }
}

/// Tokens of a text, as far as they can be told without the provider's tokenizer.
pub(super) fn tokens(text: &str) -> u64 {
    text.len().div_ceil(BYTES_A_TOKEN) as u64
}

#[derive(Deserialize)]
struct Asked {
    input: Vec<String>,
}

async fn embed(State(state): State<Arc<Answering>>, body: Bytes) -> Response {
    let started = Instant::now();
    let Ok(Asked { input }) = serde_json::from_slice(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let texts: Vec<Arc<str>> = input.iter().map(|text| text.as_str().into()).collect();
    let Ok(embeddings) = state.model.embed(&texts).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let used: u64 = input.iter().map(|text| tokens(text)).sum();
    state.calls.fetch_add(1, Ordering::Relaxed);
    state.tokens.fetch_add(used, Ordering::Relaxed);
    let data: Vec<_> = embeddings
        .iter()
        .enumerate()
        .map(|(index, embedding)| json!({ "index": index, "embedding": &*embedding.vector }))
        .collect();
    let reply = json!({ "data": data, "usage": { "total_tokens": used } }).to_string();
    let latency = Duration::from_nanos(state.latency.load(Ordering::Relaxed));
    tokio::time::sleep(latency.saturating_sub(started.elapsed())).await;
    state.took.note(input, started.elapsed());
    ([(header::CONTENT_TYPE, "application/json")], reply).into_response()
}
