//! What servers cost that do next to nothing: the references for lookups over HTTP.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use bytes::Bytes;
use goldenset_core::{Code, Error, Result};
use reqwest::Client;
use serde::Deserialize;
use serde_json::json;

use super::case::Cases;
use super::prepared::text;

#[derive(Deserialize)]
struct Asked {
    query: String,
}

/// Parses the same JSON, looks once into a map, returns as many bytes.
pub(super) fn router(cases: &Cases) -> Router {
    Router::new().route("/v1/lookup", post(answer)).with_state(Arc::new(bodies(cases)))
}

fn bodies(cases: &Cases) -> HashMap<String, Bytes> {
    cases.iter().map(|case| (case.query.clone(), case.expected.clone())).collect()
}

async fn answer(
    State(bodies): State<Arc<HashMap<String, Bytes>>>,
    Json(asked): Json<Asked>,
) -> Response {
    match bodies.get(&asked.query) {
        Some(body) => ([(header::CONTENT_TYPE, "application/json")], body.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

struct Forwarding {
    bodies: HashMap<String, Bytes>,
    client: Client,
    provider: String,
}

/// The same, but that it asks an embedding provider first and makes nothing of what that says.
///
/// # Errors
/// `internal` when no client can be made.
pub(super) fn forwarding(cases: &Cases, provider: &str) -> Result<Router> {
    // Without TLS no certificates are needed.
    let client = Client::builder().no_proxy().tls_certs_only([]).build().map_err(|cause| {
        Error::new(Code::Internal, "a client of the benchmark could not be made").cause(cause)
    })?;
    let provider = format!("{provider}/embeddings");
    let state = Forwarding { bodies: bodies(cases), client, provider };
    Ok(Router::new().route("/v1/lookup", post(forward)).with_state(Arc::new(state)))
}

async fn forward(State(state): State<Arc<Forwarding>>, Json(asked): Json<Asked>) -> Response {
    let body = json!({ "model": "", "input": [text(&asked.query)] });
    let Ok(reply) = state.client.post(&state.provider).json(&body).send().await else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    match (reply.bytes().await, state.bodies.get(&asked.query)) {
        (Ok(_), Some(body)) => {
            ([(header::CONTENT_TYPE, "application/json")], body.clone()).into_response()
        }
        (Ok(_), None) => StatusCode::NOT_FOUND.into_response(),
        (Err(_), _) => StatusCode::BAD_GATEWAY.into_response(),
    }
}
