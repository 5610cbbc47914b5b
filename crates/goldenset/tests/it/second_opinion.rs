//! A judge of pairs beside the real program: a real HTTP server that agrees, fails and hangs, and a
//! cross-encoder of a few hundred bytes in a folder.

#[allow(dead_code, reason = "the tests of the models use more of it")]
#[path = "../../../embed/tests/support/cross.rs"]
mod cross;

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::http::RUNTIME;
use crate::server::Server;

/// What the judge does from now on.
#[derive(Clone, Copy)]
enum Mood {
    Says(f64),
    Fails,
    Hangs,
}

/// A server with a `/rerank` endpoint in the style of text-embeddings-inference.
struct Judge {
    url: String,
    mood: Arc<Mutex<Mood>>,
}

impl Judge {
    fn start() -> Self {
        let mood = Arc::new(Mutex::new(Mood::Says(0.0)));
        let listener = RUNTIME.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().route("/rerank", post(rerank)).with_state(Arc::clone(&mood));
        RUNTIME.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, mood }
    }

    fn behaves(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }
}

async fn rerank(State(mood): State<Arc<Mutex<Mood>>>, Json(body): Json<Value>) -> Response {
    let mood = *mood.lock().unwrap();
    match mood {
        Mood::Says(score) => {
            let texts = body["texts"].as_array().unwrap();
            let scores = (0..texts.len()).map(|index| json!({ "index": index, "score": score }));
            Json(scores.collect::<Value>()).into_response()
        }
        Mood::Fails => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Mood::Hangs => {
            tokio::time::sleep(Duration::from_secs(600)).await;
            StatusCode::OK.into_response()
        }
    }
}

/// Every candidate that no guard is against is asked about.
fn demo(folder: &Path, judge: &[(&str, &str)]) -> Server {
    let all = [("GOLDENSET__JUDGE__UNSURE_FROM", "0"), ("GOLDENSET__JUDGE__UNSURE_TO", "1")];
    Server::demo(folder, &[&all, judge].concat())
}

/// The question that the demo shows to be found by meaning.
fn by_meaning(folder: &Path) -> String {
    let out = fs::read_to_string(folder.join("out")).unwrap();
    let questions: Vec<_> = out.lines().filter_map(|line| line.strip_prefix("? ")).collect();
    questions[1].to_owned()
}

fn outcomes(server: &Server, outcome: &str) -> bool {
    let line = format!("goldenset_second_opinions_total{{outcome=\"{outcome}\"}}");
    server.get("/metrics").text().contains(&line)
}

#[test]
fn a_remote_judge_is_heard_and_its_faults_change_nothing() {
    let judge = Judge::start();
    judge.behaves(Mood::Fails);
    let folder = tempfile::tempdir().unwrap();
    let url = ("GOLDENSET__JUDGE__BASE_URL", judge.url.as_str());
    // Never late by accident: the machine may be busy.
    let budget = ("GOLDENSET__JUDGE__BUDGET_MS", "3000");
    let server = demo(folder.path(), &[("GOLDENSET__JUDGE__KIND", "rerank"), url, budget]);
    let question = json!({ "query": by_meaning(folder.path()) });
    let ask = || server.post("/v1/lookup", &question).with(200);
    // Faulty: the decision is the one without it. (The demo itself asked while it failed.)
    assert_eq!(ask()["decision"], "serve", "{}", server.log());
    assert!(outcomes(&server, "failed"));
    judge.behaves(Mood::Hangs);
    assert_eq!(ask()["decision"], "serve");
    assert!(outcomes(&server, "late"));
    // None of that was kept: its word counts as soon as it is there.
    judge.behaves(Mood::Says(-4.0));
    let refused = ask();
    assert_eq!((&refused["decision"], &refused["answer"]), (&json!("suggest"), &Value::Null));
    assert!(outcomes(&server, "given"));
    // What was heard is kept.
    judge.behaves(Mood::Says(4.0));
    assert_eq!(ask(), refused);
    let entry = &refused["matches"][0]["entry_id"];
    let pair = json!({ "query": question["query"], "entry_id": entry });
    let compared = server.post("/v1/compare", &pair).with(200);
    let heard = &compared["explanation"]["second_opinion"];
    assert_eq!((&heard["outcome"], &heard["log_odds"]), (&json!("given"), &json!(4.0)), "{pair}");
    let log = server.log();
    assert!(log.contains("the second opinion cannot be had"), "{log}");
    assert!(log.contains("the second opinion is heard again"), "{log}");
}

#[test]
fn a_local_judge_is_heard() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("judge");
    fs::create_dir(&model).unwrap();
    cross::write(&model, cross::SETTINGS, cross::PLAIN);
    let path = ("GOLDENSET__JUDGE__PATH", model.to_str().unwrap());
    // The tiny model takes its time on a busy machine as others do.
    let budget = ("GOLDENSET__JUDGE__BUDGET_MS", "10000");
    let patience = ("GOLDENSET__SERVER__REQUEST_TIMEOUT_MS", "60000");
    let kind = ("GOLDENSET__JUDGE__KIND", "local");
    let server = demo(folder.path(), &[kind, path, budget, patience]);
    // With an option of its own: the demo asked the question itself, and the result is cached.
    let question = json!({ "query": by_meaning(folder.path()), "min_similarity": 0.5 });
    let looked = server.post("/v1/lookup", &question).with(200);
    assert!(outcomes(&server, "given"), "{}", server.log());
    let pair = json!({ "query": question["query"], "entry_id": looked["matches"][0]["entry_id"] });
    let compared = server.post("/v1/compare", &pair).with(200);
    let heard = &compared["explanation"]["second_opinion"];
    assert_eq!(heard["outcome"], "given", "{compared}");
    // Its words are those of the tiny vocabulary: all unknown, which it takes for the same.
    assert!(heard["log_odds"].as_f64().unwrap() > 0.0, "{heard}");
    assert_eq!(looked["decision"], "serve");
}
