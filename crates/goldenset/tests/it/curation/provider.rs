//! An embedding provider that goes away while somebody approves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{approve, candidate, corrects, name_experts, served};
use crate::http::RUNTIME;
use crate::program::Place;
use crate::server::Server;
use crate::tenant::Tenant;

/// An OpenAI-compatible server: a vector of how often each letter occurs.
async fn embed(State(away): State<Arc<AtomicBool>>, Json(body): Json<Value>) -> Response {
    if away.load(SeqCst) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let texts = body["input"].as_array().unwrap();
    let data = texts.iter().enumerate().map(|(index, text)| {
        let mut letters = [0.1f32; 26];
        for letter in text.as_str().unwrap().bytes().filter(u8::is_ascii_lowercase) {
            letters[usize::from(letter - b'a')] += 1.0;
        }
        json!({ "index": index, "object": "embedding", "embedding": letters })
    });
    let data: Vec<_> = data.collect();
    Json(json!({ "object": "list", "data": data, "model": "letters" })).into_response()
}

#[test]
fn while_the_provider_is_away_nothing_is_half_approved() {
    let away = Arc::new(AtomicBool::new(false));
    let listener = RUNTIME.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let app = Router::new().route("/v1/embeddings", post(embed)).with_state(Arc::clone(&away));
    RUNTIME.spawn(async move { axum::serve(listener, app).await.unwrap() });
    let place = Place::new();
    let server = Server::configured(
        place.path(),
        &[
            ("GOLDENSET__EMBEDDING__PROVIDER", "openai"),
            ("GOLDENSET__EMBEDDING__BASE_URL", &url),
            ("GOLDENSET__EMBEDDING__DIMENSIONS", "26"),
            ("GOLDENSET__EMBEDDING__MAX_ATTEMPTS", "1"),
        ],
    );
    let tenant = Tenant::on(&server, "default");
    tenant.approve("prova", super::QUESTION, "Tre mesi.");
    name_experts(&server);
    let path = candidate(&server, &corrects("esther", "Sei mesi."));
    let state = || {
        let get = |path: &str| server.get(path).with(200);
        [get("/v1/log?limit=500"), get("/v1/candidates"), get("/v1/entries"), get("/readyz")]
    };
    let before = state();
    let once = Some(("idempotency-key", "k"));
    let keyed = || server.ask("POST", &format!("{path}/approve"), &json!({ "by": "anna" }), once);
    away.store(true, SeqCst);
    approve(&server, &path, "anna").refused(503, "embedding_unavailable", "");
    keyed().refused(503, "embedding_unavailable", "");
    assert_eq!(state(), before);
    assert_eq!(tenant.versions("prova").with(200)["versions"].as_array().unwrap().len(), 1);
    away.store(false, SeqCst);
    assert_eq!(served(&server, super::QUESTION), "Tre mesi.");
    // What was refused may come again with its key; what was done is told without the provider.
    keyed().with(200);
    assert_eq!(served(&server, super::QUESTION), "Sei mesi.");
    away.store(true, SeqCst);
    assert_eq!(keyed().with(200)["version"], 2);
    let body = json!({ "question": super::QUESTION, "answer": "Otto mesi.", "publish": true });
    tenant.put("prova", body).refused(503, "embedding_unavailable", "");
    assert_eq!(tenant.versions("prova").with(200)["versions"].as_array().unwrap().len(), 2);
}
