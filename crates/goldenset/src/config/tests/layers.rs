//! Which layer sets a key: file, environment, flag.

use super::*;

/// Another good value for a key than its default.
fn another(rule: Rule) -> &'static str {
    match rule {
        Rule::Address => "0.0.0.0:1",
        Rule::Whole(..) => "77777",
        Rule::Share => "0.5",
        Rule::Switch => "true",
        Rule::OneOf(words) => words.last().unwrap(),
        Rule::HttpUrl => "http://other/v1",
        Rule::TimeZone => "Europe/Rome",
        Rule::Names => "other, one more",
        Rule::Thresholds => "missing_case 1 0.5",
        Rule::Text | Rule::Filled | Rule::PrivateUrl | Rule::Key => "other",
    }
}

/// [`another`] within the limits of this key.
fn another_for(key: &keys::Key) -> String {
    match key.rule {
        Rule::Whole(least, most) if !(least..=most).contains(&77_777) => (least + 1).to_string(),
        // Not below the quality from which on nothing is rejected.
        Rule::Share if key.name == "curation.approve_from" => "0.9".into(),
        Rule::Switch if key.name == "curation.four_eyes" => "false".into(),
        rule => another(rule).to_owned(),
    }
}

#[test]
fn every_name_of_the_environment_sets_its_key() {
    for key in KEYS {
        let value = another_for(key);
        for name in [Some(key.own_name()), key.common_name.map(str::to_owned)].into_iter().flatten()
        {
            // What it cannot be set without.
            let with = match key.name {
                "store.search" => ("DATABASE_URL", "postgres://h/d"),
                _ => ("GOLDENSET__EMBEDDING__BASE_URL", "http://h/v1"),
            };
            let environment = [(name.as_str(), value.as_str()), with];
            let of_url = key.name == "embedding.base_url";
            let loaded = in_environment(&environment[..if of_url { 1 } else { 2 }]).load().unwrap();
            let (now, source) = setting(&loaded, key.name);
            assert_eq!(now.trim_matches('"'), value, "{name}");
            assert_eq!(source, &Source::Environment(name.clone()));
            assert_ne!(now, setting(&Given::default().load().unwrap(), key.name).0, "{name}");
        }
    }
    let names: Vec<_> = KEYS.iter().filter_map(|key| Some((key.common_name?, key.name))).collect();
    assert_eq!(
        names,
        [
            ("DATABASE_URL", "store.database_url"),
            ("FAQ_BATCH_SIZE", "embedding.batch_size"),
            ("OPENAI_API_KEY", "embedding.api_key"),
            ("FAQ_MIN_SIMILARITY", "lookup.min_similarity"),
            ("FAQ_MAX_RESULTS", "lookup.max_results"),
            ("FAQ_RESULT_CACHE_TTL", "cache.result_ttl_seconds"),
            ("FAQ_EMBEDDING_CACHE_TTL", "cache.embedding_ttl_seconds"),
            ("REDIS_URL", "cache.redis_url"),
        ]
    );
}

#[test]
fn the_typed_settings_are_what_was_set() {
    let loaded = in_environment(&[
        ("FAQ_MIN_SIMILARITY", "0"),
        ("FAQ_MAX_RESULTS", "3"),
        ("FAQ_RESULT_CACHE_TTL", "0"),
        ("FAQ_EMBEDDING_CACHE_TTL", "60"),
        ("FAQ_BATCH_SIZE", "7"),
        ("OPENAI_API_KEY", "sk-1"),
        ("GOLDENSET__EMBEDDING__PROVIDER", "openai"),
        ("GOLDENSET__EMBEDDING__MODEL_DIR", "m"),
        ("GOLDENSET__LOG__FORMAT", "json"),
        ("GOLDENSET__LOOKUP__TIME_ZONE", "Europe/Rome"),
        ("GOLDENSET__JUDGE__KIND", "local"),
        ("GOLDENSET__JUDGE__PATH", "j"),
        ("GOLDENSET__JUDGE__STYLE", "cohere"),
        ("GOLDENSET__JUDGE__API_KEY", "sk-2"),
        ("GOLDENSET__JUDGE__BUDGET_MS", "25"),
        ("GOLDENSET__JUDGE__TOP", "2"),
    ])
    .load()
    .unwrap();
    let config = &loaded.config;
    assert_eq!(config.lookup.min_similarity.to_bits(), 0);
    assert_eq!(config.lookup.max_results, 3);
    assert_eq!((config.cache.result_ttl_seconds, config.cache.embedding_ttl_seconds), (0, 60));
    assert_eq!((config.embedding.batch_size, config.embedding.provider), (7, Provider::OpenAi));
    assert_eq!(config.embedding.api_key.expose(), Some("sk-1"));
    assert_eq!(config.embedding.model_dir.as_deref(), Some(Path::new("m")));
    assert_eq!(config.log.format, LogFormat::Json);
    assert_eq!(config.lookup.time_zone.iana_name(), Some("Europe/Rome"));
    let judge = &config.judge;
    assert_eq!((judge.kind, judge.style), (JudgeKind::Local, JudgeStyle::Cohere));
    assert_eq!(judge.path.as_deref(), Some(Path::new("j")));
    assert_eq!((judge.api_key.expose(), judge.budget_ms, judge.top), (Some("sk-2"), 25, 2));
}

#[test]
fn later_layers_win() {
    let file = "# mine\n[lookup]\nmax_results = 2\nmin_similarity = 0\nmax_batch = 4\n";
    let loaded = Given {
        file,
        environment: &[("FAQ_MAX_RESULTS", "3"), ("GOLDENSET__LOOKUP__MAX_BATCH", "5")],
        flags: &[("lookup.max_batch", "6", "--max-batch")],
    }
    .load()
    .unwrap();
    let check = |name: &str, value: &str, source: &str| {
        let (now, from) = setting(&loaded, name);
        assert_eq!((now.as_str(), from.to_string().as_str()), (value, source));
    };
    check("lookup.max_batch", "6", "flag --max-batch");
    check("lookup.max_results", "3", "environment FAQ_MAX_RESULTS");
    check("lookup.min_similarity", "0.0", "file ./goldenset.toml:4");
    check("lookup.serve_threshold", "0.8", "default");
    assert_eq!((loaded.config.lookup.max_batch, loaded.config.lookup.max_results), (6, 3));
}

#[test]
fn the_file_is_the_one_that_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for (name, number) in [("goldenset.toml", 1), ("named.toml", 2), ("flag.toml", 3)] {
        let text = format!("[lookup]\nmax_results = {number}\n");
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let check = |environment: &[(&str, &str)], file, expected: usize, source: &str| {
        let loaded = in_environment(environment).load_in(folder.path(), file).unwrap();
        assert_eq!(loaded.config.lookup.max_results, expected);
        assert_eq!(setting(&loaded, "lookup.max_results").1.to_string(), source);
    };
    let named = [("GOLDENSET_CONFIG", "named.toml")];
    check(&[], None, 1, "file ./goldenset.toml:2");
    check(&[("GOLDENSET_CONFIG", "")], None, 1, "file ./goldenset.toml:2");
    check(&named, None, 2, "file named.toml:2");
    check(&named, Some("flag.toml"), 3, "file flag.toml:2");
    let full = folder.path().join("flag.toml").display().to_string();
    check(&[], Some(&full), 3, &format!("file {full}:2"));

    let missing = Given::default().load_in(folder.path(), Some("not-there.toml")).unwrap_err();
    assert_eq!(missing.code, Code::FileUnreadable);
    assert_eq!(missing.field.as_deref(), Some("not-there.toml"));
    let a_folder = Given::default().load_in(folder.path(), Some(".")).unwrap_err();
    assert_eq!(a_folder.code, Code::FileUnreadable);
    std::fs::write(folder.path().join("goldenset.toml"), b"[log]\n# citt\xe0\n").unwrap();
    let error = Given::default().load_in(folder.path(), None).unwrap_err();
    assert_eq!(error.code, Code::ConfigInvalid);
    assert!(error.detail.ends_with("is not UTF-8 on line 2"), "{error}");
}

#[test]
fn a_common_name_that_is_empty_is_not_set() {
    for key in KEYS {
        let Some(name) = key.common_name else { continue };
        let loaded = in_environment(&[(name, "")]).load().unwrap();
        assert_eq!(setting(&loaded, key.name).1, &Source::Default, "{name}");
    }
}
