//! How much memory the questions of a day take in Redis: the results and vectors of
//! `demo/demo_log.jsonl` as they are written, the same without compression, and as JSON texts.
//!
//! `REDIS_URL=redis://127.0.0.1:6379 cargo run -p goldenset --example redis_memory`, two minutes. It
//! touches nothing but keys of its own, and removes them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a measurement that cannot go on stops")]

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use goldenset::config::{Config, Layers, load};
use goldenset::wire;
use goldenset_core::ports::{Embedder, SharedCache};
use goldenset_core::{Canonical, Embedding, TenantId};
use goldenset_engine::scope::Options;
use goldenset_engine::transfer::{Format, Reading, read_rows};
use goldenset_engine::{Author, CacheLimits, Engine, ImportMode, Parts, Settings, SharedTier};
use goldenset_store::{RedisCache, RedisOptions};
use jiff::SignedDuration;
use redis::aio::MultiplexedConnection;
use serde::Deserialize;
use serde_json::json;

const ENTRIES: &str = include_str!("../../../demo/entries.jsonl");
const LOG: &str = include_str!("../../../demo/demo_log.jsonl");
const PREFIX: &str = "goldenset-memory:";

#[derive(Deserialize)]
struct Line {
    query: String,
}

/// Values of one kind and way of writing.
#[derive(Default)]
struct Sum {
    values: u64,
    bytes: u64,
    memory: u64,
}

struct Redis(MultiplexedConnection);

impl Redis {
    async fn keys(&mut self) -> Vec<String> {
        redis::cmd("KEYS").arg(format!("{PREFIX}*")).query_async(&mut self.0).await.unwrap()
    }

    async fn get(&mut self, key: &str) -> Vec<u8> {
        redis::cmd("GET").arg(key).query_async(&mut self.0).await.unwrap()
    }

    async fn memory(&mut self, key: &str) -> u64 {
        let mut command = redis::cmd("MEMORY");
        command.arg("USAGE").arg(key).query_async(&mut self.0).await.unwrap()
    }

    /// The memory of another value under a key of the same length.
    async fn memory_of(&mut self, key: &str, value: &[u8]) -> u64 {
        let key = key.replacen(PREFIX, &PREFIX.to_uppercase(), 1);
        let mut set = redis::cmd("SET");
        set.arg(&key).arg(value).arg("EX").arg(600).exec_async(&mut self.0).await.unwrap();
        let memory = self.memory(&key).await;
        redis::cmd("DEL").arg(&key).exec_async(&mut self.0).await.unwrap();
        memory
    }
}

fn default_config() -> Config {
    let layers = Layers {
        file: None,
        environment: &BTreeMap::new(),
        flags: &[],
        folder: std::path::Path::new("."),
    };
    load(&layers).unwrap().config
}

/// Nothing is held in the process, and nothing expires while it is measured.
fn settings(config: &Config) -> Settings {
    let kept = CacheLimits { ttl: SignedDuration::from_hours(1), bytes: 0 };
    Settings { results: kept, embeddings: kept, ..wire::settings(config) }
}

async fn engine(config: &Config, embedder: &Arc<dyn Embedder>, url: &str) -> Arc<Engine> {
    let cache = RedisCache::open(&RedisOptions {
        url: url.into(),
        cluster: false,
        ca_file: None,
        prefix: PREFIX.into(),
        connect_timeout: Duration::from_secs(5),
        timeout: Duration::from_secs(5),
    })
    .unwrap();
    cache.tried().await;
    assert!(cache.answers(), "{:?}", cache.health());
    let parts = Parts {
        store: wire::store_in_memory().await.unwrap(),
        verifier: wire::verifier(config, embedder.model()).unwrap(),
        embedder: Arc::clone(embedder),
        lexicons: vec![],
        pair_judge: None,
        search: None,
        shared: Some(SharedTier { cache: Arc::new(cache), build: [0; 32] }),
        clock: Arc::new(wire::SystemClock),
    };
    let engine = Engine::start(parts, settings(config), &|_, _| ()).await.unwrap();
    let engine = Arc::new(engine);
    let read = read_rows(Format::Jsonl, Reading::default(), ENTRIES.as_bytes()).unwrap();
    let publish = ImportMode { publish: true, dry_run: false };
    let author = Author::new(TenantId::default(), "bench");
    engine.import(author, read.rows, publish, &|_, _| ()).await.unwrap();
    engine
}

/// All that the binary form has: the vector and those of the words.
fn in_json(embedding: &Embedding) -> Vec<u8> {
    let words = embedding.words.iter().map(|word| {
        json!({
            "start": word.start, "end": word.end, "surprisal": word.surprisal, "scale": word.scale,
            "codes": word.codes
        })
    });
    let words: Vec<_> = words.collect();
    serde_json::to_vec(&json!({ "vector": &*embedding.vector, "words": words })).unwrap()
}

#[tokio::main]
async fn main() {
    let url = std::env::var("REDIS_URL").unwrap();
    let client = redis::Client::open(url.as_str()).unwrap();
    let mut redis = Redis(client.get_multiplexed_async_connection().await.unwrap());
    assert!(redis.keys().await.is_empty(), "there are keys that begin with {PREFIX}");
    let config = default_config();
    let embedder = wire::embedder(&config).unwrap();
    let engine = engine(&config, &embedder, &url).await;
    let mut questions = HashMap::new();
    for line in LOG.lines() {
        let Line { query } = serde_json::from_str(line).unwrap();
        questions.entry(Canonical::of(&query).signature()).or_insert(query);
    }
    let mut json = BTreeMap::<&str, Vec<Vec<u8>>>::new();
    for query in questions.values() {
        let looked = engine.lookup(query, Options::default()).await.unwrap();
        if looked.facts.embedding.is_none() {
            continue;
        }
        let text = Canonical::of(query).text();
        let embedding = embedder.embed(&[text]).await.unwrap().remove(0);
        json.entry("results").or_default().push(looked.answer.body().to_vec());
        json.entry("vectors").or_default().push(in_json(&embedding));
    }
    let written = || {
        let shared = engine.caches().shared.unwrap();
        assert_eq!((shared.lost, shared.health.fault), (0, None));
        shared.written
    };
    let expected = json.values().map(Vec::len).sum::<usize>() as u64;
    while written() < expected {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut sums = BTreeMap::<(&str, &str), Sum>::new();
    let mut by_size = BTreeMap::<usize, (usize, usize, usize)>::new();
    let mut add = |kind, way, bytes: usize, memory: u64| {
        let sum = sums.entry((kind, way)).or_default();
        sum.values += 1;
        sum.bytes += bytes as u64;
        sum.memory += memory;
    };
    let keys: Vec<_> =
        redis.keys().await.into_iter().filter(|key| !key.contains("trial")).collect();
    for key in &keys {
        let kind = if key[PREFIX.len()..].starts_with('r') { "results" } else { "vectors" };
        let value = redis.get(key).await;
        add(kind, "as written", value.len(), redis.memory(key).await);
        // Head of ten bytes, of which the second says whether the rest is compressed; then its length.
        let plain = match value[1] {
            0 => value.len(),
            _ => 10 + u32::from_le_bytes(value[10..14].try_into().unwrap()) as usize,
        };
        if kind == "results" {
            let (values, before, after) = by_size.entry(plain.next_power_of_two()).or_default();
            *values += 1;
            *before += plain;
            *after += value.len();
        }
        add(kind, "uncompressed", plain, redis.memory_of(key, &vec![0; plain]).await);
        if let Some(text) = json.get_mut(kind).and_then(Vec::pop) {
            add(kind, "as JSON", text.len(), redis.memory_of(key, &text).await);
        }
    }
    for key in redis.keys().await {
        redis::cmd("DEL").arg(&key).exec_async(&mut redis.0).await.unwrap();
    }
    println!("{} different questions", questions.len());
    println!("| kind | way | values | bytes a value | memory a value |\n|---|---|---|---|---|");
    for ((kind, way), Sum { values, bytes, memory }) in &sums {
        println!("| {kind} | {way} | {values} | {} | {} |", bytes / values, memory / values);
    }
    let memory =
        |way| sums.iter().filter(|((_, of), _)| *of == way).map(|(_, sum)| sum.memory).sum::<u64>();
    let (written, plain, text) = (memory("as written"), memory("uncompressed"), memory("as JSON"));
    let less = |than: u64| 100.0 - 100.0 * written as f64 / than as f64;
    println!(
        "as written {written} bytes: {:.1} % less than uncompressed, {:.1} % less than JSON",
        less(plain),
        less(text)
    );
    println!("results by size: up to, values, bytes before and after compression");
    for (size, (values, before, after)) in by_size {
        println!("{size}: {values}, {before}, {after}");
    }
    assert!(written > 0);
}
