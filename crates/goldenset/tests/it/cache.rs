//! What the caches say of themselves, and having them dropped.

use serde_json::{Value, json};

use crate::http::Reply;
use crate::server::Server;
use crate::tenant::Tenant;

/// A server of its own: the caches are of the whole process.
fn with_server(test: impl FnOnce(&Tenant<'_>)) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let tenant = Tenant::on(&server, "default");
    tenant.approve("a", "Quanto dura la prova?", "Sei mesi.");
    tenant.approve("b", "Come si apre una partita IVA?", "Con il modello AA9.");
    test(&tenant);
}

fn invalidate(tenant: &Tenant<'_>, body: Value) -> Reply {
    tenant.server.post("/v1/cache/invalidate", &body)
}

fn state(tenant: &Tenant<'_>) -> Value {
    tenant.server.get("/v1/cache").with(200)
}

#[test]
fn a_dry_run_lists_what_the_same_call_then_drops() {
    with_server(|tenant| {
        let query = "durata della prova";
        let first = tenant.lookup(query).with(200);
        tenant.lookup("aprire la partita IVA").with(200);
        assert_eq!(tenant.lookup(query).header("x-goldenset-cache"), "result_hit");
        let before = state(tenant);
        assert_eq!(
            (&before["results"]["items"], &before["results"]["hits"]),
            (&2.into(), &1.into())
        );
        assert!(before["results"]["bytes"].as_u64() > Some(0));
        assert!(before["results"]["limit_bytes"].as_u64() > before["results"]["bytes"].as_u64());
        let dry = invalidate(tenant, json!({ "query": "Durata  della PROVA", "dry_run": true }));
        let text = dry.text().to_owned();
        let dry = dry.with(200);
        assert_eq!((&dry["results"], &dry["embeddings"]), (&1.into(), &1.into()));
        let listed = &dry["listed"][0];
        assert_eq!(listed["entry_ids"], json!(["a", "b"]));
        assert_eq!(listed["decision"], first["decision"]);
        // Not a word of the question, of an entry or of an answer.
        for word in ["durata", "prova", "Sei", "mesi", "Quanto"] {
            assert!(!text.contains(word), "{word} in {text}");
        }
        assert_eq!(state(tenant), before);
        let signature = listed["signature"].as_str().unwrap();
        let done = invalidate(tenant, json!({ "signature": signature.to_uppercase() })).with(200);
        assert_eq!(
            done,
            json!({
                "dry_run": false, "results": 1, "embeddings": 1, "shared": null, "listed": null
            })
        );
        let again = tenant.lookup(query);
        assert_eq!(again.header("x-goldenset-cache"), "miss");
        assert_eq!(again.with(200), first);
        assert_eq!(state(tenant)["results"]["dropped"]["invalidated"], 1);
        // Both were considered for both, in a set of two.
        for (body, results, embeddings) in [
            (json!({ "entry_id": "b", "tenant": "default" }), 2, 0),
            (json!({ "entry_id": "ghost" }), 0, 0),
            // Also those of what the publish gate asked.
            (json!({ "all": "tenant" }), 0, 3),
            (json!({ "all": "everything" }), 0, 0),
        ] {
            let done = invalidate(tenant, body.clone()).with(200);
            let counts = (&done["results"], &done["embeddings"]);
            assert_eq!(counts, (&results.into(), &embeddings.into()), "{body}");
        }
    });
}

#[test]
fn contradictions_are_refused_and_named() {
    with_server(|tenant| {
        tenant.lookup("durata della prova").with(200);
        let before = state(tenant);
        let signature = "0".repeat(32);
        let refused = |body: Value, code: &str, field: &str| {
            let status = if code == "unknown_tenant" { 404 } else { 400 };
            invalidate(tenant, body).refused(status, code, field);
        };
        let selectors = "entry_id, signature, query or all";
        refused(json!({}), "missing_field", selectors);
        refused(json!({ "dry_run": true, "tenant": "default" }), "missing_field", selectors);
        refused(json!({ "entry_id": "a", "signature": signature }), "invalid_field", "signature");
        refused(json!({ "entry_id": "a", "query": "q" }), "invalid_field", "query");
        refused(json!({ "query": "q", "all": "tenant" }), "invalid_field", "all");
        refused(json!({ "all": "everything", "tenant": "default" }), "invalid_field", "tenant");
        refused(json!({ "all": true }), "invalid_field", "all");
        refused(json!({ "all": "both" }), "invalid_field", "all");
        refused(json!({ "signature": "xyz" }), "invalid_field", "signature");
        refused(json!({ "query": "?!" }), "empty_query", "query");
        refused(json!({ "query": "x".repeat(8193) }), "query_too_long", "query");
        refused(json!({ "entry_id": "" }), "invalid_field", "entry_id");
        refused(json!({ "entry": "a" }), "unknown_field", "entry");
        refused(json!({ "all": "tenant", "tenant": "ghost" }), "unknown_tenant", "tenant");
        assert_eq!(state(tenant), before);
    });
}
