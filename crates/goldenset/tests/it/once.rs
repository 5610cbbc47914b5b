//! Idempotency keys: a write that comes again is done once, and answered as the first time, also
//! when the first time changed what it would be refused for, or somebody else went on meanwhile.

use serde_json::{Value, json};

use crate::calibration::{ENTRIES, LABELS};
use crate::http::Reply;
use crate::program::{Place, entry_line};
use crate::server::Server;

/// Says that this is what a request came to that was sent before.
const REPLAYED: &str = "idempotency-replayed";
const QUESTION: &str = "Quanto dura il periodo di prova?";

/// A server of its own, with an entry and experts.
fn place() -> Place {
    Place::with_entries(&entry_line("prova", QUESTION, "Tre mesi."))
}

fn name_experts(server: &Server) {
    for (handle, role) in [("esther", "expert"), ("anna", "approver"), ("aldo", "admin")] {
        let expert = json!({ "role": role, "verified": true, "trust": 0.9 });
        server.put(&format!("/v1/experts/{handle}"), &expert).with(200);
    }
}

fn ask(server: &Server, call: (&str, &str), body: &Value, key: &str) -> Reply {
    server.ask(call.0, call.1, body, Some(("idempotency-key", key)))
}

/// What the loop has kept: whatever is done twice shows in one of these.
fn state(server: &Server) -> Vec<Value> {
    let get = |path: &str| server.get(path).with(200);
    let mut all =
        vec![get("/v1/log?limit=500")["lines"].clone(), get("/readyz")["tenants"].clone()];
    for path in
        ["/v1/feedback", "/v1/candidates", "/v1/experts", "/v1/questions", "/v1/calibration"]
    {
        all.push(get(path));
    }
    assert!(all.iter().all(|one| !one.is_null()), "{all:?}");
    all
}

/// Does it, and again: nothing happens then, and the answer is the same but for what the
/// publish gate found. With another body the key is refused.
#[track_caller]
fn once(server: &Server, call: (&str, &str), body: Value, status: u16) -> Value {
    let key = format!("{}{}", call.1.replace('%', ""), state(server)[0].as_array().unwrap().len());
    let first = ask(server, call, &body, &key);
    assert!(!first.headers.contains_key(REPLAYED), "{call:?}");
    let told = first.with(status);
    let before = state(server);
    let again = ask(server, call, &body, &key);
    let mut expected = told.clone();
    if expected.get("gate").is_some() {
        expected["gate"] = Value::Null;
    }
    assert_eq!(again.with(status), expected, "{call:?}");
    assert_eq!(again.header(REPLAYED), "true", "{call:?}");
    let mut other = body;
    other["tenant"] = "default".into();
    ask(server, call, &other, &key).refused(409, "idempotency_reused", "idempotency-key");
    assert_eq!(state(server), before, "{call:?}");
    told
}

#[test]
fn every_write_is_done_once() {
    let place = place();
    let server = Server::start(place.path());
    name_experts(&server);
    let once = |call: (&str, &str), body: Value, status: u16| once(&server, call, body, status);
    let content = |answer: &str, publish: bool| json!({ "question": "Chi paga le spese?", "answer": answer, "publish": publish });
    // Created stays created.
    once(("PUT", "/v1/entries/draft"), content("Chi vende.", false), 201);
    once(("PUT", "/v1/entries/draft"), content("Chi compra.", false), 200);
    once(("POST", "/v1/entries/draft/publish"), json!({ "reason": "ok" }), 200);
    once(("POST", "/v1/entries/draft/publish"), json!({ "reapprove": true }), 200);
    once(("POST", "/v1/entries/draft/retire"), json!({}), 200);
    let live =
        json!({ "question": "Quanto è l'IVA sui libri?", "answer": "4 %.", "publish": true });
    once(("PUT", "/v1/entries/iva"), live, 201);

    once(
        ("PUT", "/v1/experts/emil"),
        json!({ "role": "expert", "verified": true, "trust": 0.8 }),
        200,
    );
    once(("POST", "/v1/questions"), json!({ "query": "Quanto dura?", "by": "esther" }), 200);
    let feedback = |query: &str, answer: &str| {
        json!({ "query": query, "entry_id": "prova", "type": "incorrect", "confidence": 0.9,
            "time_spent_seconds": 30, "expert": "esther", "answer": answer })
    };
    let candidate = |query: &str, answer: &str| {
        let taken = once(("POST", "/v1/feedback"), feedback(query, answer), 200);
        format!("/v1/candidates/{}", taken["candidate"]["id"])
    };
    let path = candidate(QUESTION, "Sei mesi.");
    once(("POST", &format!("{path}/revise")), json!({ "by": "anna", "reason": "la fonte?" }), 200);
    once(("PUT", &path), json!({ "by": "esther", "answer": "Sei mesi, art. 2096 c.c." }), 200);
    let approved = once(("POST", &format!("{path}/approve")), json!({ "by": "anna" }), 200);
    assert_eq!(approved["version"], 2);
    let path = candidate("Chi è il referente della sede di Bari?", "Anna.");
    once(("POST", &format!("{path}/reject")), json!({ "by": "anna" }), 200);
    let back = json!({ "to_version": 1, "by": "aldo", "reason": "era giusto" });
    once(("POST", "/v1/entries/prova/rollback"), back, 200);

    let law = json!({ "question": "Quanti giorni di permesso spettano?", "answer": "Tre.",
        "references": ["art. 33 L. 104/1992"], "publish": true });
    once(("PUT", "/v1/entries/permessi"), law, 201);
    let law = "/v1/references/L.%20104%2F1992";
    let changed = once(("POST", &format!("{law}/changed")), json!({ "version": "2025" }), 200);
    assert_eq!(changed["affected"][0]["decision"]["before"], "serve");
    once(("POST", &format!("{law}/undo")), json!({}), 200);
}

#[test]
fn what_somebody_does_in_between_stands() {
    let place = place();
    let server = Server::start(place.path());
    name_experts(&server);
    let keyed = |call: (&str, &str), body: Value, key: &str| ask(&server, call, &body, key);
    // A retirement, and the entry is back.
    let retire = || keyed(("POST", "/v1/entries/prova/retire"), json!({}), "r").with(200);
    let told = retire();
    server.post("/v1/entries/prova/publish", &json!({})).with(200);
    assert_eq!(retire(), told);
    assert_eq!(server.get("/v1/entries/prova").with(200)["status"], "published");
    // An expert, stated otherwise since; and one of whom nothing new was stated.
    let state = |handle: &str, trust: f64, key: &str| {
        let body = json!({ "role": "expert", "verified": true, "trust": trust });
        keyed(("PUT", &format!("/v1/experts/{handle}")), body, key).with(200)
    };
    for first in [0.8, 0.9] {
        let key = format!("e{first}");
        let told = state("esther", first, &key);
        server
            .put(
                "/v1/experts/esther",
                &json!({ "role": "expert", "verified": true, "trust": 0.75 }),
            )
            .with(200);
        let again = state("esther", first, &key);
        assert_eq!((&again["trust"], &again), (&json!(first), &told));
        assert_eq!(server.get("/v1/experts/esther").with(200)["trust"], 0.75);
    }
    let told = state("esther", 0.75, "same");
    server
        .put("/v1/experts/esther", &json!({ "role": "expert", "verified": true, "trust": 0.7 }))
        .with(200);
    assert_ne!(state("esther", 0.75, "same"), told, "it is told as it is now");
    assert_eq!(server.get("/v1/experts/esther").with(200)["trust"], 0.7);
    // Whose word no longer counts.
    let record = || {
        let body = json!({ "query": "Quanto dura?", "entry_id": "prova", "by": "esther" });
        keyed(("POST", "/v1/questions"), body, "q").with(200)
    };
    let told = record();
    let body = json!({ "role": "expert", "verified": false, "trust": 0.7 });
    server.put("/v1/experts/esther", &body).with(200);
    assert_eq!(record(), told);
    // The newest version is another one since.
    let newest = || keyed(("POST", "/v1/entries/prova/publish"), json!({}), "p").with(200);
    let draft = |answer: &str| json!({ "question": QUESTION, "answer": answer, "publish": false });
    server.put("/v1/entries/prova", &draft("Sei mesi.")).with(200);
    assert_eq!(newest()["published_version"], 2);
    server.put("/v1/entries/prova", &draft("Otto mesi.")).with(200);
    assert_eq!(newest()["published_version"], 2);
    assert_eq!(server.get("/v1/entries/prova").with(200)["published_version"], 2);
}

#[test]
fn judgements_and_calibrations_are_made_once() {
    let entries = ENTRIES.map(|(id, question)| entry_line(id, question, "Così."));
    let place = Place::with_entries(&entries.concat());
    let all_drawn = [("GOLDENSET__AUDIT__SHARE", "1"), ("GOLDENSET__WATCH__FLUSH_SECONDS", "3600")];
    let server = Server::configured(place.path(), &all_drawn);
    server.post("/v1/lookup", &json!({ "query": QUESTION })).with(200);
    let item = server.get("/v1/audit").with(200)["items"][0]["id"].clone();
    let path = format!("/v1/audit/{}/judgement", item.to_string().trim_matches('"'));
    once(&server, ("POST", &path), json!({ "verdict": "right", "by": "anna" }), 200);

    // So little is asked for that these few labels certify it.
    let labels = LABELS.map(|(query, gold)| json!({ "query": query, "gold": gold }));
    let body = json!({ "queries": labels, "max_served_error": 0.4, "confidence": 0.6 });
    let told = once(&server, ("POST", "/v1/calibration"), body, 200);
    assert_eq!(told["stored"]["active"], 1);
    // Without the key there would be nothing left to undo.
    once(&server, ("POST", "/v1/calibration/undo"), json!({}), 200);
}

#[test]
fn a_key_of_the_server_is_made_once_and_shown_once() {
    let place = place();
    let server = Server::start(place.path());
    let body = json!({ "name": "ops", "role": "admin" });
    let made = server.post("/v1/keys", &body).with(201);
    let bearer = format!("Bearer {}", made["key"].as_str().unwrap());
    let create = |body: &Value, key: &str| {
        let headers = [("authorization", bearer.as_str()), ("idempotency-key", key)];
        server.ask("POST", "/v1/keys", body, headers)
    };
    let body = json!({ "name": "app", "role": "reader" });
    assert_eq!(create(&body, "k").with(201)["id"], 2);
    // Its text is kept nowhere, so it cannot be shown again; but it can be found and revoked.
    let again = create(&body, "k");
    again.refused(409, "key_already_made", "idempotency-key");
    assert_eq!(again.json()["key_id"], 2);
    assert!(again.json()["detail"].as_str().unwrap().contains("key 2"), "{}", again.text());
    let other = json!({ "name": "app", "role": "admin" });
    create(&other, "k").refused(409, "idempotency_reused", "idempotency-key");
    assert_eq!(create(&body, "l").with(201)["id"], 3);
}

#[test]
fn a_key_is_used_by_one_caller_for_one_thing() {
    let server = Server::shared();
    let put = |tenant: &str, key: &str| {
        let body =
            json!({ "question": "Chi?", "answer": "Io.", "publish": false, "tenant": tenant });
        ask(server, ("PUT", "/v1/entries/a"), &body, key)
    };
    put("once-one", "once-k").with(201);
    put("once-two", "once-k").refused(409, "idempotency_reused", "idempotency-key");
    put("once-two", "once-l").with(201);
    for bad in ["", "a b", &"k".repeat(201)] {
        put("once-two", bad).refused(400, "invalid_field", "idempotency-key");
    }
    // What was refused is not kept: it may come again once it is mended.
    let feedback = json!({ "query": "Chi?", "type": "incorrect", "confidence": 0.9,
        "time_spent_seconds": 1, "expert": "later", "tenant": "once-one" });
    let call = ("POST", "/v1/feedback");
    ask(server, call, &feedback, "once-m").refused(404, "unknown_expert", "expert");
    let expert = json!({ "role": "expert", "verified": true, "trust": 0.9, "tenant": "once-one" });
    server.put("/v1/experts/later", &expert).with(200);
    ask(server, call, &feedback, "once-m").with(200);
}
