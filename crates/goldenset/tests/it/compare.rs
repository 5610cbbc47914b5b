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

/// That the figures of an explanation are those of the verdict and add up, and that every span is
/// where it says: `question` as it was sent, `phrasings` as they are stored.
fn check_explanation(verdict: &Value, question: &str, phrasings: &[&str]) {
    let explanation = &verdict["explanation"];
    for field in ["score", "similarity"] {
        assert_eq!(explanation[field], verdict[field], "{verdict}");
    }
    let number = |value: &Value| value.as_f64().unwrap();
    let features = explanation["features"].as_array().unwrap();
    if let Some(probability) = explanation["probability"].as_f64() {
        let each = features.iter().map(|feature| {
            let product = number(&feature["coefficient"]) * number(&feature["value"]);
            assert!((product - number(&feature["contribution"])).abs() < 1e-4, "{feature}");
            number(&feature["contribution"])
        });
        let log_odds = number(&explanation["intercept"]) + each.sum::<f64>();
        assert!((1.0 / (1.0 + (-log_odds).exp()) - probability).abs() < 1e-5, "{explanation}");
        let left = probability * number(&explanation["guard_factor"]);
        assert!((left - number(&explanation["raw_score"])).abs() < 1e-5, "{explanation}");
    }
    let [guards, explained] = [&verdict["guards"], &explanation["guards"]];
    assert_eq!(guards.as_array().unwrap().len(), explained.as_array().unwrap().len());
    for (guard, explained) in guards.as_array().unwrap().iter().zip(explained.as_array().unwrap()) {
        for (field, value) in guard.as_object().unwrap() {
            assert_eq!(explained[field], *value);
        }
        let check = |text: &str, span: &Value| {
            let place = |name: &str| span[name].as_u64().unwrap() as usize;
            assert_eq!(text[place("start")..place("end")], *span["text"].as_str().unwrap());
        };
        for span in explained["query_spans"].as_array().unwrap() {
            check(question, span);
        }
        for span in explained["entry_spans"].as_array().unwrap() {
            check(phrasings[span["phrasing"].as_u64().unwrap() as usize], span);
        }
    }
}

#[test]
fn two_questions_are_explained() {
    let tenant = Tenant::shared("compare-explained");
    let explained = |a: &str, b: &str| {
        let verdict = compare(&tenant, json!({ "a": a, "b": b })).with(200);
        check_explanation(&verdict, a, &[b]);
        verdict["explanation"].clone()
    };
    let spans = |guards: &Value, kind: &str, side: &str| -> Vec<String> {
        let guard = guards.as_array().unwrap().iter().find(|guard| guard["kind"] == kind).unwrap();
        let spans = guard[side].as_array().unwrap().iter();
        spans.map(|span| span["text"].as_str().unwrap().to_owned()).collect()
    };
    let odd = explained("👍🏽 L’aliquota e\u{300} quella del ２０２３?", "Aliquota\u{a0}del 2024");
    assert_eq!(spans(&odd["guards"], "year", "query_spans"), ["２０２３"]);
    assert_eq!(spans(&odd["guards"], "year", "entry_spans"), ["2024"]);
    assert_eq!(odd["basis"], "texts");
    assert!(odd["sentence"].as_str().unwrap().contains("it asks about 2023"), "{odd}");
    let open = explained("IVA", "IVA al 10\u{a0}%");
    assert_eq!(spans(&open["guards"], "percentage", "entry_spans"), ["10\u{a0}%"]);
    let same = explained("IVA al 22 %", "iva al 22%");
    assert_eq!(same["basis"], "approved_phrasing");
    assert_eq!(same["sentence"], "The same question, word for word.");
    assert_eq!((&same["features"], &same["probability"]), (&json!([]), &Value::Null));
    assert_eq!(same["thresholds"]["min_similarity"], Value::Null);
}

#[test]
fn an_entry_is_explained_among_its_rivals() {
    let tenant = Tenant::shared("compare-entry-explained");
    let phrasings = ["Quali sono le aliquote IRPEF nel 2024?", "👍🏽 IRPEF: scaglioni del ２０２４"];
    let body = json!({
        "question": phrasings[0], "alternatives": [phrasings[1]], "answer": "Tre.", "publish": true,
    });
    tenant.put("2024", body).with(201);
    tenant.approve("2023", "Quali sono le aliquote IRPEF nel 2023?", "Quattro.");
    tenant.approve("iva", "Che aliquota IVA hanno i libri?", "4 %.");
    let with = |query: &str, id: &str| {
        let body = json!({ "query": query, "entry_id": id, "tenant": tenant.name });
        compare(&tenant, body).with(200)
    };
    let query = "le aliquote\u{a0}dell’IRPEF nel «2022»";
    let verdict = with(query, "2024");
    check_explanation(&verdict, query, &phrasings);
    let explanation = &verdict["explanation"];
    let year = &explanation["guards"][0];
    assert_eq!((&year["kind"], &year["query_spans"][0]["text"]), (&json!("year"), &json!("2022")));
    let named: Vec<_> = year["entry_spans"].as_array().unwrap().iter().collect();
    assert_eq!(named.len(), 2, "{year}");
    assert_eq!((&named[0]["phrasing"], &named[0]["text"]), (&json!(0), &json!("2024")));
    assert_eq!((&named[1]["phrasing"], &named[1]["text"]), (&json!(1), &json!("２０２４")));
    assert!(!year["reason"].as_str().unwrap().is_empty());
    let sentence = explanation["sentence"].as_str().unwrap();
    assert!(sentence.contains("it asks about 2022 and this entry is about 2024"), "{sentence}");
    assert_eq!(explanation["closest_rival"], "2023");
    assert_eq!(explanation["thresholds"]["serve_threshold_met"], false);
    // Where the question agrees with the one entry, what is refused for that is no rival.
    let query = "le aliquote dell’IRPEF nel «2024»";
    let agreed = with(query, "2024");
    check_explanation(&agreed, query, &phrasings);
    assert_eq!(agreed["explanation"]["closest_rival"], "iva");
    let exact = with(phrasings[1], "2024");
    check_explanation(&exact, phrasings[1], &phrasings);
    let sentence = &exact["explanation"]["sentence"];
    assert_eq!(sentence, "Served: it is an approved phrasing, word for word.");
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
