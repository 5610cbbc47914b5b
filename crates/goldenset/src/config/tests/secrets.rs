//! Secrets come from the environment only and are never shown.

use super::*;

#[test]
fn a_key_of_a_provider_comes_from_the_environment_only() {
    let file = "[embedding]\napi_key = \"sk-geheim\"\n";
    let flags = [("embedding.api_key", "sk-geheim", "--api-key")];
    let in_flag = Given { flags: &flags, ..Given::default() };
    for (given, place) in [(in_file(file), "a file"), (in_flag, "a command line")] {
        let error = given.load().unwrap_err();
        assert!(error.detail.contains(&format!("must not stand in {place}")), "{error}");
        assert!(error.detail.contains("OPENAI_API_KEY"), "{error}");
        assert!(!error.detail.contains("geheim"), "{error}");
    }
    let error = in_file("[judge]\napi_key = \"sk-geheim\"\n").load().unwrap_err();
    assert!(error.detail.contains("set GOLDENSET__JUDGE__API_KEY in the environment"), "{error}");
    assert!(in_file("[embedding]\napi_key = \"\"\n").load().is_ok());
    for name in ["OPENAI_API_KEY", "GOLDENSET__EMBEDDING__API_KEY"] {
        let environment = [("GOLDENSET__EMBEDDING__PROVIDER", "openai"), (name, "sk-1")];
        let loaded = in_environment(&environment).load().unwrap();
        assert_eq!(loaded.config.embedding.api_key.expose(), Some("sk-1"), "{name}");
    }
    let local = [
        ("GOLDENSET__EMBEDDING__PROVIDER", "openai"),
        ("GOLDENSET__EMBEDDING__BASE_URL", "http://127.0.0.1:11434/v1"),
    ];
    assert!(in_environment(&local).load().is_ok());
}

#[test]
fn no_secret_is_shown() {
    let loaded = in_environment(&[
        ("OPENAI_API_KEY", "sk-geheim"),
        ("REDIS_URL", "rediss://user:geheim@cache:6379/0"),
        ("DATABASE_URL", "postgres://app:geheim@db/x?password=geheim"),
        ("GOLDENSET__EMBEDDING__BASE_URL", "https://h/v1?key=geheim"),
    ])
    .load()
    .unwrap();
    let (table, json) = (loaded.table(), loaded.json().to_string());
    for shown in [&table, &json] {
        assert!(!shown.contains("geheim"), "{shown}");
    }
    let config = format!("{:?} {:?}", loaded.config.store, loaded.config.cache);
    assert!(!config.contains("geheim"), "{config}");
    assert!(!format!("{:?}", loaded.config.embedding.api_key).contains("geheim"));
    for shown in
        ["\"rediss://user:***@cache:6379/0\"", "\"postgres://app:***@db/x?***\"", "\"***\""]
    {
        assert!(table.contains(shown), "{table}");
    }
}
