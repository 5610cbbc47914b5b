//! What an embeddings server answers.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use crate::provider::reply;

/// The vector that the server gives a text, not of length 1.
pub(crate) fn raw_vector(text: &str) -> [f32; 3] {
    let sum: u32 = text.bytes().map(u32::from).sum();
    [text.len() as f32 + 1.0, sum as f32, 2.0]
}

/// The right answer, 5 tokens a text.
pub(crate) fn good(body: &Value) -> Response {
    reply(StatusCode::OK, &good_json(body))
}

pub(crate) fn good_json(body: &Value) -> Value {
    let texts = body["input"].as_array().unwrap();
    let data: Vec<Value> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| json!({"object": "embedding", "index": index, "embedding": raw_vector(text.as_str().unwrap())}))
        .collect();
    let tokens = 5 * texts.len();
    json!({"object": "list", "data": data, "model": body["model"], "usage": {"prompt_tokens": tokens, "total_tokens": tokens}})
}
