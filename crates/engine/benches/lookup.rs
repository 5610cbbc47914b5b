//! A lookup by the tier that answers it, through the public call. `cargo bench -p
//! goldenset-engine --bench lookup`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a bench that cannot start should stop there, loudly"
)]

mod rig;

use criterion::{Criterion, criterion_group, criterion_main};
use goldenset_engine::CacheStatus;
use tokio::runtime::Runtime;

use rig::{PARAPHRASE, engine, lookup, phrasing};

fn by_tier(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let mut group = criterion.benchmark_group("lookup");
    let engine_1k = engine(&runtime, 1_000, true);
    let approved = phrasing(8);
    group.bench_function("signature hit", |bencher| {
        bencher.iter(|| lookup(&engine_1k, &approved, CacheStatus::SignatureHit));
    });
    group.bench_function("result hit", |bencher| {
        bencher.iter(|| lookup(&engine_1k, PARAPHRASE, CacheStatus::ResultHit));
    });
    for entries in [1_000, 10_000] {
        let engine = engine(&runtime, entries, false);
        group.bench_function(format!("embedding hit, {entries} entries"), |bencher| {
            bencher.iter(|| lookup(&engine, PARAPHRASE, CacheStatus::EmbeddingHit));
        });
    }
    group.finish();
}

criterion_group!(benches, by_tier);
criterion_main!(benches);
