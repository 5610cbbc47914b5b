//! Nodes whose Postgres goes away: lookups go on, writes are refused, nothing is lost or stale.

use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;

use super::postgres::Postgres;
use crate::process::eventually;
use crate::server::Server;

const QUESTION: &str = "Quanto dura la prova?";
const NEAR: &str = "durata della prova";

struct Pair {
    postgres: Postgres,
    nodes: [Server; 2],
    _folders: [TempDir; 2],
}

fn pair() -> Pair {
    let postgres = Postgres::start();
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let url = postgres.url();
    let limits = [
        ("DATABASE_URL", url.as_str()),
        ("GOLDENSET__STORE__CONNECT_TIMEOUT_MS", "1000"),
        ("GOLDENSET__STORE__STATEMENT_TIMEOUT_MS", "2000"),
    ];
    let nodes = [0, 1].map(|number: usize| Server::configured(folders[number].path(), &limits));
    Pair { postgres, nodes, _folders: folders }
}

impl Server {
    fn is(&self, status: &str) -> bool {
        self.get("/readyz").with(200)["status"] == status
    }

    #[track_caller]
    fn refuses_writes(&self) {
        let refused = self.publishes("b", "Chi scrive?", "Nessuno.");
        assert_eq!(refused.with(503)["code"], "store_unavailable");
        assert_eq!(refused.header("retry-after"), "1");
    }
}

#[test]
fn a_database_that_died_stops_writes_and_no_lookup() {
    let Pair { postgres, nodes: [one, two], .. } = &pair();
    one.publishes("a", QUESTION, "Tre mesi.").with(201);
    two.follows(QUESTION, "Tre mesi.", Instant::now());
    let before = [QUESTION, NEAR].map(|query| two.asks(query).bytes);
    for round in 0..2 {
        postgres.crash();
        for node in [one, two] {
            eventually("it is degraded", || node.is("degraded"));
            let metrics = node.get("/metrics");
            assert!(metrics.text().contains("goldenset_degraded{dependency=\"store\"} 1"));
            node.refuses_writes();
        }
        for query in [QUESTION, NEAR, "una domanda nuova"] {
            two.asks(query).with(200);
        }
        if round == 0 {
            assert_eq!([QUESTION, NEAR].map(|query| two.asks(query).bytes), before);
        }
        postgres.begin();
        for node in [one, two] {
            eventually("it is ready again", || node.is("ready"));
        }
        // What was acknowledged before is there, and what comes now is followed again.
        let answer = format!("Sei mesi, {round}.");
        one.publishes("a", QUESTION, &answer).with(200);
        two.follows(QUESTION, &answer, Instant::now());
    }
    let versions = two.get("/v1/entries/a/versions").with(200);
    assert_eq!(versions["versions"].as_array().unwrap().len(), 3);
}

/// It takes connections and never answers, which is worse than being gone.
#[test]
fn a_database_that_hangs_holds_no_lookup_for_long() {
    let Pair { postgres, nodes: [one, two], .. } = &pair();
    one.publishes("a", QUESTION, "Tre mesi.").with(201);
    two.follows(QUESTION, "Tre mesi.", Instant::now());
    postgres.signal("STOP");
    let began = Instant::now();
    let mut asked = 0;
    while began.elapsed() < Duration::from_secs(4) {
        assert_eq!(two.answers(QUESTION).as_deref(), Some("Tre mesi."));
        asked += 1;
    }
    assert!(asked > 20, "{asked} lookups while the database hung");
    assert!(two.is("degraded"));
    postgres.signal("CONT");
    for node in [one, two] {
        eventually("it is ready again", || node.is("ready"));
    }
    one.post("/v1/entries/a/retire", &json!({})).with(200);
    eventually("the other follows", || two.answers(QUESTION).is_none());
}
