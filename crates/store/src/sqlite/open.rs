//! Opening a data folder, and bringing its database up to this program's schema.

use std::path::Path;
use std::time::Duration;

use goldenset_core::Result;
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::error::unusable;
use super::sql::{Fault, schema};
use super::{SqliteStore, lock};

const DATABASE_FILE: &str = "goldenset.db";
/// Connections that read at once; reads never wait for the writer.
const READERS: u32 = 4;
/// How long to wait for a lock that another process holds on the database file, as a backup does.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Size in bytes to which the log is cut back after a large import.
const LOG_LIMIT: &str = "67108864";

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
            schema::migrate(&mut *writer.acquire().await?).await?;
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
                let found = schema::checked_version(&mut *readers.acquire().await?).await?;
                if found < schema::newest() {
                    return Err(unusable(dir, &format!(
                    "was written by an older version (schema {found}, this version needs {})",
                    schema::newest()
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
            schema::migrate(&mut *pool.acquire().await?).await?;
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
