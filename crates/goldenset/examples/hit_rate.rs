//! What publishing costs in hits: the day of `demo/demo_log.jsonl` without a change, with one
//! publish a minute, and with one a minute that empties the cache of results.
//!
//! `cargo run -p goldenset --example hit_rate`, a minute. It ends with an error when more than a
//! point is lost by results that were dropped although they would have been the same, when a body
//! differs from that of an engine without caches, or when there was nothing to measure. What is
//! lost because the body is another one since is no fault: it must go.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a measurement that cannot go on stops")]

mod day;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use goldenset::bench::demo_day::{ENTRIES, LOG, Line, LogClock, MIDNIGHT, Remembering};
use goldenset::config::{Config, Layers, load};
use goldenset::wire;
use goldenset_core::ports::Embedder;
use goldenset_core::{Canonical, EntryContent, EntryId, TenantId};
use goldenset_engine::scope::Options;
use goldenset_engine::transfer::{Format, Reading, read_rows};
use goldenset_engine::{
    Author, CacheLimits, CacheState, CacheStatus, Engine, ImportMode, Parts, Selection, Settings,
};
use jiff::{SignedDuration, Timestamp};

use day::short_lived;

/// Seconds of log time from one publish to the next.
const PUBLISH_EVERY: f64 = 60.0;
/// Percentage points of the hit rate that may be lost by what need not have gone.
const MOST_LOST: f64 = 1.0;
/// A result is held for so many seconds at least.
const HELD: f64 = 270.0;

/// What happens once a minute.
#[derive(Clone, Copy, PartialEq)]
enum Publishing {
    Nothing,
    OneEntry,
    /// And all cached results go.
    OneEntryAndFlush,
}

#[derive(Default)]
struct Outcome {
    lookups: usize,
    signature: usize,
    result: usize,
    embedding: usize,
    publishes: usize,
    served: usize,
    differing: usize,
    /// Lookups whose result was held and went, and came out as another one.
    went_rightly: usize,
    /// And as the same.
    went_needlessly: usize,
}

impl Outcome {
    fn share(&self, hits: usize) -> f64 {
        100.0 * hits as f64 / self.lookups as f64
    }
}

/// The parts that the runs share.
struct Bench {
    embedder: Arc<Remembering>,
    settings: Settings,
    rows: Vec<(EntryId, EntryContent)>,
    log: Vec<Line>,
}

impl Bench {
    fn new() -> Self {
        let config = default_config();
        let model = wire::embedder(&config).unwrap();
        let read = read_rows(Format::Jsonl, Reading::default(), ENTRIES.as_bytes()).unwrap();
        assert!(read.faults.is_empty());
        let line = |line| serde_json::from_str(line).unwrap();
        Self {
            embedder: Arc::new(Remembering::new(model)),
            settings: wire::settings(&config),
            rows: read.rows,
            log: LOG.lines().map(line).collect(),
        }
    }

    async fn engine(&self, clock: &Arc<LogClock>, settings: Settings) -> Arc<Engine> {
        let parts = Parts {
            store: wire::store_in_memory().await.unwrap(),
            verifier: wire::verifier(&default_config(), self.embedder.model()).unwrap(),
            embedder: Arc::clone(&self.embedder) as _,
            lexicons: vec![],
            pair_judge: None,
            search: None,
            shared: None,
            clock: Arc::clone(clock) as _,
        };
        let engine = Arc::new(Engine::start(parts, settings, &|_, _| ()).await.unwrap());
        let publish = ImportMode { publish: true, dry_run: false };
        engine.import(author(), self.rows.clone(), publish, &|_, _| ()).await.unwrap();
        engine
    }

    /// The day from beginning to end. With `compare`, beside an engine without caches.
    async fn run(&self, publishing: Publishing, compare: bool) -> (Outcome, CacheState) {
        let midnight: Timestamp = MIDNIGHT.parse().unwrap();
        let clock = Arc::new(LogClock::at(midnight));
        let engine = self.engine(&clock, self.settings.clone()).await;
        let off = CacheLimits { ttl: SignedDuration::ZERO, bytes: 0 };
        let bare = Settings { results: off, embeddings: off, ..self.settings.clone() };
        let plain = if compare { Some(self.engine(&clock, bare).await) } else { None };
        let mut rows = self.rows.clone();
        let mut turns: Vec<_> = (0..rows.len()).collect();
        fastrand::Rng::with_seed(15).shuffle(&mut turns);
        let at = |seconds| midnight + SignedDuration::from_secs_f64(seconds);
        let mut outcome = Outcome::default();
        let mut found = HashMap::<_, (f64, Bytes)>::new();
        for line in &self.log {
            while publishing != Publishing::Nothing
                && (outcome.publishes + 1) as f64 * PUBLISH_EVERY <= line.t
            {
                let number = outcome.publishes;
                outcome.publishes += 1;
                clock.set(at(outcome.publishes as f64 * PUBLISH_EVERY));
                let (id, content) = &mut rows[turns[number % turns.len()]];
                // Each entry by turns: its answer, then its alternatives.
                match (number + number / turns.len()) % 2 {
                    0 => edit_answer(content, number),
                    _ => edit_alternatives(content),
                }
                for engine in std::iter::once(&engine).chain(&plain) {
                    let saved = engine.save(author(), id.clone(), content.clone(), true).await;
                    assert!(saved.unwrap().applied.changed);
                }
                if publishing == Publishing::OneEntryAndFlush {
                    engine
                        .invalidate(&Selection::Tenant(TenantId::default()), false)
                        .await
                        .unwrap();
                }
            }
            clock.set(at(line.t));
            let looked = engine.lookup(&line.query, Options::default()).await.unwrap();
            outcome.lookups += 1;
            outcome.served += usize::from(looked.answer.result().answer.is_some());
            match looked.facts.cache {
                CacheStatus::SignatureHit => outcome.signature += 1,
                CacheStatus::ResultHit => outcome.result += 1,
                CacheStatus::EmbeddingHit | CacheStatus::NearMiss | CacheStatus::Miss => {
                    outcome.embedding += usize::from(looked.facts.embedding_cached == Some(true));
                    let body = looked.answer.body().clone();
                    let question = Canonical::of(&line.query).signature();
                    let before = found.insert(question, (line.t, body.clone()));
                    match before.filter(|(t, _)| line.t - t < HELD) {
                        Some((_, before)) if before == body => outcome.went_needlessly += 1,
                        Some(_) => outcome.went_rightly += 1,
                        None => {}
                    }
                }
            }
            if let Some(plain) = &plain {
                let other = plain.lookup(&line.query, Options::default()).await.unwrap();
                outcome.differing += usize::from(other.answer.body() != looked.answer.body());
            }
        }
        (outcome, engine.caches())
    }
}

fn default_config() -> Config {
    let (folder, environment) = (tempfile::tempdir().unwrap(), BTreeMap::new());
    let layers =
        Layers { file: None, environment: &environment, flags: &[], folder: folder.path() };
    let mut config = load(&layers).unwrap().config;
    short_lived(&mut config);
    config
}

fn author() -> Author {
    Author::new(TenantId::default(), "hit rate")
}

fn edit_answer(content: &mut EntryContent, number: usize) {
    content.answer = format!("{} Rev. {number}.", content.answer);
}

/// One phrasing more, and the next time one less again.
fn edit_alternatives(content: &mut EntryContent) {
    let added = format!("Vorrei sapere: {}", content.question);
    match content.alternatives.iter().position(|known| *known == added) {
        Some(place) => drop(content.alternatives.remove(place)),
        None => content.alternatives.push(added),
    }
}

#[tokio::main]
async fn main() {
    let bench = Bench::new();
    println!(
        "{} lookups, {} entries, results kept for 5 minutes and vectors for an hour of log time\n",
        bench.log.len(),
        bench.rows.len()
    );
    println!(
        "| one publish a minute | result or signature hits | and no embedding call | gone and another | gone and the same |"
    );
    println!("|---|---|---|---|---|");
    let run = async |name: &str, publishing, compare| {
        let (outcome, state) = bench.run(publishing, compare).await;
        println!(
            "| {name} | {:.2} % | {:.2} % | {:.2} % | {:.2} % |",
            outcome.share(outcome.signature + outcome.result),
            outcome.share(outcome.signature + outcome.result + outcome.embedding),
            outcome.share(outcome.went_rightly),
            outcome.share(outcome.went_needlessly),
        );
        (outcome, state)
    };
    let (none, _) = run("none", Publishing::Nothing, false).await;
    let (replayed, state) = run("with replay", Publishing::OneEntry, true).await;
    let (flushed, _) = run("flushing all", Publishing::OneEntryAndFlush, false).await;
    println!(
        "\nwith replay: {} publishes, {} bodies compared, {} differ",
        replayed.publishes, replayed.lookups, replayed.differing
    );
    println!("kept {}, dropped {:?}", state.results.kept, state.results.dropped);

    for outcome in [&none, &replayed, &flushed] {
        assert_eq!(outcome.lookups, bench.log.len());
        assert!(outcome.served > 0, "nothing was measured");
    }
    assert!(
        none.result > 0 && replayed.result > 0 && state.results.kept > 0,
        "nothing was measured"
    );
    assert!(replayed.publishes > 1000 && state.results.dropped.entry_changed > 0);
    assert_eq!(replayed.differing, 0, "caches are invisible");
    assert_eq!(none.went_rightly + none.went_needlessly, 0, "nothing changed, and something went");
    assert!(flushed.went_needlessly > 0, "the comparison compares nothing");
    let lost = replayed.share(replayed.went_needlessly);
    assert!(lost <= MOST_LOST, "{lost:.2} points are lost needlessly");
}
