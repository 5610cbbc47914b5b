//! Settings that are wrong are refused, all at once and by their place.

use super::*;

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
        file("[server]\nrequest_timeout_ms = 2000\n[judge]\nkind = \"rerank\"\nbudget_ms = 1000"),
        "`judge.budget_ms` (file ./goldenset.toml:5) is half of server.request_timeout_ms or more, \
         so requests would be given up while they wait for the judge: give less, or raise \
         server.request_timeout_ms",
    );
    check(
        file("[judge]\nkind = \"remote\""),
        "`judge.kind` (file ./goldenset.toml:2) must be none or local or rerank, is `remote`",
    );
    check(
        file("[store]\nsearch = \"pgvector\""),
        "`store.search` (file ./goldenset.toml:2) is pgvector, and golden sets in a data folder are \
         searched in memory: set DATABASE_URL to a Postgres database, or store.search to memory",
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
