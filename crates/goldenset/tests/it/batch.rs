//! A batch: in order, each result as it would come alone, an error in the place of its question.

use serde_json::{Value, json};

use crate::tenant::Tenant;

#[test]
fn results_are_those_of_single_lookups() {
    let tenant = Tenant::shared("batch");
    tenant.approve("tfr", "Quando matura il TFR?", "Ogni mese.");
    tenant.approve("naspi", "A chi spetta la NASpI?", "A chi perde il lavoro.");
    let queries = [
        "A chi spetta la NASpI?",
        "naspi chi ne ha diritto",
        "",
        "How long should I boil an egg?",
        "quando matura il tfr",
        "naspi chi ne ha diritto",
    ];
    let body = json!({ "queries": queries, "tenant": tenant.name, "min_similarity": 0.5 });
    let first = tenant.server.post("/v1/lookup/batch", &body);
    let results = first.with(200)["results"].as_array().unwrap().clone();
    assert_eq!(results.len(), queries.len());
    assert_eq!(first.cache(), "error=1,miss=3,signature_hit=2");
    assert_eq!(first.epoch(), 2);
    assert_eq!(results[0]["answer"]["entry_id"], "naspi");
    assert_eq!(results[4]["answer"]["entry_id"], "tfr");
    let error = &results[2]["error"];
    assert_eq!((&error["code"], &error["field"]), (&json!("empty_query"), &json!("queries[2]")));
    assert_eq!(error["status"], 400);
    // Byte for byte what a lookup of its own gives.
    let single = |query: &&str| {
        let reply = tenant.lookup_with(query, json!({ "min_similarity": 0.5 }));
        match reply.status {
            200 => reply.text().to_owned(),
            _ => json!({ "error": error }).to_string(),
        }
    };
    let expected: Vec<_> = queries.iter().map(single).collect();
    let texts: Value = first.json();
    for (at, expected) in expected.iter().enumerate() {
        let expected: Value = serde_json::from_str(expected).unwrap();
        assert_eq!(texts["results"][at], expected, "{}", queries[at]);
    }
    for good in [0, 1, 3, 4, 5] {
        assert!(first.text().contains(&expected[good]), "{}", queries[good]);
    }
    let second = tenant.server.post("/v1/lookup/batch", &body);
    assert_eq!(second.cache(), "error=1,result_hit=3,signature_hit=2");
    assert_eq!(second.bytes, first.bytes);
}

#[test]
fn batches_have_limits() {
    let tenant = Tenant::shared("batch-limits");
    tenant.approve("a", "Quanto costa?", "Niente.");
    let send = |queries: Vec<String>| {
        let body = json!({ "queries": queries, "tenant": tenant.name });
        tenant.server.post("/v1/lookup/batch", &body)
    };
    let none = send(vec![]);
    assert_eq!(none.with(200), json!({ "results": [] }));
    assert_eq!(none.cache(), "");
    let most = send(vec!["Quanto costa?".into(); 256]);
    assert_eq!(most.with(200)["results"].as_array().unwrap().len(), 256);
    assert_eq!(most.cache(), "signature_hit=256");
    send(vec!["Quanto costa?".into(); 257]).refused(400, "too_many", "queries");
    let long = send(vec!["a".into(), "è".repeat(4097)]).with(200);
    assert_eq!(long["results"][1]["error"]["code"], "query_too_long");
    assert_eq!(long["results"][1]["error"]["field"], "queries[1]");
}
