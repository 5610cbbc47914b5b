//! Opening a data folder, and bringing its database up to this program's schema.

use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use goldenset_core::{Code, Error, Result};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, SqlSafeStr, SqliteConnection};

use super::error::unusable;
use super::sql::Fault;
use super::{SqliteStore, lock};

const DATABASE_FILE: &str = "goldenset.db";
/// Connections that read at once; reads never wait for the writer.
const READERS: u32 = 4;
/// How long to wait for a lock that another process holds on the database file, as a backup does.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Size in bytes to which the log is cut back after a large import.
const LOG_LIMIT: &str = "67108864";

/// Read in with `include_str!` and not with `sqlx::migrate!`, which would compile SQLite a second
/// time and needs a build script to notice a new file.
static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    let files = [
        (1, "golden set", include_str!("../../migrations/sqlite/0001_golden_set.sql")),
        (2, "word vectors", include_str!("../../migrations/sqlite/0002_word_vectors.sql")),
        (3, "calibrations", include_str!("../../migrations/sqlite/0003_calibrations.sql")),
        (4, "watch", include_str!("../../migrations/sqlite/0004_watch.sql")),
        (5, "keys", include_str!("../../migrations/sqlite/0005_keys.sql")),
        (6, "references", include_str!("../../migrations/sqlite/0006_references.sql")),
        (7, "curation", include_str!("../../migrations/sqlite/0007_curation.sql")),
        (8, "missed", include_str!("../../migrations/sqlite/0008_missed.sql")),
    ];
    let migration = |(version, name, sql): (i64, &'static str, &'static str)| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(files.map(migration).into())
});

impl SqliteStore {
    /// Opens the golden sets in `dir` for reading and writing; creates the folder and the database
    /// where there are none, and upgrades an older database. The folder belongs to this store
    /// until it is dropped or the process ends.
    ///
    /// # Errors
    /// `data_dir_unusable`, `data_dir_busy`, `database_newer`, `database_damaged`,
    /// `store_unavailable` (as when the disk is full).
    pub async fn open(dir: &Path) -> Result<Self> {
        std::fs::create_dir_all(dir)
            .map_err(|cause| unusable(dir, "cannot be created").cause(cause))?;
        let lock = lock::take(dir)?;
        let place = dir.join(DATABASE_FILE);
        let options = options()
            .filename(&place)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A commit is on the disk when it returns, also when the power fails.
            .synchronous(SqliteSynchronous::Full)
            // What is deleted was asked by people: nothing of it stays in unused pages.
            .pragma("secure_delete", "ON")
            .pragma("journal_size_limit", LOG_LIMIT);
        let opened = async {
            let writer = pool(1)
                // SQLite ends the transaction by itself when the disk is full; the driver then
                // believes that it still runs. Such a connection is replaced.
                .before_acquire(|connection, _| {
                    Box::pin(async move { Ok(!connection.is_in_transaction()) })
                })
                .connect_with(options.clone())
                .await?;
            migrate(&mut *writer.acquire().await?).await?;
            let readers = pool(READERS)
                .connect_lazy_with(options.create_if_missing(false).pragma("query_only", "ON"));
            Ok(Self {
                place: place.display().to_string(),
                writer: Some(writer),
                readers,
                _lock: Some(lock),
            })
        };
        opened.await.map_err(|fault: Fault| fault.at(&place.display().to_string()))
    }

    /// Whether `dir` holds golden sets.
    #[must_use]
    pub fn is_in(dir: &Path) -> bool {
        dir.join(DATABASE_FILE).is_file()
    }

    /// Opens the golden sets in `dir` for reading only, also while a server has the folder open.
    /// Sees every commit that was done when a call begins. Every change is refused.
    ///
    /// # Errors
    /// `data_dir_unusable` (as when there is no database, or one that needs an upgrade),
    /// `database_newer`, `database_damaged`, `store_unavailable`.
    pub async fn open_read_only(dir: &Path) -> Result<Self> {
        let place = dir.join(DATABASE_FILE);
        if !Self::is_in(dir) {
            return Err(unusable(dir, "holds no golden set")
                .fix("import entries first, or name the folder that the server uses"));
        }
        let opened =
            async {
                let readers =
                    pool(READERS).connect_with(options().filename(&place).read_only(true)).await?;
                let found = checked_schema_version(&mut *readers.acquire().await?).await?;
                if found < newest() {
                    return Err(unusable(dir, &format!(
                    "was written by an older version (schema {found}, this version needs {})",
                    newest()
                ))
                .fix("start the server of this version once: it upgrades the folder")
                .into());
                }
                Ok(Self { place: place.display().to_string(), writer: None, readers, _lock: None })
            };
        opened.await.map_err(|fault: Fault| fault.at(&place.display().to_string()))
    }

    /// A store without a folder, gone when it is dropped: for evaluation and tests.
    ///
    /// # Errors
    /// `store_unavailable`.
    pub async fn in_memory() -> Result<Self> {
        let opened = async {
            // Every connection would see a database of its own, so all share one.
            let pool = pool(1).connect_with(options().in_memory(true)).await?;
            migrate(&mut *pool.acquire().await?).await?;
            let (writer, readers) = (Some(pool.clone()), pool);
            Ok(Self { place: ":memory:".into(), writer, readers, _lock: None })
        };
        opened.await.map_err(|fault: Fault| fault.at(":memory:"))
    }
}

fn options() -> SqliteConnectOptions {
    SqliteConnectOptions::new().foreign_keys(true).busy_timeout(BUSY_TIMEOUT)
}

/// Connections live as long as the store: a new one brings nothing, and in memory loses all.
fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

async fn migrate(connection: &mut SqliteConnection) -> Result<(), Fault> {
    checked_schema_version(connection).await?;
    MIGRATIONS.run_direct(None, connection, false).await.map_err(|fault| match fault {
        sqlx::migrate::MigrateError::Execute(cause)
        | sqlx::migrate::MigrateError::ExecuteMigration(cause, _) => Fault::Sql(cause),
        other => Fault::Known(
            Error::new(Code::Internal, "the schema of the database is not one of any release")
                .fix("restore the data folder from a backup, or export with the program that wrote it")
                .cause(other),
        ),
    })
}

/// The newest schema that this program knows.
fn newest() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// The schema of the database, 0 when it has none yet.
async fn checked_schema_version(connection: &mut SqliteConnection) -> Result<i64, Fault> {
    let tables: i64 =
        sqlx::query_scalar("SELECT count(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'")
            .fetch_one(&mut *connection)
            .await?;
    if tables == 0 {
        return Ok(0);
    }
    let found = sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM _sqlx_migrations")
        .fetch_one(connection)
        .await?;
    if found > newest() {
        let (known, version) = (newest(), env!("CARGO_PKG_VERSION"));
        return Err(Error::new(
            Code::DatabaseNewer,
            format!(
                "the database has schema {found}; goldenset {version} knows schemas up to {known}"
            ),
        )
        .fix("use the newer goldenset that wrote the folder, or a backup from before the upgrade")
        .into());
    }
    Ok(found)
}
