//! What is refused, and that nothing is written then.

use serde_json::{Value, json};

use super::{
    OTHER, QUESTION, approve, candidate, corrects, decide, log_of, place, served, started, with,
};
use crate::server::Server;

/// All that the loop keeps.
fn state(server: &Server) -> Vec<Value> {
    let mut all = log_of(server, "");
    for path in ["/v1/feedback", "/v1/candidates", "/v1/experts", "/v1/entries", "/readyz"] {
        all.push(server.get(path).with(200));
    }
    all
}

#[test]
fn feedback_for_what_is_not_there() {
    let place = place();
    let server = started(&place, &[]);
    let before = state(&server);
    let good = corrects("esther", "Sei mesi.");
    let refused = |change: Value, status, code, field| {
        server.post("/v1/feedback", &with(good.clone(), change)).refused(status, code, field);
    };
    refused(json!({ "entry_id": "gone" }), 404, "unknown_entry", "entry_id");
    refused(json!({ "expert": "nobody" }), 404, "unknown_expert", "expert");
    refused(json!({ "version": 7 }), 404, "unknown_version", "version");
    refused(json!({ "tenant": "elsewhere" }), 404, "unknown_tenant", "tenant");
    refused(json!({ "category": "whim" }), 400, "invalid_field", "category");
    refused(json!({ "confidence": 1.01 }), 400, "threshold_out_of_range", "confidence");
    refused(json!({ "confidence": "high" }), 400, "invalid_field", "confidence");
    refused(json!({ "time_spent_seconds": -1 }), 400, "invalid_field", "time_spent_seconds");
    refused(json!({ "type": "meh" }), 400, "invalid_field", "type");
    refused(json!({ "type": "correct" }), 400, "invalid_field", "answer");
    refused(json!({ "answer": " " }), 400, "invalid_field", "answer");
    refused(json!({ "query": "?!" }), 400, "empty_query", "query");
    refused(json!({ "expert": null }), 400, "missing_field", "expert");
    refused(json!({ "mood": "grim" }), 400, "unknown_field", "mood");
    assert_eq!(state(&server), before);
}

#[test]
fn decisions_that_nobody_may_take() {
    let place = place();
    let server = started(&place, &[]);
    let path = candidate(&server, &corrects("esther", "Sei mesi."));
    let own = candidate(
        &server,
        &with(corrects("anna", "Il 5 %."), json!({ "query": OTHER, "entry_id": "iva" })),
    );
    let empty = with(
        corrects("esther", "x"),
        json!({ "query": "Chi è il referente?", "entry_id": null, "answer": null }),
    );
    let empty = candidate(&server, &empty);
    let before = state(&server);
    for how in ["approve", "reject", "revise"] {
        let say = |by: &str| decide(&server, &path, how, json!({ "by": by, "reason": "ecco" }));
        say("esther").refused(403, "not_an_approver", "by");
        say("nino").refused(403, "not_an_approver", "by");
        say("nobody").refused(404, "unknown_expert", "by");
        let gone =
            decide(&server, "/v1/candidates/99", how, json!({ "by": "anna", "reason": "x" }));
        gone.refused(404, "unknown_candidate", "id");
        decide(&server, &path, how, json!({})).refused(400, "missing_field", "by");
    }
    approve(&server, &own, "anna").refused(403, "four_eyes", "by");
    approve(&server, &empty, "anna").refused(409, "nothing_to_publish", "id");
    decide(&server, &path, "revise", json!({ "by": "anna" })).refused(
        400,
        "missing_field",
        "reason",
    );
    let unsure = json!({ "by": "dora", "answer": "Nove mesi." });
    server.put(&path, &unsure).refused(403, "not_an_approver", "by");
    let stale = json!({ "by": "anna", "base_version": 9 });
    decide(&server, &path, "approve", stale).refused(409, "version_conflict", "base_version");
    assert_eq!((state(&server), served(&server, QUESTION)), (before, "Tre mesi.".into()));

    // Once decided, no decision comes through.
    approve(&server, &path, "anna").with(200);
    decide(&server, &own, "reject", json!({ "by": "aldo", "reason": "no" })).with(200);
    let before = state(&server);
    for path in [&path, &own] {
        for how in ["approve", "reject", "revise"] {
            let body = json!({ "by": "aldo", "reason": "ecco" });
            decide(&server, path, how, body).refused(409, "candidate_decided", "id");
        }
        let text = json!({ "by": "emil", "answer": "Nove mesi." });
        server.put(path, &text).refused(409, "candidate_decided", "id");
    }
    assert_eq!((state(&server), served(&server, QUESTION)), (before, "Sei mesi.".into()));
}

#[test]
fn a_proposal_for_another_version() {
    let place = place();
    let server = started(&place, &[]);
    let path = candidate(&server, &corrects("esther", "Sei mesi."));
    let newer = json!({ "question": QUESTION, "answer": "Cinque mesi.", "publish": true });
    server.put("/v1/entries/prova", &newer).with(200);
    approve(&server, &path, "anna").refused(409, "version_conflict", "base_version");
    assert_eq!(served(&server, QUESTION), "Cinque mesi.");
    let seen = json!({ "by": "anna", "base_version": 2 });
    assert_eq!(decide(&server, &path, "approve", seen).with(200)["version"], 3);
    assert_eq!(served(&server, QUESTION), "Sei mesi.");
    // The entry is gone when the next one is decided.
    let path = candidate(&server, &corrects("esther", "Sette mesi."));
    server.post("/v1/entries/prova/retire", &json!({})).with(200);
    approve(&server, &path, "anna").refused(409, "not_published", "entry_id");
    assert_eq!(served(&server, QUESTION), "(miss)");
}

#[test]
fn conflicts_at_the_gate_need_an_approvers_reason() {
    let place = place();
    let server = started(&place, &[]);
    // A new entry for a question that another one has.
    let text = json!({ "by": "emil", "action": "create", "entry_id": "twin" });
    let path = candidate(&server, &corrects("esther", "Sei mesi."));
    server.put(&path, &text).with(200);
    let before = state(&server);
    let refused = approve(&server, &path, "anna");
    refused.refused(409, "publish_conflict", "conflicts");
    let conflicts = &refused.json()["conflicts"];
    assert_eq!(
        (&conflicts[0]["kind"], &conflicts[0]["entry_id"]),
        (&json!("duplicate_question"), &json!("prova"))
    );
    let over = |reason: Value| json!({ "by": "anna", "override": true, "reason": reason });
    decide(&server, &path, "approve", over(Value::Null)).refused(400, "missing_field", "reason");
    assert_eq!(state(&server), before);
    let reason = "si completano";
    decide(&server, &path, "approve", over(reason.into())).with(200);
    let published =
        log_of(&server, "&entry_id=twin").into_iter().find(|line| line["action"] == "published");
    let kept = &published.unwrap()["detail"]["override"];
    assert_eq!(
        (&kept["reason"], &kept["conflicts"][0]["kind"]),
        (&json!(reason), &json!("duplicate_question"))
    );
    // The same of entries that are put directly, and of a roll-back.
    let body = json!({ "question": OTHER, "answer": "Il 10 %.", "publish": true });
    server.put("/v1/entries/iva-2", &body).refused(409, "publish_conflict", "conflicts");
    server.get("/v1/entries/iva-2").refused(404, "unknown_entry", "id");
    assert_eq!(served(&server, OTHER), "Il 4 %.");
}

#[test]
fn experts_are_checked() {
    let place = place();
    let server = started(&place, &[]);
    let before = state(&server);
    let good = json!({ "role": "expert", "verified": true, "trust": 0.8 });
    let refused = |change: Value, code, field| {
        server.put("/v1/experts/new", &with(good.clone(), change)).refused(400, code, field);
    };
    refused(json!({ "trust": 1.1 }), "threshold_out_of_range", "trust");
    refused(json!({ "trust": -0.1 }), "threshold_out_of_range", "trust");
    refused(json!({ "trust": null }), "invalid_field", "trust");
    refused(json!({ "role": "boss" }), "invalid_field", "role");
    refused(json!({ "verified": "yes" }), "invalid_field", "verified");
    refused(json!({ "handle": "x" }), "unknown_field", "handle");
    for missing in ["role", "verified", "trust"] {
        let mut body = good.clone();
        body.as_object_mut().unwrap().remove(missing);
        server.put("/v1/experts/new", &body).refused(400, "missing_field", missing);
    }
    let elsewhere = with(good, json!({ "tenant": "elsewhere" }));
    server.put("/v1/experts/new", &elsewhere).refused(404, "unknown_tenant", "tenant");
    server.get("/v1/experts/new").refused(404, "unknown_expert", "handle");
    assert_eq!(state(&server), before);
}

#[test]
fn roll_backs_are_checked() {
    let place = place();
    let server = started(&place, &[]);
    let before = state(&server);
    let back = |body: Value| server.post("/v1/entries/prova/rollback", &body);
    back(json!({ "to_version": 9, "by": "anna" })).refused(404, "unknown_version", "to_version");
    back(json!({ "to_version": 1, "by": "esther" })).refused(403, "not_an_approver", "by");
    back(json!({ "to_version": 1, "by": "nobody" })).refused(404, "unknown_expert", "by");
    back(json!({ "to_version": 1, "by": "anna", "override": true })).refused(
        400,
        "missing_field",
        "reason",
    );
    back(json!({ "by": "anna" })).refused(400, "missing_field", "to_version");
    let gone = server.post("/v1/entries/gone/rollback", &json!({ "to_version": 1, "by": "anna" }));
    gone.refused(404, "unknown_entry", "id");
    assert_eq!(state(&server), before);
}
