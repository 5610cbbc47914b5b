//! Searches along an index: as many as there are, of the right ones, and nearly all of the nearest.

use goldenset_core::Filters;
use goldenset_core::ports::{NearestQuery, VectorSearch};
use goldenset_store::vector_index::IndexPlan;

use sqlx::Executor;

use super::index_kit::{HNSW, Large, share};
use super::kit::{TODAY, asking};

/// Numbers of a vector: with these, ten thousand rows are more than are compared one by one.
const DIMENSIONS: usize = 384;

/// Filters, and how many rows of ten thousand they leave.
fn filters() -> [(Filters, usize); 5] {
    let of = |category: &[&str], tags: &[&str]| Filters {
        category: category.iter().map(|value| (*value).to_owned()).collect(),
        tags: tags.iter().map(|value| (*value).to_owned()).collect(),
        lang: vec![],
    };
    [
        (of(&[], &[]), 10_000),
        (of(&["rare"], &[]), 100),
        (of(&[], &["seldom"]), 200),
        (of(&["c3", "rare"], &["seldom"]), 100),
        (of(&["c1", "c2", "c3"], &[]), 7_500),
    ]
}

/// Whatever index there is, whatever way the planner takes, and however early the index gives up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_come_as_there_are() {
    let mut large = Large::new(10_000, DIMENSIONS).await;
    large.add("small", 100, 2).await;
    let vectors = large.near(20).await;
    let mut wanted = Vec::new();
    for (filters, _) in filters() {
        for tenant in ["default", "small"] {
            let asked = NearestQuery { filters: filters.clone(), ..asking(tenant, 100, &vectors) };
            let found = large.place.wanted(&asked).await;
            wanted.push((asked, found));
        }
    }
    // Where the filter takes away all that lies around a question, what is left lies in many
    // clusters, of which a few are looked into.
    for (plan, least) in [(HNSW, 0.98), (IndexPlan::IvfFlat { lists: 50, probes: 7 }, 0.8)] {
        let sample = large.build(plan).await.sampled.unwrap();
        assert!(sample.recall >= 0.98, "{sample:?}");
        let along = ("enable_sort", "off");
        let early = [along, ("hnsw.max_scan_tuples", "1"), ("ivfflat.max_probes", "1")];
        let nodes =
            vec![large.node(&[]).await, large.node(&[along]).await, large.node(&early).await];
        for node in &nodes {
            for (asked, wanted) in &wanted {
                for k in [10, 100] {
                    let asked = NearestQuery { k, ..asked.clone() };
                    let wanted = wanted.iter().map(|list| list[..k.min(list.len())].to_vec());
                    let recall = share(&large.found(node, &asked).await, &wanted.collect());
                    assert!(recall >= least, "{plan} {k} {recall} {:?}", asked.filters);
                }
            }
        }
        large.end(nodes).await;
    }
}

/// Of few rows all are compared, whatever index there is: what is found is exact.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn few_rows_are_compared_one_by_one() {
    let mut large = Large::around(1, 6_000, DIMENSIONS).await;
    large.add("small", 300, 2).await;
    // So bad that it would be seen.
    large.build(IndexPlan::IvfFlat { lists: 200, probes: 1 }).await;
    let worse = "UPDATE pgvector_models SET built = jsonb_set(built::jsonb, '{probes}', '1')::text";
    large.db.execute(worse).await.unwrap();
    let vectors = large.near(20).await;
    let node = large.node(&[("enable_sort", "off")]).await;
    for (filters, rows) in filters() {
        for tenant in ["default", "small"] {
            let mut asked = asking(tenant, 10, &vectors);
            asked.filters = filters.clone();
            let recall = large.recall(&node, &asked).await;
            if tenant == "default" && rows == 10_000 {
                assert!(recall < 0.9, "the index is better than it was meant to be: {recall}");
            } else {
                assert!(recall > 0.999_999, "{tenant} {filters:?} {recall}");
            }
        }
    }
}

/// At ten thousand rows nobody reads the table from end to end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_planner_takes_the_right_index() {
    let mut large = Large::new(10_000, DIMENSIONS).await;
    large.add("small", 100, 2).await;
    let vectors = large.near(5).await;
    large.build(HNSW).await;
    for (tenant, filters, expected) in [
        ("default", &filters()[0].0, &["vectors"][..]),
        ("default", &filters()[1].0, &["category"]),
        ("default", &filters()[2].0, &["tags"]),
        // Both find what is of a tenant.
        ("small", &filters()[0].0, &["key", "category"]),
    ] {
        let before = large.used().await;
        let node = large.node(&[]).await;
        let mut asked = asking(tenant, 10, &vectors);
        asked.filters = filters.clone();
        asked.in_force = goldenset_core::Validity::on(TODAY);
        assert_eq!(node.nearest(&asked).await.unwrap().found.len(), vectors.len());
        large.end(vec![node]).await;
        let after = large.used().await;
        // The status reads all rows itself, to count them: once between the two.
        assert!(after.0 - before.0 <= 1, "{tenant} {filters:?} read the table from end to end");
        let used = |name: &str| {
            let of = |(_, indexes): &(i64, Vec<(String, i64)>)| {
                indexes.iter().find(|(index, _)| index == name).unwrap().1
            };
            of(&after) - of(&before)
        };
        let uses: i64 = expected.iter().map(|name| used(name)).sum();
        assert!(uses >= vectors.len() as i64, "{tenant} {filters:?} {after:?}");
        if expected != ["vectors"] {
            assert_eq!(used("vectors"), 0, "{tenant} {filters:?}");
        }
    }
}

/// The rows of a batch come in one statement.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_questions_take_one_statement() {
    let mut large = Large::new(6_000, DIMENSIONS).await;
    large.build(HNSW).await;
    let vectors = large.near(50).await;
    let asked = large.asking(10, &vectors);
    // Every statement looks once how far the table is filled.
    let statements = "SELECT (seq_scan + coalesce(idx_scan, 0))::bigint FROM pg_stat_user_tables \
        WHERE relid = 'pgvector_fills'::regclass";
    let before = large.count(statements).await;
    let node = large.node(&[]).await;
    assert_eq!(node.nearest(&asked).await.unwrap().found.len(), 50);
    large.end(vec![node]).await;
    assert_eq!(large.count(statements).await - before, 1);
    assert!(large.recall(&large.place.search, &asked).await >= 0.98);
}
