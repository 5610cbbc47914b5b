//! The golden loop over HTTP: from a wrong answer served to the corrected one served.

mod kill;
mod policy;
mod provider;
mod refusals;
mod story;

use serde_json::{Value, json};

use crate::http::Reply;
use crate::program::{Place, entry_line};
use crate::server::Server;
use crate::tenant::Tenant;

pub(crate) const QUESTION: &str = "Quanto dura il periodo di prova?";
const OTHER: &str = "Quanto è l'IVA sui libri?";

/// Two entries: `prova`, of which the answer is wrong, and `iva`.
fn place() -> Place {
    let wrong = entry_line("prova", QUESTION, "Tre mesi.");
    Place::with_entries(&[wrong, entry_line("iva", OTHER, "Il 4 %.")].concat())
}

/// `esther` and `emil` are experts, `anna` and `aldo` approve, `dora` is doubtful and nobody knows
/// `nino`.
fn name_experts(server: &Server) {
    for (handle, role, verified, trust) in [
        ("esther", "expert", true, 0.9),
        ("emil", "expert", true, 0.84),
        ("anna", "approver", true, 0.9),
        ("aldo", "admin", true, 0.9),
        ("dora", "expert", true, 0.69),
        ("nino", "approver", false, 0.99),
    ] {
        let expert = json!({ "role": role, "verified": verified, "trust": trust });
        server.put(&format!("/v1/experts/{handle}"), &expert).with(200);
    }
}

/// A server with the experts.
fn started(place: &Place, environment: &[(&str, &str)]) -> Server {
    let server = Server::configured(place.path(), environment);
    name_experts(&server);
    server
}

/// What `who` says of `prova`, sure to nine tenths.
fn corrects(who: &str, answer: &str) -> Value {
    json!({ "query": QUESTION, "entry_id": "prova", "type": "incorrect", "confidence": 0.9,
        "time_spent_seconds": 40, "expert": who, "answer": answer })
}

/// The same with other values.
fn with(mut body: Value, other: Value) -> Value {
    for (name, value) in other.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn says(server: &Server, body: &Value) -> Value {
    server.post("/v1/feedback", body).with(200)
}

/// The path of the candidate that a feedback made.
#[track_caller]
fn candidate(server: &Server, body: &Value) -> String {
    let taken = says(server, body);
    assert!(taken["candidate"].is_object(), "{taken}");
    format!("/v1/candidates/{}", taken["candidate"]["id"])
}

fn decide(server: &Server, path: &str, how: &str, body: Value) -> Reply {
    server.post(&format!("{path}/{how}"), &body)
}

fn approve(server: &Server, path: &str, by: &str) -> Reply {
    decide(server, path, "approve", json!({ "by": by }))
}

/// What is served for a question.
fn served(server: &Server, query: &str) -> String {
    let result = Tenant::on(server, "default").lookup(query).with(200);
    match &result["answer"]["answer"] {
        Value::String(text) => text.clone(),
        _ => format!("({})", result["decision"].as_str().unwrap()),
    }
}

fn log_of(server: &Server, query: &str) -> Vec<Value> {
    let log = server.get(&format!("/v1/log?limit=500{query}")).with(200);
    log["lines"].as_array().unwrap().clone()
}
