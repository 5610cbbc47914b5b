//! Why, or why not.

use serde_json::{Value, json};

use crate::http::Reply;
use crate::tenant::Tenant;

fn compare(tenant: &Tenant<'_>, body: Value) -> Reply {
    tenant.server.post("/v1/compare", &body)
}

#[test]
fn two_questions_are_told_apart() {
    let tenant = Tenant::shared("compare");
    let check = |a: &str, b: &str, same: bool, guard: Option<(&str, &str)>| {
        let verdict = compare(&tenant, json!({ "a": a, "b": b })).with(200);
        assert_eq!(verdict["same"], same, "{a} / {b}: {verdict}");
        let guards = verdict["guards"].as_array().unwrap();
        if let Some((kind, result)) = guard {
            let found =
                guards.iter().any(|guard| guard["kind"] == kind && guard["result"] == result);
            assert!(found, "{a} / {b}: {verdict}");
        }
        // The reason of a guard is said in words.
        if !same && guard.is_some() {
            assert!(!verdict["reason"].as_str().unwrap().is_empty());
        }
    };
    check("IVA al 22 %", "iva al 22%", true, None);
    check("IVA al 22 %", "IVA al 10 %", false, Some(("percentage", "conflict")));
    check("Aliquote del 2023", "Aliquote del 2024", false, Some(("year", "conflict")));
    check(
        "Posso detrarre il mutuo?",
        "Non posso detrarre il mutuo?",
        false,
        Some(("negation", "conflict")),
    );
    check("Bonus di 1.000 euro", "Bonus di 2.000 euro", false, Some(("amount", "conflict")));
    check(
        "Requisiti della circolare 12/E",
        "Requisiti della risoluzione 12/E",
        false,
        Some(("legal_reference", "conflict")),
    );
}

#[test]
fn entry_is_judged_as_a_lookup_would() {
    let tenant = Tenant::shared("compare-entry");
    tenant.approve("2023", "Quali sono le aliquote IRPEF nel 2023?", "Quattro.");
    tenant.approve("2024", "Quali sono le aliquote IRPEF nel 2024?", "Tre.");
    tenant.put("draft", json!({ "question": "Chi?", "answer": "x", "publish": false })).with(201);
    let with = |query: &str, id: &str| {
        compare(&tenant, json!({ "query": query, "entry_id": id, "tenant": tenant.name }))
    };
    let exact = with("quali sono le aliquote irpef nel 2024", "2024").with(200);
    assert_eq!((&exact["same"], &exact["score"]), (&json!(true), &json!(1.0)));
    let query = "aliquote dell'IRPEF nel 2022";
    let looked = tenant.lookup_with(query, json!({ "min_similarity": 0 })).with(200);
    for candidate in looked["matches"].as_array().unwrap() {
        let verdict = with(query, candidate["entry_id"].as_str().unwrap()).with(200);
        assert_eq!(verdict["same"], false);
        for field in ["score", "guards", "reason"] {
            assert_eq!(verdict[field], candidate[field], "{field}");
        }
        let [one, other] = [&verdict, candidate].map(|found| found["similarity"].as_f64().unwrap());
        assert!((one - other).abs() < 1e-6);
    }
    with(query, "draft").refused(409, "not_published", "entry_id");
    with(query, "gone").refused(404, "unknown_entry", "entry_id");
}

#[test]
fn comparison_needs_two_sides() {
    let tenant = Tenant::shared("compare-wrong");
    tenant.approve("a", "Chi?", "Io.");
    let both = "a, b or query, entry_id";
    let check = |body: Value, code: &str, field: &str| {
        compare(&tenant, body).refused(400, code, field);
    };
    check(json!({}), "missing_field", both);
    check(json!({ "a": "Chi?" }), "missing_field", both);
    check(json!({ "query": "Chi?" }), "missing_field", both);
    check(json!({ "a": "Chi?", "b": "Chi?", "query": "Chi?" }), "missing_field", both);
    check(json!({ "a": "Chi?", "b": "" }), "empty_query", "b");
    check(json!({ "a": "…", "b": "Chi?" }), "empty_query", "a");
    check(json!({ "a": "x".repeat(8193), "b": "Chi?" }), "query_too_long", "a");
    check(json!({ "query": "", "entry_id": "a", "tenant": tenant.name }), "empty_query", "query");
    check(json!({ "query": "Chi?", "entry_id": "" }), "invalid_field", "entry_id");
    check(json!({ "a": "Chi?", "c": "Chi?" }), "unknown_field", "c");
}
