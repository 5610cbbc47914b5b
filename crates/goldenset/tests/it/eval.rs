//! `eval`: figures of golden sets, as JSON, table, page and exit code.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use crate::program::{Place, entry_line};

/// Two questions word for word, one trap, one far off; two pairs and two traps.
fn place() -> Place {
    let place = Place::new();
    std::fs::create_dir(place.path().join("faq")).unwrap();
    let entries = entry_line("iva", "Quanto è l'IVA sui libri al 22 %?", "**Nulla.**")
        + &entry_line("reset", "How do I reset my password?", "Use *Forgot password*.")
        + &entry_line("2024", "Quali sono le aliquote IRPEF nel 2024?", "Tre.");
    place.write("faq/entries.jsonl", entries);
    let queries = [
        json!({ "query": "quanto è l'iva sui libri al 22%", "gold": ["iva"], "kind": "exact",
                "lang": "it", "split": "dev" }),
        json!({ "query": "How do I reset my password?", "gold": ["reset"], "kind": "exact",
                "lang": "en", "split": "test" }),
        json!({ "query": "Quali sono le aliquote IRPEF nel 2022?", "gold": [], "kind": "trap",
                "lang": "it", "split": "dev" }),
        json!({ "query": "How long should I boil an egg?", "gold": [], "kind": "far" }),
    ];
    place.write("faq/queries.jsonl", lines(&queries));
    let pairs = [
        json!({ "a": "IVA al 22 %", "b": "iva al 22%", "same": true, "kind": "spelling" }),
        json!({ "a": "Chi paga l'IMU?", "b": "chi paga l'imu", "same": true, "kind": "spelling" }),
        json!({ "a": "Aliquote 2023", "b": "Aliquote 2024", "same": false, "kind": "year" }),
        json!({ "a": "Come nasce un fiore?", "b": "Chi paga l'IMU?", "same": false }),
    ];
    place.write("faq/pairs.jsonl", lines(&pairs));
    place
}

fn lines(rows: &[Value]) -> String {
    rows.iter().map(|row| format!("{row}\n")).collect()
}

fn rate(part: u64, whole: u64) -> Value {
    let share = (whole > 0).then(|| (part as f64 / whole as f64 * 1e6).round() / 1e6);
    json!({ "part": part, "whole": whole, "share": share })
}

const FILES: [&str; 5] =
    ["eval", "--entries", "faq/entries.jsonl", "--queries", "faq/queries.jsonl"];

#[test]
fn counts_what_was_served() {
    let place = place();
    let ran = place.run(&[&FILES[..], &["--raw", "raw.jsonl", "--json"]].concat());
    assert_eq!(ran.code, 0, "{ran:?}");
    let report = ran.json();
    let all = &report["all"];
    for (key, count) in
        [("queries", 4), ("answerable", 2), ("top1_right", 2), ("served", 2), ("served_right", 2)]
    {
        assert_eq!(all[key], count, "{key}");
    }
    assert_eq!((&all["coverage"], &all["served_error"]), (&rate(2, 2), &rate(0, 2)));
    assert_eq!(all["served_error_95"], json!([0.0, 0.841_886]));
    assert_eq!((&all["recall"]["1"], &all["mrr_similarity"]), (&rate(2, 2), &json!(1.0)));
    assert_eq!(all["points"][0]["by_kind"]["trap"], rate(0, 1));
    assert_eq!(report["by_kind"]["trap"]["served"], 0);
    assert_eq!(report["by_lang"]["-"]["queries"], 1);
    assert_eq!(report["pairs"], Value::Null, "none were named");
    let raw: Vec<Value> =
        place.read("raw.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let queries = place.read("faq/queries.jsonl");
    for (labelled, line) in queries.lines().zip(&raw) {
        let labelled: Value = serde_json::from_str(labelled).unwrap();
        assert_eq!(line["query"], labelled["query"]);
        let served = line["decision"] == "serve";
        assert_eq!(served, labelled["gold"] != json!([]), "{line}");
        assert!(!served || line["entry_id"] == labelled["gold"][0], "{line}");
    }
    // Scripts read these lines: the fields and their order stay.
    let order =
        ["{\"query\":", ",\"decision\":", ",\"entry_id\":", ",\"score\":", ",\"similarity\":"];
    for line in place.read("raw.jsonl").lines() {
        let found: Vec<_> = order.iter().map(|key| line.find(key).unwrap()).collect();
        assert!(found.is_sorted() && found[0] == 0, "{line}");
        let fields = serde_json::from_str::<Value>(line).unwrap().as_object().unwrap().len();
        assert_eq!(fields, order.len(), "{line}");
    }
}

#[test]
fn a_folder_is_a_set_with_its_pairs() {
    let place = place();
    let ran = place.run(&["eval", "--set", "faq", "--json"]);
    let report = ran.json();
    assert_eq!(report["by_set"]["faq"], report["all"]);
    let pairs = &report["pairs"]["all"];
    assert_eq!((&pairs["pairs"], &pairs["same"]["working"]), (&json!(4), &rate(2, 2)));
    assert_eq!(pairs["traps_by_kind"]["year"]["working"], rate(0, 1));
    assert_eq!(pairs["traps_by_kind"]["year"]["auc"], 1.0);
    assert_eq!(pairs["traps_by_kind"]["-"]["at_50"], rate(0, 1));
    let alone = place.run(&["eval", "--pairs", "faq/pairs.jsonl", "--json"]).json();
    assert_eq!(alone["pairs"]["all"], *pairs);
    assert!(alone.get("all").is_none(), "no figures of questions that were not asked: {alone}");
    let split = place.run(&["eval", "--set", "faq", "--split", "dev", "--json"]).json();
    assert_eq!(split["all"]["queries"], 2);
    // The second copy is asked its own entries alone, so each set has the figures of the one.
    let both = place.run(&[&FILES[..], &["--set", "faq", "--json"]].concat()).json();
    assert_eq!(both["by_set"]["faq"], both["by_set"]["queries.jsonl"]);
    assert_eq!(both["by_set"]["faq"], report["all"]);
    assert_eq!(both["all"]["queries"], 8);
}

#[test]
fn the_table_and_the_page_show_counts() {
    let place = place();
    let args = ["eval", "--set", "faq", "--html", "report.html", "--svg", "curve.svg"];
    let ran = place.run(&args);
    assert_eq!(ran.code, 0, "{ran:?}");
    let page = place.read("report.html");
    for part in ["Served at the configured threshold", "2/2 100.0 %", "0/2 0.0 %", "trap: year"] {
        assert!(ran.out.contains(part), "{part}: {ran:?}");
        assert!(page.contains(part), "{part} is not on the page");
    }
    is_self_contained(&page);
    let curve = place.read("curve.svg");
    roxmltree::Document::parse(&curve).unwrap();
    assert!(curve.contains("served error") && page.contains(curve.trim()), "{curve}");
}

/// That nothing on a page comes from elsewhere, and that its tags are balanced.
#[track_caller]
fn is_self_contained(page: &str) {
    let rest = page.strip_prefix("<!DOCTYPE html>").unwrap();
    // The only elements without an end.
    let xml = rest.split_inclusive('>').map(|piece| match piece.find("<meta ") {
        Some(_) => piece.replace('>', "/>"),
        None => piece.to_owned(),
    });
    let xml: String = xml.collect();
    let document = roxmltree::Document::parse(&xml).unwrap();
    let tags: BTreeSet<_> = document.descendants().map(|node| node.tag_name().name()).collect();
    for tag in ["script", "link", "img", "iframe", "object", "image", "use"] {
        assert!(!tags.contains(tag), "{tag}");
    }
    for node in document.descendants() {
        for attribute in node.attributes() {
            assert!(!matches!(attribute.name(), "href" | "src" | "style"), "{node:?}");
            assert!(!attribute.value().contains("//"), "{node:?}");
        }
    }
    assert!(!page.contains("@import") && !page.contains("url("));
    assert_eq!(document.descendants().filter(|node| node.tag_name().name() == "svg").count(), 2);
    assert!(tags.contains("polyline") && tags.contains("circle"), "no curve: {tags:?}");
}

#[test]
fn two_configurations_side_by_side() {
    let place = place();
    place.write("other.toml", "[lookup]\nmin_similarity = 1.0\nserve_threshold = 1.0\n");
    let args = ["eval", "--set", "faq", "--against", "other.toml", "--resamples", "200"];
    let report = place.run(&[&args[..], &["--json"]].concat()).json();
    assert_eq!(report["configuration"]["name"], "defaults");
    assert_eq!(report["against"]["configuration"]["name"], "other.toml");
    assert_eq!(report["against"]["configuration"]["serve_threshold"], 1.0);
    assert_eq!(report["against"]["all"]["queries"], 4);
    let paired = &report["paired"];
    assert_eq!((&paired["resamples"], paired["seed"].is_u64()), (&json!(200), true));
    let figures: Vec<_> =
        paired["differences"].as_array().unwrap().iter().map(|one| &one["figure"]).collect();
    assert_eq!(figures, ["coverage", "served_error", "auc", "top1", "coverage_at_0.05"]);
    // Approved phrasings are served under both.
    let coverage = &paired["differences"][0];
    assert_eq!(coverage["interval_95"], json!([0.0, 0.0]));
    assert_eq!(coverage["verdict"], "no difference shown");
    let table = place.run(&args);
    assert!(table.out.contains("no difference shown"), "{table:?}");
    place.write("wrong.toml", "[lookup]\nserve_threshold = 2\n");
    let ran = place.run(&["eval", "--set", "faq", "--against", "wrong.toml"]);
    ran.failed(6, "config_invalid", &["wrong.toml"]);
}

#[test]
fn bounds_are_a_gate() {
    let place = place();
    let gate = |bounds: &[&str]| {
        let ran = place.run(&[&["eval", "--set", "faq", "--json"], bounds].concat());
        assert_eq!(ran.json()["all"]["served"], 2, "the report comes all the same");
        (ran.code, ran.err)
    };
    assert_eq!(gate(&["--max-served-error", "0", "--min-coverage", "1"]).0, 0);
    // One label less, and an answer that is served is wrong.
    let wrong = place.read("faq/queries.jsonl").replace("\"gold\":[\"reset\"]", "\"gold\":[]");
    place.write("faq/queries.jsonl", wrong);
    let (code, err) = gate(&["--max-served-error", "0.4", "--min-coverage", "1"]);
    assert_eq!(code, 1);
    assert!(err.contains("missed: served error 1/2 50.0 %, more than 40 %"), "{err}");
    assert!(!err.contains("coverage"), "{err}");
    assert_eq!(gate(&["--max-served-error", "0.5"]).0, 0);
    for bound in ["1.5", "-0.1", "NaN", "x"] {
        let ran = place.run(&["eval", "--set", "faq", &format!("--min-coverage={bound}")]);
        assert!(ran.code == 2 && ran.err.contains("from 0 to 1"), "{ran:?}");
    }
}

#[test]
fn nothing_to_measure_is_an_error() {
    let place = place();
    let fails = |args: &[&str], code, error: &str, says: &[&str]| {
        place.run(&[&["eval"], args].concat()).failed(code, error, says);
    };
    let files =
        |entries: &'static str, queries: &'static str| ["--entries", entries, "--queries", queries];
    let (entries, queries) = ("faq/entries.jsonl", "faq/queries.jsonl");
    place.write("empty.jsonl", "\n");
    fails(&files(entries, "gone.jsonl"), 6, "file_unreadable", &["gone.jsonl"]);
    fails(&files(entries, "empty.jsonl"), 2, "bad_rows", &["empty.jsonl", "no question"]);
    fails(&files("empty.jsonl", queries), 2, "bad_rows", &["empty.jsonl", "no entry"]);
    fails(&["--pairs", "empty.jsonl"], 2, "bad_rows", &["empty.jsonl", "no pair"]);
    fails(&["--set", "nowhere"], 6, "file_unreadable", &["nowhere/entries.jsonl"]);
    let split = ["--set", "faq", "--split", "prod"];
    fails(&split, 2, "bad_rows", &["queries.jsonl", "`prod`", "dev, test"]);
    place.write("bad.jsonl", "{\"query\": \"x\"}\n");
    fails(&files(entries, "bad.jsonl"), 2, "bad_rows", &["bad.jsonl:1", "`gold`"]);
    let question = "{\"query\": \"Chi?\", \"gold\": []}\n\n{\"query\": \"?!\", \"gold\": []}\n";
    place.write("empty-query.jsonl", question);
    fails(&files(entries, "empty-query.jsonl"), 2, "empty_query", &["empty-query.jsonl:3"]);
    place.write("pair.jsonl", "\n{\"a\": \"x\", \"b\": \"?\", \"same\": true}\n");
    fails(&["--pairs", "pair.jsonl"], 2, "empty_query", &["pair.jsonl:2, `b`"]);
    for args in [&["eval"][..], &["eval", "--pairs", "p.jsonl", "--raw", "r.jsonl"]] {
        assert_eq!(place.run(args).code, 2, "{args:?}");
    }
    // A label that can never be right is said, and is no error: others may hold out entries.
    let strange = "{\"query\": \"Chi?\", \"gold\": [\"ghost\"]}\n";
    place.write("strange.jsonl", strange);
    let ran = place.run(&[&["eval"][..], &files(entries, "strange.jsonl")].concat());
    assert!(ran.code == 0 && ran.err.contains("`ghost`"), "{ran:?}");
    assert!(ran.err.contains("strange.jsonl:1"), "{ran:?}");
}

#[test]
fn the_demo_set_adds_up() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo");
    let place = Place::new();
    let ran = place.run(&["eval", "--set", demo.to_str().unwrap(), "--json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let report = ran.json();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let top = [
        "against",
        "all",
        "by_kind",
        "by_lang",
        "by_set",
        "configuration",
        "curve",
        "histogram",
        "paired",
        "pairs",
    ];
    assert_eq!(keys(&report), top);
    let figures = [
        "answerable",
        "auc",
        "aurc",
        "coverage",
        "coverage_at",
        "held_back",
        "mrr_score",
        "mrr_similarity",
        "points",
        "queries",
        "recall",
        "served",
        "served_error",
        "served_error_95",
        "served_right",
        "suggested",
        "top1",
        "top1_right",
    ];
    assert_eq!(keys(&report["all"]), figures);
    let point =
        ["by_kind", "right_served", "served_error", "share", "threshold", "unanswerable_served"];
    assert_eq!(keys(&report["all"]["points"][0]), point);
    assert_eq!(keys(&report["all"]["coverage_at"]), ["0.02", "0.05", "0.10"]);
    assert_eq!(keys(&report["all"]["recall"]), ["1", "10", "3", "5"]);
    assert_eq!(keys(&report["all"]["held_back"]), ["by_guard", "refused", "suggest_only"]);
    let curve = ["coverage", "right", "served", "served_error", "threshold"];
    assert_eq!(keys(&report["curve"][0]), curve);
    let traps =
        ["pairs", "same", "same_by_kind", "threshold_50", "threshold_70", "traps", "traps_by_kind"];
    assert_eq!(keys(&report["pairs"]["all"]), traps);
    assert_eq!(keys(&report["pairs"]["all"]["traps"]), ["at_50", "at_70", "auc", "working"]);

    assert_eq!(report["all"]["queries"], 500);
    assert_eq!(report["all"]["answerable"], 360);
    let sum = |parts: &Value, pointer: &str| -> u64 {
        parts
            .as_object()
            .unwrap()
            .values()
            .map(|part| part.pointer(pointer).unwrap().as_u64().unwrap())
            .sum()
    };
    for parts in ["by_kind", "by_lang", "by_set"] {
        for count in [
            "/queries",
            "/served",
            "/top1_right",
            "/coverage/part",
            "/recall/10/part",
            "/held_back/refused/part",
        ] {
            let all = report["all"].pointer(count).unwrap().as_u64().unwrap();
            assert_eq!(sum(&report[parts], count), all, "{parts} {count}");
        }
    }
    let bins = report["histogram"].as_array().unwrap().iter();
    let bins =
        bins.map(|bin| ["right", "wrong", "unanswerable"].map(|key| bin[key].as_u64().unwrap()));
    let bins = bins.fold([0; 3], |sum, bin| [0, 1, 2].map(|place| sum[place] + bin[place]));
    assert_eq!(bins[0], report["all"]["top1_right"]);
    assert_eq!(bins.iter().sum::<u64>(), 500);
    let working = report["curve"].as_array().unwrap().iter();
    let serve = report["configuration"]["serve_threshold"].as_f64().unwrap();
    let served = working.filter(|point| point["threshold"].as_f64().unwrap() >= serve);
    let served = served.map(|point| point["served"].as_u64().unwrap()).max().unwrap_or(0);
    assert_eq!(served, report["all"]["served"]);
    let pairs = &report["pairs"]["all"];
    assert_eq!(pairs["pairs"], 240);
    assert!(pairs["same"]["at_50"]["part"].as_u64().unwrap() >= 50, "{pairs}");
    for at in ["/at_50/part", "/working/whole"] {
        let all = pairs["traps"].pointer(at).unwrap().as_u64().unwrap();
        assert_eq!(sum(&pairs["traps_by_kind"], at), all, "{at}");
    }
    for (_, trap) in pairs["traps_by_kind"].as_object().unwrap() {
        let [at_50, at_70] = ["at_50", "at_70"].map(|at| trap[at]["part"].as_u64().unwrap());
        assert!(at_50 <= at_70, "{trap}");
    }
}
