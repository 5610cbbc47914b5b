//! What `LocalEmbedder` adds to a bare run of the model, what the words of it cost, how workers
//! scale, how long loading takes.
//!
//! Targets: one question through `embed` at most 1.2 times a bare run; its words, with the places
//! that only they need from the tokenizer, at most 2 % of it.

#[allow(dead_code, reason = "the bench makes no model id")]
#[path = "../src/local/words.rs"]
mod words;

use std::hint::black_box;
use std::num::NonZeroUsize;
use std::sync::Arc;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use goldenset_core::ports::Embedder;
use goldenset_embed::{LocalEmbedder, LocalOptions};
use rten::{Model, ModelOptions, RunOptions, ThreadPool, ValueView};
use tokenizers::Tokenizer;
use tokio::runtime::Runtime;

/// 19 tokens with the prefix and the special ones.
const QUESTION: &str = "Qual è l'aliquota IVA sulle ristrutturazioni?";

fn with_workers(workers: usize) -> LocalEmbedder {
    let workers = NonZeroUsize::new(workers).unwrap_or(NonZeroUsize::MIN);
    LocalEmbedder::bundled(LocalOptions { workers, ..LocalOptions::default() })
        .unwrap_or_else(|error| unreachable!("the bundled model loads: {error}"))
}

/// The model's files run by hand: ids in, hidden states out, on one thread.
fn bare() -> impl Fn() {
    let bytes = include_bytes!("../../../models/e5-small-en-it/model.int8.onnx");
    let tokenizer = include_bytes!("../../../models/e5-small-en-it/tokenizer.json");
    let loaded = ModelOptions::with_all_ops().prepack_weights(true).load_static_slice(bytes);
    let (Ok(model), Ok(tokenizer)) = (loaded, Tokenizer::from_bytes(tokenizer)) else {
        unreachable!("the bundled files are sound")
    };
    let Ok(encoding) = tokenizer.encode(format!("query: {QUESTION}"), true) else {
        unreachable!("the tokenizer reads any text")
    };
    let ids: Vec<i32> = encoding.get_ids().iter().map(|&id| id as i32).collect();
    assert_eq!(ids.len(), 19, "the question is to be as long as in the model's README");
    let pool = Arc::new(ThreadPool::with_num_threads(1));
    move || {
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&pool)));
        black_box(run(&model, &ids, options));
    }
}

fn run(model: &Model, ids: &[i32], options: RunOptions) -> Option<rten::Value> {
    let ones = vec![1; ids.len()];
    let tensor = |data| ValueView::from_shape([1, ids.len()], data).ok();
    let inputs = vec![
        (model.node_id("input_ids").ok()?, tensor(ids)?.into()),
        (model.node_id("attention_mask").ok()?, tensor(&ones)?.into()),
    ];
    let output = model.node_id("last_hidden_state").ok()?;
    model.run_n(inputs, [output], Some(options)).ok().map(|[output]| output)
}

fn embed(c: &mut Criterion) {
    let Ok(runtime) = Runtime::new() else { unreachable!("a runtime starts") };
    let question: Arc<str> = QUESTION.into();

    let mut group = c.benchmark_group("one_question");
    let run = bare();
    group.bench_function("bare_run", |bencher| bencher.iter(&run));
    drop(run);
    let embedder = with_workers(1);
    let one = [Arc::clone(&question)];
    group.bench_function("embed", |bencher| {
        bencher.iter(|| runtime.block_on(embedder.embed(&one)));
    });
    group.finish();

    let mut group = c.benchmark_group("words_of_one_question");
    let bytes = include_bytes!("../../../models/e5-small-en-it/tokenizer.json");
    let Ok(tokenizer) = Tokenizer::from_bytes(bytes) else { unreachable!("the file is sound") };
    let reader = words::Words::new(&tokenizer, "query: ");
    let prefixed = format!("query: {QUESTION}");
    let hidden: Vec<f32> = (0..19 * 384).map(|number| (number % 977) as f32 / 977.0).collect();
    group.bench_function("tokens_alone", |bencher| {
        bencher.iter(|| tokenizer.encode_fast(prefixed.as_str(), true));
    });
    group.bench_function("tokens_and_words", |bencher| {
        bencher.iter(|| {
            let encoding = tokenizer.encode(prefixed.as_str(), true);
            encoding.map(|encoding| reader.read(&tokenizer, &encoding, &prefixed, &hidden, 384))
        });
    });
    group.finish();

    let mut group = c.benchmark_group("batch_of_32");
    group.sample_size(20).throughput(Throughput::Elements(32));
    let batch = vec![question; 32];
    for workers in [1, 2, 4] {
        let embedder = with_workers(workers);
        group.bench_function(format!("workers_{workers}"), |bencher| {
            bencher.iter(|| runtime.block_on(embedder.embed(&batch)));
        });
    }
    group.finish();

    let mut group = c.benchmark_group("load");
    group.sample_size(10);
    group.bench_function("bundled", |bencher| {
        bencher.iter_batched(|| (), |()| with_workers(1), BatchSize::PerIteration);
    });
    group.finish();
}

criterion_group!(benches, embed);
criterion_main!(benches);
