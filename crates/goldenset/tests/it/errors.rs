//! Bad input gets a typed error that names the field and the fix, and changes nothing.

use reqwest::Method;
use serde_json::{Value, json};

use crate::http::Reply;
use crate::server::Server;
use crate::tenant::Tenant;

/// A tenant with an entry, which no refused request may change.
struct Untouched {
    tenant: Tenant<'static>,
    before: (Value, Vec<u8>),
}

impl Untouched {
    fn new(name: &'static str) -> Self {
        let tenant = Tenant::shared(name);
        tenant.approve("a", "Quanto costa?", "Niente.");
        let before = Self::state(&tenant);
        Self { tenant, before }
    }

    fn state(tenant: &Tenant<'_>) -> (Value, Vec<u8>) {
        let list = tenant.server.get(&format!("/v1/entries?tenant={}", tenant.name));
        (tenant.state(), list.bytes)
    }

    /// The error names where and how to mend it, and nothing has changed.
    #[track_caller]
    fn refuses(&self, reply: &Reply, status: u16, code: &str, field: &str) {
        reply.refused(status, code, field);
        assert!(!reply.json()["fix"].as_str().unwrap().is_empty());
        assert_eq!(Self::state(&self.tenant), self.before, "changed by {}", reply.text());
    }
}

#[test]
fn a_tenant_in_the_address_of_a_write_is_not_overlooked() {
    let all = Untouched::new("errors-address");
    let name = all.tenant.name;
    for route in ["/v1/entries/a/retire", "/v1/entries/a/publish", "/v1/lookup"] {
        let path = format!("{route}?tenant={name}");
        let reply = all.tenant.server.post_raw(&path, "{}");
        all.refuses(&reply, 400, "unknown_field", "address");
    }
}

#[test]
fn lookup_bodies() {
    let all = Untouched::new("errors-lookup");
    let name = all.tenant.name;
    let raw = |body: &str, code: &str, field: &str| {
        let body = body.replace("TENANT", &format!("\"tenant\": \"{name}\""));
        all.refuses(&all.tenant.server.post_raw("/v1/lookup", body), 400, code, field);
    };
    raw("", "missing_field", "query");
    raw("{}", "missing_field", "query");
    raw("{TENANT}", "missing_field", "query");
    raw(r#"{"query": ""}"#, "empty_query", "query");
    raw(r#"{"query": " \t\n"}"#, "empty_query", "query");
    raw(r#"{"query": "?!…"}"#, "empty_query", "query");
    // Types.
    raw(r#"{"query": 1}"#, "invalid_field", "query");
    raw(r#"{"query": "a\u0000b"}"#, "invalid_field", "query");
    raw(r#"{"query": null}"#, "invalid_field", "query");
    raw(r#"{"query": ["a"]}"#, "invalid_field", "query");
    raw(r#"{"query": "a", "tenant": 1}"#, "invalid_field", "tenant");
    raw(r#"{"query": "a", "tenant": ""}"#, "invalid_field", "tenant");
    raw(r#"{"query": "a", "tenant": " a"}"#, "invalid_field", "tenant");
    raw(r#"{"query": "a", "filters": []}"#, "invalid_field", "filters");
    raw(r#"{"query": "a", "filters": [["it"], [], []]}"#, "invalid_field", "filters");
    raw(r#"{"query": "a", "filters": {"lang": "it"}}"#, "invalid_field", "filters.lang");
    raw(r#"{"query": "a", "filters": {"tags": ["a", 2]}}"#, "invalid_field", "filters.tags[1]");
    // Names.
    raw(r#"{"query": "a", "qurey": "a"}"#, "unknown_field", "qurey");
    raw(r#"{"query": "a", "filters": {"tag": []}}"#, "unknown_field", "filters.tag");
    raw(r#"{"query": "a", "query": "b"}"#, "invalid_field", "query");
    raw(r#"{"query": "a", "queries": ["b"]}"#, "unknown_field", "queries");
    // Days.
    for bad in ["2024-13-01", "2024-02-30", "20240101", "2024-01-01T00:00:00", "ieri", ""] {
        raw(&format!(r#"{{"query": "a", "as_of": "{bad}"}}"#), "invalid_field", "as_of");
    }
    raw(r#"{"query": "a", "as_of": 20240101}"#, "invalid_field", "as_of");
    raw(r#"{"query": "a", "kb_epoch": "soon"}"#, "invalid_field", "kb_epoch");
    raw(r#"{"query": "a", "kb_epoch": 1.5}"#, "invalid_field", "kb_epoch");
    raw(r#"{"query": "a", "kb_epoch": [1]}"#, "invalid_field", "kb_epoch");
    raw(r#"{"query": "a", "kb_epoch": {"fisco": "soon"}}"#, "invalid_field", "kb_epoch.fisco");
    raw(r#"{"query": "a", "kb_epoch": {"fisco": {}}}"#, "invalid_field", "kb_epoch.fisco");
    raw(r#"{"query": "a", "kb_epoch": {"a": 99999999999999}}"#, "invalid_field", "kb_epoch.a");
    raw(r#"{"query": "a", "kb_epoch": {"a": 1, "a": 2}}"#, "invalid_field", "kb_epoch.a");
    raw(r#"{"query": "a", "kb_epoch": {"": 1}}"#, "invalid_field", "kb_epoch.");
    raw(r#"{"query": "a", "superseded_tags": "x"}"#, "invalid_field", "superseded_tags");
    raw(r#"{"query": "a", "superseded_tags": ["x", 1]}"#, "invalid_field", "superseded_tags[1]");
    raw(r#"{"query": "a", "kb_epoch": 99999999999999}"#, "invalid_field", "kb_epoch");
    // What is no JSON object.
    raw(r#"["a", null, null, null, null, null, null]"#, "invalid_field", "body");
    raw(r#""a""#, "invalid_field", "body");
    raw("null", "invalid_field", "body");
    raw("query=a", "invalid_json", "line 1, column 1");
    raw(r#"{"query": "a""#, "invalid_json", "line 1, column 13");
    raw(r#"{"query": "a"} x"#, "invalid_json", "line 1, column 16");
    raw(r#"{"query": "a"}{"query": "b"}"#, "invalid_json", "line 1, column 15");
    raw("{'query': 'a'}", "invalid_json", "line 1, column 2");
    raw("{\"query\": \"\\ud800\"}", "invalid_json", "line 1, column 18");
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    raw(&format!(r#"{{"query": {deep}}}"#), "invalid_field", "query");
}

#[test]
fn thresholds_and_limits() {
    let all = Untouched::new("errors-thresholds");
    let name = all.tenant.name;
    let check = |field: &str, value: &str, code: &str, at: &str| {
        let body =
            format!(r#"{{"query": "Quanto costa?", "tenant": "{name}", "{field}": {value}}}"#);
        all.refuses(&all.tenant.server.post_raw("/v1/lookup", body), 400, code, at);
        let body =
            format!(r#"{{"queries": ["Quanto costa?"], "tenant": "{name}", "{field}": {value}}}"#);
        let at = if at.starts_with("line") { "line" } else { at };
        let reply = all.tenant.server.post_raw("/v1/lookup/batch", body);
        let problem = reply.with(400);
        assert!(problem["field"].as_str().unwrap().starts_with(at), "{problem}");
    };
    let threshold =
        |value: &str, code: &str| check("min_similarity", value, code, "min_similarity");
    for bad in ["1.5", "-1", "1.0000001", "-0.0000001", "1e300"] {
        threshold(bad, "threshold_out_of_range");
    }
    for bad in ["\"a\"", "\"0.9\"", "true", "[]", "{}"] {
        threshold(bad, "invalid_field");
    }
    // JSON has no such numbers.
    for bad in ["NaN", "Infinity", "-Infinity", "1e400", "0.", ".5", "+1"] {
        let body = format!(r#"{{"query": "a", "min_similarity": {bad}}}"#);
        let problem = all.tenant.server.post_raw("/v1/lookup", body).with(400);
        assert_eq!(problem["code"], "invalid_json", "{bad}");
        assert!(problem["field"].as_str().unwrap().starts_with("line 1, column "), "{problem}");
    }
    for bad in ["0", "101", "-1", "1.5", "\"a\"", "18446744073709551616"] {
        check("max_results", bad, "invalid_field", "max_results");
    }
    let many = json!({ "query": "a", "filters": { "tags": vec!["x"; 101] } });
    let reply = all.tenant.server.post("/v1/lookup", &many);
    all.refuses(&reply, 400, "too_many", "filters.tags");
    // The edges themselves are good.
    for (similarity, results) in [(0.0, 1), (1.0, 100)] {
        let body = json!({ "min_similarity": similarity, "max_results": results });
        all.tenant.decides("Quanto costa?", body, "serve a");
    }
}

#[test]
fn questions_may_be_8_kib_long() {
    let all = Untouched::new("errors-length");
    let longest = "è".repeat(4096);
    assert_eq!(longest.len(), 8192);
    all.tenant.lookup(&longest).with(200);
    let longer = format!("{longest}a");
    all.refuses(&all.tenant.lookup(&longer), 400, "query_too_long", "query");
    let question = |question: &str| json!({ "question": question, "answer": "x", "publish": true });
    all.refuses(&all.tenant.put("long", question(&longer)), 400, "invalid_field", "question");
    all.tenant.put("long", question(&longest)).with(201);
    all.tenant.decides(&longest, json!({}), "serve long");
}

#[test]
fn bytes_and_content_types() {
    let all = Untouched::new("errors-bytes");
    let server = all.tenant.server;
    let invalid = server.post_raw("/v1/lookup", b"{\"query\": \"perch\xe8\"}".to_vec());
    all.refuses(&invalid, 400, "invalid_utf8", "body");
    assert!(invalid.json()["detail"].as_str().unwrap().contains("byte 16"), "{}", invalid.text());
    // 1 MiB is the longest body; what is in it counts only then.
    let body = |length: usize| {
        let mut body = br#"{"query": "Quanto costa?", "x": ""#.to_vec();
        body.resize(length - 2, b'a');
        body.extend(b"\"}");
        body
    };
    all.refuses(&server.post_raw("/v1/lookup", body(1 << 20)), 400, "unknown_field", "x");
    all.refuses(&server.post_raw("/v1/lookup", body((1 << 20) + 1)), 413, "body_too_large", "body");
    let send = |kind: Option<&str>| {
        let body = json!({ "query": "Quanto costa?", "tenant": all.tenant.name }).to_string();
        server.send(Method::POST, "/v1/lookup", kind, body.into())
    };
    for good in ["application/json", "application/json; charset=utf-8", "Application/JSON"] {
        send(Some(good)).with(200);
    }
    let bad = [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("application/jsonp"),
    ];
    for kind in bad {
        all.refuses(&send(kind), 415, "unsupported_media_type", "content-type");
    }
    // Also where there is no body to be wrong: a page in a browser cannot retire an entry.
    let path = "/v1/entries/a/retire";
    let bare = server.send(Method::POST, path, None, Vec::new());
    all.refuses(&bare, 415, "unsupported_media_type", "content-type");
    let form = server.send(Method::POST, path, Some("text/plain"), b"{}".to_vec());
    all.refuses(&form, 415, "unsupported_media_type", "content-type");
}

#[test]
fn entries_are_checked() {
    let all = Untouched::new("errors-entries");
    let check = |change: Value, code: &str, field: &str| {
        let mut body = json!({ "question": "Chi?", "answer": "Io.", "publish": true });
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        all.refuses(&all.tenant.put("b", body), 400, code, field);
    };
    check(json!({ "question": "" }), "invalid_field", "question");
    check(json!({ "question": " " }), "invalid_field", "question");
    check(json!({ "question": null }), "invalid_field", "question");
    check(json!({ "answer": "" }), "invalid_field", "answer");
    check(json!({ "answer": "x".repeat(256 * 1024 + 1) }), "invalid_field", "answer");
    check(json!({ "alternatives": ["ok", ""] }), "invalid_field", "alternatives[1]");
    check(json!({ "alternatives": vec!["ok"; 201] }), "too_many", "alternatives");
    check(json!({ "alternatives": "ok" }), "invalid_field", "alternatives");
    check(json!({ "alternatives": null }), "invalid_field", "alternatives");
    check(json!({ "references": [1] }), "invalid_field", "references[0]");
    check(json!({ "references": ["x".repeat(1025)] }), "invalid_field", "references[0]");
    let second = |reference: Value| json!({ "references": ["x", reference] });
    check(second(json!({ "document": "d" })), "missing_field", "references[1].text");
    check(second(json!({ "text": "a", "url": "b" })), "unknown_field", "references[1].url");
    check(second(json!({ "text": 1 })), "invalid_field", "references[1].text");
    check(
        second(json!({ "text": "a", "document": [] })),
        "invalid_field",
        "references[1].document",
    );
    check(
        second(json!({ "text": "a", "document": "?" })),
        "invalid_field",
        "references[1].document",
    );
    check(second(json!({ "text": "a", "version": "" })), "invalid_field", "references[1].version");
    check(json!({ "review_by": "01/01/2024" }), "invalid_field", "review_by");
    check(json!({ "tags": [" "] }), "invalid_field", "tags[0]");
    check(json!({ "category": "" }), "invalid_field", "category");
    check(json!({ "lang": ["it"] }), "invalid_field", "lang");
    check(json!({ "valid_from": "01/01/2024" }), "invalid_field", "valid_from");
    check(json!({ "valid_until": "2024-01-01T10:00:00" }), "invalid_field", "valid_until");
    let span = json!({ "valid_from": "2024-01-02", "valid_until": "2024-01-01" });
    check(span, "invalid_field", "valid_until");
    check(json!({ "publish": "yes" }), "invalid_field", "publish");
    check(json!({ "pubish": true }), "unknown_field", "pubish");
    check(json!({ "id": "b" }), "unknown_field", "id");
    let absent = json!({ "question": "Chi?", "answer": "Io." });
    all.refuses(&all.tenant.put("b", absent), 400, "missing_field", "publish");
    let version = |value: Value, field: &str| {
        let reply = all.tenant.publish("a", json!({ "version": value }));
        all.refuses(&reply, 400, "invalid_field", field);
    };
    version(json!(-1), "version");
    version(json!("1"), "version");
    version(json!(4_294_967_296_u64), "version");
    let reply = all.tenant.publish("a", json!({ "versions": 1 }));
    all.refuses(&reply, 400, "unknown_field", "versions");
}

#[test]
fn addresses_are_checked() {
    let all = Untouched::new("errors-addresses");
    let server = all.tenant.server;
    let check = |path: &str, field: &str| {
        all.refuses(&server.get(path), 400, "invalid_field", field);
    };
    check("/v1/entries/%ff", "id");
    check("/v1/entries/%zz", "id");
    check("/v1/entries/a%", "id");
    check("/v1/entries/%00", "id");
    check("/v1/entries/%20a", "id");
    check(&format!("/v1/entries/{}", "x".repeat(257)), "id");
    check("/v1/entries/%ff/versions", "id");
    check("/v1/entries?limit=0", "limit");
    check("/v1/entries?limit=501", "limit");
    check("/v1/entries?limit=-1", "limit");
    check("/v1/entries?limit=all", "limit");
    check("/v1/entries?limit=", "limit");
    check("/v1/entries?limit=1&limit=2", "limit");
    check("/v1/entries?cursor=", "cursor");
    check("/v1/entries?tenant=", "tenant");
    check("/v1/entries?tenant=%zz", "address");
    check("/v1/entries/a?tenant=%0a", "tenant");
    all.refuses(&server.get("/v1/entries?limt=1"), 400, "unknown_field", "limt");
    all.refuses(&server.get("/v1/entries/a?version=1"), 400, "unknown_field", "version");
    let body = json!({ "question": "Chi?", "answer": "Io.", "publish": true });
    let id = server.put("/v1/entries/%zz", &body);
    all.refuses(&id, 400, "invalid_field", "id");
}

#[test]
fn unknown_routes_and_methods() {
    let server = Server::shared();
    let check = |method: Method, path: &str, status: u16, code: &str| {
        let reply = server.send(method, path, Some("application/json"), b"{}".to_vec());
        reply.refused(status, code, "");
        reply.headers.get("allow").map(|allow| allow.to_str().unwrap().to_owned())
    };
    for path in
        ["/", "/v1", "/v1/", "/v1/lookups", "/v1/lookup/", "/v2/lookup", "/v1/entries/", "/%ff"]
    {
        check(Method::GET, path, 404, "unknown_route");
        check(Method::POST, path, 404, "unknown_route");
    }
    let allow =
        |method: Method, path: &str| check(method, path, 405, "method_not_allowed").unwrap();
    assert_eq!(allow(Method::GET, "/v1/lookup"), "POST");
    assert_eq!(allow(Method::DELETE, "/v1/entries/a"), "GET,HEAD,PUT");
    assert_eq!(allow(Method::POST, "/v1/entries"), "GET,HEAD");
    assert_eq!(allow(Method::PUT, "/v1/entries/a/publish"), "POST");
    assert_eq!(allow(Method::POST, "/metrics"), "GET,HEAD");
}
