//! Tenants never see each other.

use serde_json::json;

use crate::server::Server;
use crate::tenant::Tenant;

#[test]
fn same_question_has_two_answers() {
    let (left, right) = (Tenant::shared("left"), Tenant::shared("right"));
    left.approve("a", "Quanto costa il servizio?", "Dieci.");
    left.approve("only-left", "Chi è il referente?", "Anna.");
    right.approve("a", "Quanto costa il servizio?", "Venti.");
    let answer = |tenant: &Tenant<'_>, query: &str| {
        let result = tenant.lookup_with(query, json!({ "min_similarity": 0 })).with(200);
        let listed = result["matches"].as_array().unwrap().len();
        (result["matches"][0]["answer"].as_str().unwrap_or_default().to_owned(), listed)
    };
    // Each twice, so that the second comes from the caches.
    for _ in 0..2 {
        for query in ["quanto costa il servizio", "prezzo del servizio"] {
            assert!(answer(&left, query).1 <= 2);
            assert_eq!(answer(&right, query), ("Venti.".into(), 1));
        }
    }
    assert_eq!(answer(&left, "Quanto costa il servizio?").0, "Dieci.");
    assert_eq!(answer(&right, "Chi è il referente?"), ("Venti.".into(), 1));
    right.entry("only-left").refused(404, "unknown_entry", "id");
    right.versions("only-left").refused(404, "unknown_entry", "id");
    right.retire("only-left").refused(404, "unknown_entry", "id");
    right.publish("only-left", json!({})).refused(404, "unknown_entry", "id");
    assert_eq!(left.state()["entries"], 2);
    right.retire("a").with(200);
    assert_eq!(answer(&left, "Quanto costa il servizio?").0, "Dieci.");
    assert_eq!(answer(&right, "Quanto costa il servizio?").1, 0);
}

#[test]
fn unknown_tenants_are_said_by_every_call() {
    let server = Server::shared();
    let ghost = Tenant::on(server, "ghost");
    ghost.lookup("Quanto costa?").refused(404, "unknown_tenant", "tenant");
    let body = json!({ "queries": ["Quanto costa?"], "tenant": "ghost" });
    server.post("/v1/lookup/batch", &body).refused(404, "unknown_tenant", "tenant");
    let body = json!({ "queries": [], "tenant": "ghost" });
    server.post("/v1/lookup/batch", &body).refused(404, "unknown_tenant", "tenant");
    for body in [json!({ "all": "tenant" }), json!({ "entry_id": "a" }), json!({ "query": "q" })] {
        let mut body = body;
        body["tenant"] = "ghost".into();
        server.post("/v1/cache/invalidate", &body).refused(404, "unknown_tenant", "tenant");
    }
    let body = json!({ "query": "Quanto costa?", "entry_id": "a", "tenant": "ghost" });
    server.post("/v1/compare", &body).refused(404, "unknown_tenant", "tenant");
    server.get("/v1/entries?tenant=ghost").refused(404, "unknown_tenant", "tenant");
    ghost.entry("a").refused(404, "unknown_tenant", "tenant");
    ghost.versions("a").refused(404, "unknown_tenant", "tenant");
    ghost.publish("a", json!({})).refused(404, "unknown_tenant", "tenant");
    ghost.retire("a").refused(404, "unknown_tenant", "tenant");
    assert!(ghost.state().is_null(), "a refused call must not bring a tenant into being");
    // The default one is there from the start, and is what a request without a tenant is about.
    let bare = server.post("/v1/lookup", &json!({ "query": "Nessuno lo sa?" })).with(200);
    assert_eq!(bare["reason"], "no entry is in scope");
    assert_eq!(server.get("/v1/entries").with(200)["entries"], json!([]));
}

#[test]
fn tenant_comes_with_its_first_entry() {
    let tenant = Tenant::shared("Società à responsabilità");
    let body = json!({ "question": "Chi?", "answer": "Noi.", "publish": false });
    tenant.put("a", body).with(201);
    assert_eq!(tenant.state(), json!({ "epoch": 0, "entries": 0, "vectors": 0, "indexed": 0 }));
    tenant.decides("Chi?", json!({ "min_similarity": 0 }), "miss");
    tenant.publish("a", json!({})).with(200);
    tenant.decides("Chi?", json!({}), "serve a");
}
