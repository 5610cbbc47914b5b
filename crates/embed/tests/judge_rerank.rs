//! The remote judge against real HTTP servers on loopback.

#![allow(clippy::unwrap_used, reason = "a test stops where it meets an impossible case")]

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use goldenset_core::ports::{Pair, PairModel};
use goldenset_core::{Code, Error};
use goldenset_embed::{ApiKey, RerankJudge, RerankSettings, RerankStyle};
use serde_json::{Value, json};

#[path = "support/provider.rs"]
mod provider;

use provider::{Provider, nobody, reply};

type Reply = fn(&Value) -> Response;

const KEY: &str = "sk-very-secret";

/// Never out of time by accident.
fn settings(base_url: &str) -> RerankSettings {
    RerankSettings {
        api_key: Some(ApiKey::new(KEY).unwrap()),
        budget: Duration::from_secs(600),
        ..RerankSettings::new(base_url, RerankStyle::Tei, "test-model")
    }
}

fn cohere(base_url: &str) -> RerankSettings {
    RerankSettings { style: RerankStyle::Cohere, ..settings(base_url) }
}

fn judge(provider: &Provider) -> RerankJudge {
    RerankJudge::new(settings(&provider.base_url)).unwrap()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<Pair> {
    let pair =
        |&(question, entry): &(&str, &str)| Pair { question: question.into(), entry: entry.into() };
    pairs.iter().map(pair).collect()
}

/// The logit that the server gives: what is longer fits less.
fn logit(question: &str, text: &str) -> f64 {
    question.len() as f64 - text.len() as f64 / 4.0
}

/// The right answer in the style of the request, the best first.
fn good(body: &Value) -> Response {
    reply(StatusCode::OK, &good_json(body))
}

fn good_json(body: &Value) -> Value {
    let question = body["query"].as_str().unwrap();
    let score = |text: &Value| logit(question, text.as_str().unwrap());
    let by_score = |texts: &[Value]| {
        let mut scores: Vec<_> = texts.iter().map(score).enumerate().collect();
        scores.sort_by(|a, b| b.1.total_cmp(&a.1));
        scores
    };
    match (&body["texts"], &body["documents"]) {
        (Value::Array(texts), Value::Null) => by_score(texts)
            .into_iter()
            .map(|(index, score)| json!({"index": index, "score": score}))
            .collect(),
        (Value::Null, Value::Array(texts)) => {
            let scores: Vec<_> = by_score(texts)
                .into_iter()
                .map(|(index, score)| (index, 1.0 / (1.0 + (-score).exp())))
                .map(|(index, share)| json!({"index": index, "relevance_score": share}))
                .collect();
            json!({"id": "x", "results": scores, "meta": {"billed_units": {"search_units": 1}}})
        }
        _ => unreachable!("{body}"),
    }
}

async fn check_good(judge: &RerankJudge, asked: &[(&str, &str)]) {
    let scores = judge.judge(&pairs(asked)).await.unwrap();
    assert_eq!(scores.len(), asked.len());
    for (score, (question, text)) in scores.iter().zip(asked) {
        let expected = logit(question, text) as f32;
        assert!((score - expected).abs() < 1e-3, "{question} {text}: {score} is not {expected}");
    }
}

/// The error for one pair, after looking that it shows neither key nor texts.
async fn fault(judge: &RerankJudge) -> Error {
    let asked = pairs(&[("a private question", "a private answer")]);
    let error = judge.judge(&asked).await.unwrap_err();
    let shown = format!("{error:?} {error}");
    assert!(!shown.contains(KEY) && !shown.contains("private"), "{shown}");
    assert!(error.fix.is_some() && !shown.contains("embedding provider"), "{shown}");
    assert_eq!(judge.stats().snapshot().failures, 1);
    error
}

#[tokio::test]
async fn sends_what_each_style_asks_for() {
    let provider = Provider::replies(vec![good]).await;
    let tei = judge(&provider);
    check_good(&tei, &[("ask", "a longer one"), ("ask", "b")]).await;
    assert_eq!(tei.model().as_str(), "test-model/tei");
    let stats = tei.stats().snapshot();
    assert_eq!((stats.calls, stats.pairs, stats.retries, stats.failures), (1, 2, 0, 0));
    assert!(tei.judge(&[]).await.unwrap().is_empty());

    let base_url = format!("{}/?version=7", provider.base_url);
    let other = RerankJudge::new(RerankSettings { api_key: None, ..cohere(&base_url) }).unwrap();
    check_good(&other, &[("ask", "a longer one"), ("ask", "b")]).await;
    assert_eq!(other.model().as_str(), "test-model/cohere");

    let seen = provider.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].uri, "/v1/rerank");
    assert_eq!(seen[0].headers["authorization"], format!("Bearer {KEY}"));
    assert_eq!(
        seen[0].body,
        json!({"query": "ask", "texts": ["a longer one", "b"], "raw_scores": true, "truncate": true})
    );
    assert_eq!(seen[1].uri, "/v1/rerank?version=7");
    assert!(!seen[1].headers.contains_key("authorization"));
    assert_eq!(
        seen[1].body,
        json!({"model": "test-model", "query": "ask", "documents": ["a longer one", "b"], "top_n": 2})
    );
}

#[tokio::test]
async fn one_request_a_question_and_equal_pairs_once() {
    let provider = Provider::replies(vec![good]).await;
    let asked = [("one", "a"), ("two!", "a"), ("one", "bb"), ("one", "a"), ("two!", "ccc")];
    check_good(&judge(&provider), &asked).await;
    let mut sent: Vec<_> = provider
        .seen()
        .iter()
        .map(|seen| (seen.body["query"].clone(), seen.body["texts"].clone()))
        .collect();
    sent.sort_by_key(|(question, _)| question.to_string());
    assert_eq!(sent, [(json!("one"), json!(["a", "bb"])), (json!("two!"), json!(["a", "ccc"]))]);
}

#[tokio::test]
async fn long_calls_are_split() {
    let provider = Provider::replies(vec![good]).await;
    let texts: Vec<String> = (0..70).map(|n| "x".repeat(n)).collect();
    let asked: Vec<_> = texts.iter().map(|text| ("ask", text.as_str())).collect();
    check_good(&judge(&provider), &asked).await;
    let mut sizes: Vec<_> =
        provider.seen().iter().map(|seen| seen.body["texts"].as_array().unwrap().len()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [6, 32, 32]);
}

#[tokio::test]
async fn a_probability_is_turned_into_log_odds_and_certainty_is_bounded() {
    let provider = Provider::replies(vec![|_| {
        let scores = [(0, 1.0), (1, 0.0), (2, 0.8)]
            .map(|(index, score)| json!({"index": index, "relevance_score": score}));
        reply(StatusCode::OK, &json!({"results": scores}))
    }])
    .await;
    let judge = RerankJudge::new(cohere(&provider.base_url)).unwrap();
    let scores = judge.judge(&pairs(&[("q", "a"), ("q", "b"), ("q", "c")])).await.unwrap();
    let close = |score: f32, expected: f32| (score - expected).abs() < 1e-3;
    assert!(close(scores[0], 16.118) && close(scores[1], -16.118), "{scores:?}");
    assert!(close(scores[2], 4.0_f32.ln()), "{scores:?}");
}

#[tokio::test]
async fn a_passing_fault_is_tried_once_more_and_no_oftener() {
    let busy = |_: &Value| (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "0")]).into_response();
    let broken =
        |_: &Value| (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "0.001")]).into_response();
    for first in [busy, broken as Reply] {
        let provider = Provider::replies(vec![first, good]).await;
        let judge = judge(&provider);
        check_good(&judge, &[("ask", "a")]).await;
        let stats = judge.stats().snapshot();
        assert_eq!((stats.retries, stats.failures, provider.requests()), (1, 0, 2));
    }
    let provider = Provider::replies(vec![busy, broken, good]).await;
    let error = fault(&judge(&provider)).await;
    assert_eq!((error.code, provider.requests()), (Code::JudgeUnavailable, 2));
    assert!(error.detail.contains("503"), "{error}");
}

#[tokio::test]
async fn a_pause_beyond_the_budget_is_not_begun() {
    let provider = Provider::replies(vec![
        |_| (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "3600")]).into_response(),
        good,
    ])
    .await;
    let error = fault(&judge(&provider)).await;
    assert_eq!((error.code, provider.requests()), (Code::JudgeUnavailable, 1));
}

#[tokio::test]
async fn a_silent_server_is_out_of_time() {
    let provider = Provider::start(|_, _| Box::pin(pending())).await;
    let budget = Duration::from_millis(300);
    let judge = RerankJudge::new(RerankSettings { budget, ..settings(&provider.base_url) });
    let error = fault(&judge.unwrap()).await;
    assert_eq!((error.code, provider.requests()), (Code::JudgeUnavailable, 1));
    assert!(error.detail.contains("did not answer within"), "{error}");
}

#[tokio::test]
async fn nobody_there_is_unavailable() {
    let base_url = nobody().await;
    // Short pauses come from a short budget; refusals come at once.
    let budget = Duration::from_secs(2);
    let judge = RerankJudge::new(RerankSettings { budget, ..settings(&base_url) }).unwrap();
    let error = fault(&judge).await;
    assert_eq!(error.code, Code::JudgeUnavailable);
    assert!(error.detail.contains("cannot be reached"), "{error}");
}

#[tokio::test]
async fn refusals_are_final_and_say_why() {
    let cases: [(Reply, &str, &str); 5] = [
        (
            |_| {
                let said = json!({"error": format!("wrong key {KEY}"), "error_type": "auth"});
                reply(StatusCode::UNAUTHORIZED, &said)
            },
            "401 Unauthorized: wrong key [key]",
            "API key",
        ),
        (|_| StatusCode::NOT_FOUND.into_response(), "404", "base URL"),
        (
            |_| {
                // What text-embeddings-inference says when its model is no cross-encoder.
                let said =
                    json!({"error": "model is not a re-ranker model", "error_type": "Backend"});
                reply(StatusCode::FAILED_DEPENDENCY, &said)
            },
            "not a re-ranker",
            "model's name",
        ),
        (
            |body| {
                let said =
                    json!({"message": format!("bad {} for {}", body["texts"], body["query"])});
                reply(StatusCode::UNPROCESSABLE_ENTITY, &said)
            },
            "bad [\"[text]\"] for \"[text]\"",
            "style",
        ),
        (
            |_| (StatusCode::TEMPORARY_REDIRECT, [("location", "/elsewhere")]).into_response(),
            "307",
            "redirects",
        ),
    ];
    for (behave, said, fix) in cases {
        let provider = Provider::replies(vec![behave]).await;
        let error = fault(&judge(&provider)).await;
        assert_eq!(error.code, Code::JudgeRejected);
        assert!(error.detail.contains(said), "{}", error.detail);
        assert!(error.fix.as_deref().unwrap().contains(fix), "{error:?}");
        assert_eq!(provider.requests(), 1);
    }
}

#[tokio::test]
async fn an_answer_that_is_not_what_was_asked_is_refused() {
    let cases: [(Reply, &str); 5] = [
        (|_| (StatusCode::OK, "<html>").into_response(), "not the JSON"),
        (|_| reply(StatusCode::OK, &json!({"results": []})), "not the JSON"),
        (|_| reply(StatusCode::OK, &json!([])), "0 scores for 1 texts"),
        (|_| reply(StatusCode::OK, &json!([{"index": 1, "score": 1}])), "no score for text 0"),
        // Longer than any answer: it is not read to its end.
        (|_| (StatusCode::OK, " ".repeat(1 << 20)).into_response(), "not the JSON"),
    ];
    for (behave, what) in cases {
        let provider = Provider::replies(vec![behave]).await;
        let error = fault(&judge(&provider)).await;
        assert_eq!(error.code, Code::JudgeMismatch, "{error}");
        assert!(error.detail.contains(what), "{} is not about {what}", error.detail);
        assert_eq!(provider.requests(), 1);
    }
}

#[tokio::test]
async fn one_fault_fails_the_whole_call() {
    let provider = Provider::start(|_, body| {
        Box::pin(async move {
            match body["query"].as_str() {
                Some("bad") => reply(StatusCode::OK, &json!([])),
                _ => good(&body),
            }
        })
    })
    .await;
    let error = judge(&provider).judge(&pairs(&[("ok", "a"), ("bad", "a")])).await.unwrap_err();
    assert_eq!(error.code, Code::JudgeMismatch);
}

#[tokio::test]
async fn as_many_requests_as_allowed_and_no_more() {
    let provider = Provider::in_pairs(good).await;
    let settings = RerankSettings { concurrency: 2, ..settings(&provider.base_url) };
    let judge = RerankJudge::new(settings).unwrap();
    // Two calls share the limit.
    tokio::join!(
        check_good(&judge, &[("a", "x"), ("bb", "x"), ("ccc", "x"), ("dddd", "x")]),
        check_good(&judge, &[("e", "x"), ("ff", "x")]),
    );
    assert_eq!((provider.requests(), provider.most_in_flight()), (6, 2));
}

#[tokio::test]
async fn a_caller_that_goes_away_frees_its_place() {
    let (provider, mut told) = Provider::first_hangs(good).await;
    let settings = RerankSettings { concurrency: 1, max_calls: 1, ..settings(&provider.base_url) };
    let judge = Arc::new(RerankJudge::new(settings).unwrap());
    let caller = tokio::spawn({
        let judge = Arc::clone(&judge);
        async move { judge.judge(&pairs(&[("q", "hangs")])).await }
    });
    assert_eq!(told.recv().await, Some("begun"));
    let refused = judge.judge(&pairs(&[("q", "too many")])).await.unwrap_err();
    assert_eq!(refused.code, Code::Overloaded);

    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    assert_eq!(told.recv().await, Some("gone"));
    check_good(&judge, &[("ask", "a")]).await;
    let stats = judge.stats().snapshot();
    assert_eq!((stats.calls, stats.failures, stats.abandoned), (3, 1, 1));
}

#[tokio::test]
async fn settings_are_checked() {
    let check = |change: fn(&mut RerankSettings), field: &str| {
        let mut settings = cohere("http://127.0.0.1:1");
        change(&mut settings);
        let error = RerankJudge::new(settings).err().unwrap();
        assert_eq!((error.code, error.field.as_deref()), (Code::ConfigInvalid, Some(field)));
        assert!(error.fix.is_some());
        assert!(!format!("{error:?}").contains("secret"), "{error:?}");
    };
    check(|settings| settings.base_url = "127.0.0.1".to_owned(), "base_url");
    check(|settings| settings.base_url = "http://me:secret@h".to_owned(), "base_url");
    check(|settings| settings.model = String::new(), "model");
    check(|settings| settings.model = " ".to_owned(), "model");
    check(|settings| settings.concurrency = 0, "concurrency");
    check(|settings| settings.max_calls = 0, "max_calls");
    check(|settings| settings.budget = Duration::ZERO, "budget");
    let nameless = RerankSettings::new("https://127.0.0.1:1", RerankStyle::Tei, "");
    assert_eq!(RerankJudge::new(nameless).unwrap().model().as_str(), "tei");
}
