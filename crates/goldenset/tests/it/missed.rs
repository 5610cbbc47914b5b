//! Questions that found no answer, over HTTP: from the first one to the answer that is served.

use std::collections::BTreeMap;

use goldenset::config::{Layers, load};
use goldenset::wire;
use goldenset_core::TenantId;
use serde_json::{Value, json};

use crate::program::{Place, entry_line};
use crate::server::Server;
use crate::tenant::Tenant;

const ASKED: &str = "Quanto costa il bollo dell'auto elettrica?";
const ALSO: &str = "Quanto costa il bollo per l'auto elettrica?";

const KEEPING: [(&str, &str); 2] =
    [("GOLDENSET__QUESTIONS__STORE", "true"), ("GOLDENSET__WATCH__FLUSH_SECONDS", "3600")];

fn place() -> Place {
    Place::with_entries(&entry_line("prova", "Quanto dura il periodo di prova?", "Sei mesi."))
}

fn missed(server: &Server, query: &str) -> Value {
    server.get(&format!("/v1/questions/missed{query}")).with(200)["groups"].clone()
}

/// Looks at all that is proposed, as a server does from time to time.
fn sweep(place: &Place) {
    let environment = BTreeMap::new();
    let folder = place.path();
    let layers = Layers { file: None, environment: &environment, flags: &[], folder };
    let mut config = load(&layers).unwrap().config;
    config.store.data_dir = folder.join("data");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = wire::store(&config).await.unwrap();
        let embedder = wire::embedder(&config).unwrap();
        let engine = wire::engine(&config, store, embedder, None, &|_, _| ()).await.unwrap();
        engine.sweep(&TenantId::default()).await.unwrap();
        engine.close().await;
    });
}

fn stop(server: Server) {
    server.terminate();
    let (status, log) = server.ended();
    assert!(status.success(), "{status} {log}");
    assert!(!log.contains("bollo"), "{log}");
}

#[test]
fn what_misses_is_proposed_answered_and_served() {
    let place = place();
    let server = Server::configured(place.path(), &KEEPING);
    let tenant = Tenant::on(&server, "default");
    for question in [ASKED, ALSO, ASKED, ASKED] {
        tenant.lookup(question).with(200);
    }
    tenant.lookup("Quanto dura il periodo di prova?").with(200);
    let groups = missed(&server, "");
    assert_eq!(groups.as_array().unwrap().len(), 1, "{groups}");
    let group = &groups[0];
    assert_eq!((&group["question"], &group["count"]), (&json!(ASKED), &json!(4)));
    let examples = group["examples"].as_array().unwrap();
    assert_eq!(examples.len(), 2);
    assert!(examples.iter().any(|one| one["question"] == ALSO && one["times"] == 1), "{group}");
    assert_eq!(group["nearest"][0]["entry_id"], "prova");
    assert_eq!(group["candidate_id"], Value::Null);
    assert_eq!(missed(&server, "?limit=1"), groups);
    let get = |query: &str| server.get(&format!("/v1/questions/missed{query}"));
    get("?limit=0").refused(400, "invalid_field", "limit");
    get("?after=1").refused(400, "unknown_field", "after");
    get("?tenant=nobody").refused(404, "unknown_tenant", "tenant");
    let metrics = server.get("/metrics").text().to_owned();
    assert!(metrics.contains("goldenset_missed_dropped_total 0\n"), "{metrics}");
    assert!(!metrics.contains("bollo"));
    stop(server);

    sweep(&place);
    let server = Server::configured(place.path(), &KEEPING);
    let all = server.get("/v1/candidates").with(200);
    let candidate = &all["candidates"][0];
    assert_eq!((&candidate["kind"], &candidate["frequency"]), (&json!("missed"), &json!(4)));
    assert_eq!((&candidate["question"], &candidate["priority"]), (&json!(ASKED), &json!(400.0)));
    let reason = candidate["reason"].as_str().unwrap();
    assert!(reason.starts_with("asked 4 times in 2 phrasings, no entry answers it"), "{reason}");
    let id = candidate["id"].clone();
    assert_eq!(missed(&server, "")[0]["candidate_id"], id);

    for (who, role) in [("esther", "expert"), ("anna", "approver")] {
        let expert = json!({ "role": role, "verified": true, "trust": 0.9 });
        server.put(&format!("/v1/experts/{who}"), &expert).with(200);
    }
    let said = json!({
        "query": ASKED, "type": "incorrect", "confidence": 0.9, "time_spent_seconds": 5,
        "expert": "esther", "answer": "Nulla per cinque anni.",
    });
    let taken = server.post("/v1/feedback", &said).with(200);
    assert_eq!(taken["candidate"]["id"], id, "{taken}");
    let by = json!({ "by": "anna" });
    server.post(&format!("/v1/candidates/{id}/approve"), &by).with(200);
    let served = Tenant::on(&server, "default").lookup(ASKED).with(200);
    assert_eq!(served["answer"]["answer"], "Nulla per cinque anni.", "{served}");
    stop(server);
}

#[test]
fn nothing_is_kept_unless_it_is_turned_on_and_the_flush_writes_by_itself() {
    let place = place();
    let server = Server::start(place.path());
    Tenant::on(&server, "default").lookup(ASKED).with(200);
    assert_eq!(missed(&server, ""), json!([]));
    stop(server);
    let has = |files: [Vec<u8>; 2]| {
        files.iter().any(|bytes| bytes.windows(5).any(|window| window == b"bollo"))
    };
    assert!(!has(place.database()));

    // Kept when the server stops, although nobody looked; and deleted when it is turned off.
    let server = Server::configured(place.path(), &KEEPING);
    Tenant::on(&server, "default").lookup(ASKED).with(200);
    stop(server);
    assert!(has(place.database()));
    stop(Server::start(place.path()));
    assert!(!has(place.database()));
}
