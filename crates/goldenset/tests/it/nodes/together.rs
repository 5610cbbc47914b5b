//! Nodes that all are well.

use std::time::Instant;

use serde_json::json;

use super::kit::{Nodes, own_prefix, redis};
use crate::http::RUNTIME;
use crate::process::eventually;
use crate::program::{Place, entry_line};
use crate::schema::{Schema, named};

const QUESTION: &str = "Quanto dura la prova?";

#[test]
fn what_one_publishes_all_serve() {
    let nodes = Nodes::start(3);
    for round in 0..12 {
        let (publisher, answer) = (nodes.node(round % 3), format!("Risposta {round}."));
        publisher.publishes("a", QUESTION, &answer).with(if round == 0 { 201 } else { 200 });
        let since = Instant::now();
        assert_eq!(publisher.answers(QUESTION).as_deref(), Some(answer.as_str()));
        for node in &nodes.all {
            node.follows(QUESTION, &answer, since);
        }
    }
    nodes.node(1).post("/v1/entries/a/retire", &json!({})).with(200);
    for node in &nodes.all {
        eventually("no node serves it", || node.answers(QUESTION).is_none());
    }
}

#[test]
fn what_is_not_heard_of_is_asked_for() {
    let nodes = Nodes::start(2);
    nodes.sql("DROP TRIGGER epochs_are_told ON tenants");
    for round in 0..8 {
        let answer = format!("Risposta {round}.");
        let publisher = nodes.node(round % 2);
        assert!(publisher.publishes("a", QUESTION, &answer).status < 300);
        let since = Instant::now();
        nodes.node(1 - round % 2).follows(QUESTION, &answer, since);
    }
}

#[test]
fn publishes_of_two_nodes_at_once_both_count() {
    let nodes = &Nodes::start(2);
    nodes.node(0).publishes("start", "Chi comincia?", "Io.").with(201);
    std::thread::scope(|scope| {
        for (number, node) in nodes.all.iter().enumerate() {
            scope.spawn(move || {
                for round in 0..15 {
                    let (id, answer) = (format!("own-{number}"), format!("{number} {round}"));
                    let question = format!("Che cosa dice il nodo {number}?");
                    assert!(node.publishes(&id, &question, &answer).status < 300);
                    assert!(node.publishes("both", "Che cosa dicono?", &answer).status < 300);
                }
            });
        }
    });
    let versions = |id: &str| {
        let body = nodes.node(0).get(&format!("/v1/entries/{id}/versions")).with(200);
        body["versions"].as_array().unwrap().len()
    };
    assert_eq!((versions("own-0"), versions("own-1"), versions("both")), (15, 15, 30));
    let epoch = |number: usize| nodes.node(number).asks("Che cosa dicono?").epoch();
    assert_eq!(epoch(0).max(epoch(1)), 61);
    eventually("both are at the same state", || epoch(0) == epoch(1));
    for question in ["Che cosa dicono?", "Che cosa dice il nodo 0?", "Che cosa dice il nodo 1?"] {
        assert_eq!(nodes.node(0).asks(question).bytes, nodes.node(1).asks(question).bytes);
    }
}

#[test]
fn a_key_that_one_revokes_opens_nothing_on_the_others() {
    let nodes = Nodes::start(2);
    let made = nodes.node(0).post("/v1/keys", &json!({ "name": "ops", "role": "admin" })).with(201);
    let header = format!("Bearer {}", made["key"].as_str().unwrap());
    let opens = |number: usize| {
        nodes.node(number).get_with("/v1/entries", ("authorization", &header)).status == 200
    };
    assert!(opens(0));
    eventually("the other node knows the key", || opens(1));
    eventually("and asks for one", || nodes.node(1).get("/v1/entries").status == 401);
    let sent = [("authorization", header.as_str())];
    let spare =
        nodes.node(0).ask("POST", "/v1/keys", &json!({ "name": "spare", "role": "admin" }), sent);
    assert_eq!(spare.status, 201);
    let revoke = format!("/v1/keys/{}/revoke", made["id"].as_u64().unwrap());
    nodes.node(0).ask("POST", &revoke, &json!({}), sent).with(200);
    assert!(!opens(0));
    eventually("the key opens nothing on the other node", || !opens(1));
}

#[test]
fn caches_of_nodes_are_invisible() {
    // The first two share what they find, here or in the database; the third keeps nothing.
    let (url, prefix) = (named("GOLDENSET_TEST_REDIS"), own_prefix());
    let sharing = redis(&url, &prefix);
    let mut nodes = Nodes::configured(1, &sharing);
    nodes.add(&[sharing[0], sharing[1], ("GOLDENSET__STORE__SEARCH", "pgvector")]);
    let off = [
        ("GOLDENSET__CACHE__RESULT_TTL_SECONDS", "0"),
        ("GOLDENSET__CACHE__EMBEDDING_TTL_SECONDS", "0"),
    ];
    nodes.add(&off);
    let mut random = fastrand::Rng::with_seed(5);
    let questions = [
        "Quanto dura la prova?",
        "Quanto dura il preavviso?",
        "Come si chiede il permesso?",
        "Chi paga la mensa?",
        "Quando si paga lo stipendio?",
    ];
    let near = questions.map(|question| format!("vorrei sapere: {question}"));
    for round in 0..40 {
        let (node, place) = (nodes.node(random.usize(0..2)), random.usize(0..questions.len()));
        let id = format!("e{place}");
        match random.u8(0..5) {
            0 => drop(node.post(&format!("/v1/entries/{id}/retire"), &json!({}))),
            _ => drop(node.publishes(&id, questions[place], &format!("Risposta {round}."))),
        }
        // Between changes the nodes have their own way; then all are at one state.
        let some = random.usize(0..near.len());
        nodes.node(random.usize(0..2)).asks(&near[some]).with(200);
        let epoch = node.asks(questions[0]).epoch();
        for other in &nodes.all {
            eventually("all are at one state", || other.asks(questions[0]).epoch() == epoch);
        }
        for query in questions.iter().copied().chain(near.iter().map(String::as_str)) {
            let plain = nodes.node(2).asks(query);
            for node in &nodes.all[..2] {
                let cached = node.asks(query);
                assert_eq!(cached.text(), plain.text(), "{query} in round {round}");
            }
        }
    }
    let body = nodes.node(0).get("/v1/cache").with(200);
    assert!(body["results"]["hits"].as_u64().unwrap() > 20, "{body}");
}

/// The command line works on the database directly, while nodes serve it.
#[test]
fn commands_work_beside_the_nodes() {
    let nodes = Nodes::start(1);
    let place = Place::new();
    let url = nodes.schema.url();
    let environment = [("DATABASE_URL", url.as_str())];
    let run = |args: &[&str], input: &str| {
        let ran = place.run_with(args, input.as_bytes(), &environment);
        assert_eq!(ran.code, 0, "{ran:?}");
        ran
    };
    let checks = run(&["doctor"], "").out;
    assert!(checks.contains("ok    database: it answers"), "{checks}");
    assert!(checks.contains("no golden set yet"), "{checks}");
    place.write(
        "faq.jsonl",
        json!({ "id": "a", "question": QUESTION, "answer": "Tre." }).to_string(),
    );
    run(&["import", "faq.jsonl"], "");
    nodes.node(0).follows(QUESTION, "Tre.", Instant::now());
    assert!(run(&["ask", QUESTION], "").out.contains("Tre."));
    run(&["entries", "retire", "a"], "");
    eventually("the node follows", || nodes.node(0).answers(QUESTION).is_none());
    let log = run(&["log"], "").out;
    assert!(log.contains("published") && log.contains("retired"), "{log}");
    assert!(!place.path().join("goldenset-data").exists());
}

#[test]
fn a_data_folder_moves_into_the_database_and_back() {
    let place = Place::with_entries(&entry_line("a", QUESTION, "Tre."));
    let before = place.run(&["log", "--data", "data"]).out;
    let schema = RUNTIME.block_on(Schema::new());
    let url = schema.url();
    let moves = |args: &[&str]| {
        let ran = place.run(args);
        assert_eq!(ran.code, 0, "{ran:?}");
        ran.json()
    };
    let there = moves(&["migrate-store", "--from", "data", "--to", &url, "--json"]);
    let back = moves(&["migrate-store", "--from", &url, "--to", "back", "--json"]);
    assert_eq!(there, back);
    let versions = there.as_array().unwrap().iter().find(|table| table["table"] == "versions");
    assert_eq!(versions.unwrap()["rows"], 1);
    let again = place.run(&["migrate-store", "--from", "data", "--to", &url]);
    again.failed(4, "store_not_empty", &["tenants"]);
    assert_eq!(place.run(&["log", "--data", "back"]).out, before);
    let served = place.run_with(&["ask", QUESTION], b"", &[("DATABASE_URL", url.as_str())]);
    assert!(served.out.contains("Tre."), "{served:?}");
}
