//! `calibrate`, on the command line and over HTTP.

use serde_json::{Value, json};

use crate::http::Reply;
use crate::program::{Place, entry_line};
use crate::server::Server;
use crate::tenant::Tenant;

pub(crate) const ENTRIES: [(&str, &str); 4] = [
    ("iva", "Quanto è l'IVA sui libri?"),
    ("reset", "How do I reset my password?"),
    ("ferie", "Le ferie non godute possono essere pagate?"),
    ("prova", "Quanto dura il periodo di prova?"),
];

/// Paraphrases that are near enough to be told from each other, and two that nothing answers.
pub(crate) const LABELS: [(&str, &[&str]); 18] = [
    ("quanto è l'iva che si paga sui libri", &["iva"]),
    ("iva sui libri quanto è", &["iva"]),
    ("sui libri quanto è l'iva?", &["iva"]),
    ("quanto è l'iva per i libri", &["iva"]),
    ("how can I reset my password?", &["reset"]),
    ("how do I reset the password?", &["reset"]),
    ("how to reset my password", &["reset"]),
    ("how do you reset your password", &["reset"]),
    ("reset my password how", &["reset"]),
    ("le ferie non godute possono venire pagate", &["ferie"]),
    ("possono essere pagate le ferie non godute", &["ferie"]),
    ("ferie non godute possono essere pagate?", &["ferie"]),
    ("le ferie che non ho goduto possono essere pagate", &["ferie"]),
    ("quanto può durare il periodo di prova", &["prova"]),
    ("il periodo di prova quanto dura?", &["prova"]),
    ("quanto dura un periodo di prova", &["prova"]),
    ("che tempo fa domani a Napoli?", &[]),
    ("How long should I boil an egg?", &[]),
];

/// So little is asked for that these few labels show it.
const LENIENT: [&str; 4] = ["--max-served-error", "0.4", "--confidence", "0.6"];

fn lines() -> String {
    let line =
        |(query, gold): &(&str, &[&str])| json!({ "query": query, "gold": gold }).to_string();
    LABELS.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn place() -> Place {
    let entries: String = ENTRIES.iter().map(|(id, text)| entry_line(id, text, "Così.")).collect();
    let place = Place::with_entries(&entries);
    place.write("labels.jsonl", lines());
    place
}

fn calibrate(place: &Place, args: &[&str]) -> crate::program::Ran {
    place.run(&[&["calibrate", "--data", "data", "--queries", "labels.jsonl"], args].concat())
}

#[test]
fn thresholds_are_certified_shown_and_undone() {
    let place = place();
    let of = |what: &str| place.run(&["calibrate", what, "--data", "data"]);
    let ask = || place.run(&["ask", LABELS[0].0, "--data", "data", "--json"]).json();
    let status = of("status");
    assert_eq!((status.code, status.out.as_str()), (1, "no calibration is in force\n"));
    let before = ask();
    assert_eq!(before["calibration"], Value::Null);

    let dry = calibrate(&place, &[&LENIENT[..], &["--dry-run"]].concat());
    assert_eq!(dry.code, 0, "{dry:?}");
    assert!(dry.out.contains("certified from a score of"), "{dry:?}");
    assert!(dry.out.contains("dry run: nothing was stored"), "{dry:?}");
    assert_eq!(of("status").code, 1);

    let stored = calibrate(&place, &[&LENIENT[..], &["--json"]].concat());
    assert_eq!(stored.code, 0, "{stored:?}");
    let stored = stored.json();
    assert_eq!(stored["stored"]["active"], 1);
    assert_eq!(stored["general"]["status"], "certified");
    assert_eq!(stored["labels"]["given"], LABELS.len());
    let after = ask();
    assert_eq!(after["calibration"]["version"], 1);
    assert_eq!(after["calibration"]["threshold"], stored["general"]["threshold"]);
    assert_eq!(after["calibration"]["certified"], true);
    let shown = place.run(&["ask", LABELS[0].0, "--data", "data"]);
    assert!(shown.out.contains("calibration 1, certified"), "{shown:?}");
    let status = of("status");
    assert_eq!(status.code, 0, "{status:?}");
    assert!(status.out.starts_with("version 1 is in force\n"), "{status:?}");

    calibrate(&place, &LENIENT);
    let status = place.run(&["calibrate", "status", "--data", "data", "--json"]).json();
    assert_eq!((&status["active"], &status["calibrations"][0]["replaces"]), (&json!(2), &json!(1)));
    assert_eq!(of("undo").out, "version 1 is in force again\n");
    assert_eq!(of("undo").out, "no calibration is in force\n");
    assert_eq!(ask(), before);
    of("undo").failed(4, "not_calibrated", &["undo"]);
}

#[test]
fn without_a_certificate_nothing_is_stored() {
    let place = place();
    let ran = calibrate(&place, &["--json"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let refused = ran.json();
    assert_eq!((&refused["stored"], &refused["max_served_error"]), (&Value::Null, &json!(0.02)));
    assert_eq!(refused["general"]["reason"], "too_few_labels");
    assert!(refused["general"]["labels_needed"].as_u64().unwrap() > 50, "{refused}");
    let words = calibrate(&place, &["--per-category", "--method", "isotonic"]);
    assert!(
        words.out.contains("not certified: about ") && words.out.contains(" more labels needed")
    );
    assert!(words.out.contains("nothing was stored"), "{words:?}");

    calibrate(&place, &["--confidence", "1"]).failed(2, "invalid_field", &["confidence"]);
    calibrate(&place, &["--max-served-error", "0"]).failed(
        2,
        "invalid_field",
        &["max_served_error"],
    );
    calibrate(&place, &["--tenant", "ghost"]).failed(3, "unknown_tenant", &["ghost"]);
    place.write("labels.jsonl", "\n");
    calibrate(&place, &[]).failed(2, "bad_rows", &["labels.jsonl", "no labelled question"]);
    place.write(
        "labels.jsonl",
        "{\"query\": \"Chi?\", \"gold\": []}\n\n{\"query\": \"chi\", \"gold\": [\"iva\"]}",
    );
    calibrate(&place, &[]).failed(2, "invalid_field", &["labels.jsonl:3", "other labels"]);
    place.write("labels.jsonl", "{\"query\": \"Chi?\"}\n");
    calibrate(&place, &[]).failed(2, "bad_rows", &["labels.jsonl:1", "`gold`"]);
    assert_eq!(place.run(&["calibrate", "--data", "data"]).code, 2, "--queries is required");
    let server = Server::start(place.path());
    place.write("labels.jsonl", lines());
    calibrate(&place, &[]).failed(6, "data_dir_busy", &["data"]);
    assert_eq!(calibrate(&place, &[&LENIENT[..], &["--dry-run"]].concat()).code, 0);
    drop(server);
}

fn post(tenant: &Tenant<'_>, change: Value) -> Reply {
    let queries: Vec<_> =
        LABELS.iter().map(|(query, gold)| json!({ "query": query, "gold": gold })).collect();
    let mut body = json!({
        "queries": queries, "max_served_error": 0.4, "confidence": 0.6, "tenant": tenant.name,
    });
    for (name, value) in change.as_object().unwrap() {
        body[name] = value.clone();
    }
    tenant.server.post("/v1/calibration", &body)
}

fn status(tenant: &Tenant<'_>) -> Value {
    tenant.server.get(&format!("/v1/calibration?tenant={}", tenant.name)).with(200)
}

#[test]
fn the_server_calibrates_while_it_serves() {
    let tenant = Tenant::shared("calibration");
    for (id, question) in ENTRIES {
        tenant.approve(id, question, "Così.");
    }
    assert_eq!(status(&tenant), json!({ "stale": false, "active": null, "calibrations": [] }));
    let query = LABELS[0].0;
    let before = tenant.lookup(query);
    let dry = post(&tenant, json!({ "dry_run": true })).with(200);
    assert_eq!((&dry["stored"], &dry["general"]["status"]), (&Value::Null, &json!("certified")));
    assert_eq!(tenant.lookup(query).bytes, before.bytes);
    let stored = post(&tenant, json!({ "per_category": null, "method": "platt" })).with(200);
    let epoch = before.epoch() + 1;
    assert_eq!(stored["stored"], json!({ "active": 1, "epoch": epoch }));
    let looked = tenant.lookup(query);
    assert_eq!((looked.epoch(), looked.cache()), (epoch, "embedding_hit"));
    let result = looked.with(200);
    assert_eq!(result["calibration"]["threshold"], stored["general"]["threshold"]);
    // Why, or why not, is told by the same scores and threshold.
    let body = json!({ "query": query, "entry_id": "iva", "tenant": tenant.name });
    let compared = tenant.server.post("/v1/compare", &body).with(200);
    assert_eq!(compared["score"], result["matches"][0]["score"]);
    assert_eq!(compared["same"], result["decision"] == "serve");
    let explanation = &compared["explanation"];
    assert_eq!(explanation["calibration"], result["calibration"]);
    assert_eq!(explanation["score"], compared["score"]);
    assert_eq!(explanation["raw_score"], before.json()["matches"][0]["score"]);
    assert_eq!(explanation["thresholds"]["serve_threshold"], result["calibration"]["threshold"]);
    assert_eq!(status(&tenant)["calibrations"][0]["author"], "http");

    let undo = || tenant.server.post("/v1/calibration/undo", &json!({ "tenant": tenant.name }));
    assert_eq!(undo().with(200), json!({ "active": null, "epoch": epoch + 1 }));
    assert_eq!(tenant.lookup(query).bytes, before.bytes);
    undo().refused(409, "not_calibrated", "tenant");

    let refused = |change: Value, code: &str, field: &str| {
        post(&tenant, change).refused(400, code, field);
    };
    refused(json!({ "confidence": 1 }), "invalid_field", "confidence");
    refused(json!({ "max_served_error": "a" }), "invalid_field", "max_served_error");
    refused(json!({ "method": "best" }), "invalid_field", "method");
    refused(json!({ "by": "me" }), "unknown_field", "by");
    refused(json!({ "queries": [{ "query": "Chi?" }] }), "missing_field", "queries[0].gold");
    let strange = json!({ "queries": [{ "query": "Chi?", "gold": [], "kind": "x" }] });
    refused(strange, "unknown_field", "queries[0].kind");
    let empty =
        json!({ "queries": [{ "query": "Chi?", "gold": [] }, { "query": "", "gold": [] }] });
    refused(empty, "empty_query", "queries[1]");
    let one = json!({ "query": "x", "gold": [] });
    refused(json!({ "queries": vec![one; 10_001] }), "too_many", "queries");
    post(&tenant, json!({ "tenant": "ghost" })).refused(404, "unknown_tenant", "tenant");
    let reply = tenant.server.get("/v1/calibration?tenant=ghost");
    reply.refused(404, "unknown_tenant", "tenant");
    assert_eq!(status(&tenant)["active"], Value::Null);
    let ghost = json!({ "tenant": "ghost" });
    tenant.server.post("/v1/calibration/undo", &ghost).refused(404, "unknown_tenant", "tenant");
    // The default tenant exists before it has entries.
    tenant.server.post("/v1/calibration/undo", &json!({})).refused(409, "not_calibrated", "tenant");
}
