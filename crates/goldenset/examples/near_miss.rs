//! How often searches of the past answer new ones: the day of `demo/demo_log.jsonl` over a Postgres
//! with pgvector, under each rule, beside an engine that searches in memory without caches.
//!
//! `DATABASE_URL=postgres://... cargo run --release -p goldenset --example near_miss -- [FILE]`, two
//! minutes for the demo set alone. FILE has entries to publish beside it, as `goldenset import`
//! takes them. The database must be empty, or have these entries and nothing else. It ends with an
//! error when under the proven rule a body differs.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a measurement that cannot go on stops")]

mod day;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use goldenset::bench::demo_day::{ENTRIES, LOG, Line, LogClock, MIDNIGHT};
use goldenset::config::{Config, Layers, load};
use goldenset::wire;
use goldenset_core::ports::{Embedder, Store, VectorSearch};
use goldenset_core::{Canonical, TenantId};
use goldenset_engine::scope::Options;
use goldenset_engine::transfer::{Format, Reading, read_rows};
use goldenset_engine::{
    Author, CacheLimits, CacheStatus, Engine, ImportMode, NearMissState, Parts, Settings,
};
use jiff::{SignedDuration, Timestamp};

use day::short_lived;

fn config(rule: &str, similarity: &str) -> Config {
    let database = std::env::var_os("DATABASE_URL").unwrap();
    let environment = BTreeMap::from([
        ("DATABASE_URL".into(), database),
        ("GOLDENSET__STORE__SEARCH".into(), "pgvector".into()),
        ("GOLDENSET__CACHE__NEAR_MISS".into(), rule.into()),
        ("GOLDENSET__CACHE__NEAR_MISS_SIMILARITY".into(), similarity.into()),
    ]);
    let layers = Layers {
        file: None,
        environment: &environment,
        flags: &[],
        folder: std::path::Path::new("."),
    };
    let mut config = load(&layers).unwrap().config;
    short_lived(&mut config);
    config
}

async fn engine(
    (config, settings): (&Config, Settings),
    (store, search): (Arc<dyn Store>, Option<Arc<dyn VectorSearch>>),
    (embedder, clock): (&Arc<dyn Embedder>, &Arc<LogClock>),
) -> Arc<Engine> {
    let parts = Parts {
        store,
        verifier: wire::verifier(config, embedder.model()).unwrap(),
        embedder: Arc::clone(embedder),
        lexicons: vec![],
        pair_judge: None,
        search,
        shared: None,
        clock: Arc::clone(clock) as _,
    };
    let engine = Arc::new(Engine::start(parts, settings, &|_, _| ()).await.unwrap());
    let more = std::env::args().nth(1).map(|file| std::fs::read(file).unwrap());
    for entries in std::iter::once(ENTRIES.as_bytes()).chain(more.as_deref()) {
        let read = read_rows(Format::Jsonl, Reading::default(), entries).unwrap();
        assert!(read.faults.is_empty(), "{:?}", read.faults.first());
        let publish = ImportMode { publish: true, dry_run: false };
        let author = Author::new(TenantId::default(), "bench");
        engine.import(author, read.rows, publish, &|_, _| ()).await.unwrap();
    }
    engine
}

/// Milliseconds of search and verification.
fn median(times: &mut [Duration]) -> f64 {
    times.sort();
    times.get(times.len() / 2).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
}

#[tokio::main]
async fn main() {
    let off = CacheLimits { ttl: SignedDuration::ZERO, bytes: 0 };
    let proven = config("proven", "0.95");
    let embedder = wire::embedder(&proven).unwrap();
    let clock = Arc::new(LogClock::at(MIDNIGHT.parse().unwrap()));
    let plain = Settings { results: off, ..wire::settings(&proven) };
    let memory = wire::store_in_memory().await.unwrap();
    let memory = engine((&proven, plain), (memory, None), (&embedder, &clock)).await;
    let mut differing_when_proven = 0;
    println!(
        "| rule | lookups | to search | spared | of these the same question | not proven | \
         none similar | kept | bodies that differ | ms searched | ms spared | ms in memory |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
    let usual = [("off", "0.95"), ("proven", "0.95"), ("plain", "0.95")];
    for (rule, similarity) in usual.into_iter().chain([("proven", "0.85"), ("plain", "0.85")]) {
        let config = config(rule, similarity);
        let store = wire::store(&config).await.unwrap();
        let search: Arc<dyn VectorSearch> = Arc::new(wire::pgvector(&config).await.unwrap());
        let parts = (store, Some(search));
        let engine = engine((&config, wire::settings(&config)), parts, (&embedder, &clock)).await;
        let (mut lookups, mut differing, mut same) = (0, 0, 0);
        let mut asked = HashSet::new();
        let (mut searched, mut spared, mut in_memory) = (Vec::new(), Vec::new(), Vec::new());
        for line in LOG.lines() {
            let line: Line = serde_json::from_str(line).unwrap();
            let midnight: Timestamp = MIDNIGHT.parse().unwrap();
            clock.set(midnight + SignedDuration::from_secs_f64(line.t));
            let looked = engine.lookup(&line.query, Options::default()).await.unwrap();
            let other = memory.lookup(&line.query, Options::default()).await.unwrap();
            in_memory.extend(other.facts.verification);
            lookups += 1;
            differing += usize::from(looked.answer.body() != other.answer.body());
            let took = looked.facts.verification;
            match looked.facts.cache {
                CacheStatus::NearMiss => {
                    spared.extend(took);
                    same += usize::from(asked.contains(&Canonical::of(&line.query).signature()));
                }
                _ => searched.extend(took),
            }
            asked.insert(Canonical::of(&line.query).signature());
        }
        let near_misses = engine.caches().near_misses;
        let none =
            NearMissState { items: 0, bytes: 0, limit_bytes: 0, hits: 0, unproven: 0, alone: 0 };
        let state = near_misses.unwrap_or(none);
        println!(
            "| {rule}, {similarity} | {lookups} | {} | {} | {same} | {} | {} | {} in {} KiB | {differing} | {:.2} | {:.2} | {:.2} |",
            searched.len() + spared.len(),
            state.hits,
            state.unproven,
            state.alone,
            state.items,
            state.bytes / 1024,
            median(&mut searched),
            median(&mut spared),
            median(&mut in_memory),
        );
        if rule == "proven" {
            differing_when_proven += differing;
        }
        engine.close().await;
    }
    if differing_when_proven > 0 {
        panic!("{differing_when_proven} bodies differ");
    }
}
