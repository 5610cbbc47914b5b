//! The OpenAI-compatible provider against real HTTP servers on loopback.

#![allow(clippy::unwrap_used, reason = "a test stops where it meets an impossible case")]

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use goldenset_core::ports::Embedder;
use goldenset_core::{Code, Error};
use goldenset_embed::{ApiKey, OpenAiEmbedder, OpenAiSettings};
use serde_json::{Value, json};

#[path = "support/embeddings.rs"]
mod embeddings;
#[path = "support/provider.rs"]
mod provider;

use embeddings::{good, good_json, raw_vector};
use provider::{Provider, nobody, reply};

type Reply = fn(&Value) -> Response;

const KEY: &str = "sk-very-secret";

/// Patient in attempts, with pauses that no one notices, and never out of time by accident.
fn settings(base_url: &str) -> OpenAiSettings {
    OpenAiSettings {
        api_key: Some(ApiKey::new(KEY).unwrap()),
        connect_timeout: Duration::from_secs(60),
        request_timeout: Duration::from_secs(60),
        total_timeout: Duration::from_secs(600),
        max_attempts: 3,
        first_pause: Duration::from_millis(1),
        max_pause: Duration::from_millis(2),
        ..OpenAiSettings::new(base_url, "test-model", 3)
    }
}

fn embedder(provider: &Provider) -> OpenAiEmbedder {
    OpenAiEmbedder::new(settings(&provider.base_url)).unwrap()
}

fn texts(names: &[&str]) -> Vec<Arc<str>> {
    names.iter().map(|&name| name.into()).collect()
}

fn expected(text: &str) -> Vec<f32> {
    let raw = raw_vector(text).map(f64::from);
    let norm = raw.iter().map(|x| x * x).sum::<f64>().sqrt();
    raw.iter().map(|x| (x / norm) as f32).collect()
}

async fn check_good(embedder: &OpenAiEmbedder, names: &[&str]) {
    let embeddings = embedder.embed(&texts(names)).await.unwrap();
    assert!(embeddings.iter().all(|embedding| embedding.words.is_empty()));
    let got: Vec<Vec<f32>> = embeddings.iter().map(|one| one.vector.to_vec()).collect();
    let want: Vec<Vec<f32>> = names.iter().map(|name| expected(name)).collect();
    assert_eq!(got, want);
}

/// The error for one text, after looking that it shows neither key nor question.
async fn fault(embedder: &OpenAiEmbedder) -> Error {
    let error = embedder.embed(&texts(&["a private question"])).await.unwrap_err();
    let shown = format!("{error:?} {error}");
    assert!(!shown.contains(KEY) && !shown.contains("private"), "{shown}");
    assert!(error.fix.is_some(), "{shown}");
    assert_eq!(embedder.stats().snapshot().failures, 1);
    error
}

#[tokio::test]
async fn sends_what_the_interface_asks_for() {
    let provider = Provider::replies(vec![good]).await;
    let plain = embedder(&provider);
    check_good(&plain, &["one", "two"]).await;
    assert_eq!((plain.dimensions(), plain.model().as_str()), (3, "test-model/3"));
    let stats = plain.stats().snapshot();
    assert_eq!((stats.calls, stats.texts, stats.tokens), (1, 2, 10));
    assert!(plain.embed(&[]).await.unwrap().is_empty());

    let more = OpenAiEmbedder::new(OpenAiSettings {
        api_key: None,
        send_dimensions: true,
        prefix: "query: ".to_owned(),
        ..settings(&format!("{}/?api-version=7", provider.base_url))
    });
    let vectors = more.unwrap().embed(&texts(&["one"])).await.unwrap();
    assert_eq!(vectors[0].vector.to_vec(), expected("query: one"));

    let seen = provider.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].uri, "/v1/embeddings");
    assert_eq!(seen[0].headers["authorization"], format!("Bearer {KEY}"));
    assert_eq!(seen[0].body, json!({"model": "test-model", "input": ["one", "two"]}));
    assert_eq!(seen[1].uri, "/v1/embeddings?api-version=7");
    assert!(!seen[1].headers.contains_key("authorization"));
    let body = json!({"model": "test-model", "input": ["query: one"], "dimensions": 3});
    assert_eq!(seen[1].body, body);
}

#[tokio::test]
async fn equal_texts_are_sent_once_and_parts_keep_their_order() {
    let provider = Provider::replies(vec![good]).await;
    let settings = OpenAiSettings { max_texts: 2, concurrency: 3, ..settings(&provider.base_url) };
    let embedder = OpenAiEmbedder::new(settings).unwrap();
    check_good(&embedder, &["a", "bb", "a", "ccc", "dddd", "bb", "eeeee"]).await;
    let mut sent: Vec<Value> =
        provider.seen().iter().map(|seen| seen.body["input"].clone()).collect();
    sent.sort_by_key(Value::to_string);
    assert_eq!(sent, [json!(["a", "bb"]), json!(["ccc", "dddd"]), json!(["eeeee"])]);
}

#[tokio::test]
async fn out_of_order_answers_are_sorted() {
    let provider = Provider::replies(vec![|body| {
        let mut json = good_json(body);
        json["data"].as_array_mut().unwrap().reverse();
        json.as_object_mut().unwrap().remove("usage");
        reply(StatusCode::OK, &json)
    }])
    .await;
    let embedder = embedder(&provider);
    check_good(&embedder, &["a", "bb", "ccc"]).await;
    assert_eq!(embedder.stats().snapshot().tokens, 0);
}

#[tokio::test]
async fn passing_faults_are_tried_again() {
    let busy =
        |_: &Value| (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "3600")]).into_response();
    let broken = |_: &Value| StatusCode::INTERNAL_SERVER_ERROR.into_response();
    let cases: [(Vec<Reply>, u64); 3] =
        [(vec![busy, good], 1), (vec![broken, good], 1), (vec![broken, busy, good], 2)];
    for (replies, retries) in cases {
        let provider = Provider::replies(replies).await;
        let embedder = embedder(&provider);
        check_good(&embedder, &["a"]).await;
        let stats = embedder.stats().snapshot();
        assert_eq!((stats.retries, stats.failures), (retries, 0));
        assert_eq!(provider.requests() as u64, retries + 1);
    }
}

#[tokio::test]
async fn attempts_are_bounded() {
    let provider = Provider::replies(vec![|_| {
        reply(StatusCode::BAD_GATEWAY, &json!({"error": {"message": "upstream is down"}}))
    }])
    .await;
    let error = fault(&embedder(&provider)).await;
    assert_eq!(error.code, Code::EmbeddingUnavailable);
    assert!(error.detail.contains("502") && error.detail.contains("upstream is down"), "{error}");
    assert_eq!(provider.requests(), 3);
}

#[tokio::test]
async fn a_pause_that_outlasts_the_total_time_is_not_begun() {
    let provider = Provider::replies(vec![|_| {
        (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "3600")]).into_response()
    }])
    .await;
    let max_pause = Duration::from_secs(3600);
    let settings = OpenAiSettings { max_pause, ..settings(&provider.base_url) };
    let error = fault(&OpenAiEmbedder::new(settings).unwrap()).await;
    assert_eq!(error.code, Code::EmbeddingUnavailable);
    assert_eq!(provider.requests(), 1);
}

#[tokio::test]
async fn a_silent_provider_times_out() {
    let provider = Provider::start(|_, _| Box::pin(pending())).await;
    let request_timeout = Duration::from_millis(500);
    let settings =
        OpenAiSettings { request_timeout, max_attempts: 2, ..settings(&provider.base_url) };
    let error = fault(&OpenAiEmbedder::new(settings).unwrap()).await;
    assert_eq!(error.code, Code::EmbeddingUnavailable);
    assert!(error.detail.contains("did not answer within"), "{error}");
    assert_eq!(provider.requests(), 2);
}

#[tokio::test]
async fn nobody_there_is_unavailable() {
    let base_url = nobody().await;
    let embedder = OpenAiEmbedder::new(settings(&base_url)).unwrap();
    let error = fault(&embedder).await;
    assert_eq!(error.code, Code::EmbeddingUnavailable);
    assert!(error.detail.contains("cannot be reached"), "{error}");
    assert_eq!(embedder.stats().snapshot().retries, 2);
}

#[tokio::test]
async fn refusals_are_final_and_say_why() {
    let cases: [(Reply, &str, &str); 6] = [
        (
            |_| {
                reply(
                    StatusCode::UNAUTHORIZED,
                    &json!({"error": {"message": format!("Incorrect API key: {KEY}")}}),
                )
            },
            "401 Unauthorized: Incorrect API key: [key]",
            "API key",
        ),
        (|_| StatusCode::FORBIDDEN.into_response(), "403", "API key"),
        (
            |_| reply(StatusCode::NOT_FOUND, &json!({"error": "model \"test-model\" not found"})),
            "model \"test-model\" not found",
            "base URL",
        ),
        (
            |body| {
                reply(
                    StatusCode::BAD_REQUEST,
                    &json!({"message": format!("bad input {}", body["input"])}),
                )
            },
            "bad input [\"[text]\"]",
            "dimensions",
        ),
        (
            |_| (StatusCode::PAYLOAD_TOO_LARGE, "x".repeat(1 << 20)).into_response(),
            "413",
            "max_texts",
        ),
        (
            |_| (StatusCode::TEMPORARY_REDIRECT, [("location", "/elsewhere")]).into_response(),
            "307",
            "redirects",
        ),
    ];
    for (behave, said, fix) in cases {
        let provider = Provider::replies(vec![behave]).await;
        let error = fault(&embedder(&provider)).await;
        assert_eq!(error.code, Code::EmbeddingRejected);
        assert!(error.detail.contains(said), "{}", error.detail);
        assert!(error.detail.len() < 400, "{}", error.detail);
        assert!(error.fix.as_deref().unwrap().contains(fix), "{error:?}");
        assert_eq!(provider.requests(), 1);
    }
}

#[tokio::test]
async fn an_answer_that_is_not_what_was_asked_is_refused() {
    let cases: [(Reply, &str); 10] = [
        (|_| (StatusCode::OK, "<html>").into_response(), "not the JSON"),
        (|_| reply(StatusCode::OK, &json!({"embeddings": [[1, 2, 3]]})), "not the JSON"),
        (
            |_| reply(StatusCode::OK, &json!({"data": [{"index": 0, "embedding": [1, null, 3]}]})),
            "not the JSON",
        ),
        (
            |_| {
                (StatusCode::OK, r#"{"data":[{"index":0,"embedding":[1,1e999,3]}]}"#)
                    .into_response()
            },
            "not the JSON",
        ),
        (
            |_| {
                (StatusCode::OK, r#"{"data":[{"index":0,"embedding":[1,1e39,3]}]}"#).into_response()
            },
            // Too large for f32: serde_json refuses it or reads infinity, by a feature that other
            // crates of the build may turn on. Either way it is not taken.
            "the embedding provider",
        ),
        (|_| reply(StatusCode::OK, &json!({"data": []})), "0 vectors for 1 texts"),
        (
            |_| reply(StatusCode::OK, &json!({"data": [{"index": 1, "embedding": [1, 2, 3]}]})),
            "no vector for text 0",
        ),
        (
            |_| reply(StatusCode::OK, &json!({"data": [{"index": 0, "embedding": [1, 2]}]})),
            "2 dimensions, configured are 3",
        ),
        (
            |_| reply(StatusCode::OK, &json!({"data": [{"index": 0, "embedding": [0, 0, 0]}]})),
            "zero",
        ),
        (|_| (StatusCode::OK, " ".repeat(1 << 20)).into_response(), "not the JSON"),
    ];
    for (behave, what) in cases {
        let provider = Provider::replies(vec![behave]).await;
        let error = fault(&embedder(&provider)).await;
        assert_eq!(error.code, Code::EmbeddingMismatch, "{error}");
        assert!(error.detail.contains(what), "{} is not about {what}", error.detail);
        assert_eq!(provider.requests(), 1);
    }
}

#[tokio::test]
async fn as_many_requests_as_allowed_and_no_more() {
    let provider = Provider::in_pairs(good).await;
    let settings = OpenAiSettings { max_texts: 1, concurrency: 2, ..settings(&provider.base_url) };
    let embedder = OpenAiEmbedder::new(settings).unwrap();
    // Two calls share the limit.
    tokio::join!(
        check_good(&embedder, &["a", "bb", "ccc", "dddd"]),
        check_good(&embedder, &["x", "yy", "zzz", "wwww"]),
    );
    assert_eq!((provider.requests(), provider.most_in_flight()), (8, 2));
}

#[tokio::test]
async fn a_caller_that_goes_away_frees_its_place() {
    let (provider, mut told) = Provider::first_hangs(good).await;
    let settings = OpenAiSettings { concurrency: 1, max_calls: 1, ..settings(&provider.base_url) };
    let embedder = Arc::new(OpenAiEmbedder::new(settings).unwrap());
    let caller = tokio::spawn({
        let embedder = Arc::clone(&embedder);
        async move { embedder.embed(&texts(&["hangs"])).await }
    });
    assert_eq!(told.recv().await, Some("begun"));
    let refused = embedder.embed(&texts(&["too many"])).await.unwrap_err();
    assert_eq!(refused.code, Code::Overloaded);

    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    assert_eq!(told.recv().await, Some("gone"));
    check_good(&embedder, &["a"]).await;
}

#[tokio::test]
async fn settings_are_checked() {
    let check = |change: fn(&mut OpenAiSettings), field: &str| {
        let mut settings = settings("http://127.0.0.1:1/v1");
        change(&mut settings);
        let error = OpenAiEmbedder::new(settings).err().unwrap();
        assert_eq!((error.code, error.field.as_deref()), (Code::ConfigInvalid, Some(field)));
        assert!(error.fix.is_some());
    };
    check(|settings| settings.base_url = "127.0.0.1".to_owned(), "base_url");
    check(|settings| settings.model = " ".to_owned(), "model");
    check(|settings| settings.dimensions = 0, "dimensions");
    check(|settings| settings.concurrency = 0, "concurrency");
    check(|settings| settings.max_attempts = 0, "max_attempts");
    OpenAiEmbedder::new(OpenAiSettings::new("https://127.0.0.1:1/v1", "m", 3)).unwrap();
}
