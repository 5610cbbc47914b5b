//! What is shown of the configuration.

use super::*;

#[test]
fn show_lists_every_key_with_value_and_source() {
    let loaded = Given {
        file: "[lookup]\nmax_results = 2\n",
        environment: &[("FAQ_MIN_SIMILARITY", "0.5")],
        flags: &[("server.listen", "0.0.0.0:80", "--listen")],
    }
    .load()
    .unwrap();
    let table = loaded.table();
    assert_eq!(table.lines().count(), KEYS.len());
    let line = |name: &str| {
        let line = table.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("server.listen"), "server.listen \"0.0.0.0:80\" flag --listen");
    assert_eq!(line("lookup.max_results"), "lookup.max_results 2 file ./goldenset.toml:2");
    let source = "environment FAQ_MIN_SIMILARITY";
    assert_eq!(line("lookup.min_similarity"), format!("lookup.min_similarity 0.5 {source}"));
    assert_eq!(line("log.level"), "log.level \"info\" default");
    let json = loaded.json();
    let settings = json["settings"].as_array().unwrap();
    assert_eq!(settings.len(), KEYS.len());
    assert_eq!(
        settings.iter().find(|setting| setting["key"] == "lookup.min_similarity").unwrap(),
        &serde_json::json!({"key": "lookup.min_similarity", "value": 0.5, "source": source})
    );
}
