//! `POST /v1/lookup` does by itself what layers do before other routes: the same in every respect.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::process::{PATIENCE, eventually};
use crate::provider::Provider;
use crate::server::Server;
use crate::tenant::Tenant;

const PATH: &str = "/v1/lookup";

/// A reply as it came over the connection.
struct Raw(String);

impl Raw {
    /// Sends the pieces one by one; the server closes the connection after its reply.
    fn of(server: &Server, head: &str, pieces: &[&[u8]]) -> Self {
        let mut stream = TcpStream::connect(&server.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        let (host, rest) = (&server.address, "connection: close\r\n\r\n");
        write!(stream, "{head}\r\nhost: {host}\r\n{rest}").unwrap();
        for piece in pieces {
            // Whoever is refused early does not read the rest.
            if stream.write_all(piece).is_err() {
                break;
            }
        }
        let mut reply = Vec::new();
        // A connection that is reset after the reply was read is closed all the same.
        stream.read_to_end(&mut reply).ok();
        Self(String::from_utf8(reply).unwrap())
    }

    fn status(&self) -> u16 {
        self.0.split(' ').nth(1).unwrap().parse().unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        let (head, _) = self.0.split_once("\r\n\r\n")?;
        head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")))
    }

    fn json(&self) -> Value {
        serde_json::from_str(self.0.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    fn refused(&self, status: u16, code: &str) {
        assert_eq!((self.status(), &self.json()["code"]), (status, &json!(code)), "{}", self.0);
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert!(self.header("x-request-id").is_some(), "{}", self.0);
    }
}

fn post(length: &str) -> String {
    format!("POST {PATH} HTTP/1.1\r\ncontent-type: application/json\r\n{length}")
}

fn chunk(data: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", data.len()).as_bytes(), data, b"\r\n"].concat()
}

#[test]
fn a_body_may_come_in_pieces() {
    let server = Server::shared();
    let tenant = Tenant::on(server, "http-pieces");
    tenant.approve("a", "Chi è?", "Io.");
    let body = json!({ "query": "Chi è?", "tenant": "http-pieces" }).to_string();
    let expected = tenant.lookup("Chi è?").with(200);
    let (first, second) = body.as_bytes().split_at(13);
    let length = post(&format!("content-length: {}", body.len()));
    let whole = Raw::of(server, &length, &[body.as_bytes()]);
    let halves = Raw::of(server, &length, &[first, second]);
    let chunked = post("transfer-encoding: chunked");
    let chunks = Raw::of(server, &chunked, &[&chunk(first), &chunk(second), b"0\r\n\r\n"]);
    let trailers = b"0\r\nx-tenant: another\r\n\r\n";
    let with_trailers = Raw::of(server, &chunked, &[&chunk(body.as_bytes()), trailers]);
    for reply in [whole, halves, chunks, with_trailers] {
        assert_eq!((reply.status(), reply.json()), (200, expected.clone()));
        assert_eq!(reply.header("x-goldenset-cache"), Some("signature_hit"));
    }
    // No body is an object without a query.
    Raw::of(server, &post("content-length: 0"), &[]).refused(400, "missing_field");
    Raw::of(server, &chunked, &[b"0\r\n\r\n"]).refused(400, "missing_field");
    Raw::of(server, &chunked, &[&chunk(first), b"no number\r\n"]).refused(400, "invalid_json");
    // 1 MiB is the longest body, also where nobody says beforehand how long it is.
    let piece = chunk(&[b' '; 1 << 10]);
    let mut pieces: Vec<&[u8]> = vec![&piece; 1 << 10];
    let last = [&pieces[..], &[b"0\r\n\r\n"]].concat();
    Raw::of(server, &chunked, &last).refused(400, "missing_field");
    let more = chunk(b" ");
    pieces.push(&more);
    Raw::of(server, &chunked, &pieces).refused(413, "body_too_large");
}

#[test]
fn other_methods_are_refused_without_a_look_at_the_body() {
    let server = Server::shared();
    for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"] {
        let head = format!("{method} {PATH} HTTP/1.1\r\nx-request-id: mine");
        let reply = Raw::of(server, &head, &[]);
        assert_eq!((reply.status(), reply.header("allow")), (405, Some("POST")), "{method}");
        assert_eq!(reply.header("x-request-id"), Some("mine"), "{method}");
        if method != "HEAD" {
            reply.refused(405, "method_not_allowed");
        }
    }
}

#[test]
fn every_reply_has_the_id_of_its_request() {
    let server = Server::shared();
    let tenant = Tenant::on(server, "http-ids");
    tenant.approve("a", "Chi?", "Io.");
    let ask = |tenant: &str, headers: &[(&str, &str)]| {
        let body = json!({ "query": "Chi?", "tenant": tenant });
        server.ask("POST", PATH, &body, headers.iter().copied())
    };
    let mut made = Vec::new();
    for (tenant, status) in [("http-ids", 200), ("http-nobody", 404)] {
        let reply = ask(tenant, &[("x-request-id", "abc-123")]);
        assert_eq!((reply.status, reply.header("x-request-id")), (status, "abc-123"));
        made.push(ask(tenant, &[]).header("x-request-id").to_owned());
    }
    made.push(server.get("/healthz").header("x-request-id").to_owned());
    made.sort_unstable();
    made.dedup();
    assert_eq!(made.len(), 3, "{made:?}");
}

#[test]
fn a_lookup_is_no_write_but_its_idempotency_key_is_checked() {
    let server = Server::shared();
    let tenant = Tenant::on(server, "http-once");
    tenant.approve("a", "Chi?", "Io.");
    let ask = |query: &str, key: &str| {
        let body = json!({ "query": query, "tenant": "http-once" });
        server.ask("POST", PATH, &body, [("idempotency-key", key)])
    };
    let first = ask("Chi?", "k");
    // Another question under the same key: nothing was kept under it.
    for reply in [&first, &ask("Chi?", "k"), &ask("Chi non?", "k")] {
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert!(!reply.headers.contains_key("idempotency-replayed"));
    }
    for bad in ["", "a b", &"k".repeat(201)] {
        ask("Chi?", bad).refused(400, "invalid_field", "idempotency-key");
    }
}

#[test]
fn a_lookup_that_waits_too_long_is_given_up_and_leaves_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let provider = Provider::slow(Duration::from_secs(3_600));
    let settings = provider.settings();
    let mut settings: Vec<_> =
        settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    settings.extend([
        ("GOLDENSET__SERVER__REQUEST_TIMEOUT_MS", "100"),
        ("GOLDENSET__SERVER__MAX_CONCURRENT_REQUESTS", "1"),
    ]);
    let server = Server::configured(folder.path(), &settings);
    let tenant = Tenant::on(&server, "default");
    for _ in 0..2 {
        let reply = tenant.lookup("Chi?");
        // The provider is given as long as the request: which of the two ends is found first is
        // chance.
        let code = reply.json()["code"].clone();
        assert!(["timed_out", "embedding_unavailable"].iter().any(|one| code == *one), "{code}");
        assert_eq!(reply.status, 503);
        assert_eq!(reply.header("retry-after"), "1");
        assert!(reply.headers.contains_key("x-request-id"));
    }
    eventually("there is room again", || {
        server.post("/v1/lookup", &json!({ "query": "" })).status == 400
    });
}
