//! `index`: the index of the vectors in a database.

use serde_json::Value;

use crate::http::RUNTIME;
use crate::program::{Place, Ran};
use crate::schema::Schema;

const ENTRIES: &str = r#"{"id": "a", "question": "Quando matura il TFR?", "answer": "Ogni anno."}
{"id": "b", "question": "Quante ferie ho?", "alternatives": ["Le mie ferie?"], "answer": "Quattro settimane."}
"#;

/// The program on a database of its own.
struct Database {
    place: Place,
    schema: Schema,
}

impl Database {
    fn new() -> Self {
        Self { place: Place::new(), schema: RUNTIME.block_on(Schema::new()) }
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let url = self.schema.url();
        self.place.run_with(arguments, b"", &[("DATABASE_URL", &url)])
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{ran:?}");
        ran.json()
    }
}

#[test]
fn an_index_is_shown_built_and_removed() {
    let database = Database::new();
    assert_eq!(database.json(&["index", "status", "--json"]), Value::Array(vec![]));
    assert!(database.run(&["index", "status"]).out.contains("nothing is searched"));
    let file = database.place.write("entries.jsonl", ENTRIES);
    assert_eq!(database.run(&["import", file.to_str().unwrap()]).code, 0);
    // By itself it makes none for so few; who wants one gets it.
    let none = database.json(&["index", "build", "--json"]);
    assert_eq!(
        (&none["rows"], &none["built"], &none["due"]),
        (&3.into(), &Value::Null, &Value::Null)
    );
    assert_eq!(none["tenants"][0]["filled"], 1);
    let graph = ["index", "build", "--method", "hnsw", "--m", "8", "--ef-search", "50", "--json"];
    let built = database.json(&graph);
    assert_eq!(built["built"]["method"], "hnsw", "{built}");
    assert_eq!((&built["built"]["m"], &built["built"]["ef_search"]), (&8.into(), &50.into()));
    assert_eq!((&built["valid"], &built["sampled"]["recall"]), (&true.into(), &1.0.into()));
    let shown = database.run(&["index", "rebuild"]);
    assert!(shown.out.contains("hnsw m=8 ef_construction=64 ef_search=50"), "{shown:?}");
    assert!(shown.out.contains("nothing is due") && shown.out.contains(": filled"), "{shown:?}");
    let advice = database.json(&["index", "advise", "--json"]);
    assert_eq!((&advice["rows"], &advice["recommended"]["method"]), (&3.into(), &"none".into()));
    assert!(database.run(&["index", "advise"]).out.contains("goldenset index build --method none"));
    let removed = database.run(&["index", "build", "--method", "none"]);
    assert!(removed.out.contains("none: every vector is compared"), "{removed:?}");
    database.run(&["index", "rebuild"]).failed(4, "index_missing", &["no index"]);
}

#[test]
fn what_cannot_be_built_is_refused() {
    let database = Database::new();
    let lists = ["index", "build", "--method", "hnsw", "--lists", "10"];
    database.run(&lists).failed(2, "invalid_field", &["--lists"]);
    let few = ["index", "build", "--method", "hnsw", "--m", "1"];
    database.run(&few).failed(2, "invalid_field", &["m is 1"]);
    let place = Place::new();
    for command in [&["index", "status"][..], &["index", "build"], &["index", "advise"]] {
        place.run(command).failed(6, "config_invalid", &["in memory", "store.database_url"]);
    }
    let ran = place.run_with(&["serve"], b"", &[("GOLDENSET__STORE__SEARCH", "pgvector")]);
    ran.failed(6, "config_invalid", &["store.search", "DATABASE_URL"]);
}
