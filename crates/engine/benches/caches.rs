//! What cached results cost beside a plain hit: the replay of changes since, and coming out of the
//! cache that nodes share (read, decoded, replayed, its body made and compared), through the public
//! call. `cargo bench -p goldenset-engine --bench caches`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a bench that cannot start should stop there, loudly"
)]

mod rig;

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use goldenset_core::Result;
use goldenset_core::ports::{SharedCache, SharedCacheHealth, SharedItem, SharedKeys, Store};
use goldenset_engine::scope::Options;
use goldenset_engine::{CacheStatus, Engine, ImportMode, SharedTier};
use goldenset_store::SqliteStore;
use tokio::runtime::Runtime;

use rig::{PARAPHRASE, author, engine, entry, lookup, over, phrasing};

const ENTRIES: usize = 1_000;
/// Questions that one node found and another reads.
const SHARED: usize = 500;

/// A shared cache without a network.
#[derive(Default)]
struct InMemory(Mutex<HashMap<String, Vec<u8>>>);

#[async_trait]
impl SharedCache for InMemory {
    async fn get(&self, keys: &[String]) -> Vec<Option<Vec<u8>>> {
        let values = self.0.lock().unwrap();
        keys.iter().map(|key| values.get(key).cloned()).collect()
    }

    async fn put(&self, items: Vec<SharedItem>) -> usize {
        let mut values = self.0.lock().unwrap();
        let kept = items.len();
        values.extend(items.into_iter().map(|item| (item.key, item.value)));
        kept
    }

    async fn keys(&self, _: &str, _: Option<String>) -> Result<SharedKeys> {
        Ok((Vec::new(), None))
    }

    async fn remove(&self, _: &[String]) -> Result<u64> {
        Ok(0)
    }

    fn answers(&self) -> bool {
        true
    }

    fn health(&self) -> SharedCacheHealth {
        SharedCacheHealth { reads: true, writes: true, ..SharedCacheHealth::default() }
    }
}

fn replay(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let engine = engine(&runtime, ENTRIES, true);
    let mut group = criterion.benchmark_group("result hit after changes");
    // Publishing takes far longer than what is measured.
    group.sample_size(10).warm_up_time(Duration::from_millis(500));
    let mut edits = 0;
    for changes in [1, 10, 100] {
        group.bench_function(BenchmarkId::from_parameter(changes), |bencher| {
            bencher.iter_custom(|times| {
                let mut took = Duration::ZERO;
                for _ in 0..times {
                    for _ in 0..changes {
                        edits += 1;
                        edit(&runtime, &engine, edits);
                    }
                    let started = Instant::now();
                    black_box(lookup(&engine, PARAPHRASE, CacheStatus::ResultHit));
                    took += started.elapsed();
                }
                took
            });
        });
    }
    group.finish();
}

/// Another answer of an entry that is not among those of the paraphrase.
fn edit(runtime: &Runtime, engine: &Arc<Engine>, number: usize) {
    let (id, mut content) = entry(1 + 8 * (number % 100));
    content.question = format!("Tutt'altro: {number} cose da sapere su mensa e parcheggio?");
    content.answer = format!("Rev. {number}.");
    runtime.block_on(engine.save(author(), id, content, true)).unwrap();
}

fn shared(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let store: Arc<SqliteStore> = runtime.block_on(async {
        let store = Arc::new(SqliteStore::in_memory().await.unwrap());
        let engine = over(Arc::clone(&store) as Arc<dyn Store>, true, None).await;
        let publish = ImportMode { publish: true, dry_run: false };
        let rows = (0..ENTRIES).map(entry).collect();
        engine.import(author(), rows, publish, &|_, _| ()).await.unwrap();
        store
    });
    let cache = Arc::new(InMemory::default());
    let tier = || SharedTier { cache: Arc::clone(&cache) as _, build: [1; 32] };
    let node = || runtime.block_on(over(Arc::clone(&store) as _, true, Some(tier())));
    let questions: Vec<_> =
        (0..SHARED).map(|number| format!("vorrei sapere: {}", phrasing(number))).collect();
    let first = node();
    runtime.block_on(async {
        for question in &questions {
            first.lookup(question, Options::default()).await.unwrap();
            // Results and vectors, which are written behind the lookup.
            tokio::task::yield_now().await;
        }
        while cache.0.lock().unwrap().len() < 2 * SHARED {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    criterion.bench_function("result out of the shared cache", |bencher| {
        bencher.iter_custom(|times| {
            let mut took = Duration::ZERO;
            for batch in 0..times.div_ceil(SHARED as u64) {
                // One that has nothing of its own.
                let node = node();
                let left = (times - batch * SHARED as u64).min(SHARED as u64);
                for question in questions.iter().take(left as usize) {
                    let started = Instant::now();
                    let looked = runtime.block_on(node.lookup(question, Options::default()));
                    took += started.elapsed();
                    assert_eq!(looked.unwrap().facts.cache, CacheStatus::ResultHit);
                }
            }
            took
        });
    });
}

criterion_group!(benches, replay, shared);
criterion_main!(benches);
