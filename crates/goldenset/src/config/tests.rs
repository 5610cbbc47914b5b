use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use goldenset_core::{Code, Error};

use super::keys::{KEYS, find};
use super::load::{DEFAULT, Flag, Layers, Loaded, load};
use super::rule::Rule;
use super::show::{Severity, Source};
use super::*;

/// What the layers over the default say.
#[derive(Default)]
struct Given<'a> {
    file: &'a str,
    environment: &'a [(&'a str, &'a str)],
    flags: &'a [(&'static str, &'a str, &'static str)],
}

impl Given<'_> {
    fn load(&self) -> Result<Loaded, Error> {
        let folder = tempfile::tempdir().unwrap();
        if !self.file.is_empty() {
            std::fs::write(folder.path().join("goldenset.toml"), self.file).unwrap();
        }
        self.load_in(folder.path(), None)
    }

    fn load_in(&self, folder: &Path, file: Option<&str>) -> Result<Loaded, Error> {
        let environment: BTreeMap<OsString, OsString> =
            self.environment.iter().map(|(name, value)| (name.into(), value.into())).collect();
        let flags: Vec<_> = self
            .flags
            .iter()
            .map(|(key, value, name)| Flag { key, value: (*value).to_owned(), name })
            .collect();
        let file = file.map(PathBuf::from);
        load(&Layers { file, environment: &environment, flags: &flags, folder })
    }
}

fn in_file(file: &str) -> Given<'_> {
    Given { file, ..Given::default() }
}

fn in_environment<'a>(environment: &'a [(&'a str, &'a str)]) -> Given<'a> {
    Given { environment, ..Given::default() }
}

fn setting<'a>(loaded: &'a Loaded, name: &str) -> (String, &'a Source) {
    let setting = loaded.settings.iter().find(|setting| setting.key.name == name).unwrap();
    (setting.value.to_string(), &setting.source)
}

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
        Rule::Text | Rule::Filled | Rule::PrivateUrl | Rule::Key => "other",
    }
}

/// [`another`] within the limits of this key.
fn another_for(key: &keys::Key) -> String {
    match key.rule {
        Rule::Whole(least, most) if !(least..=most).contains(&77_777) => (least + 1).to_string(),
        rule => another(rule).to_owned(),
    }
}

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
    assert_eq!(loaded.unsupported(), []);
    let config = &loaded.config;
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8420");
    assert_eq!((config.lookup.serve_threshold, config.lookup.min_similarity), (0.90, 0.85));
    assert_eq!(config.lookup.time_zone, TimeZone::UTC);
    assert_eq!((config.cache.result_ttl_seconds, config.cache.embedding_ttl_seconds), (300, 3600));
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

#[test]
fn every_name_of_the_environment_sets_its_key() {
    for key in KEYS {
        let value = another_for(key);
        for name in [Some(key.own_name()), key.common_name.map(str::to_owned)].into_iter().flatten()
        {
            let environment = [
                (name.as_str(), value.as_str()),
                ("GOLDENSET__EMBEDDING__BASE_URL", "http://h/v1"),
            ];
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
    check("lookup.serve_threshold", "0.9", "default");
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
fn every_fault_names_its_place_and_what_was_meant() {
    let check = |given: Given<'_>, expected: &str| {
        let error = given.load().unwrap_err();
        assert_eq!(error.code, Code::ConfigInvalid);
        assert_eq!(error.detail, expected);
        assert!(error.fix.is_some());
    };
    let file = |text: &'static str| in_file(text);
    check(
        file("[lookup]\nmin_simlarity = 0.9"),
        "`lookup.min_simlarity` (file ./goldenset.toml:2) is not a setting; did you mean \
         `lookup.min_similarity`?",
    );
    check(
        file("[server]\nmax_results = 1"),
        "`server.max_results` (file ./goldenset.toml:2) is not a setting; did you mean \
         `lookup.max_results`?",
    );
    check(
        file("listen = \"127.0.0.1:1\""),
        "`listen` (file ./goldenset.toml:1) is not a setting; did you mean `server.listen`?",
    );
    check(file("[xyz]\nqqqqqqqq = 1"), "`xyz.qqqqqqqq` (file ./goldenset.toml:2) is not a setting");
    check(file("\n[servr]"), "`[servr]` (file ./goldenset.toml:2) is not a section");
    check(
        file("[lookup]\nmax_results = \"ten\""),
        "`lookup.max_results` (file ./goldenset.toml:2) must be a whole number from 1 to 100, is \
         `ten`",
    );
    check(
        file("[lookup]\nmax_results = 99999999999999999999"),
        "`lookup.max_results` (file ./goldenset.toml:2) must be a whole number from 1 to 100, is \
         9223372036854775807",
    );
    check(
        file("[lookup]\nserve_threshold = nan"),
        "`lookup.serve_threshold` (file ./goldenset.toml:2) must be a number from 0 to 1, is NaN",
    );
    check(
        file("[lookup.time_zone]\nname = 1"),
        "`lookup.time_zone` (file ./goldenset.toml:1) must be the name of a time zone, like \
         Europe/Rome, is a TOML table",
    );
    check(
        in_environment(&[("FAQ_MIN_SIMILARITY", "0,9")]),
        "`lookup.min_similarity` (environment FAQ_MIN_SIMILARITY) must be a number from 0 to 1, is \
         `0,9`",
    );
    check(
        in_environment(&[("GOLDENSET__LOOKUP__MIN_SIMILARITY", "")]),
        "`lookup.min_similarity` (environment GOLDENSET__LOOKUP__MIN_SIMILARITY) must be a number \
         from 0 to 1, is ``",
    );
    check(
        in_environment(&[("GOLDENSET__SERVER__LISTN", "x")]),
        "`server.listn` (environment GOLDENSET__SERVER__LISTN) is not a setting; did you mean \
         `GOLDENSET__SERVER__LISTEN`?",
    );
    check(
        in_environment(&[("GOLDENSET__server__listen", "127.0.0.1:1")]),
        "`server.listen` (environment GOLDENSET__server__listen) is not a setting; did you mean \
         `GOLDENSET__SERVER__LISTEN`?",
    );
    check(
        Given { flags: &[("server.listen", "localhost", "--listen")], ..Given::default() },
        "`server.listen` (flag --listen) must be an IP address with a port, like 127.0.0.1:8420, \
         is `localhost`",
    );
    check(
        in_environment(&[("GOLDENSET__EMBEDDING__PROVIDER", "openai")]),
        "`embedding.api_key` (default) is empty, and api.openai.com answers to no one without a \
         key: set OPENAI_API_KEY in the environment, or another base_url",
    );
    check(
        file("[judge]\nkind = \"local\""),
        "`judge.path` (default) is empty, and there is no bundled model that judges: give the \
         folder with judge.toml, the ONNX file and tokenizer.json, or set judge.kind to none",
    );
    check(
        file("[judge]\nmodel = \" \"\nkind = \"rerank\"\nstyle = \"cohere\""),
        "`judge.model` (file ./goldenset.toml:2) is empty, and servers of this style have many \
         models: give the model's name as the server knows it",
    );
    check(
        file("[judge]\nkind = \"remote\""),
        "`judge.kind` (file ./goldenset.toml:2) must be none or local or rerank, is `remote`",
    );
    check(
        file("[judge]\ntop = 3"),
        "`judge.top` (file ./goldenset.toml:2) must be a whole number from 1 to 2, is 3",
    );
}

#[test]
fn all_faults_of_all_layers_are_reported_at_once() {
    let error = Given {
        file: "[lookup]\nmax_results = 0\n\n[cache]\nresult_ttl = 5\n",
        environment: &[("FAQ_MAX_RESULTS", "5"), ("FAQ_BATCH_SIZE", "many")],
        flags: &[("log.level", "loud", "--log-level")],
    }
    .load()
    .unwrap_err();
    let lines: Vec<_> = error.detail.lines().map(str::trim).collect();
    assert_eq!(
        lines,
        [
            "4 settings are wrong:",
            "`cache.result_ttl` (file ./goldenset.toml:5) is not a setting; did you mean \
             `cache.result_ttl_seconds`?",
            "`lookup.max_results` (file ./goldenset.toml:2) must be a whole number from 1 to 100, \
             is 0",
            "`embedding.batch_size` (environment FAQ_BATCH_SIZE) must be a whole number from 1 to \
             2048, is `many`",
            "`log.level` (flag --log-level) must be off or error or warn or info or debug or trace, \
             is `loud`",
        ]
    );
}

#[test]
fn broken_toml_is_reported_by_line_and_without_its_text() {
    let error = in_file("[store]\ndatabase_url = postgres://u:geheim@h\n\n[log\nlevel = \"x\"\n")
        .load()
        .unwrap_err();
    assert_eq!(error.code, Code::ConfigInvalid);
    assert!(error.detail.contains("(file ./goldenset.toml:2) is not valid TOML"), "{error}");
    assert!(error.detail.contains("(file ./goldenset.toml:4) is not valid TOML"), "{error}");
    assert!(!error.detail.contains("geheim"), "{error}");
    let error = in_file("[log]\nlevel = \"info\"\nlevel = \"warn\"\n").load().unwrap_err();
    assert!(error.detail.contains(":3) is not valid TOML: duplicate key"), "{error}");
}

#[test]
#[cfg(unix)]
fn a_value_that_is_not_text_is_a_fault() {
    use std::os::unix::ffi::OsStringExt;
    let bad = |name: &str| (OsString::from(name), OsString::from_vec(vec![0xff]));
    let environment = BTreeMap::from([bad("FAQ_MAX_RESULTS"), bad("UNRELATED")]);
    let folder = tempfile::tempdir().unwrap();
    let layers =
        Layers { file: None, environment: &environment, flags: &[], folder: folder.path() };
    let error = load(&layers).unwrap_err();
    assert_eq!(error.detail, "`lookup.max_results` (environment FAQ_MAX_RESULTS) is not UTF-8");
}

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
    for shown in [&table, &json, &format!("{:?}", loaded.unsupported())] {
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

#[test]
fn what_cannot_be_honoured_is_said() {
    let notices = |environment: &[(&str, &str)]| {
        let loaded = in_environment(environment).load().unwrap();
        let all = loaded.unsupported();
        all.into_iter().map(|notice| (notice.severity, notice.key)).collect::<Vec<_>>()
    };
    let redis = (Severity::Warning, "cache.redis_url".to_owned());
    let database = (Severity::Error, "store.database_url".to_owned());
    assert_eq!(notices(&[("REDIS_URL", "redis://h")]), std::slice::from_ref(&redis));
    let both = [("REDIS_URL", "redis://h"), ("DATABASE_URL", "postgres://h/d")];
    assert_eq!(notices(&both), [redis, database]);
    assert_eq!(notices(&[("REDIS_URL", ""), ("DATABASE_URL", "")]), []);
    // Where the name is meant for another program.
    let other = [("DATABASE_URL", "postgres://h/d"), ("GOLDENSET__STORE__DATABASE_URL", "")];
    assert_eq!(notices(&other), []);
    let loaded = in_file("[store]\ndatabase_url = \"postgres://h/d\"\n").load().unwrap();
    let error = Error::from(loaded.unsupported().remove(0));
    assert_eq!(error.code, Code::ConfigInvalid);
    assert!(error.detail.contains("file ./goldenset.toml:2"), "{error}");
}

#[test]
fn a_common_name_that_is_empty_is_not_set() {
    for key in KEYS {
        let Some(name) = key.common_name else { continue };
        let loaded = in_environment(&[(name, "")]).load().unwrap();
        assert_eq!(setting(&loaded, key.name).1, &Source::Default, "{name}");
    }
}

#[test]
fn two_names_for_one_key_are_noticed() {
    let both = [("FAQ_MAX_RESULTS", "3"), ("GOLDENSET__LOOKUP__MAX_RESULTS", "4")];
    let loaded = in_environment(&both).load().unwrap();
    assert_eq!(loaded.config.lookup.max_results, 4);
    let [notice] = loaded.notices.as_slice() else { panic!("{:?}", loaded.notices) };
    assert_eq!((notice.severity, notice.key.as_str()), (Severity::Warning, "lookup.max_results"));
    assert!(notice.detail.contains("FAQ_MAX_RESULTS") && notice.detail.contains("__MAX_RESULTS"));
    let same = [("FAQ_MAX_RESULTS", "4"), ("GOLDENSET__LOOKUP__MAX_RESULTS", "4")];
    assert_eq!(in_environment(&same).load().unwrap().notices, []);
}

#[test]
fn names_that_are_nearly_ours_are_noticed() {
    let check = |name: &str, meant: Option<&str>| {
        let loaded = in_environment(&[(name, "1")]).load().unwrap();
        let fixes: Vec<_> = loaded.notices.into_iter().map(|notice| notice.fix).collect();
        let expected: Vec<_> =
            meant.map(|meant| format!("did you mean {meant}?")).into_iter().collect();
        assert_eq!(fixes, expected, "{name}");
    };
    check("GOLDENSET_SERVER_LISTEN", Some("GOLDENSET__SERVER__LISTEN"));
    check("GOLDENSET_LOOKUP__MAX_RESULTS", Some("GOLDENSET__LOOKUP__MAX_RESULTS"));
    check("FAQ_MAX_RESULT", Some("FAQ_MAX_RESULTS"));
    check("FAQ_CACHE_TTL", None);
    check("GOLDENSET_UPDATE_DOCS", None);
    check("PATH", None);
}

#[test]
fn every_limit_is_kept() {
    for key in KEYS {
        let Rule::Whole(least, most) = key.rule else { continue };
        for (number, good) in [(least, true), (most, true), (least - 1, false), (most + 1, false)] {
            let value = number.to_string();
            let loaded = in_environment(&[(&key.own_name(), &value)]).load();
            assert_eq!(loaded.is_ok(), good, "{} = {number}", key.name);
        }
    }
    assert!(find("lookup.nothing").is_none());
}
