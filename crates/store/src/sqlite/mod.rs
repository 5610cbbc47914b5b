//! Golden sets in one SQLite database, `goldenset.db` in a data folder.
//!
//! One connection writes, so that changes follow each other; a few read beside it, each as of one
//! moment (WAL mode).

mod audit_sample;
mod blob;
mod calibration;
mod commit;
mod curated;
mod curation;
mod error;
mod keys;
mod lock;
mod missed;
mod once;
mod open;
mod read;
mod references;
mod rows;
mod select;
mod suspending;
mod watch;
mod watching;
mod write;

use std::fs::File;
use std::path::PathBuf;

use async_trait::async_trait;
use goldenset_core::calibration::Calibration;
use goldenset_core::ports::{
    Calibrations, ChangeSet, Commit, EntryRecord, Once, PublishedSet, Recalibrated, Store,
};
use goldenset_core::{
    Code, Embedding, EntryId, Epoch, Error, ModelId, Result, TenantId, VersionNumber,
};
use jiff::Timestamp;
use sqlx::{Connection, SqliteConnection, SqlitePool};

use error::Fault;

/// The embedded store. See [`SqliteStore::open`].
#[derive(Debug)]
pub struct SqliteStore {
    /// The database file, for messages.
    place: PathBuf,
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

#[async_trait]
impl Store for SqliteStore {
    /// Folds the log into the database file. Dropping the store does the same in the background.
    async fn close(&self) {
        self.readers.close().await;
        if let Some(writer) = &self.writer {
            writer.close().await;
        }
    }

    async fn tenants(&self) -> Result<Vec<(TenantId, Epoch)>> {
        self.read(async |db| read::tenants(db).await).await
    }

    async fn commit(&self, changes: ChangeSet) -> Result<Commit> {
        commit::check(&changes)?;
        self.write(async |db| commit::commit(db, &changes).await).await
    }

    async fn published(&self, tenant: &TenantId, model: &ModelId) -> Result<PublishedSet> {
        self.read(async |db| read::published(db, tenant, model).await).await
    }

    async fn add_embeddings(
        &self,
        tenant: &TenantId,
        model: &ModelId,
        embeddings: Vec<(EntryId, VersionNumber, Vec<Embedding>)>,
    ) -> Result<()> {
        self.write(async |db| commit::add_embeddings(db, tenant, model, &embeddings).await).await
    }

    async fn save_calibration(
        &self,
        tenant: &TenantId,
        calibration: &Calibration,
        actor: &str,
        at: Timestamp,
        once: Option<&Once>,
    ) -> Result<Recalibrated> {
        let by = (tenant, (actor, at));
        self.write(async |db| calibration::change(db, by, Some(calibration), once).await).await
    }

    async fn undo_calibration(
        &self,
        tenant: &TenantId,
        actor: &str,
        at: Timestamp,
        once: Option<&Once>,
    ) -> Result<Recalibrated> {
        let by = (tenant, (actor, at));
        self.write(async |db| calibration::change(db, by, None, once).await).await
    }

    async fn recalibrated(&self, tenant: &TenantId, once: &Once) -> Result<Option<Recalibrated>> {
        self.read(async |db| calibration::done(db, tenant, once).await).await
    }

    async fn calibrations(&self, tenant: &TenantId) -> Result<Calibrations> {
        self.read(async |db| calibration::all(db, tenant).await).await
    }

    async fn entry(&self, tenant: &TenantId, id: &EntryId) -> Result<EntryRecord> {
        self.read(async |db| read::entry(db, tenant, id).await).await
    }

    async fn entries(
        &self,
        tenant: &TenantId,
        after: Option<&EntryId>,
        limit: usize,
    ) -> Result<Vec<EntryRecord>> {
        self.read(async |db| read::entries(db, tenant, after, limit).await).await
    }

    async fn versions(&self, tenant: &TenantId, id: &EntryId) -> Result<Vec<EntryRecord>> {
        self.read(async |db| read::versions(db, tenant, id).await).await
    }
}

#[cfg(test)]
mod tests {
    use goldenset_core::ports::EntryChange;
    use goldenset_core::{EntryContent, Validity, Vector};

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
}
