//! Building indexes: beside the one in use, alone, and cleaning up after those who died.

use goldenset_core::Code;
use goldenset_store::vector_index::{IndexPlan, Step, Upkept};

use super::index_kit::{HNSW, Large, Once, kill};
use super::kit::model;

/// Length of vectors with which some thousand are more than are compared one by one.
const LONG: usize = 1_024;

/// A graph that takes seconds to build.
const SLOW: IndexPlan = IndexPlan::Hnsw { m: 48, ef_construction: 400, ef_search: 100 };

fn nobody(_: &Step) {}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_is_built_replaced_and_removed() {
    let mut large = Large::around(1, 2_200, LONG).await;
    let status = large.status().await;
    assert_eq!((status.rows, &status.built, status.valid), (2_200, &None, false));
    assert_eq!(status.tenants[0].filled, Some(1));
    let first = large.build(HNSW).await;
    let built = first.built.clone().unwrap();
    assert_eq!((first.chosen, built.rows, first.valid), (Some(HNSW), 2_200, true));
    assert!(built.recall >= 0.98 && first.index_bytes.unwrap() > 100_000, "{first:?}");
    assert_eq!((first.due, first.leftovers), (None, vec![]));
    // Another in its place; searches go on with the parameters that it wants.
    let clusters = large.build(IndexPlan::IvfFlat { lists: 30, probes: 1 }).await;
    let built = clusters.built.unwrap();
    let IndexPlan::IvfFlat { lists: 30, probes } = built.plan else { panic!("{built:?}") };
    // One cluster was too few, which was measured.
    assert!(probes > 1 && built.recall >= 0.99, "{built:?}");
    let node = large.node(&[]).await;
    let vectors = large.near(20).await;
    let recall = large.recall(&node, &large.asking(10, &vectors)).await;
    assert!(recall >= 0.98, "{recall} with {built:?}");
    let again = large.place.search.rebuild(&model(), large.dimensions, &nobody).await.unwrap();
    let rebuilt = again.built.unwrap();
    assert!(rebuilt.name != built.name && again.leftovers.is_empty(), "{rebuilt:?}");
    assert!(matches!(rebuilt.plan, IndexPlan::IvfFlat { lists: 30, .. }));
    let none = large.build(IndexPlan::None).await;
    assert_eq!((none.built, none.chosen), (None, Some(IndexPlan::None)));
    assert_eq!(
        large
            .count(
                "SELECT count(*) FROM pg_indexes WHERE indexname LIKE '%\\_i%' \
        AND schemaname = current_schema() AND tablename LIKE 'pgvector%' \
        AND indexdef LIKE '%halfvec%'"
            )
            .await,
        0
    );
    let error = large.place.search.rebuild(&model(), large.dimensions, &nobody).await.unwrap_err();
    assert_eq!(error.code, Code::IndexMissing);
    assert!((large.recall(&node, &large.asking(10, &vectors)).await - 1.0).abs() < 1e-9);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parameters_are_checked() {
    let large = Large::new(100, 32).await;
    let bad = IndexPlan::Hnsw { m: 1, ef_construction: 64, ef_search: 100 };
    let search = &large.place.search;
    let error = search.build(&model(), large.dimensions, Some(bad), &nobody).await.unwrap_err();
    assert_eq!(error.code, Code::InvalidField);
    // Few rows need none; nobody decided, so that may change.
    let auto = search.build(&model(), large.dimensions, None, &nobody).await.unwrap();
    assert_eq!((auto.chosen, auto.built, auto.due), (None, None, None));
}

/// While one builds, searches find what there is, changes are taken, and no other disturbs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_builds_is_left_alone() {
    let mut large = Large::new(6_000, 64).await;
    large.build(HNSW).await;
    let vectors = large.near(5).await;
    let (builder, other) = (large.node(&[]).await, large.node(&[]).await);
    let once = Once::new(async || {
        let error = other.build(&model(), 64, Some(HNSW), &nobody).await.unwrap_err();
        assert_eq!(error.code, Code::IndexBusy);
        assert!(error.fix.is_some());
        let advice = other.advise(&model(), 64, &nobody).await.unwrap_err();
        assert_eq!(advice.code, Code::IndexBusy);
        let status = other.status().await.unwrap().remove(0);
        assert_eq!((status.valid, status.leftovers.len()), (true, 1));
        assert!(matches!(other.keep(&model(), 64, &nobody).await.unwrap(), Upkept::Busy));
        let asked = large.asking(10, &vectors);
        assert!(large.recall(&other, &asked).await >= 0.98);
        large.place.retire("default", "e17").await;
        assert_eq!(large.sync("default").await.epoch.0, 2);
    });
    let told = |step: &Step| {
        assert!(step.done <= step.all || step.all == 0, "{step:?}");
        once.hear();
    };
    let status = builder.build(&model(), 64, Some(SLOW), &told).await.unwrap();
    assert!(once.is_done());
    assert_eq!((status.built.unwrap().plan, status.rows), (SLOW, 5_999));
    assert_eq!((status.valid, status.leftovers), (true, vec![]));
}

/// A build that is killed leaves the index that was there, and nothing that stays.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_build_costs_nothing_but_its_time() {
    let mut large = Large::new(6_000, 64).await;
    let before = large.build(HNSW).await.built.unwrap();
    let (url, name) = (large.place.schema.url(), large.name());
    let dying = large.node(&[]).await;
    let once = Once::new(async || kill(&url, &name).await);
    let error = dying.build(&model(), 64, Some(SLOW), &|_| once.hear()).await.unwrap_err();
    assert!(once.is_done());
    assert_eq!(error.code, Code::StoreUnavailable, "{error:?}");
    let status = large.status().await;
    assert_eq!(status.built.as_ref(), Some(&before));
    assert_eq!((status.valid, status.leftovers.len()), (true, 1));
    let vectors = large.near(10).await;
    let node = large.place.node().await;
    assert!(large.recall(&node, &large.asking(10, &vectors)).await >= 0.98);
    // The background task of any node clears it away.
    node.keep(&model(), 64, &nobody).await.unwrap();
    let status = large.status().await;
    assert_eq!((status.built, status.leftovers), (Some(before), vec![]));
}

/// A run that was given up by its own process ends on the server too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_build_that_nobody_waits_for_ends() {
    let large = Large::new(6_000, 64).await;
    let builder = large.node(&[]).await;
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let begun = std::sync::Mutex::new(Some(begun));
    let told = |_: &Step| {
        if let Some(begun) = begun.lock().unwrap().take() {
            begun.send(()).unwrap();
        }
    };
    let very_slow = IndexPlan::Hnsw { m: 100, ef_construction: 1_000, ef_search: 100 };
    let model = model();
    tokio::select! {
        built = builder.build(&model, 64, Some(very_slow), &told) => panic!("{built:?}"),
        _ = has_begun => {}
    }
    // The next one can work as soon as the server has noticed.
    let other = large.place.node().await;
    loop {
        match other.build(&model, 64, Some(HNSW), &nobody).await {
            Ok(status) => {
                assert_eq!((status.built.unwrap().plan, status.leftovers), (HNSW, vec![]));
                break;
            }
            Err(error) => assert_eq!(error.code, Code::IndexBusy, "{error:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn advice_is_measured_on_a_copy() {
    let mut large = Large::new(2_500, 32).await;
    large.add("small", 50, 2).await;
    let steps = std::sync::Mutex::new(Vec::new());
    let told = |step: &Step| steps.lock().unwrap().push(step.what.clone());
    let advice = large.place.search.advise(&model(), 32, &told).await.unwrap();
    assert_eq!((advice.rows, advice.questions, advice.recommended), (2_550, 200, IndexPlan::None));
    assert!(advice.why.contains("2550"), "{}", advice.why);
    assert_eq!(advice.measured[0].plan, IndexPlan::None);
    assert!((advice.measured[0].recall - 1.0).abs() < 1e-9);
    let of = |clusters: bool| {
        let is = move |plan: &IndexPlan| matches!(plan, IndexPlan::IvfFlat { .. }) == clusters;
        advice.measured[1..].iter().filter(move |one| is(&one.plan))
    };
    assert!(of(true).count() >= 3 && of(false).count() == 6);
    for one in &advice.measured[1..] {
        assert!(one.bytes > 0 && one.build_seconds > 0.0 && one.p50_ms <= one.p99_ms, "{one:?}");
        assert!(one.recall > 0.3 && one.recall <= 1.0, "{one:?}");
    }
    assert!(steps.lock().unwrap().len() > 100);
    let copies = "SELECT count(*) FROM pg_class WHERE relname LIKE '%\\_scratch%' \
        AND relnamespace = current_schema()::regnamespace";
    assert_eq!(large.count(copies).await, 0);
    // One that is killed leaves its copy to the next run, whatever that does.
    let (url, name) = (large.place.schema.url(), large.name());
    let dying = large.node(&[]).await;
    let once = Once::new(async || kill(&url, &name).await);
    let hear = |step: &Step| {
        if step.what.contains("asking") {
            once.hear();
        }
    };
    let error = dying.advise(&model(), 32, &hear).await.unwrap_err();
    assert_eq!(error.code, Code::StoreUnavailable, "{error:?}");
    assert!(large.count(copies).await > 0);
    assert!(large.status().await.built.is_none());
    large.build(HNSW).await;
    assert_eq!(large.count(copies).await, 0);
}
