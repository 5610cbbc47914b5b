//! `bench`: what it prints, and what makes it fail.

use serde_json::Value;

use crate::program::{Place, Ran};

/// As short as it can be; its figures say nothing.
const SHORT: [&str; 6] = ["--rounds", "1", "--seconds", "0.05", "--connections", "2"];

fn bench(place: &Place, more: &[&str]) -> Ran {
    place.run(&[&["bench"], &SHORT[..], more].concat())
}

#[test]
fn a_report_has_its_keys_and_touches_nothing() {
    let place = Place::new();
    // Limits that any machine keeps: how fast this one is says nothing about the program.
    let limits: Vec<_> = ["p50", "p95", "p99"]
        .map(|name| {
            let figure = format!("/percentiles/latency_ms/{name}");
            format!(
                "[[targets]]\nname = '{name}'\nfigure = '{figure}'\nat_least = 0\nunit = 'ms'\n"
            )
        })
        .into();
    let left_out =
        "[[targets]]\nname = 'h'\nfigure = '/cache/hit_rate'\nat_least = 0\nunit = 'share'\n";
    place.write("any.toml", limits.concat() + left_out);
    let ran = bench(
        &place,
        &[
            "--suite",
            "hot,percentiles",
            "--targets",
            "any.toml",
            "--reference",
            "--json",
            "--html",
            "b.html",
            "--markdown",
            "b.md",
        ],
    );
    assert_eq!(ran.code, 0, "{ran:?}");
    let report = ran.json();
    for name in ["p50", "p95", "p99"] {
        let targets = report["targets"].as_array().unwrap();
        let target = targets.iter().find(|target| target["name"] == name).unwrap();
        assert!(target["value"].as_f64().unwrap() > 0.0 && target["pass"] == true, "{target}");
        assert!(target["limit"].is_number() && target["unit"] == "ms", "{target}");
    }
    for pointer in [
        "/ratios/http_hot/c2",
        "/ratios/http_hot_cpu/c2",
        "/in_process/signature_hit_ns/p50",
        "/in_process/result_hit_ns/p99",
        "/http/hot_c2/per_second",
        "/http/bare_c2/latency_us/p99",
        "/percentiles/embedding_calls",
        "/answers/compared",
        "/machine/cores",
    ] {
        assert!(report.pointer(pointer).and_then(Value::as_f64) > Some(0.0), "{pointer}: {report}");
    }
    assert_eq!(report["answers"]["wrong"], 0);
    // Left out, so not measured, which is no pass.
    assert_eq!((&report["day"], &report["cache"]), (&Value::Null, &Value::Null));
    let hit_rate = report["targets"].as_array().unwrap().iter().find(|one| one["unit"] == "share");
    assert_eq!(hit_rate.unwrap()["pass"], Value::Null);

    let page = place.read("b.html");
    assert!(page.contains("<svg") && page.contains("Over HTTP") && !page.contains("<script"));
    assert!(place.read("b.md").contains("| hot_c2 |"));
    let files = std::fs::read_dir(place.path()).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
    files.sort();
    assert_eq!(files, ["any.toml", "b.html", "b.md"], "nothing else is made");
}

#[test]
fn the_day_is_replayed_with_right_bodies() {
    let place = Place::new();
    let ran = bench(&place, &["--suite", "day", "--json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let report = ran.json();
    let cache = &report["cache"];
    assert_eq!((&cache["lookups"], &cache["embedding_calls"]), (&2000.into(), &353.into()));
    assert!(cache["hit_rate"].as_f64() > Some(0.8), "{cache}");
    let publishing = &report["day"]["publishing"];
    assert!(publishing["publishes"].as_u64() > Some(1_000), "{publishing}");
    assert_eq!(publishing["differing"], 0);
}

#[test]
fn a_missed_target_is_said_and_is_no_success() {
    let place = Place::new();
    place.write(
        "ours.toml",
        "[[targets]]\nname = 'batch'\nfigure = '/batch/hot_us_each'\nat_most = 0.0\nunit = 'µs'\n",
    );
    let ran = bench(&place, &["--suite", "batch", "--targets", "ours.toml"]);
    assert!(ran.code == 1 && ran.err.contains("missed: batch"), "{ran:?}");
    assert!(ran.out.contains("FAIL"), "{ran:?}");

    // Nothing that was measured has a target.
    let ran = bench(&place, &["--suite", "batch"]);
    assert!(ran.code == 1 && ran.err.contains("no target was measured"), "{ran:?}");

    place.write(
        "bad.toml",
        "[[targets]]\nname = 'x'\nfigure = '/nowhere'\nat_most = 1\nunit = ''\n",
    );
    let ran = bench(&place, &["--suite", "batch", "--targets", "bad.toml"]);
    ran.failed(6, "config_invalid", &["/nowhere", "--json"]);
    bench(&place, &["--targets", "none.toml"]).failed(6, "file_unreadable", &["none.toml"]);
}
