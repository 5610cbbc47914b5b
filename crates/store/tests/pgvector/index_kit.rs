//! Sets that are large enough for an index.

use std::future::Future;
use std::sync::Mutex;
use std::time::Duration;

use goldenset_core::ports::{Filled, NearestQuery, VectorSearch};
use goldenset_core::{Vector, VersionNumber};
use goldenset_store::vector_index::{IndexPlan, IndexStatus, Step};
use goldenset_store::{PgVector, PgVectorOptions, PostgresOptions};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::bulk::{Bulk, fill};
use super::kit::{Place, asking, model, of_tenant, ranked};

pub(super) const HNSW: IndexPlan = IndexPlan::Hnsw { m: 16, ef_construction: 64, ef_search: 100 };

/// A set in a schema of its own.
pub(super) struct Large {
    pub(super) place: Place,
    pub(super) db: PgConnection,
    pub(super) dimensions: usize,
    around: usize,
}

impl Large {
    pub(super) async fn new(rows: usize, dimensions: usize) -> Self {
        Self::around(20, rows, dimensions).await
    }

    /// With so many entries near each other, on average; 1: scattered.
    pub(super) async fn around(around: usize, rows: usize, dimensions: usize) -> Self {
        let place = Place::new().await;
        let db = place.schema.connect().await;
        let mut large = Self { place, db, dimensions, around };
        large.add("default", rows, 1).await;
        large
    }

    /// Publishes so many entries more.
    pub(super) async fn add(&mut self, tenant: &'static str, rows: usize, seed: u64) {
        let (dimensions, around) = (self.dimensions, self.around);
        let bulk = Bulk { tenant, rows, dimensions, around, seed, ..Bulk::default() };
        fill(&mut self.db, &bulk).await.unwrap();
        assert_eq!(self.sync(tenant).await.missing, 0);
    }

    pub(super) async fn sync(&self, tenant: &str) -> Filled {
        let (tenant, search) = (of_tenant(tenant), &self.place.search);
        search.sync(&tenant, &model(), self.dimensions, &|_, _| ()).await.unwrap()
    }

    pub(super) async fn build(&self, plan: IndexPlan) -> IndexStatus {
        let told = |_: &Step| ();
        self.place.search.build(&model(), self.dimensions, Some(plan), &told).await.unwrap()
    }

    pub(super) async fn status(&self) -> IndexStatus {
        self.place.search.status().await.unwrap().remove(0)
    }

    /// Another node, whose connections have these settings of the server.
    pub(super) async fn node(&self, settings: &[(&str, &str)]) -> PgVector {
        let settings = settings.iter().map(|(name, value)| format!("%20-c{name}%3D{value}"));
        let name = self.name();
        let url = format!(
            "{}{}&application_name={name}",
            self.place.schema.url(),
            settings.collect::<String>()
        );
        let options = PgVectorOptions {
            postgres: PostgresOptions { url, ..self.place.schema.options() },
            search_timeout: Duration::from_secs(20),
        };
        PgVector::open(&options).await.unwrap()
    }

    /// What the connections of [`Large::node`] are called.
    pub(super) fn name(&self) -> String {
        format!("node_{}", self.place.schema.name())
    }

    /// Vectors of the set, a little off.
    pub(super) async fn near(&mut self, count: usize) -> Vec<Vector> {
        let rows: Vec<Vec<u8>> =
            sqlx::query_scalar("SELECT vector FROM embeddings ORDER BY sha256(id::bytea) LIMIT $1")
                .bind(count as i64)
                .fetch_all(&mut self.db)
                .await
                .unwrap();
        let draw = &mut fastrand::Rng::with_seed(9);
        let off = |number: f32, draw: &mut fastrand::Rng| {
            number + 0.2 * (draw.f32() - 0.5) / (self.dimensions as f32).sqrt()
        };
        rows.iter()
            .map(|row| {
                let numbers = row.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
                super::kit::unit(numbers.map(|number| off(number, draw)).collect())
            })
            .collect()
    }

    /// What a node finds, as a share of what is nearest; it finds as many as there are.
    pub(super) async fn recall(&self, node: &PgVector, query: &NearestQuery) -> f64 {
        share(&self.found(node, query).await, &self.place.wanted(query).await)
    }

    /// What a node finds, sorted as a caller does.
    pub(super) async fn found(&self, node: &PgVector, query: &NearestQuery) -> Ranked {
        ranked(query, &node.nearest(query).await.unwrap())
    }

    pub(super) fn asking(&self, k: usize, vectors: &[Vector]) -> NearestQuery {
        asking("default", k, vectors)
    }

    /// How often the table was read from end to end, and each of its indexes was used, by name
    /// without the table's.
    pub(super) async fn used(&mut self) -> (i64, Vec<(String, i64)>) {
        let table = self.status().await.table;
        let scans: i64 = sqlx::query_scalar(
            "SELECT seq_scan FROM pg_stat_user_tables WHERE relid = $1::regclass",
        )
        .bind(&table)
        .fetch_one(&mut self.db)
        .await
        .unwrap();
        let mut indexes: Vec<(String, i64)> = sqlx::query_as(
            "SELECT replace(indexrelname, $1 || '_', ''), idx_scan FROM pg_stat_user_indexes \
             WHERE relid = $1::regclass ORDER BY 1",
        )
        .bind(&table)
        .fetch_all(&mut self.db)
        .await
        .unwrap();
        for (name, _) in &mut indexes {
            if name.starts_with('i') {
                *name = "vectors".into();
            }
        }
        (scans, indexes)
    }

    /// Ends nodes and waits until the server has counted what they did.
    pub(super) async fn end(&mut self, nodes: Vec<PgVector>) {
        for node in nodes {
            node.close().await;
        }
        let name = self.name();
        let ended = async {
            loop {
                let there: bool = sqlx::query_scalar(
                    "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE application_name = $1)",
                )
                .bind(&name)
                .fetch_one(&mut self.db)
                .await
                .unwrap();
                if !there {
                    return;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(60), ended).await.unwrap();
    }

    pub(super) async fn count(&mut self, query: &str) -> i64 {
        sqlx::query_scalar(AssertSqlSafe(query.to_owned())).fetch_one(&mut self.db).await.unwrap()
    }
}

/// Ids with versions, most similar first, of each question.
pub(super) type Ranked = Vec<Vec<(String, VersionNumber)>>;

/// How much of what is wanted was found. Fewer than are wanted are never found.
pub(super) fn share(found: &Ranked, wanted: &Ranked) -> f64 {
    let mut hits = (0, 0);
    for (found, wanted) in found.iter().zip(wanted) {
        assert_eq!(found.len(), wanted.len(), "fewer than there are");
        hits.0 += found.iter().filter(|one| wanted.contains(one)).count();
        hits.1 += wanted.len();
    }
    hits.0 as f64 / hits.1 as f64
}

/// Runs `work` once, in a thread of its own, at the first step that `told` hears of; nothing else
/// goes on in the task that tells until it is done.
pub(super) struct Once<F>(Mutex<Option<F>>);

impl<F, W> Once<F>
where
    F: FnOnce() -> W + Send,
    W: Future<Output = ()>,
{
    pub(super) fn new(work: F) -> Self {
        Self(Mutex::new(Some(work)))
    }

    pub(super) fn hear(&self) {
        let Some(work) = self.0.lock().unwrap().take() else { return };
        std::thread::scope(|scope| {
            let done = scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.unwrap().block_on(work());
            });
            done.join().unwrap();
        });
    }

    /// Whether it was done.
    pub(super) fn is_done(&self) -> bool {
        self.0.lock().unwrap().is_none()
    }
}

/// Ends all connections of that name, from a connection of its own.
pub(super) async fn kill(url: &str, name: &str) {
    let mut db = PgConnection::connect(url).await.unwrap();
    let ended: i64 = sqlx::query_scalar(
        "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity \
         WHERE application_name = $1",
    )
    .bind(name)
    .fetch_one(&mut db)
    .await
    .unwrap();
    assert!(ended > 0, "nothing was ended");
}
