//! The first thing that a newcomer sees.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::server::Server;

/// What it printed for people, and its decision on each question.
fn shown(folder: &Path) -> (String, Vec<String>) {
    let out = fs::read_to_string(folder.join("out")).unwrap();
    let lines: Vec<_> = out.lines().collect();
    let decisions = lines.windows(2).filter(|pair| pair[0].starts_with("? "));
    let decision = |pair: &[&str]| pair[1].split_whitespace().next().unwrap().to_owned();
    let decisions = decisions.map(decision).collect();
    (out, decisions)
}

#[test]
fn demo_answers_and_refuses() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    let (out, decisions) = shown(folder.path());
    assert!(out.starts_with("Published 120 entries"), "{out}");
    assert!(out.contains("no legal advice"), "{out}");
    assert_eq!(decisions.len(), 3, "{out}");
    assert_eq!(decisions[..2], ["SERVE", "SERVE"], "{out}");
    assert!(matches!(decisions[2].as_str(), "SUGGEST" | "MISS"), "{out}");
    assert!(out.contains("word for word") && out.contains("by meaning"), "{out}");
    // The line to try next, as it is printed.
    assert!(out.contains(&format!("curl -s http://{}/v1/lookup", server.address)), "{out}");
    let (_, body) = out.split_once("-d '").unwrap();
    let body: Value = serde_json::from_str(body.split('\'').next().unwrap()).unwrap();
    assert_eq!(server.post("/v1/lookup", &body).with(200)["decision"], "serve", "{body}");
    server.terminate();
    assert!(server.ended().0.success());
    let server = Server::demo(folder.path(), &[]);
    let (again, same) = shown(folder.path());
    assert!(again.starts_with("The demo set is in"), "{again}");
    assert_eq!(same, decisions);
    let state = json!({ "epoch": 1, "entries": 120, "vectors": 246, "indexed": 0 });
    assert_eq!(server.get("/readyz").with(200)["tenants"]["default"], state);
}
