//! Documents that change, reviews that are due, what the caller knows: answers that may be out of
//! date are context and never served. And what changed between versions.

use serde_json::{Value, json};

use crate::http::Reply;
use crate::server::Server;
use crate::tenant::Tenant;

const QUESTION: &str = "Quanti giorni di permesso spettano per assistere un familiare?";
const LAW: &str = "art. 33, c. 3, L. 104/1992";

fn percent(name: &str) -> String {
    name.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn change(tenant: &Tenant<'_>, document: &str, mut body: Value) -> Reply {
    body["tenant"] = tenant.name.into();
    tenant.server.post(&format!("/v1/references/{}/changed", percent(document)), &body)
}

fn undo(tenant: &Tenant<'_>, document: &str, mut body: Value) -> Reply {
    body["tenant"] = tenant.name.into();
    tenant.server.post(&format!("/v1/references/{}/undo", percent(document)), &body)
}

fn changes(tenant: &Tenant<'_>) -> Value {
    tenant.server.get(&format!("/v1/references?tenant={}", tenant.name)).with(200)
}

fn saying(references: Value) -> Value {
    json!({ "question": QUESTION, "answer": "Tre al mese.", "references": references, "publish": true })
}

#[test]
fn a_changed_law_holds_back_what_rests_on_it_until_it_is_approved_again() {
    let tenant = Tenant::shared("refs-law");
    tenant.put("permessi", saying(json!([LAW]))).with(201);
    let other = json!({ "question": "Quanto dura la prova?", "answer": "Sei mesi.",
        "references": ["art. 2096 c.c."], "publish": true });
    tenant.put("prova", other).with(201);
    let asked = || tenant.lookup(QUESTION);
    let before = asked();

    let dry = change(&tenant, "L. 104/1992", json!({ "version": "2025", "dry_run": true }));
    let affected = json!([{
        "id": "permessi", "version": 1, "reference": LAW,
        "decision": { "before": "serve", "after": "context" },
    }]);
    let expected = json!({
        "document": "L. 104/1992", "version": "2025", "dry_run": true, "changed": true,
        "number": null, "epoch": null, "affected": affected, "earlier": [],
    });
    assert_eq!(dry.with(200), expected);
    assert_eq!(
        (asked().bytes, changes(&tenant)["changes"].clone()),
        (before.bytes.clone(), json!([]))
    );

    let body = json!({ "version": "2025", "by": "anna", "reason": "Gazzetta 150" });
    let done = change(&tenant, "L. 104/1992", body).with(200);
    assert_eq!((&done["number"], &done["affected"]), (&json!(1), &affected));
    let epoch = before.epoch() + 1;
    assert_eq!((done["epoch"].as_u64(), asked().epoch()), (Some(epoch), epoch));
    tenant.decides(QUESTION, json!({}), "context (permessi)");
    tenant.decides("Quanto dura la prova?", json!({}), "serve prova");
    let reason = asked().json()["reason"].as_str().unwrap().to_owned();
    let at = changes(&tenant)["changes"][0]["at"].as_str().unwrap().to_owned();
    for part in ["`L. 104/1992`", "`2025`", &at] {
        assert!(reason.contains(part), "{part}: {reason}");
    }
    // By meaning too, and in a batch as alone.
    let near = "quanti giorni di permesso spettano per assistere familiare";
    let result = tenant.lookup_with(near, json!({ "min_similarity": 0 })).with(200);
    assert_eq!(result["matches"][0]["entry_id"], "permessi");
    assert_ne!(result["decision"], "serve");
    let batch = json!({ "queries": [QUESTION], "tenant": tenant.name });
    let batch = tenant.server.post("/v1/lookup/batch", &batch).with(200);
    assert_eq!(batch["results"][0], asked().json());
    let listed = &changes(&tenant)["changes"][0];
    let told = ["affected", "suspended", "by", "reason", "undone_at"].map(|name| &listed[name]);
    assert_eq!(told, [&json!(1), &json!(1), &json!("anna"), &json!("Gazzetta 150"), &Value::Null]);

    // What is so already stays so; saying so again does not approve it.
    tenant.put("permessi", saying(json!([LAW]))).with(200);
    assert_eq!(tenant.publish("permessi", json!({})).with(200)["changed"], false);
    tenant.decides(QUESTION, json!({}), "context (permessi)");
    let approved = tenant.publish("permessi", json!({ "reapprove": true })).with(200);
    assert_eq!((&approved["changed"], &approved["version"]), (&json!(true), &json!(1)));
    assert_eq!(asked().bytes, before.bytes, "it says what it said");
    assert_eq!(changes(&tenant)["changes"][0]["suspended"], 0);
    // Undoing what nothing is left of is no more than a note.
    let undone = undo(&tenant, "legge 104 del 1992", json!({ "by": "anna" })).with(200);
    assert_eq!((&undone["number"], &undone["affected"]), (&json!(1), &json!([])));
    undo(&tenant, "L. 104/1992", json!({})).refused(409, "nothing_to_undo", "document");
}

#[test]
fn a_document_is_named_by_its_identifier_and_a_change_is_undone() {
    let tenant = Tenant::shared("refs-guide");
    let page = json!({ "text": "Help Center, page 3", "document": "Help Center: Plans / Pause", "version": "1" });
    let references = json!(["L. 104/1992", page]);
    tenant.put("a", saying(references.clone())).with(201);
    assert_eq!(tenant.entry("a").with(200)["references"], references);
    let before = tenant.lookup(QUESTION);
    assert_eq!(before.json()["matches"][0]["references"], references);
    let name = "help center: plans / pause";
    // Who has read the new version already is not concerned; nor does a page of another one count.
    let none = change(&tenant, name, json!({ "version": "1" })).with(200);
    assert_eq!((&none["number"], &none["affected"]), (&json!(1), &json!([])));
    assert_eq!(
        change(&tenant, "Help Center", json!({ "version": "2" })).with(200)["affected"],
        json!([])
    );
    assert_eq!(tenant.lookup(QUESTION).epoch(), before.epoch());
    for version in ["2", "3"] {
        let done = change(&tenant, name, json!({ "version": version })).with(200);
        assert_eq!(done["affected"][0]["reference"], "Help Center, page 3");
    }
    // Said once more it changes nothing, and says so.
    let before_again = (tenant.lookup(QUESTION).epoch(), changes(&tenant));
    for dry_run in [true, false] {
        let body = json!({ "version": "3", "by": "bruno", "dry_run": dry_run });
        let again = change(&tenant, "Help Center: Plans / Pause", body).with(200);
        let told = ["changed", "number", "affected"].map(|field| &again[field]);
        assert_eq!(told, [&json!(false), &json!(4), &json!([])], "{again}");
    }
    assert_eq!((tenant.lookup(QUESTION).epoch(), changes(&tenant)), before_again);
    let dry = change(&tenant, name, json!({ "version": "4", "dry_run": true })).with(200);
    assert_eq!(dry["affected"][0]["decision"]["before"], "context");
    let earlier: Vec<_> =
        dry["earlier"].as_array().unwrap().iter().map(|one| one["version"].clone()).collect();
    assert_eq!(earlier, ["3", "2", "1"]);
    // A dry run tells what the undoing then does, and does nothing.
    let undone = |body: Value| {
        let before = (tenant.lookup(QUESTION).epoch(), changes(&tenant));
        let mut dry = body.clone();
        dry["dry_run"] = true.into();
        let dry = undo(&tenant, name, dry).with(200);
        assert_eq!((tenant.lookup(QUESTION).epoch(), changes(&tenant)), before);
        let done = undo(&tenant, name, body).with(200);
        assert_eq!((&dry["dry_run"], &dry["epoch"]), (&json!(true), &Value::Null));
        for field in ["document", "version", "changed", "number", "affected", "earlier"] {
            assert_eq!(dry[field], done[field], "{field}");
        }
        done
    };
    let first = undone(json!({ "version": "2" }));
    assert_eq!(
        first["affected"][0]["decision"],
        json!({ "before": "context", "after": "context" })
    );
    tenant.decides(QUESTION, json!({}), "context (a)");
    let reason = tenant.lookup(QUESTION).json()["reason"].as_str().unwrap().to_owned();
    assert!(reason.contains("`3`") && !reason.contains("`2`"), "{reason}");
    let second = undone(json!({ "reason": "never printed" }));
    assert_eq!(second["affected"][0]["decision"], json!({ "before": "context", "after": "serve" }));
    assert_eq!(tenant.lookup(QUESTION).bytes, before.bytes);
    let all = changes(&tenant)["changes"].clone();
    let told: Vec<_> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["number"], one["undone_at"].is_null()))
        .collect();
    assert_eq!(
        told,
        [(&json!(4), false), (&json!(3), false), (&json!(2), true), (&json!(1), true)]
    );
    assert_eq!(all[0]["undone_reason"], "never printed");
    let page =
        |query: &str| tenant.server.get(&format!("/v1/references?tenant=refs-guide&{query}"));
    let first = page("limit=3").with(200);
    assert_eq!((first["changes"].as_array().unwrap().len(), &first["next_cursor"]), (3, &json!(2)));
    let last = page("limit=3&cursor=2").with(200);
    assert_eq!((&last["changes"][0]["number"], &last["next_cursor"]), (&json!(1), &Value::Null));
    page("limit=0").refused(400, "invalid_field", "limit");
    page("cursor=x").refused(400, "invalid_field", "cursor");
}

#[test]
fn tenants_are_apart_and_bad_input_is_named() {
    let (left, right) = (Tenant::shared("refs-left"), Tenant::shared("refs-right"));
    left.put("a", saying(json!([LAW]))).with(201);
    right.put("a", saying(json!([LAW]))).with(201);
    change(&left, "L. 104/1992", json!({ "version": "2" })).with(200);
    right.decides(QUESTION, json!({}), "serve a");
    assert_eq!(changes(&right)["changes"], json!([]));
    undo(&right, "L. 104/1992", json!({})).refused(409, "nothing_to_undo", "document");
    let ghost = Tenant::on(Server::shared(), "ghost");
    change(&ghost, "x", json!({ "version": "2" })).refused(404, "unknown_tenant", "tenant");
    let dry = change(&ghost, "x", json!({ "version": "2", "dry_run": true }));
    dry.refused(404, "unknown_tenant", "tenant");
    undo(&ghost, "x", json!({})).refused(404, "unknown_tenant", "tenant");
    let list = ghost.server.get("/v1/references?tenant=ghost");
    list.refused(404, "unknown_tenant", "tenant");
    let refused = |document: &str, body: Value, code: &str, field: &str| {
        change(&left, document, body).refused(400, code, field);
    };
    refused("x", json!({}), "missing_field", "version");
    refused("x", json!({ "version": " " }), "invalid_field", "version");
    refused("x", json!({ "version": "1", "by": "a\nb" }), "invalid_field", "by");
    refused("x", json!({ "version": "1", "by": "" }), "invalid_field", "by");
    refused("x", json!({ "version": "1", "reason": "x".repeat(4097) }), "invalid_field", "reason");
    refused("x", json!({ "version": "1", "reason": " " }), "invalid_field", "reason");
    refused("x", json!({ "version": "1", "dryrun": true }), "unknown_field", "dryrun");
    refused("?!", json!({ "version": "1" }), "invalid_field", "document");
    refused(&"x".repeat(1025), json!({ "version": "1" }), "invalid_field", "document");
    let dry = undo(&left, "x", json!({ "dry_run": true }));
    dry.refused(409, "nothing_to_undo", "document");
    undo(&left, "x", json!({ "version": "" })).refused(400, "invalid_field", "version");
    let raw = left.server.post("/v1/references/%ff/changed", &json!({ "version": "1" }));
    raw.refused(400, "invalid_field", "document");
    assert_eq!(changes(&left)["changes"].as_array().unwrap().len(), 1);
    left.retire("a").with(200);
    left.publish("a", json!({ "reapprove": true })).refused(409, "not_published", "id");
    assert_eq!(
        left.publish("a", json!({ "reapprove": true, "version": 1 })).with(200)["changed"],
        true
    );
    left.decides(QUESTION, json!({}), "serve a");
}

#[test]
fn an_answer_whose_review_is_overdue_is_context() {
    let tenant = Tenant::shared("reviews");
    let due = |day: &str| {
        let mut body = saying(json!([]));
        body["review_by"] = day.into();
        tenant.put("a", body).with(if day == "2020-01-31" { 201 } else { 200 });
    };
    due("2020-01-31");
    assert_eq!(tenant.entry("a").with(200)["review_by"], "2020-01-31");
    tenant.decides(QUESTION, json!({}), "context (a)");
    // The day that the question is about makes no difference.
    tenant.decides(QUESTION, json!({ "as_of": "2019-01-01" }), "context (a)");
    let reason = tenant.lookup(QUESTION).json()["reason"].as_str().unwrap().to_owned();
    assert!(reason.ends_with("; but its review was due by 2020-01-31"), "{reason}");
    let dry = change(&tenant, "x", json!({ "version": "1" })).with(200);
    assert_eq!(dry["affected"], json!([]));
    due("2999-01-31");
    tenant.decides(QUESTION, json!({}), "serve a");
    tenant.decides(QUESTION, json!({ "as_of": "3000-01-01" }), "serve a");
}

#[test]
fn what_the_caller_knows_of_a_topic_makes_an_answer_context() {
    let tenant = Tenant::shared("topics");
    let mut body = saying(json!([]));
    body["category"] = "permessi".into();
    body["tags"] = json!(["104", "2023"]);
    tenant.put("a", body).with(201);
    let check = |body: Value, expected: &str| {
        tenant.decides(QUESTION, body.clone(), expected);
        let mut batch = body;
        batch["queries"] = json!([QUESTION]);
        batch["tenant"] = tenant.name.into();
        let one = {
            let mut one = batch.clone();
            one.as_object_mut().unwrap().remove("queries");
            tenant.lookup_with(QUESTION, one).json()
        };
        assert_eq!(tenant.server.post("/v1/lookup/batch", &batch).with(200)["results"][0], one);
    };
    let (old, new) = ("2020-01-01", "2100-01-01");
    check(json!({ "kb_epoch": { "permessi": new } }), "context (a)");
    check(json!({ "kb_epoch": { "permessi": old, "*": new } }), "serve a");
    check(json!({ "kb_epoch": { "permessi": old, "104": 4_102_444_800_i64 } }), "context (a)");
    check(json!({ "kb_epoch": { "fisco": new } }), "serve a");
    check(json!({ "kb_epoch": { "fisco": new, "*": new } }), "context (a)");
    check(json!({ "kb_epoch": { "fisco": old, "*": old } }), "serve a");
    check(json!({ "kb_epoch": {} }), "serve a");
    check(json!({ "superseded_tags": ["2023"] }), "context (a)");
    check(json!({ "superseded_tags": ["2024", "permessi"] }), "serve a");
    check(json!({ "superseded_tags": [] }), "serve a");
    // Every cause is said.
    let body = json!({ "kb_epoch": { "permessi": new }, "superseded_tags": ["2023", "104"] });
    let reason = tenant.lookup_with(QUESTION, body).json()["reason"].as_str().unwrap().to_owned();
    let parts = [
        "; but the caller's knowledge base on `permessi` is newer",
        "; and its tag `104` is superseded; and its tag `2023` is superseded",
    ];
    assert!(parts.iter().all(|part| reason.contains(part)), "{reason}");
    let topics: serde_json::Map<_, _> =
        (0..101).map(|topic| (topic.to_string(), json!(1))).collect();
    let many = tenant.lookup_with(QUESTION, json!({ "kb_epoch": topics }));
    many.refused(400, "too_many", "kb_epoch");
    let many = tenant.lookup_with(QUESTION, json!({ "superseded_tags": vec!["x"; 101] }));
    many.refused(400, "too_many", "superseded_tags");
}

#[test]
fn versions_are_compared_by_their_words() {
    let tenant = Tenant::shared("diff");
    tenant.put("a", saying(json!(["art. 1", LAW]))).with(201);
    let mut body = saying(json!([LAW, { "text": "x", "document": "d" }]));
    body["answer"] = "Tre giorni al mese.".into();
    body["review_by"] = "2999-12-31".into();
    body["category"] = "permessi".into();
    tenant.put("a", body).with(200);
    let diff = |query: &str| tenant.server.get(&format!("/v1/entries/a/diff?tenant=diff{query}"));
    let found = diff("").with(200);
    assert_eq!((&found["from"], &found["to"]), (&json!(1), &json!(2)));
    assert_eq!(found["question"], json!([{ "kind": "kept", "text": QUESTION }]));
    let answer = json!([
        { "kind": "kept", "text": "Tre " },
        { "kind": "added", "text": "giorni " },
        { "kind": "kept", "text": "al mese." },
    ]);
    assert_eq!(found["answer"], answer);
    let references = json!({
        "added": [{ "text": "x", "document": "d", "version": null }],
        "removed": ["art. 1"],
        "kept": [LAW],
    });
    assert_eq!(found["references"], references);
    assert_eq!(found["category"], json!({ "old": null, "new": "permessi" }));
    assert_eq!(found["review_by"], json!({ "old": null, "new": "2999-12-31" }));
    assert_eq!(diff("&from=1&to=2").with(200), found);
    let back = diff("&from=2&to=1").with(200);
    assert_eq!(back["references"]["removed"], references["added"]);
    assert_eq!(
        diff("&from=2&to=2").with(200)["tags"],
        json!({ "added": [], "removed": [], "kept": [] })
    );
    diff("&from=3").refused(404, "unknown_version", "from");
    diff("&to=9").refused(404, "unknown_version", "to");
    diff("&to=1").refused(404, "unknown_version", "from");
    // There is nothing before the first version, and it says so.
    let mut draft = saying(json!([]));
    draft["publish"] = false.into();
    tenant.put("b", draft).with(201);
    let only = tenant.server.get("/v1/entries/b/diff?tenant=diff");
    only.refused(404, "unknown_version", "from");
    let detail = only.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("nothing before version 1"), "{detail}");
    diff("&from=x").refused(400, "invalid_field", "from");
    let gone = tenant.server.get("/v1/entries/gone/diff?tenant=diff");
    gone.refused(404, "unknown_entry", "id");
}

#[test]
fn a_suspension_survives_kill_9_and_a_restart_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let tenant = Tenant::on(&server, "default");
    tenant.put("a", saying(json!([LAW]))).with(201);
    tenant.decides(QUESTION, json!({}), "serve a");
    let done = change(&tenant, "L. 104/1992", json!({ "version": "2" })).with(200);
    assert_eq!(done["affected"].as_array().unwrap().len(), 1);
    server.kill();
    let server = Server::start(folder.path());
    let tenant = Tenant::on(&server, "default");
    tenant.decides(QUESTION, json!({}), "context (a)");
    let (body, listed) = (tenant.lookup(QUESTION).bytes, changes(&tenant));
    server.terminate();
    assert!(server.ended().0.success());
    let server = Server::start(folder.path());
    let tenant = Tenant::on(&server, "default");
    assert_eq!((tenant.lookup(QUESTION).bytes, changes(&tenant)), (body, listed));
    undo(&tenant, "L. 104/1992", json!({})).with(200);
    server.kill();
    let server = Server::start(folder.path());
    Tenant::on(&server, "default").decides(QUESTION, json!({}), "serve a");
}
