//! Changing the embedding model while nodes answer.

use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Value;

use super::kit::Nodes;
use crate::process::eventually;
use crate::program::{Place, Ran, command};
use crate::provider::{DIMENSIONS, Provider};
use crate::server::Server;

const QUESTION: &str = "Quanto dura la prova?";
const NEAR: &str = "quanto dura la mia prova";
const NEXT: &str = "test";

/// What whoever is to know the next model needs to know.
fn next(provider: &Provider) -> Vec<(String, String)> {
    let present = provider.settings();
    let named = |(key, value): &(&str, String)| {
        (key.replace("__EMBEDDING__", "__NEXT_EMBEDDING__"), value.clone())
    };
    present.iter().map(named).collect()
}

fn borrowed(settings: &[(String, String)]) -> Vec<(&str, &str)> {
    settings.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
}

/// The command line beside the nodes.
struct Beside {
    place: Place,
    environment: Vec<(String, String)>,
}

impl Beside {
    fn new(nodes: &Nodes, settings: &[(String, String)]) -> Self {
        let mut environment = settings.to_vec();
        environment.push(("DATABASE_URL".into(), nodes.schema.url()));
        Self { place: Place::new(), environment }
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.place.run_with(arguments, b"", &borrowed(&self.environment))
    }

    fn status(&self, arguments: &[&str]) -> Value {
        let ran = self.run(&[&["embeddings"], arguments, &["--json"]].concat());
        assert_eq!(ran.code, 0, "{ran:?}");
        ran.json()
    }
}

fn publish_all(node: &Server, count: usize) {
    node.publishes("a", QUESTION, "Tre mesi.").with(201);
    for number in 1..count {
        let question = format!("Che cosa dice la pagina {number}?");
        node.publishes(&format!("p{number}"), &question, "Niente.").with(201);
    }
}

fn entries_of(status: &Value, model: &str) -> u64 {
    let models = status["models"].as_array().unwrap();
    let of = models.iter().find(|one| one["model"].as_str().unwrap().starts_with(model)).unwrap();
    of["entries"].as_u64().unwrap()
}

/// Whether it serves the entry by its meaning, for which the next model has no weights.
fn serves(node: &Server) -> bool {
    node.asks(NEAR).with(200)["decision"] == "serve"
}

/// Ends the asking also where a check fails.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Whatever answers meanwhile is of the one model or of the other, and never nothing.
#[test]
fn lookups_change_over_and_back_under_load() {
    for search in ["memory", "pgvector"] {
        let provider = Provider::slow(Duration::from_millis(5));
        let mut settings = next(&provider);
        settings.push(("GOLDENSET__STORE__SEARCH".into(), search.into()));
        let nodes = &Nodes::configured(2, &borrowed(&settings));
        publish_all(nodes.node(0), 12);
        for node in &nodes.all {
            eventually("it follows", || node.asks(QUESTION).epoch() == 12);
        }
        let beside = Beside::new(nodes, &settings);
        let before = beside.status(&["status"]);
        let present = before["in_use"].as_str().unwrap().to_owned();
        assert_eq!((entries_of(&before, &present), entries_of(&before, NEXT)), (12, 0));
        assert!(nodes.all.iter().all(serves));
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let ends = Ends(&over);
            let asking: Vec<_> = nodes
                .all
                .iter()
                .map(|node| {
                    scope.spawn(|| {
                        let mut served = Vec::new();
                        while !over.load(Ordering::Relaxed) {
                            let serves = serves(node);
                            assert_eq!(node.answers(QUESTION).as_deref(), Some("Tre mesi."));
                            if served.last() != Some(&serves) {
                                served.push(serves);
                            }
                        }
                        served
                    })
                })
                .collect();
            let after = beside.status(&["migrate", "--to", NEXT]);
            assert_eq!(after["in_use"], format!("{NEXT}/{DIMENSIONS}"), "{after}");
            assert_eq!(after["switched"]["former"], present.as_str(), "{after}");
            // Both are kept.
            assert_eq!((entries_of(&after, &present), entries_of(&after, NEXT)), (12, 12));
            for node in &nodes.all {
                eventually("it changes over", || !serves(node));
            }
            // What is published now has vectors of the other model.
            let late = nodes.node(1).publishes("late", "Chi paga la mensa?", "Il datore.");
            late.with(201);
            assert_eq!(nodes.node(1).answers("Chi paga la mensa?").as_deref(), Some("Il datore."));
            let back = beside.status(&["rollback"]);
            assert_eq!(back["in_use"], present.as_str(), "{back}");
            assert_eq!(entries_of(&back, &present), 13, "{back}");
            for node in &nodes.all {
                eventually("it changes back", || serves(node));
                eventually("it follows", || node.answers("Chi paga la mensa?").is_some());
            }
            drop(ends);
            for asked in asking {
                let served = asked.join().unwrap();
                assert_eq!(served, [true, false, true], "one model, the other, and the one again");
            }
        });
        let used = beside.run(&["embeddings", "drop", &present]);
        used.failed(4, "version_conflict", &["lookups use"]);
        let dropped = beside.status(&["drop", &format!("{NEXT}/{DIMENSIONS}")]);
        assert_eq!((entries_of(&dropped, &present), entries_of(&dropped, NEXT)), (13, 0));
    }
}

/// A node that does not know the other model goes on with the one that it has, and does not start
/// with it.
#[test]
fn a_node_that_does_not_know_the_model_goes_on_and_says_so() {
    let provider = Provider::slow(Duration::ZERO);
    let settings = next(&provider);
    let mut nodes = Nodes::start(1);
    publish_all(nodes.node(0), 3);
    let before = nodes.node(0).asks(NEAR).bytes;
    let beside = Beside::new(&nodes, &settings);
    let stranger = Beside::new(&nodes, &[]);
    stranger.run(&["embeddings", "migrate", "--to", NEXT]).failed(
        6,
        "config_invalid",
        &["no configured model", "next_embedding"],
    );
    beside.status(&["migrate", "--to", NEXT]);
    let node = nodes.node(0);
    eventually("it says so", || node.log().contains("lookups were switched to the model test/8"));
    assert_eq!(node.asks(NEAR).bytes, before);
    // What it publishes is served with both models.
    node.publishes("late", "Chi paga la mensa?", "Il datore.").with(201);
    stranger.run(&["serve"]).failed(6, "config_invalid", &["test/8", "embeddings status"]);
    let doctor = |of: &Beside| of.run(&["doctor"]).out;
    let (theirs, ours) = (doctor(&stranger), doctor(&beside));
    assert!(theirs.contains("FAIL  embedding: [config_invalid]"), "{theirs}");
    assert!(ours.contains("ok    embedding: test/8 answers"), "{ours}");
    nodes.add(&borrowed(&settings));
    assert_eq!(nodes.node(1).answers("Chi paga la mensa?").as_deref(), Some("Il datore."));
    assert_ne!(nodes.node(1).asks(NEAR).bytes, before);
}

/// What was embedded before a kill is not embedded again, and nothing is switched.
#[test]
fn a_migration_that_is_killed_goes_on_from_there() {
    let provider = Provider::slow(Duration::from_millis(40));
    let mut settings = next(&provider);
    settings.push(("FAQ_BATCH_SIZE".into(), "2".into()));
    let nodes = Nodes::start(1);
    publish_all(nodes.node(0), 40);
    let beside = Beside::new(&nodes, &settings);
    let mut killed = command(beside.place.path());
    killed.args(["embeddings", "migrate", "--to", NEXT]).envs(borrowed(&beside.environment));
    let mut killed = killed.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut embedded = 0;
    eventually("some are embedded", || {
        embedded = entries_of(&beside.status(&["status"]), NEXT);
        embedded > 3
    });
    killed.kill().unwrap();
    killed.wait().unwrap();
    let left = beside.status(&["status"]);
    let embedded = entries_of(&left, NEXT);
    assert!(embedded < 40 && left["switched"].is_null(), "{left}");
    provider.take();
    let prepared = beside.status(&["migrate", "--to", NEXT, "--prepare"]);
    assert_eq!((entries_of(&prepared, NEXT), &prepared["switched"]), (40, &Value::Null));
    let (_, texts) = provider.take();
    assert_eq!(texts as u64, 40 - embedded);
    let switched = beside.status(&["migrate", "--to", NEXT]);
    assert_eq!(provider.take().1, 0, "all was there");
    assert_eq!(switched["in_use"], format!("{NEXT}/{DIMENSIONS}"));
    assert!(beside.run(&["embeddings", "status"]).out.contains("* test/8  40 of 40 entries"));
}
