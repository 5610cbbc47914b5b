//! What a database must have, and what is said where it has not.

use std::slice::from_ref;
use std::str::FromStr;
use std::time::Duration;

use futures::future::join_all;
use goldenset_core::ports::Store;
use goldenset_core::{Code, Error};
use goldenset_store::{PgVector, PgVectorOptions, PostgresOptions, PostgresStore};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};

use super::kit::{Place, asking, entry, random};
use crate::schema::server;

/// A database of its own with a user who owns nothing in it but may make tables; goes with the test.
struct Database(String);

impl Database {
    async fn new(name: &str) -> Self {
        let name = format!("test_{}_{name}", std::process::id());
        let mut db = root("postgres").await;
        for statement in
            [format!("CREATE DATABASE {name}"), format!("CREATE ROLE {name} LOGIN PASSWORD 'x'")]
        {
            db.execute(AssertSqlSafe(statement)).await.unwrap();
        }
        let mut own = root(&name).await;
        own.execute(AssertSqlSafe(format!("GRANT CREATE ON SCHEMA public TO {name}")))
            .await
            .unwrap();
        own.close().await.unwrap();
        Self(name)
    }

    /// As the user without rights.
    fn options(&self) -> PgVectorOptions {
        let (_, place) =
            server().rsplit_once('@').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        let place = place.replace("/postgres?", &format!("/{}?", self.0));
        PgVectorOptions {
            postgres: PostgresOptions {
                url: format!("postgres://{}:x@{place}", self.0),
                connections: 4,
                connect_timeout: Duration::from_secs(5),
                statement_timeout: Duration::from_secs(30),
            },
            search_timeout: Duration::from_secs(5),
        }
    }

    async fn root(&self) -> PgConnection {
        root(&self.0).await
    }

    async fn drop(self) {
        let mut db = root("postgres").await;
        for statement in
            [format!("DROP DATABASE {} WITH (FORCE)", self.0), format!("DROP ROLE {}", self.0)]
        {
            db.execute(AssertSqlSafe(statement)).await.unwrap();
        }
    }
}

async fn root(database: &str) -> PgConnection {
    PgConnectOptions::from_str(&server()).unwrap().database(database).connect().await.unwrap()
}

fn refused(opened: Result<PgVector, Error>) -> Error {
    let error = opened.unwrap_err();
    assert_eq!(error.code, Code::PgvectorUnusable, "{error:?}");
    assert_eq!(error.field.as_deref(), Some("store.search"));
    assert!(error.fix.is_some());
    error
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_make_the_extension_is_told_who_may() {
    let database = Database::new("rights").await;
    let options = database.options();
    // Who does not ask for it does not need it.
    let store = PostgresStore::open(&options.postgres).await.unwrap();
    assert_eq!(store.tenants().await.unwrap(), []);
    let error = refused(PgVector::open(&options).await);
    assert!(error.fix.unwrap().contains("CREATE EXTENSION vector"));
    // One that is too old is told, and then one that does.
    let mut root = database.root().await;
    root.execute("CREATE EXTENSION vector VERSION '0.7.4'").await.ok();
    root.execute("CREATE EXTENSION IF NOT EXISTS vector").await.unwrap();
    root.execute("UPDATE pg_extension SET extversion = '0.7.4' WHERE extname = 'vector'")
        .await
        .unwrap();
    let error = refused(PgVector::open(&options).await);
    assert!(error.detail.contains("0.7.4"), "{error:?}");
    root.execute("UPDATE pg_extension SET extversion = '0.8.0' WHERE extname = 'vector'")
        .await
        .unwrap();
    PgVector::open(&options).await.unwrap().close().await;
    store.close().await;
    root.close().await.unwrap();
    database.drop().await;
}

/// Its types may be in any schema, and many nodes may start at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_nodes_start_at_once() {
    let database = Database::new("start").await;
    let mut root = database.root().await;
    root.execute("CREATE SCHEMA \"Odd name\"").await.unwrap();
    root.execute("CREATE EXTENSION vector SCHEMA \"Odd name\"").await.unwrap();
    let usage = format!("GRANT USAGE ON SCHEMA \"Odd name\" TO {}", database.0);
    root.execute(AssertSqlSafe(usage)).await.unwrap();
    let options = database.options();
    let store = PostgresStore::open(&options.postgres).await.unwrap();
    let nodes = join_all((0..6).map(|_| PgVector::open(&options))).await;
    let nodes: Vec<_> = nodes.into_iter().map(Result::unwrap).collect();
    let filled = join_all(nodes.iter().map(|node| super::kit::sync(node, "default"))).await;
    assert_eq!(filled.len(), 6);
    for node in nodes {
        node.close().await;
    }
    store.close().await;
    root.close().await.unwrap();
    database.drop().await;
}

/// The schema of the extension comes second where names are looked for: what another golden set has
/// there is not this one's, also while this one has no table yet. Who starts without a schema makes
/// none there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stores_in_one_database_keep_to_their_schemas() {
    let database = Database::new("two").await;
    let mut root = database.root().await;
    root.execute("CREATE EXTENSION vector SCHEMA public").await.unwrap();
    let schema = format!("CREATE SCHEMA own AUTHORIZATION {}", database.0);
    root.execute(AssertSqlSafe(schema)).await.unwrap();
    let first = database.options();
    let mut second = database.options();
    second.postgres.url += "&options=-csearch_path%3Down";
    let store = PostgresStore::open(&first.postgres).await.unwrap();
    let other = PostgresStore::open(&second.postgres).await.unwrap();
    let (one, two) =
        (PgVector::open(&first).await.unwrap(), PgVector::open(&second).await.unwrap());
    let vector = random(&mut fastrand::Rng::with_seed(1));
    super::kit::publish(&store, "default", &[entry("a", from_ref(&vector))]).await;
    super::kit::sync(&one, "default").await;
    let asked = asking("default", 1, from_ref(&vector));
    let found = async |search: &PgVector| {
        let nearest = goldenset_core::ports::VectorSearch::nearest(search, &asked).await.unwrap();
        nearest.found.iter().map(|near| near.entries.len()).sum::<usize>()
    };
    assert_eq!((found(&one).await, found(&two).await), (1, 0));
    super::kit::publish(&other, "default", &[entry("b", from_ref(&vector))]).await;
    super::kit::sync(&two, "default").await;
    assert_eq!((found(&one).await, found(&two).await), (1, 1));
    root.execute("DROP SCHEMA own CASCADE").await.unwrap();
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    let before: i64 = sqlx::query_scalar(tables).fetch_one(&mut root).await.unwrap();
    let gone = PgVector::open(&second).await;
    assert_eq!(gone.unwrap_err().code, Code::StoreUnavailable);
    let after: i64 = sqlx::query_scalar(tables).fetch_one(&mut root).await.unwrap();
    assert_eq!((before, found(&one).await), (after, 1));
    for search in [one, two] {
        search.close().await;
    }
    store.close().await;
    other.close().await;
    root.close().await.unwrap();
    database.drop().await;
}

/// Faults of the database are errors, never empty lists, and pass.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_that_takes_too_long_is_an_error() {
    let place = Place::new().await;
    let vector = random(&mut fastrand::Rng::with_seed(1));
    place.publish("default", &[entry("a", from_ref(&vector))]).await;
    place.sync("default").await;
    let hurried = PgVectorOptions {
        postgres: place.schema.options(),
        search_timeout: Duration::from_millis(200),
    };
    let hurried = PgVector::open(&hurried).await.unwrap();
    let asked = asking("default", 1, &[vector]);
    let nearest = async || goldenset_core::ports::VectorSearch::nearest(&hurried, &asked).await;
    assert_eq!(nearest().await.unwrap().found[0].entries.len(), 1);
    let mut db = place.schema.connect().await;
    let mut held = db.begin().await.unwrap();
    held.execute("LOCK TABLE embeddings IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let error = nearest().await.unwrap_err();
    assert_eq!(error.code, Code::StoreUnavailable, "{error:?}");
    held.rollback().await.unwrap();
    assert_eq!(nearest().await.unwrap().found[0].entries.len(), 1);
}
