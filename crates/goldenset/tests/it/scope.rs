//! What a lookup may see: filters, the day, the caller's knowledge, how much is listed.

use serde_json::{Value, json};

use crate::tenant::Tenant;

fn ids(result: &Value) -> Vec<&str> {
    let matches = result["matches"].as_array().unwrap();
    matches.iter().map(|candidate| candidate["entry_id"].as_str().unwrap()).collect()
}

#[test]
fn filters_are_part_of_the_search() {
    let tenant = Tenant::shared("filters");
    let entry = |id: &str, question: &str, category: Value, tags: Value, lang: Value| {
        let body = json!({
            "question": question, "answer": "x", "category": category, "tags": tags, "lang": lang,
            "publish": true,
        });
        tenant.put(id, body).with(201);
    };
    entry("it", "Come cambio la password?", json!("account"), json!(["a", "b"]), json!("it"));
    entry("en", "How do I change my password?", json!("account"), json!(["b"]), json!("en"));
    entry("bare", "Password dimenticata", Value::Null, json!([]), Value::Null);
    let check = |filters: Value, expected: &[&str]| {
        let body = json!({ "filters": filters, "min_similarity": 0, "max_results": 3 });
        let result = tenant.lookup_with("cambiare password", body).with(200);
        let mut found = ids(&result);
        found.sort_unstable();
        assert_eq!(found, expected, "{filters}");
        // With room for one, the one that passes is found, however near the others are.
        if expected.len() == 1 {
            let body = json!({ "filters": filters, "min_similarity": 0, "max_results": 1 });
            assert_eq!(ids(&tenant.lookup_with("cambiare password", body).with(200)), expected);
        }
    };
    check(json!({}), &["bare", "en", "it"]);
    check(Value::Null, &["bare", "en", "it"]);
    check(json!({ "category": [], "tags": [], "lang": [] }), &["bare", "en", "it"]);
    check(json!({ "category": ["account"] }), &["en", "it"]);
    check(json!({ "category": ["account", "other"], "lang": ["en"] }), &["en"]);
    check(json!({ "tags": ["a"] }), &["it"]);
    check(json!({ "tags": ["a", "b"] }), &["en", "it"]);
    check(json!({ "lang": ["IT"] }), &[]);
    check(json!({ "category": ["a"] }), &[]);
    // Also for what is approved word for word.
    let filtered = json!({ "filters": { "lang": ["en"] } });
    tenant.decides("Come cambio la password?", json!({}), "serve it");
    let result = tenant.lookup_with("Come cambio la password?", filtered).with(200);
    assert_ne!(result["answer"]["entry_id"], "it");
    assert!(!ids(&result).contains(&"it"));
}

#[test]
fn entries_are_served_on_their_days_only() {
    let tenant = Tenant::shared("validity");
    let entry = |id: &str, answer: &str, from: Value, until: Value| {
        let body = json!({
            "question": "Quanto è l'assegno?", "answer": answer,
            "valid_from": from, "valid_until": until, "publish": true,
        });
        tenant.put(id, body).with(201);
    };
    entry("2023", "100", json!("2023-01-01"), json!("2023-12-31"));
    entry("2024", "110", json!("2024-01-01"), json!("2024-12-31"));
    let on = |day: &str, expected: &str| {
        tenant.decides("Quanto è l'assegno?", json!({ "as_of": day }), expected);
        // The search by meaning has the same bounds.
        let body = json!({ "as_of": day, "min_similarity": 0 });
        let result = tenant.lookup_with("importo assegno", body).with(200);
        let found = expected.strip_prefix("serve ").into_iter().collect::<Vec<_>>();
        assert_eq!(ids(&result), found, "{day}");
    };
    on("2022-12-31", "miss");
    on("2023-01-01", "serve 2023");
    on("2023-12-31", "serve 2023");
    on("2024-01-01", "serve 2024");
    on("2024-02-29", "serve 2024");
    on("2024-12-31", "serve 2024");
    on("2025-01-01", "miss");
    // Today, both are over.
    tenant.decides("Quanto è l'assegno?", json!({}), "miss");
    entry("open", "120", json!("2025-01-01"), Value::Null);
    tenant.decides("Quanto è l'assegno?", json!({}), "serve open");
    let mut future = json!({
        "question": "Quanto è l'assegno?", "answer": "130", "valid_from": "2999-01-01",
        "publish": true,
    });
    tenant.put("future", future.clone()).refused(409, "publish_conflict", "conflicts");
    future["override"] = true.into();
    future["reason"] = "il primo finirà prima".into();
    tenant.put("future", future).with(201);
    tenant.decides("Quanto è l'assegno?", json!({}), "serve open");
    // Two in force: nothing says which is meant.
    tenant.decides("Quanto è l'assegno?", json!({ "as_of": "2999-01-01" }), "suggest (future)");
}

#[test]
fn newer_knowledge_makes_an_answer_context() {
    let tenant = Tenant::shared("kb-epoch");
    tenant.approve("a", "Qual è il minimale INPS?", "Quello dell'anno.");
    let published = tenant.entry("a").with(200)["published_at"].as_str().unwrap().to_owned();
    let check = |kb_epoch: Value, expected: &str| {
        let body = json!({ "kb_epoch": kb_epoch });
        tenant.decides("qual è il minimale inps", body, expected);
    };
    for old in [json!(0), json!("2020-01-01"), json!("2020-01-01T00:00:00+02:00"), Value::Null] {
        check(old, "serve a");
    }
    // As new as the approval is not newer.
    check(json!(published), "serve a");
    for new in [json!(4_102_444_800_i64), json!("2100-01-01"), json!("2100-01-01T00:00:00Z")] {
        check(new, "context (a)");
    }
    let body = json!({ "kb_epoch": "2100-01-01" });
    let result = tenant.lookup_with("Qual è il minimale INPS?", body).with(200);
    assert_eq!((&result["match_type"], &result["answer"]), (&json!("signature"), &Value::Null));
    assert_eq!(result["matches"][0]["answer"], "Quello dell'anno.");
    assert!(result["reason"].as_str().unwrap().contains(&published), "{result}");
}

#[test]
fn thresholds_and_limits_bound_what_is_listed() {
    let tenant = Tenant::shared("limits");
    for number in 0..12 {
        tenant.approve(&format!("e{number}"), &format!("Come funziona il modulo {number}?"), "x");
    }
    let listed = |body: Value| {
        let result = tenant.lookup_with("come funziona un modulo", body).with(200);
        let similar: Vec<_> = result["matches"].as_array().unwrap().clone();
        let numbers = similar.iter().map(|found| found["similarity"].as_f64().unwrap());
        (similar.len(), numbers.fold(1.0, f64::min))
    };
    assert_eq!(listed(json!({ "min_similarity": 0 })).0, 10);
    assert_eq!(listed(json!({ "min_similarity": -0.0 })).0, 10);
    assert_eq!(listed(json!({ "min_similarity": 0, "max_results": 1 })).0, 1);
    assert_eq!(listed(json!({ "min_similarity": 0, "max_results": 11 })).0, 11);
    assert_eq!(listed(json!({ "min_similarity": 0, "max_results": 100 })).0, 12);
    assert_eq!(listed(json!({ "min_similarity": 1 })), (0, 1.0));
    let (some, least) = listed(json!({ "min_similarity": 0.9, "max_results": 100 }));
    assert!(least >= 0.9, "{some} listed down to {least}");
    // A phrasing is its own nearest neighbour, whatever the threshold.
    tenant.decides("come funziona il modulo 3", json!({ "min_similarity": 1 }), "serve e3");
}
