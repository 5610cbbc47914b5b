//! Indexes that are built by themselves.

use goldenset_core::ports::VectorSearch;
use goldenset_store::vector_index::{IndexPlan, Step, Upkept};
use sqlx::Executor;

use super::index_kit::{HNSW, Large};
use super::kit::model;

/// Long enough for some thousand of them to be worth an index.
const LONG: usize = 1_024;

async fn keep(large: &Large) -> Upkept {
    let told = |_: &Step| ();
    large.place.search.keep(&model(), large.dimensions, &told).await.unwrap()
}

fn why(upkept: Upkept) -> String {
    match upkept {
        Upkept::Built { why, status } => {
            assert_eq!((status.due, status.valid), (None, true));
            why
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_set_that_grows_gets_its_index_and_gets_it_again() {
    let mut large = Large::new(1_000, LONG).await;
    assert!(matches!(keep(&large).await, Upkept::Nothing));
    large.add("default", 1_000, 2).await;
    assert!(why(keep(&large).await).contains("2000 rows"));
    let first = large.status().await.built.unwrap();
    assert_eq!((first.plan, first.rows), (HNSW, 2_000));
    assert!(matches!(keep(&large).await, Upkept::Nothing));
    large.add("default", 1_900, 3).await;
    assert!(matches!(keep(&large).await, Upkept::Nothing));
    large.add("other", 100, 4).await;
    assert!(large.status().await.due.unwrap().contains("4000"));
    // By the trait, as a node's background task calls it.
    large.place.search.upkeep(&model(), LONG).await.unwrap();
    let second = large.status().await.built.unwrap();
    assert!(second.rows == 4_000 && second.name != first.name);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_that_finds_too_little_is_built_again() {
    let mut large = Large::around(1, 2_200, LONG).await;
    large.build(IndexPlan::IvfFlat { lists: 40, probes: 10 }).await;
    let good = large.status().await;
    assert!(good.built.as_ref().unwrap().recall >= 0.98);
    assert!(matches!(keep(&large).await, Upkept::Nothing));
    // As if it had got worse since: too few clusters are searched, and the sample is of yesterday.
    let worse = "UPDATE pgvector_models SET \
        built = jsonb_set(built::jsonb, '{probes}', '1')::text, \
        sampled = jsonb_set(sampled::jsonb, '{at}', '\"2026-01-01T00:00:00Z\"')::text";
    large.db.execute(worse).await.unwrap();
    assert!(why(keep(&large).await).contains("of the nearest"));
    let better = large.status().await;
    assert!(better.sampled.unwrap().recall >= 0.98);
    assert_ne!(better.built.unwrap().name, good.built.unwrap().name);
    // An old sample alone is taken anew, and no more.
    let old = "UPDATE pgvector_models SET \
        sampled = jsonb_set(sampled::jsonb, '{at}', '\"2026-01-01T00:00:00Z\"')::text";
    large.db.execute(old).await.unwrap();
    assert!(matches!(keep(&large).await, Upkept::Sampled(sample) if sample.recall >= 0.98));
    assert!(matches!(keep(&large).await, Upkept::Nothing));
}

/// Who decided that there is to be none, or which, is heeded.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_decided_holds() {
    let mut large = Large::new(2_200, LONG).await;
    large.build(IndexPlan::None).await;
    assert!(matches!(keep(&large).await, Upkept::Nothing));
    let plan = IndexPlan::Hnsw { m: 8, ef_construction: 32, ef_search: 200 };
    large.build(plan).await;
    // Somebody drops it.
    let name = large.status().await.built.unwrap().name;
    large.db.execute(sqlx::AssertSqlSafe(format!("DROP INDEX {name}"))).await.unwrap();
    assert_eq!(large.status().await.built, None);
    assert!(why(keep(&large).await).contains("m=8"));
    assert_eq!(large.status().await.built.unwrap().plan, plan);
}

/// Two nodes keep at once: one works, and it is done once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_node_at_a_time() {
    let large = Large::new(2_200, LONG).await;
    let nodes = [large.place.node().await, large.place.node().await];
    let told = |_: &Step| ();
    let model = model();
    let (one, two) =
        tokio::join!(nodes[0].keep(&model, LONG, &told), nodes[1].keep(&model, LONG, &told));
    let built = [one.unwrap(), two.unwrap()];
    let count = built.iter().filter(|upkept| matches!(upkept, Upkept::Built { .. })).count();
    assert_eq!(count, 1, "{built:?}");
    assert!(large.status().await.leftovers.is_empty());
}
