//! Limits and faults: said early and with a code, never as an empty result, and nothing written.

use std::net::TcpListener;

use serde_json::json;

use crate::process::eventually;
use crate::server::Server;
use crate::tenant::Tenant;

#[test]
fn overload_is_refused_at_once_and_ends() {
    let folder = tempfile::tempdir().unwrap();
    let server =
        Server::configured(folder.path(), &[("GOLDENSET__SERVER__MAX_CONCURRENT_REQUESTS", "1")]);
    let tenant = Tenant::on(&server, "default");
    tenant.approve("a", "Chi?", "Io.");
    let held = server.hold("/v1/lookup", &json!({ "query": "Chi?" }));
    let reply = tenant.lookup("Chi?");
    reply.refused(503, "overloaded", "");
    assert_eq!(reply.header("retry-after"), "1");
    // Operators can still look.
    server.get("/healthz").with(200);
    server.get("/readyz").with(200);
    assert_eq!(server.get("/metrics").status, 200);
    assert!(held.finish().starts_with("HTTP/1.1 200 OK\r\n"));
    eventually("there is room again", || tenant.lookup("Chi?").status == 200);
}

#[test]
fn request_that_takes_too_long_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let server =
        Server::configured(folder.path(), &[("GOLDENSET__SERVER__REQUEST_TIMEOUT_MS", "100")]);
    // A caller that never sends the rest of its body.
    let reply = server.hold("/v1/lookup", &json!({ "query": "Chi?" })).reply();
    assert!(reply.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{reply}");
    assert!(
        reply.contains("\"code\":\"timed_out\"") && reply.contains("retry-after: 1"),
        "{reply}"
    );
}

#[test]
fn fault_of_the_provider_is_an_error() {
    // A port that nobody listens on.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let folder = tempfile::tempdir().unwrap();
    let url = format!("http://127.0.0.1:{port}/v1");
    let server = Server::configured(
        folder.path(),
        &[
            ("GOLDENSET__EMBEDDING__PROVIDER", "openai"),
            ("GOLDENSET__EMBEDDING__BASE_URL", &url),
            ("GOLDENSET__EMBEDDING__MAX_ATTEMPTS", "1"),
        ],
    );
    let tenant = Tenant::on(&server, "default");
    // Twice: a fault is not cached.
    for _ in 0..2 {
        tenant.lookup("Chi?").refused(503, "embedding_unavailable", "");
    }
    let batch = server.post("/v1/lookup/batch", &json!({ "queries": ["Chi?", ""] })).with(200);
    assert_eq!(batch["results"][0]["error"]["code"], "embedding_unavailable");
    assert_eq!(batch["results"][0]["error"]["field"], "queries[0]");
    assert_eq!(batch["results"][1]["error"]["code"], "empty_query");
    let body = json!({ "question": "Chi?", "answer": "Io.", "publish": true });
    tenant.put("a", body).refused(503, "embedding_unavailable", "");
    tenant.entry("a").refused(404, "unknown_entry", "id");
    // A draft needs no vector.
    let draft = json!({ "question": "Chi?", "answer": "Io.", "publish": false });
    tenant.put("a", draft).with(201);
    tenant.publish("a", json!({})).refused(503, "embedding_unavailable", "");
    assert_eq!(tenant.entry("a").with(200)["status"], "draft");
}

#[test]
fn request_ids_come_back_and_are_made() {
    let server = Server::shared();
    let made = server.get("/healthz").header("x-request-id").to_owned();
    assert_ne!(made, server.get("/healthz").header("x-request-id"));
    let reply = server.get_with("/healthz", ("x-request-id", "abc-123"));
    assert_eq!(reply.header("x-request-id"), "abc-123");
}
