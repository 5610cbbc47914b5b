//! `config show`, and help.

use serde_json::json;

use crate::program::Place;

#[test]
fn config_says_where_each_value_came_from() {
    let place = Place::new();
    place.write("goldenset.toml", "[lookup]\nmax_results = 7\nmin_similarity = 0.7\n");
    let environment = [
        ("FAQ_MIN_SIMILARITY", "0.8"),
        ("FAQ_RESULT_CACHE_TTL", "60"),
        ("FAQ_EMBEDDING_CACHE_TTL", "120"),
        ("FAQ_BATCH_SIZE", "9"),
        ("OPENAI_API_KEY", "sk-geheim"),
        ("REDIS_URL", "redis://:geheim@cache:6379"),
    ];
    let ran = place.run_with(&["config", "show", "--json"], b"", &environment);
    assert_eq!(ran.code, 0, "{ran:?}");
    let shown = ran.json();
    let check = |key: &str, value: serde_json::Value, source: &str| {
        let settings = shown["settings"].as_array().unwrap();
        let setting = settings.iter().find(|setting| setting["key"] == key).unwrap();
        assert_eq!(setting["value"], value, "{key}");
        let from = setting["source"].as_str().unwrap();
        assert!(from.contains(source), "{key} from {from}");
    };
    check("lookup.max_results", json!(7), "goldenset.toml");
    check("lookup.min_similarity", json!(0.8), "FAQ_MIN_SIMILARITY");
    check("lookup.serve_threshold", json!(0.8), "default");
    check("cache.result_ttl_seconds", json!(60), "FAQ_RESULT_CACHE_TTL");
    check("cache.embedding_ttl_seconds", json!(120), "FAQ_EMBEDDING_CACHE_TTL");
    check("embedding.batch_size", json!(9), "FAQ_BATCH_SIZE");
    check("embedding.api_key", json!("***"), "OPENAI_API_KEY");
    let table = place.run_with(&["config", "show"], b"", &environment);
    assert!(table.out.contains("lookup.max_results"), "{table:?}");
    for ran in [&ran, &table] {
        assert!(!ran.out.contains("geheim") && !ran.err.contains("geheim"), "{ran:?}");
    }
    place.write("goldenset.toml", "[lookup]\nmax_result = 7\n");
    let ran = place.run(&["config", "show"]);
    ran.failed(6, "config_invalid", &["max_result", "goldenset.toml"]);
    let ran = place.run_with(&["config", "show"], b"", &[("FAQ_MIN_SIMILARITY", "NaN")]);
    ran.failed(6, "config_invalid", &["FAQ_MIN_SIMILARITY"]);
}

#[test]
fn settings_reach_the_lookup() {
    let place = Place::new();
    let rows: String = (0..5)
        .map(|n| {
            crate::program::entry_line(&format!("e{n}"), &format!("Come va il modulo {n}?"), "x")
        })
        .collect();
    place.write("entries.jsonl", rows);
    assert_eq!(place.run(&["import", "entries.jsonl", "--data", "data"]).code, 0);
    let listed = |environment: &[(&str, &str)]| {
        let args = ["ask", "come va un modulo", "--json", "--data", "data"];
        let ran = place.run_with(&args, b"", environment);
        ran.json()["matches"].as_array().unwrap().len()
    };
    assert_eq!(listed(&[("FAQ_MIN_SIMILARITY", "0"), ("FAQ_MAX_RESULTS", "2")]), 2);
    assert_eq!(listed(&[("FAQ_MIN_SIMILARITY", "0"), ("FAQ_MAX_RESULTS", "4")]), 4);
    assert_eq!(listed(&[("FAQ_MIN_SIMILARITY", "1")]), 0);
}
