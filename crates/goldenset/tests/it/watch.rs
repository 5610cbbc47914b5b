//! Drift and the audit sample, over HTTP and on the command line.

use serde_json::{Value, json};

use crate::program::{Place, Ran, entry_line};
use crate::server::Server;
use crate::tenant::Tenant;

const PHRASING: &str = "Le ferie non godute possono essere pagate?";
const OTHER: &str = "Che tempo fa domani a Napoli?";

fn place() -> Place {
    Place::with_entries(
        &[
            entry_line("ferie", PHRASING, "Solo alla cessazione del rapporto."),
            entry_line("prova", "Quanto dura il periodo di prova?", "Sei mesi."),
        ]
        .concat(),
    )
}

/// Every served answer is drawn; nothing is written unless it is asked for.
const ALL_DRAWN: [(&str, &str); 2] =
    [("GOLDENSET__AUDIT__SHARE", "1"), ("GOLDENSET__WATCH__FLUSH_SECONDS", "3600")];

fn run(place: &Place, args: &[&str]) -> Ran {
    place.run(&[args, &["--data", "data"]].concat())
}

#[test]
fn lookups_are_counted_and_judged_over_http() {
    let place = place();
    let server = Server::configured(place.path(), &ALL_DRAWN);
    let tenant = Tenant::on(&server, "default");
    let drift = |query: &str| server.get(&format!("/v1/drift{query}"));
    let before = drift("").with(200);
    assert_eq!((&before["overall"]["lookups"], &before["days"]), (&json!(0), &json!([])));
    for query in [PHRASING, PHRASING, OTHER, "Quanto dura il periodo di prova?"] {
        tenant.lookup(query).with(200);
    }
    let batch = json!({ "queries": [PHRASING, ""] });
    server.post("/v1/lookup/batch", &batch).with(200);
    let now = drift("?days=1").with(200);
    let overall = &now["overall"];
    assert_eq!((&overall["lookups"], &overall["served_by_phrasing"]), (&json!(5), &json!(4)));
    assert_eq!(overall["decisions"]["serve"], 4);
    assert_eq!((&overall["verdict"], &now["advice"]), (&json!("too_few_lookups"), &Value::Null));
    assert_eq!(now["days"][0]["lookups"], 5);

    let items = |query: &str| server.get(&format!("/v1/audit{query}")).with(200);
    let page = items("?limit=1");
    assert_eq!(page["items"][0]["question"], "le ferie non godute possono essere pagate");
    assert_eq!(page["items"][0]["times"], 3);
    assert_eq!(page["items"][0]["entry_answer"], "Solo alla cessazione del rapporto.");
    let (first, next) = (page["items"][0]["id"].clone(), &page["next_after"]);
    assert_eq!(*next, first);
    let rest = items(&format!("?limit=1&after={next}"));
    assert_eq!(
        (&rest["items"][0]["entry_id"], &rest["next_after"]),
        (&json!("prova"), &Value::Null)
    );
    let second = &rest["items"][0]["id"];

    let judge = |id: &Value, body: Value| {
        server.post(&format!("/v1/audit/{}/judgement", id.to_string().trim_matches('"')), &body)
    };
    let right = json!({ "verdict": "right", "by": "anna" });
    assert_eq!(judge(&first, right.clone()).with(200)["judgement"]["verdict"], "right");
    let wrong = json!({ "verdict": "wrong", "entry": "ferie", "by": "anna", "comment": "no" });
    let judged = judge(second, wrong).with(200);
    assert_eq!(judged["judgement"]["entry"], "ferie");
    let nothing = json!({ "verdict": "wrong", "unanswerable": true, "by": "bruno" });
    assert_eq!(judge(second, nothing).with(200)["judgement"]["unanswerable"], true);
    assert_eq!(items("?status=judged")["items"].as_array().unwrap().len(), 2);
    assert_eq!(items("")["items"], json!([]));
    let report = server.get("/v1/audit/report?days=7").with(200);
    assert_eq!((&report["wrong"]["part"], &report["wrong"]["whole"]), (&json!(1), &json!(2)));
    assert_eq!((&report["promise"], &report["open"]), (&Value::Null, &json!(0)));

    judge(&json!(99), right.clone()).refused(404, "unknown_audit_item", "id");
    judge(&json!("x"), right.clone()).refused(400, "invalid_field", "id");
    judge(&json!("%zz"), right).refused(400, "invalid_field", "id");
    judge(&first, json!({ "verdict": "right" })).refused(400, "missing_field", "by");
    judge(&first, json!({ "verdict": "maybe", "by": "a" })).refused(
        400,
        "invalid_field",
        "verdict",
    );
    judge(&first, json!({ "verdict": "right", "by": " " })).refused(400, "invalid_field", "by");
    let both = json!({ "verdict": "wrong", "by": "a", "entry": "ferie", "unanswerable": true });
    judge(&first, both).refused(400, "invalid_field", "entry");
    let contradiction = json!({ "verdict": "right", "by": "a", "unanswerable": true });
    judge(&first, contradiction).refused(400, "invalid_field", "verdict");
    let ghost = json!({ "verdict": "wrong", "by": "a", "entry": "ghost" });
    judge(&first, ghost).refused(404, "unknown_entry", "entry");
    let nobody = json!({ "verdict": "right", "by": "a", "tenant": "nobody" });
    judge(&first, nobody).refused(404, "unknown_tenant", "tenant");
    drift("?days=0").refused(400, "invalid_field", "days");
    drift("?days=x").refused(400, "invalid_field", "days");
    drift("?tenant=nobody").refused(404, "unknown_tenant", "tenant");
    drift("?day=1").refused(400, "unknown_field", "day");
    server.get("/v1/audit?status=all").refused(400, "invalid_field", "status");
    server.get("/v1/audit?limit=501").refused(400, "invalid_field", "limit");
    server.get("/v1/audit/report?days=401").refused(400, "invalid_field", "days");
    server.get("/v1/audit/report?tenant=nobody").refused(404, "unknown_tenant", "tenant");

    let metrics = server.get("/metrics").text().to_owned();
    for line in [
        "goldenset_audit_open{tenant=\"default\"} 0\n",
        "goldenset_audit_not_queued_total{reason=\"queue_full\"} 0\n",
        "goldenset_audit_not_queued_total{reason=\"too_many_waiting\"} 0\n",
        "goldenset_watch_failed_flushes_total 0\n",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
}

#[test]
fn what_was_counted_is_written_when_the_server_stops() {
    let place = place();
    let server = Server::configured(place.path(), &ALL_DRAWN);
    let tenant = Tenant::on(&server, "default");
    tenant.lookup(PHRASING).with(200);
    let none = run(&place, &["drift"]);
    assert!(none.out.starts_with("no lookup of tenant default is counted from"), "{none:?}");
    run(&place, &["audit", "judge", "1", "right"]).failed(6, "data_dir_busy", &["HTTP"]);
    server.terminate();
    assert!(server.ended().0.success());

    let shown = run(&place, &["drift"]);
    assert_eq!(shown.code, 0, "{shown:?}");
    assert!(shown.out.contains("no calibration: too few lookups: "), "{shown:?}");
    assert!(shown.out.contains("1 lookups, 100.0 % (2.5 to 100.0) served, 1 of them"), "{shown:?}");
    assert_eq!(run(&place, &["drift", "--json"]).json()["overall"]["lookups"], 1);
    run(&place, &["drift", "--tenant", "ghost"]).failed(3, "unknown_tenant", &["ghost"]);
    run(&place, &["drift", "--days", "0"]).failed(2, "invalid_field", &["days"]);

    run(&place, &["audit", "list", "--tenant", "ghost"]).failed(3, "unknown_tenant", &["ghost"]);
    assert_eq!(run(&place, &["audit", "list", "--limit", "0"]).code, 2);
    let list = run(&place, &["audit", "list"]);
    assert!(list.out.contains("| Solo alla cessazione del rapporto."), "{list:?}");
    let id = run(&place, &["audit", "list", "--json"]).json()[0]["id"].to_string();
    let judge = |args: &[&str]| run(&place, &[&["audit", "judge", &id], args].concat());
    judge(&["wrong", "--entry", "ghost"]).failed(3, "unknown_entry", &["ghost"]);
    assert_eq!(judge(&["wrong", "--entry", "prova", "--unanswerable"]).code, 2);
    judge(&["right", "--entry", "prova"]).failed(2, "invalid_field", &["verdict"]);
    run(&place, &["audit", "judge", "99", "right"]).failed(3, "unknown_audit_item", &["99"]);
    let export = || run(&place, &["audit", "export", "judged.jsonl"]);
    judge(&["wrong", "--by", "anna"]);
    assert!(export().err.contains("left out 1 that were judged wrong without saying"));
    let said = judge(&["wrong", "--unanswerable", "--by", "anna", "--comment", "altro"]);
    assert!(
        said.out.contains("wrong by anna at ") && said.out.contains("no entry answers it: altro")
    );
    export();
    let query = "le ferie non godute possono essere pagate";
    let line = |gold: &str| format!("{{\"query\":\"{query}\",\"gold\":[{gold}]}}\n");
    assert_eq!(place.read("judged.jsonl"), line(""));
    judge(&["right", "--by", "anna"]);
    assert!(export().err.contains("wrote 1 labelled questions"));
    assert_eq!(place.read("judged.jsonl"), line("\"ferie\""));
    // What is exported is what calibrate reads.
    let read = run(&place, &["calibrate", "--queries", "judged.jsonl", "--dry-run"]);
    assert!(read.out.contains("1 questions, 1 of them approved phrasings"), "{read:?}");
    let report = run(&place, &["audit", "report"]);
    assert!(report.out.contains("1 judged of what was served in the last 30 days, 0 open"));
    assert!(report.out.contains("no calibration promises anything"), "{report:?}");
    assert_eq!(run(&place, &["audit", "list"]).out, "no item\n");
    let judged = run(&place, &["audit", "list", "--status", "judged"]);
    assert!(judged.out.contains("right by anna at "), "{judged:?}");
}

#[test]
fn nothing_is_drawn_unless_it_is_asked_for() {
    let place = place();
    let server = Server::start(place.path());
    let tenant = Tenant::on(&server, "default");
    tenant.lookup(PHRASING).with(200);
    assert_eq!(server.get("/v1/audit").with(200)["items"], json!([]));
    assert_eq!(server.get("/v1/drift").with(200)["overall"]["lookups"], 1);
    // A kill loses what was counted since the last flush, and no more.
    tenant.lookup(PHRASING).with(200);
    server.kill();
    assert_eq!(run(&place, &["drift", "--json"]).json()["overall"]["lookups"], 1);
}
