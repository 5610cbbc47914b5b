//! What counts, what is approved by itself, and what the configuration changes of it.

use serde_json::{Value, json};

use super::{OTHER, QUESTION, approve, candidate, corrects, place, says, served, started, with};

#[test]
fn who_is_not_trusted_is_kept_without_effect() {
    let place = place();
    let server = started(&place, &[]);
    for (who, why) in [("dora", "0.69"), ("nino", "not verified")] {
        let taken = says(&server, &with(corrects(who, "Nove mesi."), json!({ "confidence": 1 })));
        assert_eq!((&taken["counted"], &taken["candidate"]), (&json!(false), &Value::Null));
        assert!(taken["reason"].as_str().unwrap().contains(why), "{taken}");
    }
    let kept = server.get("/v1/feedback").with(200)["feedback"].clone();
    assert_eq!(kept.as_array().unwrap().len(), 2);
    assert_eq!((&kept[0]["counted"], &kept[1]["counted"]), (&json!(false), &json!(false)));
    assert_eq!(server.get("/v1/candidates").with(200)["candidates"], json!([]));
    assert_eq!(served(&server, QUESTION), "Tre mesi.");
}

#[test]
fn merging_raises_the_frequency() {
    let place = place();
    let server = started(&place, &[]);
    let path = candidate(&server, &corrects("esther", "Sei mesi."));
    let again = with(corrects("emil", "Sei mesi."), json!({ "query": QUESTION.to_uppercase() }));
    assert_eq!(candidate(&server, &again), path);
    let one = server.get(&path).with(200);
    // Confidence 0.9, trust (0.9 + 0.84) / 2, twice.
    let told = (&one["frequency"], &one["priority"], &one["quality"]);
    assert_eq!(told, (&json!(2), &json!(156.6), &json!(0.885)));
    assert_eq!(one["feedback"].as_array().unwrap().len(), 2);
    let all = server.get("/v1/candidates").with(200);
    assert_eq!(all["candidates"].as_array().unwrap().len(), 1);
}

#[test]
fn quality_decides_from_the_configured_thresholds_on() {
    let place = place();
    let thresholds = "outdated_law 0.99 0.95, too_generic 0.9 0.5";
    let server = started(&place, &[("GOLDENSET__CURATION__THRESHOLDS", thresholds)]);
    // With a trust of 0.9 the quality is (confidence + 0.9) / 2.
    let check = |category: Value, confidence: f64, quality: f64, status: &str| {
        let answer = format!("Sei mesi, {category} {confidence}.");
        let change = json!({ "category": category, "confidence": confidence });
        let taken = says(&server, &with(corrects("esther", &answer), change));
        let brief = &taken["candidate"];
        assert_eq!(
            (&brief["quality"], &brief["status"]),
            (&json!(quality), &json!(status)),
            "{taken}"
        );
        assert_eq!(served(&server, QUESTION) == answer, status == "approved", "{taken}");
        // What is open takes in what comes next; the next check begins anew.
        if status != "approved" {
            let path = format!("/v1/candidates/{}/reject", brief["id"]);
            let reply = server.post(&path, &json!({ "by": "anna" }));
            assert!(reply.status == 200, "{}", reply.text());
        }
        let stated = json!({ "role": "expert", "verified": true, "trust": 0.5 });
        server.put("/v1/experts/esther", &stated).with(200);
        server.put("/v1/experts/esther", &with(stated, json!({ "trust": 0.9 }))).with(200);
    };
    check(Value::Null, 1.0, 0.95, "approved");
    check(Value::Null, 0.998, 0.949, "pending");
    check(Value::Null, 0.8, 0.85, "pending");
    check(Value::Null, 0.798, 0.849, "rejected");
    check(json!("outdated_law"), 1.0, 0.95, "pending");
    check(json!("outdated_law"), 0.998, 0.949, "rejected");
    check(json!("too_generic"), 0.9, 0.9, "approved");
    check(json!("too_generic"), 0.898, 0.899, "pending");
    check(json!("too_generic"), 0.1, 0.5, "pending");
    check(json!("too_generic"), 0.098, 0.499, "rejected");
    assert_eq!(served(&server, OTHER), "Il 4 %.");
}

#[test]
fn two_eyes_are_enough_where_it_is_configured() {
    let place = place();
    let server = started(&place, &[("GOLDENSET__CURATION__FOUR_EYES", "false")]);
    let path = candidate(&server, &corrects("anna", "Sei mesi."));
    approve(&server, &path, "anna").with(200);
    assert_eq!(served(&server, QUESTION), "Sei mesi.");
}
