//! `bench`: what it prints, and what makes it fail.

mod places;
mod running;

use serde_json::Value;

use crate::program::{Place, Ran};

/// As short as it can be; its figures say nothing.
const SHORT: [&str; 6] = ["--rounds", "1", "--seconds", "0.05", "--connections", "2"];

fn bench(place: &Place, more: &[&str]) -> Ran {
    place.run(&[&["bench"], &SHORT[..], more].concat())
}

/// Limits that any machine keeps: how fast this one is says nothing about the program.
fn any_limit(figures: &[&str]) -> String {
    let target = |figure: &&str| {
        format!("[[targets]]\nname = '{figure}'\nfigure = '{figure}'\nat_least = 0\nunit = 'x'\n")
    };
    figures.iter().map(target).collect()
}

/// That every one of these figures is there and above nothing.
#[track_caller]
fn measured(report: &Value, figures: &[&str]) {
    for figure in figures {
        let value = report.pointer(figure).and_then(Value::as_f64);
        assert!(value > Some(0.0), "{figure}: {report}");
    }
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
    measured(
        &report,
        &[
            "/ratios/http_hot/c2",
            "/ratios/http_hot_cpu/c2",
            "/in_process/signature_hit_ns/p50",
            "/in_process/result_hit_ns/p99",
            "/http/hot_c2/per_second",
            "/http/bare_c2/latency_us/p99",
            "/percentiles/embedding_calls",
            "/answers/compared",
            "/machine/cores",
        ],
    );
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
fn a_remote_provider_is_measured() {
    let place = Place::new();
    place.write("any.toml", any_limit(&["/remote/equal/calls"]));
    let short = ["--suite", "cold", "--provider-latency", "2", "--reference"];
    let ran = bench(&place, &[&short[..], &["--targets", "any.toml", "--json"]].concat());
    assert_eq!(ran.code, 0, "{ran:?}");
    let report = ran.json();
    measured(
        &report,
        &[
            "/ratios/cold_local",
            "/remote/by_connections/c1/above_ms/p50",
            "/remote/by_connections/c50/above_ms/p99",
            "/remote/by_connections/c50/bare_above_ms/p99",
        ],
    );
    assert_eq!(report["answers"]["wrong"], 0, "{report}");
    // The provider takes its time, and what is above it is less than all.
    let at = &report["remote"]["by_connections"]["c1"];
    let p50 = |figure: &str| at[figure]["p50"].as_f64().unwrap();
    assert!(p50("latency_ms") > 2.0 && p50("above_ms") < p50("latency_ms") - 1.9, "{at}");
    assert_eq!(report["remote"]["equal"], serde_json::json!({ "questions": 50, "calls": 1 }));
}

#[test]
fn parts_and_the_start_are_measured() {
    let place = Place::new();
    place.write("any.toml", any_limit(&["/start/demo/seconds"]));
    let suites = ["--suite", "warm,start", "--sizes", "200", "--reference"];
    let ran = bench(&place, &[&suites[..], &["--targets", "any.toml", "--json"]].concat());
    assert_eq!(ran.code, 0, "{ran:?}");
    let report = ran.json();
    measured(
        &report,
        &[
            "/ratios/scan_to_stream/200",
            "/in_process/guards_verifier_us/p99",
            "/in_process/search_200_us/p50",
            "/in_process/scan_200_us/p50",
            "/in_process/stream_200_us/p50",
            "/scans/200/bytes",
            "/http/search_200_c1/latency_us/p50",
            "/start/demo/seconds",
            "/start/demo/resident_mib",
        ],
    );
    assert_eq!(report["answers"]["wrong"], 0, "{report}");
    assert_eq!(report["scans"]["200"]["recall_at_10"], 1.0);
}

#[test]
fn a_page_has_its_four_plots() {
    let place = Place::new();
    let suites = "percentiles,concurrent,day";
    let ran = bench(&place, &["--suite", suites, "--html", "b.html", "--json"]);
    // Limits of time may be missed here; figures are what they are.
    assert!(ran.code <= 1, "{ran:?}");
    let report = ran.json();
    let names = ["zipf_c1", "zipf_c200", "zipf_open_half"];
    measured(
        &report,
        &names.map(|name| format!("/http/{name}/per_second")).each_ref().map(|x| x.as_str()),
    );
    let page = place.read("b.html");
    for title in [
        "Latency of the Zipf stream",
        "Percentiles of the Zipf stream",
        "Throughput by connections",
        "Hit rate over the day",
    ] {
        assert!(page.contains(&format!("<h2>{title}</h2>")), "{title}");
    }
    assert_eq!(page.matches("<svg").count(), 4);
    // The day with a provider that is paid: no more calls than the questions that differ.
    let day = &report["day"]["remote"];
    assert_eq!(
        (&day["cost"]["calls"], &day["without_caches"]["calls"]),
        (&353.into(), &2000.into())
    );
    let tokens = |of: &str| day[of]["tokens"].as_u64().unwrap();
    assert!(0 < tokens("cost") && tokens("cost") < tokens("without_caches") / 2, "{day}");
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
