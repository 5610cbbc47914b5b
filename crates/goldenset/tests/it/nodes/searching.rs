//! Nodes that search in the database, beside one that searches in its memory: same bodies.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::kit::Nodes;
use super::postgres::Postgres;
use crate::http::Reply;
use crate::process::eventually;
use crate::program::Place;
use crate::server::Server;

const IN_DATABASE: (&str, &str) = ("GOLDENSET__STORE__SEARCH", "pgvector");
const NO_RESULTS: (&str, &str) = ("GOLDENSET__CACHE__RESULT_TTL_SECONDS", "0");

fn demo(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo").join(file);
    fs::read_to_string(path).unwrap()
}

/// The questions of the demo day, each once.
fn questions() -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for line in demo("demo_log.jsonl").lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let query = line["query"].as_str().unwrap();
        if all.iter().all(|known| known != query) {
            all.push(query.to_owned());
        }
    }
    all
}

/// On the demo set: two that search in the database, and one that does not.
fn nodes() -> Nodes {
    let mut nodes = Nodes::configured(2, &[IN_DATABASE, NO_RESULTS]);
    nodes.add(&[NO_RESULTS]);
    let place = Place::new();
    place.write("entries.jsonl", demo("entries.jsonl"));
    let url = nodes.schema.url();
    let ran = place.run_with(&["import", "entries.jsonl"], b"", &[("DATABASE_URL", &url)]);
    assert_eq!(ran.code, 0, "{ran:?}");
    at_one_state(&nodes);
    nodes
}

fn at_one_state(nodes: &Nodes) {
    let state = |node: &Server| node.get("/readyz").with(200)["tenants"].clone();
    for other in &nodes.all[1..] {
        eventually("all are at one state", || state(other) == state(nodes.node(0)));
    }
}

/// Asks for all that is at all similar.
fn loosely(node: &Server, query: &str) -> Reply {
    node.post("/v1/lookup", &json!({ "query": query, "min_similarity": 0.1 }))
}

#[test]
fn what_is_found_in_the_database_is_what_is_found_in_memory() {
    let nodes = nodes();
    let questions = questions();
    assert!(questions.len() > 300, "{}", questions.len());
    let filters = [
        json!({}),
        json!({ "category": ["ferie", "tfr"] }),
        json!({ "lang": ["it"], "tags": ["contratti", "orario"] }),
        json!({ "category": ["nobody"] }),
    ];
    let mut found = 0;
    for (number, query) in questions.iter().enumerate() {
        let mut body =
            json!({ "query": query, "min_similarity": 0.3, "max_results": 1 + number % 20 });
        body["filters"] = filters[number % 4].clone();
        if number % 5 == 0 {
            body["as_of"] = json!("2025-06-30");
        }
        let replies = nodes.all.iter().map(|node| node.post("/v1/lookup", &body));
        let replies: Vec<_> = replies.collect();
        let in_memory = replies[2].with(200);
        found += in_memory["matches"].as_array().unwrap().len();
        for reply in &replies[..2] {
            assert_eq!(reply.text(), replies[2].text(), "{body}");
        }
    }
    assert!(found > 1000, "{found}");
}

#[test]
fn a_batch_that_is_searched_for_at_once_gives_what_each_gives() {
    let nodes = nodes();
    let questions: Vec<_> = questions().into_iter().take(100).collect();
    let batch = nodes.node(0).post("/v1/lookup/batch", &json!({ "queries": questions }));
    let in_memory = nodes.node(2).post("/v1/lookup/batch", &json!({ "queries": questions }));
    assert_eq!(batch.with(200), in_memory.with(200));
}

/// What searches is filled a moment later: nobody sees that.
#[test]
fn what_is_published_is_found_by_meaning_at_the_next_lookup() {
    let nodes = nodes();
    let near = |round: usize| format!("vorrei sapere del parcheggio numero {round} in azienda");
    let id = |body: &Value| body["matches"][0]["entry_id"].as_str().map(str::to_owned);
    for round in 0..30 {
        let node = nodes.node(round % 2);
        let (entry, query) = (format!("park-{round}"), near(round));
        let question = format!("Il parcheggio numero {round} in azienda?");
        node.publishes(&entry, &question, "Sì.").with(201);
        assert_eq!(id(&loosely(node, &query).with(200)), Some(entry.clone()));
        if round % 3 == 0 {
            node.post(&format!("/v1/entries/{entry}/retire"), &json!({})).with(200);
            assert_ne!(id(&loosely(node, &query).with(200)), Some(entry));
        }
    }
    at_one_state(&nodes);
    for round in 0..30 {
        let in_memory = loosely(nodes.node(2), &near(round));
        for node in &nodes.all[..2] {
            assert_eq!(loosely(node, &near(round)).text(), in_memory.text());
        }
    }
}

/// What needs no search goes on, what needs one is refused: it is never an empty result.
#[test]
fn a_database_that_is_away_is_said_and_is_no_empty_result() {
    let postgres = Postgres::start();
    let (folder, url): (TempDir, _) = (tempfile::tempdir().unwrap(), postgres.url());
    let environment = [
        ("DATABASE_URL", url.as_str()),
        ("GOLDENSET__STORE__CONNECT_TIMEOUT_MS", "1000"),
        ("GOLDENSET__STORE__STATEMENT_TIMEOUT_MS", "2000"),
        IN_DATABASE,
    ];
    let node = &Server::configured(folder.path(), &environment);
    let (question, near) = ("Quanto dura la prova?", "quanto dura la mia prova");
    node.publishes("a", question, "Tre mesi.").with(201);
    let before = loosely(node, near);
    assert_eq!(before.with(200)["matches"][0]["entry_id"], "a");
    postgres.crash();
    eventually("it is degraded", || node.get("/readyz").with(200)["status"] == "degraded");
    assert_eq!(node.answers(question).as_deref(), Some("Tre mesi."));
    assert_eq!(loosely(node, near).bytes, before.bytes, "what was found before is cached");
    // All that there is was found for nearly the same question.
    assert_eq!(loosely(node, "quanto dura la mia prova?!").cache(), "result_hit");
    assert_eq!(loosely(node, "quanto dura la tua prova").cache(), "near_miss");
    let refused = node.asks("chi paga la mensa aziendale");
    assert_eq!(refused.with(503)["code"], "store_unavailable");
    assert_eq!(refused.header("retry-after"), "1");
    let queries = json!({ "queries": [question, near, "e il preavviso?"] });
    let batch = node.post("/v1/lookup/batch", &queries).with(200);
    let results = batch["results"].as_array().unwrap();
    assert_eq!(results[0]["answer"]["answer"], "Tre mesi.");
    assert_eq!(results[2]["error"]["code"], "store_unavailable", "{batch}");
    postgres.begin();
    eventually("it is searched again", || node.asks("e il preavviso?").status == 200);
    eventually("it is ready again", || node.get("/readyz").with(200)["status"] == "ready");
}
