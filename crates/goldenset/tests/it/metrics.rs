//! The families that dashboards know, by their exact names, and counts that move as they should.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::server::Server;
use crate::tenant::Tenant;

/// Every sample by its series.
fn samples(server: &Server) -> BTreeMap<String, f64> {
    let reply = server.get("/metrics");
    assert_eq!(reply.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let lines = reply.text().lines().filter(|line| !line.starts_with('#'));
    let sample = |line: &str| {
        let (series, value) = line.rsplit_once(' ').unwrap();
        (series.to_owned(), value.parse().unwrap())
    };
    lines.map(sample).collect()
}

struct Counts(BTreeMap<String, f64>);

impl Counts {
    fn of(&self, series: &str) -> f64 {
        self.0.get(series).copied().unwrap_or_default()
    }

    fn latency(&self, status: &str, threshold: &str) -> f64 {
        self.of(&format!(
            "faq_retrieval_latency_seconds_count{{cache_status=\"{status}\",similarity_threshold=\"{threshold}\"}}"
        ))
    }

    fn hits(&self, tier: &str) -> f64 {
        self.of(&format!("faq_cache_hits_total{{cache_type=\"{tier}\"}}"))
    }

    fn misses(&self, tier: &str) -> f64 {
        self.of(&format!("faq_cache_misses_total{{cache_type=\"{tier}\"}}"))
    }
}

#[test]
fn counts_follow_the_lookups() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let tenant = Tenant::on(&server, "default");
    tenant.approve("a", "Quanto dura la prova?", "Sei mesi.");
    let embedded = samples(&server)["faq_embedding_generation_seconds_count"];
    let ask = |query: &str, body: Value| tenant.lookup_with(query, body);
    let check = |tier: &str, counts: &Counts, hits: f64, misses: f64| {
        assert_eq!((counts.hits(tier), counts.misses(tier)), (hits, misses), "{tier}");
    };
    ask("quanto dura la prova", json!({})).with(200);
    ask("durata della prova", json!({})).with(200);
    ask("durata della prova", json!({})).with(200);
    ask("durata della prova", json!({ "max_results": 3 })).with(200);
    ask("durata della prova", json!({ "min_similarity": 0.9 })).with(200);
    ask("", json!({})).with(400);
    ask("durata", json!({ "min_similarity": 7 })).with(400);
    let counts = Counts(samples(&server));
    check("signature", &counts, 1.0, 4.0);
    check("result", &counts, 1.0, 3.0);
    check("embedding", &counts, 2.0, 1.0);
    assert_eq!(counts.latency("signature_hit", "0.85"), 1.0);
    assert_eq!(counts.latency("miss", "0.85"), 1.0);
    assert_eq!(counts.latency("result_hit", "0.85"), 1.0);
    assert_eq!(counts.latency("embedding_hit", "0.85"), 1.0);
    assert_eq!(counts.latency("embedding_hit", "0.90"), 1.0);
    assert_eq!(counts.latency("error", "0.85"), 1.0);
    assert_eq!(counts.latency("error", "invalid"), 1.0);
    assert_eq!(counts.of("faq_embedding_generation_seconds_count"), embedded + 1.0);
    assert_eq!(counts.of("goldenset_published_entries{tenant=\"default\"}"), 1.0);
    assert_eq!(counts.of("goldenset_epoch{tenant=\"default\"}"), 1.0);
    // A batch counts each of its questions.
    let body = json!({ "queries": ["quanto dura la prova", "durata della prova", ""] });
    server.post("/v1/lookup/batch", &body).with(200);
    let after = Counts(samples(&server));
    check("signature", &after, 2.0, 5.0);
    check("result", &after, 2.0, 3.0);
    assert_eq!(after.latency("error", "0.85"), 2.0);
    tenant.retire("a").with(200);
    let after = Counts(samples(&server));
    assert_eq!(after.of("goldenset_published_entries{tenant=\"default\"}"), 0.0);
    assert_eq!(after.of("goldenset_epoch{tenant=\"default\"}"), 2.0);
}

#[test]
fn what_becomes_of_results_is_counted_by_reason() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let tenant = Tenant::on(&server, "default");
    let check = |kept: f64, dropped: &[(&str, f64)]| {
        let counts = Counts(samples(&server));
        assert_eq!(counts.of("faq_result_cache_kept_total"), kept);
        for reason in
            ["entry_changed", "signature", "entered", "journal_gap", "expired", "invalidated"]
        {
            let expected = dropped.iter().find(|(name, _)| *name == reason);
            let series = format!("faq_result_cache_dropped_total{{reason=\"{reason}\"}}");
            // Also what is 0 is there, or no rate could be told of it.
            assert_eq!(counts.0.get(&series), Some(&expected.map_or(0.0, |(_, count)| *count)));
        }
    };
    check(0.0, &[]);
    tenant.approve("a", "Quanto dura la prova?", "Sei mesi.");
    let tier = |expected: &str| {
        let body = json!({ "filters": { "category": ["lavoro"] } });
        let reply = tenant.lookup_with("durata della prova", body);
        assert_eq!(reply.header("x-goldenset-cache"), expected);
    };
    tier("miss");
    tenant.approve("b", "Come si apre una partita IVA?", "Con il modello AA9.");
    tier("result_hit");
    check(1.0, &[]);
    let in_scope =
        json!({ "question": "Chi?", "answer": "Io.", "category": "lavoro", "publish": true });
    tenant.put("c", in_scope).with(201);
    tier("embedding_hit");
    tenant.retire("c").with(200);
    tier("embedding_hit");
    check(1.0, &[("entered", 1.0), ("entry_changed", 1.0)]);
    server.post("/v1/cache/invalidate", &json!({ "all": "everything" })).with(200);
    check(1.0, &[("entered", 1.0), ("entry_changed", 1.0), ("invalidated", 1.0)]);
}

#[test]
fn labels_stay_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let tenant = Tenant::on(&server, "default");
    tenant.approve("a", "Quanto dura la prova?", "Sei mesi.");
    for step in 0..=1000_u32 {
        if step % 4 == 0 {
            let body = json!({ "min_similarity": f64::from(step) / 1000.0 });
            tenant.lookup_with("Quanto dura la prova?", body).with(200);
        }
    }
    for odd in [-0.0, -1e-9, 1.000_001, 2.0, -5.0, 1e300] {
        tenant.lookup_with("Quanto dura la prova?", json!({ "min_similarity": odd }));
    }
    let samples = samples(&server);
    let label = |series: &String| {
        let (_, rest) = series.split_once("similarity_threshold=\"")?;
        Some(rest.split('"').next()?.to_owned())
    };
    let labels: BTreeSet<_> = samples.keys().filter_map(label).collect();
    assert!(labels.len() <= 102, "{labels:?}");
    let expected =
        |label: &String| label == "invalid" || (label.len() == 4 && label.parse::<f64>().is_ok());
    assert!(labels.iter().all(expected), "{labels:?}");
    assert!(labels.contains("0.00") && labels.contains("1.00") && labels.contains("invalid"));
    // No question and no answer is a label.
    assert!(!samples.keys().any(|series| series.contains("prova")));
}

#[test]
fn families_have_the_names_that_dashboards_know() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let tenant = Tenant::on(&server, "default");
    tenant.approve("a", "Quanto dura la prova?", "Sei mesi.");
    for query in ["Quanto dura la prova?", "durata prova", "durata prova"] {
        tenant.lookup(query).with(200);
    }
    let text = server.get("/metrics").text().to_owned();
    for (family, kind) in [
        ("faq_retrieval_latency_seconds", "histogram"),
        ("faq_cache_hits_total", "counter"),
        ("faq_cache_misses_total", "counter"),
        ("faq_embedding_generation_seconds", "histogram"),
        ("faq_result_cache_kept_total", "counter"),
        ("faq_result_cache_dropped_total", "counter"),
        ("goldenset_decisions_total", "counter"),
        ("goldenset_published_entries", "gauge"),
        ("goldenset_epoch", "gauge"),
    ] {
        assert!(text.contains(&format!("# TYPE {family} {kind}\n")), "{family}: {text}");
        assert!(text.contains(&format!("# HELP {family} ")), "{family}");
    }
    let statuses = ["signature_hit", "miss", "result_hit"];
    for status in statuses {
        let bucket = format!(
            "faq_retrieval_latency_seconds_bucket{{cache_status=\"{status}\",similarity_threshold=\"0.85\",le=\"+Inf\"}} 1"
        );
        assert!(text.contains(&bucket), "{bucket}: {text}");
    }
}
