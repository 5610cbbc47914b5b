//! The data folder: who may open it, what is said when it cannot be used, what its database
//! refuses.

#[cfg(test)]
mod folder {
    use std::io::{Seek, SeekFrom, Write};
    use std::path::Path;
    use std::sync::Arc;
    use std::time::Duration;

    use goldenset_core::ports::{ChangeSet, EntryChange, Store};
    use goldenset_core::{
        Code, EntryContent, EntryId, Epoch, Error, ModelId, TenantId, Validity, Vector,
    };
    use goldenset_store::SqliteStore;
    use jiff::Timestamp;
    use sqlx::sqlite::SqliteConnectOptions;
    use sqlx::{ConnectOptions, Connection, SqliteConnection};
    use tempfile::TempDir;

    fn changes(answer: &str) -> ChangeSet {
        let content = EntryContent {
            question: "q?".into(),
            alternatives: vec![],
            answer: answer.into(),
            references: vec![],
            category: None,
            tags: vec![],
            lang: None,
            validity: Validity::default(),
            review_by: None,
        };
        let publish = Some(vec![Vector::from([0.5, 0.25]).into()]);
        let model = ModelId::new("model").unwrap();
        ChangeSet {
            changes: vec![EntryChange::Save { id: EntryId::new("a").unwrap(), content, publish }],
            ..ChangeSet::new(TenantId::default(), "anna", model, Timestamp::UNIX_EPOCH)
        }
    }

    async fn served(store: &SqliteStore) -> Result<Option<String>, Error> {
        let set = store.published(&TenantId::default(), &ModelId::new("model").unwrap()).await?;
        Ok(set.entries.into_iter().next().map(|entry| entry.content.answer))
    }

    async fn filled() -> TempDir {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(dir.path()).await.unwrap();
        store.commit(changes("one")).await.unwrap();
        store.close().await;
        dir
    }

    async fn raw(dir: &Path) -> SqliteConnection {
        SqliteConnectOptions::new().filename(dir.join("goldenset.db")).connect().await.unwrap()
    }

    /// The error of both ways to open; it names the folder and a fix.
    async fn refused(dir: &Path, code: Code) -> [String; 2] {
        let both = [SqliteStore::open(dir).await, SqliteStore::open_read_only(dir).await];
        both.map(|opened| {
            let error = opened.unwrap_err();
            assert_eq!(error.code, code, "{error:?}");
            assert!(error.fix.is_some(), "{error:?}");
            error.to_string()
        })
    }

    #[tokio::test]
    async fn folder_is_created_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let deep = dir.path().join("à/b c");
        let store = SqliteStore::open(&deep).await.unwrap();
        store.commit(changes("one")).await.unwrap();
        drop(store);
        let store = SqliteStore::open(&deep).await.unwrap();
        assert_eq!(served(&store).await.unwrap().as_deref(), Some("one"));
        assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
    }

    #[tokio::test]
    async fn commits_are_synced_to_a_write_ahead_log() {
        let dir = filled().await;
        let mode: String = sqlx::query_scalar("PRAGMA journal_mode")
            .fetch_one(&mut raw(dir.path()).await)
            .await
            .unwrap();
        assert_eq!(mode, "wal");
    }

    #[tokio::test]
    async fn one_writer_at_a_time() {
        let dir = filled().await;
        let store = SqliteStore::open(dir.path()).await.unwrap();
        let error = SqliteStore::open(dir.path()).await.unwrap_err();
        assert_eq!(error.code, Code::DataDirBusy);
        assert!(error.fix.is_some() && error.to_string().contains(&*dir.path().to_string_lossy()));
        drop(store);
        SqliteStore::open(dir.path()).await.unwrap();
    }

    #[tokio::test]
    async fn readers_follow_the_writer_and_change_nothing() {
        let dir = filled().await;
        let writer = SqliteStore::open(dir.path()).await.unwrap();
        let reader = SqliteStore::open_read_only(dir.path()).await.unwrap();
        for answer in ["two", "three"] {
            writer.commit(changes(answer)).await.unwrap();
            assert_eq!(served(&reader).await.unwrap().as_deref(), Some(answer));
        }
        assert_eq!(reader.commit(changes("four")).await.unwrap_err().code, Code::DataDirUnusable);
        let tenants = reader.tenants().await.unwrap();
        assert_eq!(tenants.iter().map(|(_, stamp)| stamp.epoch).collect::<Vec<_>>(), [Epoch(3)]);
        writer.close().await;
        drop(writer);
        assert_eq!(served(&reader).await.unwrap().as_deref(), Some("three"));
    }

    #[tokio::test]
    async fn unusable_folders_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        std::fs::write(&file, "x").unwrap();
        for path in [file.clone(), file.join("below"), "/proc/goldenset".into()] {
            for text in refused(&path, Code::DataDirUnusable).await {
                assert!(text.contains(&*path.to_string_lossy()), "{text}");
            }
        }
        let empty = dir.path().join("empty");
        std::fs::create_dir(&empty).unwrap();
        let error = SqliteStore::open_read_only(&empty).await.unwrap_err();
        assert_eq!(error.code, Code::DataDirUnusable);
        assert_eq!(std::fs::read_dir(&empty).unwrap().count(), 0);
        let blocked = dir.path().join("blocked");
        std::fs::create_dir_all(blocked.join("goldenset.db")).unwrap();
        refused(&blocked, Code::DataDirUnusable).await;
    }

    #[tokio::test]
    async fn newer_databases_are_left_alone() {
        let dir = filled().await;
        sqlx::query("INSERT INTO _sqlx_migrations VALUES (9001, 'x', 0, TRUE, x'00', 0)")
            .execute(&mut raw(dir.path()).await)
            .await
            .unwrap();
        for text in refused(dir.path(), Code::DatabaseNewer).await {
            assert!(text.contains("schema 9001") && text.contains("up to "), "{text}");
        }
    }

    #[tokio::test]
    async fn older_databases_are_not_read_half_known() {
        let dir = filled().await;
        let mut db = raw(dir.path()).await;
        sqlx::query("DELETE FROM _sqlx_migrations").execute(&mut db).await.unwrap();
        let error = SqliteStore::open_read_only(dir.path()).await.unwrap_err();
        assert_eq!(error.code, Code::DataDirUnusable);
        assert!(error.to_string().contains("older version"), "{error}");
    }

    #[tokio::test]
    async fn what_is_no_database_is_called_damaged() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("goldenset.db"), "not a database at all ".repeat(400))
            .unwrap();
        refused(dir.path(), Code::DatabaseDamaged).await;
    }

    #[tokio::test]
    async fn damage_is_never_an_empty_set() {
        let dir = filled().await;
        let path = dir.path().join("goldenset.db");
        let mut file = std::fs::File::options().write(true).open(&path).unwrap();
        let length = file.metadata().unwrap().len();
        // All but the first page, which holds the header and the schema.
        file.seek(SeekFrom::Start(4096)).unwrap();
        file.write_all(&vec![0xA5; usize::try_from(length).unwrap() - 4096]).unwrap();
        drop(file);
        for opened in
            [SqliteStore::open_read_only(dir.path()).await, SqliteStore::open(dir.path()).await]
        {
            let error = match opened {
                Ok(store) => served(&store).await.unwrap_err(),
                Err(error) => error,
            };
            assert_eq!(error.code, Code::DatabaseDamaged, "{error:?}");
        }
    }

    #[tokio::test]
    async fn logs_and_versions_refuse_to_be_rewritten() {
        let dir = filled().await;
        let mut db = raw(dir.path()).await;
        for statement in [
            "UPDATE audit SET actor = 'x'",
            "DELETE FROM audit",
            "INSERT OR REPLACE INTO audit (id, at, actor, action, tenant, detail) \
             SELECT id, at, 'x', action, tenant, detail FROM audit",
            "UPDATE versions SET answer = 'x'",
            "UPDATE entries SET published_version = NULL",
            "UPDATE entries SET status = 'draft'",
            "UPDATE entries SET status = 'other', published_version = NULL",
            "UPDATE entries SET head_version = 2",
            "DELETE FROM versions",
            "UPDATE embeddings SET dimensions = 3",
            "INSERT INTO tags VALUES ('default', 'a', 2, 0, 'x')",
        ] {
            let refused = sqlx::query(statement).execute(&mut db).await;
            assert!(refused.is_err(), "{statement}");
        }
        let store = SqliteStore::open(dir.path()).await.unwrap();
        assert_eq!(served(&store).await.unwrap().as_deref(), Some("one"));
        store.commit(changes("two")).await.unwrap();
    }

    /// As a backup or a person with the SQLite shell does. A commit that had read before it waited
    /// would be refused.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn commits_wait_for_foreign_writers() {
        let dir = filled().await;
        let store = Arc::new(SqliteStore::open(dir.path()).await.unwrap());
        let mut db = raw(dir.path()).await;
        let mut foreign = db.begin_with("BEGIN IMMEDIATE").await.unwrap();
        let committing = tokio::spawn({
            let store = Arc::clone(&store);
            async move { store.commit(changes("two")).await }
        });
        tokio::time::sleep(Duration::from_millis(50)).await;
        sqlx::query("INSERT INTO tenants VALUES ('foreign', 0)")
            .execute(&mut *foreign)
            .await
            .unwrap();
        foreign.commit().await.unwrap();
        assert_eq!(committing.await.unwrap().unwrap().epoch, Epoch(2));
    }
}
