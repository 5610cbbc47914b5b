//! What the default says, and that its keys are documented.

use super::*;

#[test]
fn the_default_has_every_key_once_with_a_comment_and_in_order() {
    let loaded = Given::default().load().unwrap();
    // Every key is a field and every field a key: the structs refuse what they do not know and
    // what they miss.
    assert!(loaded.settings.iter().all(|setting| setting.source == Source::Default));
    let names: Vec<_> = loaded.settings.iter().map(|setting| setting.key.name).collect();
    assert_eq!(names, KEYS.iter().map(|key| key.name).collect::<Vec<_>>());
    let mut before = "";
    for line in DEFAULT.lines() {
        let sets = line.contains(" = ") && !line.starts_with('#');
        assert!(!(sets || line.starts_with('[')) || before.starts_with("# "), "{line}");
        before = line;
    }
    assert_eq!(loaded.notices, []);
    let config = &loaded.config;
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8420");
    assert_eq!((config.lookup.serve_threshold, config.lookup.min_similarity), (0.80, 0.85));
    assert_eq!(config.lookup.time_zone, TimeZone::UTC);
    assert_eq!(
        (config.cache.result_ttl_seconds, config.cache.embedding_ttl_seconds),
        (86_400, 86_400)
    );
    assert_eq!((&config.embedding.model_dir, &config.verifier.weights), (&None, &None));
    assert_eq!(config.embedding.api_key.expose(), None);
    assert_eq!((config.log.format, config.log.level.as_str()), (LogFormat::Human, "info"));
    assert_eq!((config.judge.kind, config.judge.budget_ms), (JudgeKind::None, 60));
    assert_eq!((config.judge.top, &config.judge.path), (1, &None));
}

#[test]
fn the_default_is_also_a_file_that_is_read() {
    let loaded = in_file(DEFAULT).load().unwrap();
    let file = |line| Source::File { path: "./goldenset.toml".into(), line };
    let line = DEFAULT.lines().position(|line| line.starts_with("listen")).unwrap() + 1;
    assert_eq!(setting(&loaded, "server.listen").1, &file(line));
    assert!(loaded.settings.iter().all(|setting| setting.source != Source::Default));
}

#[test]
fn the_reference_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    if std::env::var_os("GOLDENSET_UPDATE_DOCS").is_some() {
        std::fs::write(&path, reference()).unwrap();
    }
    let page = std::fs::read_to_string(&path).unwrap();
    assert!(page == reference(), "run GOLDENSET_UPDATE_DOCS=1 cargo test -p goldenset config");
    for key in KEYS {
        let name = key.name.split_once('.').unwrap().1;
        assert!(page.contains(&format!("| `{name}` |")), "{name}");
        assert!(key.common_name.is_none_or(|name| page.contains(&format!("| `{name}` |"))));
    }
}
