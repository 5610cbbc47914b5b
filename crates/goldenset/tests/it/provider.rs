//! A provider of embeddings on loopback, which takes its time and counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::http::RUNTIME;

/// Length of its vectors.
pub(crate) const DIMENSIONS: usize = 8;

/// A server that speaks the OpenAI protocol.
pub(crate) struct Provider {
    port: u16,
    asked: Arc<Asked>,
}

struct Asked {
    calls: AtomicUsize,
    texts: AtomicUsize,
    delay: Duration,
}

impl Provider {
    /// One that takes so long for every call.
    pub(crate) fn slow(delay: Duration) -> Self {
        let asked = Asked { calls: AtomicUsize::new(0), texts: AtomicUsize::new(0), delay };
        let asked = Arc::new(asked);
        let router =
            Router::new().route("/v1/embeddings", post(embed)).with_state(Arc::clone(&asked));
        let listener = RUNTIME.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        RUNTIME.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { port, asked }
    }

    /// What a server that is to use it needs to know.
    pub(crate) fn settings(&self) -> [(&'static str, String); 4] {
        [
            ("GOLDENSET__EMBEDDING__PROVIDER", "openai".into()),
            ("GOLDENSET__EMBEDDING__BASE_URL", format!("http://127.0.0.1:{}/v1", self.port)),
            ("GOLDENSET__EMBEDDING__MODEL", "test".into()),
            ("GOLDENSET__EMBEDDING__DIMENSIONS", DIMENSIONS.to_string()),
        ]
    }

    /// Calls since the last time, and texts in them.
    pub(crate) fn take(&self) -> (usize, usize) {
        let Asked { calls, texts, .. } = &*self.asked;
        (calls.swap(0, Ordering::Relaxed), texts.swap(0, Ordering::Relaxed))
    }
}

async fn embed(State(asked): State<Arc<Asked>>, Json(body): Json<Value>) -> Json<Value> {
    let texts: Vec<String> = serde_json::from_value(body["input"].clone()).unwrap();
    asked.calls.fetch_add(1, Ordering::Relaxed);
    asked.texts.fetch_add(texts.len(), Ordering::Relaxed);
    tokio::time::sleep(asked.delay).await;
    let data = texts.iter().enumerate().map(|(index, text)| {
        let hash = blake3::hash(text.as_bytes());
        let numbers = hash.as_bytes()[..DIMENSIONS].iter().map(|byte| f32::from(*byte) - 127.5);
        json!({ "object": "embedding", "index": index, "embedding": numbers.collect::<Vec<_>>() })
    });
    let usage = json!({ "prompt_tokens": texts.len(), "total_tokens": texts.len() });
    Json(
        json!({ "object": "list", "data": data.collect::<Vec<_>>(), "model": "test", "usage": usage }),
    )
}
