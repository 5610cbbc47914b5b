//! Golden sets in one SQLite database, `goldenset.db` in a data folder.
//!
//! One connection writes, so that changes follow each other; a few read beside it, each as of one
//! moment (WAL mode).

mod error;
mod lock;
mod open;
#[path = "../sql/mod.rs"]
mod sql;

use std::fs::File;

use goldenset_core::{Code, Error, Result};
use sqlx::{Connection, SqliteConnection, SqlitePool};

use sql::Fault;

/// What the statements of `sql` run on here.
mod driver {
    pub(super) use sqlx::sqlite::{
        Sqlite as Database, SqliteArguments as Arguments, SqliteConnection as Connection,
        SqliteRow as DbRow,
    };

    pub(super) use super::SqliteStore as Backend;
    pub(super) use super::error::{RESTORE, explain};
    use super::sql::Fault;

    /// Read in with `include_str!` and not with `sqlx::migrate!`, which would compile SQLite a second
    /// time and needs a build script to notice a new file.
    pub(super) const MIGRATIONS: &[(i64, &str, &str)] = &[
        (1, "golden set", include_str!("../../migrations/sqlite/0001_golden_set.sql")),
        (2, "word vectors", include_str!("../../migrations/sqlite/0002_word_vectors.sql")),
        (3, "calibrations", include_str!("../../migrations/sqlite/0003_calibrations.sql")),
        (4, "watch", include_str!("../../migrations/sqlite/0004_watch.sql")),
        (5, "keys", include_str!("../../migrations/sqlite/0005_keys.sql")),
        (6, "references", include_str!("../../migrations/sqlite/0006_references.sql")),
        (7, "curation", include_str!("../../migrations/sqlite/0007_curation.sql")),
        (8, "missed", include_str!("../../migrations/sqlite/0008_missed.sql")),
        (9, "model switches", include_str!("../../migrations/sqlite/0009_model_switches.sql")),
    ];

    /// Whether there is a schema.
    pub(super) const HAS_SCHEMA: &str =
        "SELECT count(*) > 0 FROM sqlite_schema WHERE name = '_sqlx_migrations'";

    /// What to do with a schema that is of no release.
    pub(super) const OLD_COPY: &str =
        "restore the data folder from a backup, or export with the program that wrote it";

    /// The join of a set's entries with their versions. CROSS keeps SQLite from changing the order
    /// of the tables: entries first is both the order of the result and the way along the keys.
    macro_rules! entries_join {
        () => {
            "CROSS JOIN"
        };
    }

    /// Values of rows as one JSON array, in the order of the rows.
    macro_rules! json_array {
        ($value:expr) => {
            concat!("json_group_array(", $value, ")")
        };
    }

    /// The items of a JSON array as rows with the one column that counts, `value`.
    macro_rules! json_each {
        ($array:literal) => {
            concat!("json_each(", $array, ")")
        };
    }

    macro_rules! json_object {
        () => {
            "json_object"
        };
    }

    /// Nothing limits a long transaction here.
    pub(super) async fn before_copy(_: &mut Connection) -> Result<(), Fault> {
        Ok(())
    }

    /// The numbers of rows go on from those that were written.
    pub(super) async fn after_copy(_: &mut Connection) -> Result<(), Fault> {
        Ok(())
    }

    pub(super) use {entries_join, json_array, json_each, json_object};
}

/// The embedded store. See [`SqliteStore::open`].
#[derive(Debug)]
pub struct SqliteStore {
    /// The database file, for messages.
    place: String,
    /// The one connection that writes; none when opened for reading only.
    writer: Option<SqlitePool>,
    readers: SqlitePool,
    /// Keeps the folder ours; none where there is none or it is only read.
    _lock: Option<File>,
}

impl SqliteStore {
    /// Everything that is wrong with the database file, none when it is sound. Reads all of it.
    ///
    /// # Errors
    /// `store_unavailable`, `database_damaged` when not even the check can run.
    pub async fn check(&self) -> Result<Vec<String>> {
        let checked = async {
            let mut connection = self.readers.acquire().await?;
            let faults: Vec<String> =
                sqlx::query_scalar("PRAGMA integrity_check").fetch_all(&mut *connection).await?;
            let orphans: Vec<(String, Option<i64>, String)> = sqlx::query_as(
                r#"SELECT "table", "rowid", "parent" FROM pragma_foreign_key_check"#,
            )
            .fetch_all(&mut *connection)
            .await?;
            let orphans = orphans.into_iter().map(|(table, row, parent)| {
                format!("row {row:?} of {table} rests on a row of {parent} that is not there")
            });
            Ok(faults.into_iter().filter(|fault| fault != "ok").chain(orphans).collect())
        };
        checked.await.map_err(|fault: Fault| fault.at(&self.place))
    }

    /// The folder belongs to one process.
    const SHARED: bool = false;

    /// Nobody else writes.
    async fn hear(&self) {
        std::future::pending().await
    }

    /// Folds the log into the database file. Dropping the store does the same in the background.
    async fn end(&self) {
        self.readers.close().await;
        if let Some(writer) = &self.writer {
            writer.close().await;
        }
    }

    /// Runs `work` in a transaction that no other writer gets between.
    async fn write<T>(
        &self,
        work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, Fault>,
    ) -> Result<T> {
        let written = async {
            let writer = self.writer.as_ref().ok_or_else(|| {
                Error::new(Code::DataDirUnusable, "the data folder was opened for reading only")
                    .fix("run `goldenset serve` on it once: it writes what is missing")
            })?;
            let mut connection = writer.acquire().await?;
            let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
            let result = work(&mut transaction).await?;
            transaction.commit().await?;
            Ok(result)
        };
        written.await.map_err(|fault: Fault| fault.at(&self.place))
    }

    /// Runs `work` on the state of one moment.
    async fn read<T>(
        &self,
        work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, Fault>,
    ) -> Result<T> {
        let read = async {
            let mut connection = self.readers.acquire().await?;
            let mut transaction = connection.begin().await?;
            let result = work(&mut transaction).await?;
            transaction.commit().await?;
            Ok(result)
        };
        read.await.map_err(|fault: Fault| fault.at(&self.place))
    }
}

#[cfg(test)]
mod tests {
    use goldenset_core::ports::{ChangeSet, EntryChange, Store};
    use goldenset_core::{EntryContent, EntryId, Epoch, ModelId, TenantId, Validity, Vector};
    use jiff::Timestamp;
    use sqlx::{AssertSqlSafe, Row};

    use super::sql::select::{HEAD, HISTORY, PAGE, PUBLISHED, PUBLISHED_VECTORS, WORDS};
    use super::*;

    fn save(answer: String) -> ChangeSet {
        let content = EntryContent {
            question: "q?".into(),
            alternatives: vec![],
            answer,
            references: vec![],
            category: None,
            tags: vec![],
            lang: None,
            validity: Validity::default(),
            review_by: None,
        };
        let publish = Some(vec![Vector::from([0.5]).into()]);
        let model = ModelId::new("model").unwrap();
        ChangeSet {
            changes: vec![EntryChange::Save { id: EntryId::new("a").unwrap(), content, publish }],
            ..ChangeSet::new(TenantId::default(), "anna", model, Timestamp::UNIX_EPOCH)
        }
    }

    async fn answer(store: &SqliteStore) -> String {
        let model = ModelId::new("model").unwrap();
        store.published(&TenantId::default(), &model).await.unwrap().entries[0]
            .content
            .answer
            .clone()
    }

    /// The limit on pages gives the same fault as a disk that is full, and ends the transaction
    /// the same way; it goes with its connection.
    #[tokio::test]
    async fn full_disk_undoes_the_change_and_the_store_recovers() {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(dir.path()).await.unwrap();
        store.commit(save("small".into())).await.unwrap();
        let writer = store.writer.as_ref().unwrap();
        let pages: i64 =
            sqlx::query_scalar("PRAGMA max_page_count = 1").fetch_one(writer).await.unwrap();
        assert!(pages < 100);
        let error = store.commit(save("large ".repeat(100_000))).await.unwrap_err();
        assert_eq!(error.code, Code::StoreUnavailable);
        assert!(error.detail.contains("disk is full") && error.cause.is_some(), "{error:?}");
        assert_eq!(answer(&store).await, "small");
        let commit = store.commit(save("large ".repeat(100_000))).await.unwrap();
        assert_eq!((commit.epoch, commit.applied[0].version), (Epoch(2), 2));
        assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
    }

    #[tokio::test]
    async fn commits_wait_for_the_disk() {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(dir.path()).await.unwrap();
        let writer = store.writer.as_ref().unwrap();
        let pragma =
            async |name| -> i64 { sqlx::query_scalar(name).fetch_one(writer).await.unwrap() };
        assert_eq!(pragma("PRAGMA synchronous").await, 2);
        assert_eq!(pragma("PRAGMA foreign_keys").await, 1);
    }

    #[tokio::test]
    async fn caller_who_goes_away_leaves_no_open_transaction() {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(dir.path()).await.unwrap();
        store.commit(save("start".into())).await.unwrap();
        for polls in 1..60 {
            let mut commit = store.commit(save(format!("answer {polls}")));
            for _ in 0..polls {
                if futures::poll!(commit.as_mut()).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
            drop(commit);
        }
        // A commit that was left behind may still be on its way; this one waits behind it.
        let nothing = ChangeSet { changes: vec![], ..save(String::new()) };
        let before = store.commit(nothing).await.unwrap();
        let commit = store.commit(save("end".into())).await.unwrap();
        assert_eq!(commit.epoch, Epoch(before.epoch.0 + 1));
        assert_eq!(answer(&store).await, "end");
        assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
    }

    /// A plan that scans or sorts is right and slow, so no other test would tell.
    #[tokio::test]
    async fn every_query_walks_along_keys() {
        let store = SqliteStore::in_memory().await.unwrap();
        for query in [PUBLISHED, PUBLISHED_VECTORS, PAGE, HEAD, HISTORY] {
            let plan = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {query}")))
                .fetch_all(&store.readers)
                .await
                .unwrap();
            let steps: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
            assert!(steps[0].starts_with("SEARCH e USING PRIMARY KEY (tenant=?"), "{steps:?}");
            assert!(
                !steps.iter().any(|step| step.contains("SCAN e")
                    || step.contains("SCAN x")
                    || step.contains("TEMP B-TREE")),
                "{steps:?}"
            );
        }
        let plan = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {WORDS}")))
            .fetch_all(&store.readers)
            .await
            .unwrap();
        let steps: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
        let key = "(tenant=? AND model=? AND id=? AND version=?)";
        let along = |step: &String| step.starts_with("SEARCH x") && step.ends_with(key);
        assert!(steps.iter().any(along), "{steps:?}");
    }
}
