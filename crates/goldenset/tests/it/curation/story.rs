//! The whole way, as an expert goes it.

use serde_json::{Value, json};

use super::{QUESTION, approve, corrects, decide, log_of, place, says, served, started};

#[test]
fn from_a_wrong_answer_to_the_right_one_and_back() {
    let place = place();
    let server = started(&place, &[]);
    // Asked twice, so that it is cached, too.
    for _ in 0..2 {
        assert_eq!(served(&server, QUESTION), "Tre mesi.");
    }
    let taken = says(&server, &corrects("esther", "Al massimo sei mesi."));
    let brief = json!({ "id": 1, "status": "pending", "priority": 81.0, "quality": 0.9 });
    assert_eq!((&taken["counted"], &taken["candidate"]), (&json!(true), &brief));
    let listed = server.get("/v1/candidates?status=pending").with(200);
    assert_eq!(listed["candidates"][0]["proposal"]["answer"], "Al massimo sei mesi.");
    let one = server.get("/v1/candidates/1").with(200);
    assert_eq!(one["feedback"][0]["expert"], "esther");
    assert_eq!(served(&server, QUESTION), "Tre mesi.");

    let dry = json!({ "by": "anna", "dry_run": true });
    let would = decide(&server, "/v1/candidates/1", "approve", dry).with(200);
    assert_eq!((&would["version"], &would["dry_run"]), (&json!(2), &json!(true)));
    assert_eq!(would["gate"]["blocked"], false);
    assert_eq!(served(&server, QUESTION), "Tre mesi.");
    let approved = approve(&server, "/v1/candidates/1", "anna").with(200);
    assert_eq!((&approved["entry_id"], &approved["version"]), (&json!("prova"), &json!(2)));
    for _ in 0..2 {
        assert_eq!(served(&server, QUESTION), "Al massimo sei mesi.");
    }
    let versions = server.get("/v1/entries/prova/versions").with(200);
    let versions: Vec<_> = versions["versions"].as_array().unwrap().iter().collect();
    assert_eq!(versions.len(), 2);
    assert_eq!(
        (&versions[0]["version"], &versions[0]["answer"]),
        (&json!(2), &one["proposal"]["answer"])
    );
    let diff = server.get("/v1/entries/prova/diff?from=1&to=2").with(200).to_string();
    assert!(diff.contains("massimo") && diff.contains("Tre"), "{diff}");
    assert_eq!(server.get("/v1/experts/esther").with(200)["evidence"]["right"], 1);

    let back = |dry_run: bool| {
        let body =
            json!({ "to_version": 1, "by": "aldo", "reason": "era giusto", "dry_run": dry_run });
        server.post("/v1/entries/prova/rollback", &body).with(200)
    };
    assert_eq!(
        (&back(true)["dry_run"], served(&server, QUESTION)),
        (&json!(true), "Al massimo sei mesi.".into())
    );
    assert_eq!(back(false)["published_version"], 1);
    assert_eq!(served(&server, QUESTION), "Tre mesi.");
    let evidence = server.get("/v1/experts/esther").with(200)["evidence"].clone();
    assert_eq!((&evidence["right"], &evidence["wrong"]), (&json!(0), &json!(1)));

    // Who and why, the newest first.
    let log = log_of(&server, "&entry_id=prova");
    let rolled = log.iter().find(|line| line["action"] == "rolled_back").unwrap();
    assert_eq!(
        (&rolled["detail"]["reason"], &rolled["version"]),
        (&json!("era giusto"), &json!(1))
    );
    let actions: Vec<_> =
        log_of(&server, "").into_iter().map(|line| line["action"].clone()).collect();
    for action in
        ["expert_named", "candidate_made", "candidate_approved", "trust_changed", "published"]
    {
        assert!(actions.contains(&json!(action)), "{action}: {actions:?}");
    }
    assert_eq!(server.get("/v1/candidates/1").with(200)["status"], "approved");
    assert_eq!(server.get("/v1/candidates?status=pending").with(200)["candidates"], json!([]));
    // All of it is there after a crash.
    let before: Vec<Value> = log_of(&server, "");
    server.kill();
    let server = crate::server::Server::start(place.path());
    assert_eq!((log_of(&server, ""), served(&server, QUESTION)), (before, "Tre mesi.".into()));
}
