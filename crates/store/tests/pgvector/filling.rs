//! The search holds what is published, and says of which epoch.

use std::slice::from_ref;
use std::sync::Mutex;
use std::time::Duration;

use futures::future::join_all;
use goldenset_core::ports::{NewChange, ReferenceStore, Store, VectorSearch};
use goldenset_core::{Code, Document, Embedding, Epoch, ModelId, Reference};
use goldenset_store::{PgVector, PgVectorOptions, PostgresOptions};
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Executor, PgConnection};

use super::bulk::{Bulk, fill};
use super::kit::{DIMENSIONS, Place, asking, entry, id, model, of_tenant, open, random, sync};

/// Name of the one table with vectors.
pub(super) async fn table(db: &mut PgConnection) -> String {
    sqlx::query_scalar("SELECT name FROM pgvector_models").fetch_one(db).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn follows_every_change() {
    let place = Place::new().await;
    let mut draw = fastrand::Rng::with_seed(1);
    let vectors: Vec<_> = (0..8).map(|_| random(&mut draw)).collect();
    let asked = asking("default", 10, &vectors);
    // Nothing yet, and that is known.
    assert_eq!(place.search.nearest(&asked).await.unwrap().stamp.map(|stamp| stamp.epoch), None);
    assert_eq!(place.sync("default").await.epoch, Epoch(0));
    assert_eq!(
        place.search.nearest(&asked).await.unwrap().stamp.map(|stamp| stamp.epoch),
        Some(Epoch(0))
    );

    let first = [entry("a", &vectors[..2]), entry("b", &vectors[2..3])];
    assert_eq!(place.publish("default", &first).await, Epoch(1));
    let before = place.search.nearest(&asked).await.unwrap();
    assert_eq!(
        (before.stamp.map(|stamp| stamp.epoch), before.found[0].entries.len()),
        (Some(Epoch(0)), 0)
    );
    assert_eq!(place.sync("default").await.epoch, Epoch(1));
    place.is_exact(&asked).await;

    // An edit with fewer phrasings, one that is taken out, one that comes back, one that is new.
    let mut edited = entry("a", &vectors[4..5]);
    edited.content.tags = vec!["new".into()];
    place.publish("default", &[edited]).await;
    place.retire("default", "b").await;
    place.sync("default").await;
    place.is_exact(&asked).await;
    assert_eq!(place.found(&asked).await[0], [("a".to_owned(), 2)]);
    place.publish("default", &[first[1].clone(), entry("c", &vectors[5..8])]).await;
    assert_eq!(place.sync("default").await.epoch, Epoch(4));
    place.is_exact(&asked).await;
    assert_eq!(place.found(&asked).await[0].len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_holds_an_entry_back_changes_no_row() {
    let place = Place::new().await;
    let vector = random(&mut fastrand::Rng::with_seed(2));
    let mut resting = entry("a", from_ref(&vector));
    resting.content.references =
        vec![Reference { text: "art. 1".into(), document: Some("law".into()), version: None }];
    place.publish("default", &[resting]).await;
    place.sync("default").await;
    let change = NewChange {
        tenant: of_tenant("default"),
        document: Document::new("law").unwrap(),
        version: "2".into(),
        reason: None,
        by: "anna".into(),
        at: Timestamp::now(),
        once: None,
    };
    place.store.change_reference(&change).await.unwrap();
    assert_eq!(place.sync("default").await.epoch, Epoch(2));
    place.is_exact(&asking("default", 1, &[vector])).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tenants_never_mix() {
    let place = Place::new().await;
    let mut draw = fastrand::Rng::with_seed(3);
    let vectors: Vec<_> = (0..40).map(|_| random(&mut draw)).collect();
    for tenant in ["one", "two"] {
        // The same ids and vectors, so that a row of the other would fit.
        let entries: Vec<_> = (0..20)
            .map(|number| {
                let own = usize::from(tenant == "two") * 20 + number;
                entry(&format!("e{number}"), &vectors[own..=own])
            })
            .collect();
        place.publish(tenant, &entries).await;
        place.sync(tenant).await;
    }
    for tenant in ["one", "two"] {
        let asked = asking(tenant, 30, &vectors);
        place.is_exact(&asked).await;
        assert_eq!(place.found(&asked).await[0].len(), 20);
    }
    place.retire("one", "e0").await;
    place.sync("one").await;
    assert_eq!(place.found(&asking("one", 30, &vectors)).await[0].len(), 19);
    assert_eq!(place.found(&asking("two", 30, &vectors)).await[0].len(), 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_nodes_fill_it_once() {
    let place = Place::new().await;
    let mut db = place.schema.connect().await;
    fill(&mut db, &Bulk { rows: 1_500, dimensions: DIMENSIONS, ..Bulk::default() }).await.unwrap();
    let nodes = join_all((0..4).map(|_| open(&place.schema))).await;
    let worked = Mutex::new(0);
    let filled = join_all(nodes.iter().map(|node| {
        let (tenant, model, worked) = (of_tenant("default"), model(), &worked);
        async move {
            let begun = Mutex::new(false);
            let progress = |done, all| {
                assert!(done <= all);
                if !std::mem::replace(&mut *begun.lock().unwrap(), true) {
                    *worked.lock().unwrap() += 1;
                }
            };
            node.sync(&tenant, &model, DIMENSIONS, &progress).await.unwrap()
        }
    }))
    .await;
    assert!(filled.iter().all(|filled| filled.epoch == Epoch(1) && filled.missing == 0));
    assert_eq!(*worked.lock().unwrap(), 1);
    let name = table(&mut db).await;
    let rows: i64 = sqlx::query_scalar(AssertSqlSafe(format!("SELECT count(*) FROM {name}")))
        .fetch_one(&mut db)
        .await
        .unwrap();
    assert_eq!(rows, 1_500);
}

/// A node that dies in the middle of the first fill leaves nothing, and the next one does it all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_fill_leaves_nothing() {
    let place = Place::new().await;
    let mut db = place.schema.connect().await;
    fill(&mut db, &Bulk { rows: 1_500, dimensions: DIMENSIONS, ..Bulk::default() }).await.unwrap();
    let url = format!("{}&application_name=dying_{}", place.schema.url(), place.schema.name());
    let options = PgVectorOptions {
        postgres: PostgresOptions { url, ..place.schema.options() },
        search_timeout: Duration::from_secs(20),
    };
    let dying = PgVector::open(&options).await.unwrap();
    let (tell, told) = std::sync::mpsc::channel();
    let name = place.schema.name().to_owned();
    let killer = std::thread::spawn(move || {
        told.recv().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let ended: i64 = sqlx::query_scalar(
                "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity \
                 WHERE application_name = 'dying_' || $1",
            )
            .bind(name)
            .fetch_one(&mut db)
            .await
            .unwrap();
            (ended, db)
        })
    });
    let (killer, half) = (Mutex::new(Some(killer)), Mutex::new(None));
    let progress = |done, all| {
        assert_eq!(all, 1_500);
        if let Some(killer) = killer.lock().unwrap().take() {
            tell.send(()).unwrap();
            *half.lock().unwrap() = Some((done, killer.join().unwrap()));
        }
    };
    let error = dying.sync(&of_tenant("default"), &model(), DIMENSIONS, &progress).await;
    assert_eq!(error.unwrap_err().code, Code::StoreUnavailable);
    let (done, (ended, mut db)) = half.lock().unwrap().take().unwrap();
    assert!(done < 1_500 && ended >= 1, "{done} {ended}");
    let name = table(&mut db).await;
    let count = AssertSqlSafe(format!("SELECT count(*) FROM {name}"));
    let rows: i64 = sqlx::query_scalar(count).fetch_one(&mut db).await.unwrap();
    assert_eq!(rows, 0);
    assert_eq!(place.sync("default").await.epoch, Epoch(1));
    let asked = asking("default", 10, &[random(&mut fastrand::Rng::with_seed(4))]);
    place.is_exact(&asked).await;
}

/// What a database that was restored holds is of another history, whatever its numbers say.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_history_is_recognised() {
    let place = Place::new().await;
    let mut draw = fastrand::Rng::with_seed(5);
    let vectors: Vec<_> = (0..4).map(|_| random(&mut draw)).collect();
    place.publish("default", &[entry("a", &vectors[..1])]).await;
    place.publish("default", &[entry("b", &vectors[1..2])]).await;
    place.sync("default").await;
    // The store as it was before its last epoch, where something else was done since: the number of
    // the epoch is the same.
    let mut db = place.schema.connect().await;
    for statement in [
        "DELETE FROM journal WHERE epoch = 2",
        "UPDATE entries SET status = 'draft', published_version = NULL WHERE id = 'b'",
        "UPDATE tenants SET epoch = 1",
    ] {
        db.execute(statement).await.unwrap();
    }
    let asked = asking("default", 10, &vectors);
    assert_eq!(place.sync("default").await.epoch, Epoch(1));
    place.is_exact(&asked).await;
    place.publish("default", &[entry("c", &vectors[2..3])]).await;
    place.sync("default").await;
    for statement in [
        "DELETE FROM journal WHERE epoch = 2",
        "UPDATE entries SET status = 'draft', published_version = NULL WHERE id = 'c'",
        "UPDATE tenants SET epoch = 1",
    ] {
        db.execute(statement).await.unwrap();
    }
    assert_eq!(place.publish("default", &[entry("d", &vectors[3..4])]).await, Epoch(2));
    assert_eq!(place.sync("default").await.epoch, Epoch(2));
    place.is_exact(&asked).await;
}

/// A table that is lost is never taken for a set without entries.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_table_is_made_anew() {
    let place = Place::new().await;
    let vector = random(&mut fastrand::Rng::with_seed(6));
    place.publish("default", &[entry("a", from_ref(&vector))]).await;
    place.sync("default").await;
    let mut db = place.schema.connect().await;
    let asked = asking("default", 10, &[vector]);
    let name = table(&mut db).await;
    for tables in [name.clone(), format!("{name}, pgvector_models, pgvector_fills")] {
        db.execute(AssertSqlSafe(format!("DROP TABLE {tables}"))).await.unwrap();
        assert_eq!(
            place.search.nearest(&asked).await.unwrap().stamp.map(|stamp| stamp.epoch),
            None
        );
        assert_eq!(place.sync("default").await.epoch, Epoch(1));
        place.is_exact(&asked).await;
        db.execute(AssertSqlSafe(format!("DROP TABLE {tables}"))).await.unwrap();
        assert_eq!(place.sync("default").await.epoch, Epoch(1));
        place.is_exact(&asked).await;
    }
}

/// Until all entries have their vectors, the search says that it is not filled.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn missing_vectors_are_not_hidden() {
    let place = Place::new().await;
    let mut draw = fastrand::Rng::with_seed(7);
    let vectors: Vec<_> = (0..3).map(|_| random(&mut draw)).collect();
    place.publish("default", &[entry("a", &vectors[..2]), entry("b", &vectors[2..3])]).await;
    let (tenant, other) = (of_tenant("default"), ModelId::new("other").unwrap());
    let fill = async || place.search.sync(&tenant, &other, DIMENSIONS, &|_, _| ()).await.unwrap();
    assert_eq!(fill().await.missing, 2);
    let mut asked = asking("default", 5, &vectors);
    asked.model = other.clone();
    let embeddings = |vectors: &[goldenset_core::Vector]| -> Vec<Embedding> {
        vectors.iter().cloned().map(Into::into).collect()
    };
    let add = async |entry: &str, vectors: &[goldenset_core::Vector]| {
        let embedded = vec![(id(entry), 1, embeddings(vectors))];
        place.store.add_embeddings(&tenant, &other, embedded).await.unwrap();
    };
    add("a", &vectors[..2]).await;
    assert_eq!(fill().await.missing, 1);
    assert_eq!(place.search.nearest(&asked).await.unwrap().stamp.map(|stamp| stamp.epoch), None);
    add("b", &vectors[2..]).await;
    assert_eq!(fill().await.missing, 0);
    place.is_exact(&asked).await;
    // The other model knows nothing of it.
    assert_eq!(sync(&place.search, "default").await.missing, 0);
    place.is_exact(&asking("default", 5, &vectors)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn vectors_of_another_length_are_refused() {
    let place = Place::new().await;
    place.sync("default").await;
    let short = goldenset_core::Vector::from([1.0, 0.0]);
    let error = place.search.nearest(&asking("default", 1, &[short])).await.unwrap_err();
    assert_eq!(error.code, Code::EmbeddingMismatch);
    let other = place.node().await;
    let tenant = of_tenant("default");
    let error = other.sync(&tenant, &model(), 4, &|_, _| ()).await.unwrap_err();
    assert_eq!(error.code, Code::EmbeddingMismatch);
}
