//! Golden sets in one Postgres database that many nodes share.
//!
//! Every write takes one lock of the database first, so that changes follow each other as in the
//! embedded store; reads see one moment and wait for nobody.

mod ear;
mod error;
mod open;
pub(crate) mod pgvector;
mod scratch;
#[path = "../sql/mod.rs"]
mod sql;

use goldenset_core::Result;
use sqlx::{Connection, PgConnection, PgPool};

use ear::Ear;
use sql::Fault;

pub use open::PostgresOptions;
pub use scratch::PostgresScratch;

/// What the statements of `sql` run on here.
mod driver {
    pub(super) use sqlx::postgres::{
        PgArguments as Arguments, PgConnection as Connection, PgRow as DbRow, Postgres as Database,
    };

    use sqlx::{AssertSqlSafe, Executor};

    pub(super) use super::PostgresStore as Backend;
    pub(super) use super::error::{RESTORE, explain};
    use super::sql::Fault;
    use crate::copy::TABLES;

    /// What makes and upgrades the tables.
    pub(super) const MIGRATIONS: &[(i64, &str, &str)] = &[
        (1, "golden set", include_str!("../../migrations/postgres/0001_golden_set.sql")),
        (2, "golden loop", include_str!("../../migrations/postgres/0002_golden_loop.sql")),
        (3, "model switches", include_str!("../../migrations/postgres/0003_model_switches.sql")),
    ];

    /// Whether there is a schema.
    pub(super) const HAS_SCHEMA: &str = "SELECT to_regclass('_sqlx_migrations') IS NOT NULL";

    /// What to do with a schema that is of no release.
    pub(super) const OLD_COPY: &str = "name an empty database, or restore this one from a backup";

    /// The join of a set's entries with their versions; Postgres finds the way itself.
    macro_rules! entries_join {
        () => {
            "JOIN"
        };
    }

    /// Values of rows as one JSON array, in the order of the rows; of no row an empty one.
    macro_rules! json_array {
        ($value:expr) => {
            concat!("coalesce(json_agg(", $value, "), '[]')::text")
        };
    }

    /// The items of a JSON array as rows with the one column that counts, `value`.
    macro_rules! json_each {
        ($array:literal) => {
            concat!("jsonb_array_elements(", $array, "::jsonb)")
        };
    }

    macro_rules! json_object {
        () => {
            "json_build_object"
        };
    }

    /// A copy takes as long as it takes.
    pub(super) async fn before_copy(db: &mut Connection) -> Result<(), Fault> {
        db.execute("SET LOCAL statement_timeout = 0").await?;
        db.execute("SET LOCAL idle_in_transaction_session_timeout = 0").await?;
        Ok(())
    }

    /// Lets the numbers of rows go on from those that were written.
    pub(super) async fn after_copy(db: &mut Connection) -> Result<(), Fault> {
        for table in TABLES.iter().filter(|table| table.is_counted()) {
            let statement = format!(
                "SELECT setval(pg_get_serial_sequence('{0}', 'id'), max(id)) FROM {0}",
                table.name
            );
            // Of no rows it is of nothing, and changes nothing.
            db.execute(AssertSqlSafe(statement)).await?;
        }
        Ok(())
    }

    pub(super) use {entries_join, json_array, json_each, json_object};
}

/// The store of many nodes. See [`PostgresStore::open`].
#[derive(Debug)]
pub struct PostgresStore {
    /// Server and database, for messages: without user and password.
    place: String,
    pool: PgPool,
    ear: Ear,
}

/// Takes the lock that every write holds until it ends: one for all nodes on these tables.
const TAKE_WRITE_LOCK: &str =
    "SELECT pg_advisory_xact_lock(hashtextextended('goldenset:' || current_schema(), 0))";

impl PostgresStore {
    /// Every node writes.
    const SHARED: bool = true;

    /// Waits until a node may have changed something.
    async fn hear(&self) {
        self.ear.heard().await;
    }

    /// Gives the connections back.
    async fn end(&self) {
        self.ear.close();
        self.pool.close().await;
    }

    /// Runs `work` in a transaction that no other writer gets between, on this node or another.
    /// Each statement sees what was committed before it, and after the lock that is everything.
    async fn write<T>(
        &self,
        work: impl AsyncFnOnce(&mut PgConnection) -> Result<T, Fault>,
    ) -> Result<T> {
        let written = async {
            let mut connection = self.pool.acquire().await?;
            let mut transaction = connection.begin().await?;
            sqlx::query(TAKE_WRITE_LOCK).execute(&mut *transaction).await?;
            let result = work(&mut transaction).await?;
            transaction.commit().await?;
            Ok(result)
        };
        written.await.map_err(|fault: Fault| fault.at(&self.place))
    }

    /// Runs `work` on the state of one moment.
    async fn read<T>(
        &self,
        work: impl AsyncFnOnce(&mut PgConnection) -> Result<T, Fault>,
    ) -> Result<T> {
        let read = async {
            let mut connection = self.pool.acquire().await?;
            let mut transaction =
                connection.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
            let result = work(&mut transaction).await?;
            transaction.commit().await?;
            Ok(result)
        };
        read.await.map_err(|fault: Fault| fault.at(&self.place))
    }
}
