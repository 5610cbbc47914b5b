//! Databases that older versions wrote.

#[cfg(test)]
mod older {
    use std::path::Path;

    use goldenset_core::embedding::WordVectorsBuilder;
    use goldenset_core::ports::{ChangeSet, EntryChange, PublishedVersion, Store};
    use goldenset_core::{Code, Embedding, EntryId, Epoch, ModelId, TenantId, Vector};
    use goldenset_store::SqliteStore;
    use jiff::Timestamp;
    use sqlx::migrate::{Migration, MigrationType, Migrator};
    use sqlx::sqlite::SqliteConnectOptions;
    use sqlx::{ConnectOptions, SqlSafeStr, SqliteConnection};
    use tempfile::TempDir;

    /// As the first version left it: the schema, and one published entry with an alternative.
    const FIRST: &str = include_str!("../migrations/sqlite/0001_golden_set.sql");
    const ENTRY: &str = "
        BEGIN;
        INSERT INTO tenants VALUES ('default', 1);
        INSERT INTO entries VALUES ('default', 'a', 'published', 1, 1);
        INSERT INTO versions VALUES ('default', 'a', 1, 'q?', 'old', NULL, NULL, NULL, NULL, 'anna',
            1000, 2000, zeroblob(32));
        INSERT INTO alternatives VALUES ('default', 'a', 1, 0, 'other q?');
        INSERT INTO entry_references VALUES ('default', 'a', 1, 0, 'art. 1');
        INSERT INTO embeddings VALUES ('default', 'model', 'a', 1, 0, 2, x'0000003f0000803e');
        INSERT INTO embeddings VALUES ('default', 'model', 'a', 1, 1, 2, x'0000803e0000003f');
        INSERT INTO journal VALUES ('default', 1, 0, 'published', 'a', 1, 2000);
        COMMIT;";

    async fn raw(dir: &Path) -> SqliteConnection {
        let path = dir.join("goldenset.db");
        SqliteConnectOptions::new().filename(path).create_if_missing(true).connect().await.unwrap()
    }

    async fn first_version() -> TempDir {
        let dir = tempfile::tempdir().unwrap();
        let mut db = raw(dir.path()).await;
        let first = Migration::new(
            1,
            "golden set".into(),
            MigrationType::Simple,
            FIRST.into_sql_str(),
            false,
        );
        let migrator = Migrator::with_migrations(vec![first]);
        migrator.run_direct(None, &mut db, false).await.unwrap();
        sqlx::raw_sql(ENTRY).execute(&mut db).await.unwrap();
        dir
    }

    async fn served(store: &SqliteStore) -> PublishedVersion {
        let model = ModelId::new("model").unwrap();
        let mut set = store.published(&TenantId::default(), &model).await.unwrap();
        assert_eq!((set.stamp.epoch, set.entries.len()), (Epoch(1), 1));
        set.entries.remove(0)
    }

    fn with_words() -> Vec<Embedding> {
        let mut words = WordVectorsBuilder::new(2);
        words.push(0..1, 3.5, &[0.25, -1.0]);
        let vector = Vector::from([0.5, 0.25]);
        vec![Embedding { vector: vector.clone(), words: words.build() }, vector.into()]
    }

    #[tokio::test]
    async fn the_first_schema_is_upgraded_with_what_is_in_it() {
        let dir = first_version().await;
        let refused = SqliteStore::open_read_only(dir.path()).await.unwrap_err();
        assert_eq!(refused.code, Code::DataDirUnusable);
        assert!(refused.to_string().contains("schema 1"), "{refused}");

        let store = SqliteStore::open(dir.path()).await.unwrap();
        let old = served(&store).await;
        assert_eq!((old.content.answer.as_str(), old.content.alternatives.len()), ("old", 1));
        assert_eq!(old.content.references, ["art. 1".into()]);
        assert_eq!((old.content.review_by, &old.suspensions[..]), (None, &[][..]));
        let vectors = [[0.5, 0.25], [0.25, 0.5]].map(|vector| Vector::from(vector).into());
        assert_eq!(old.embeddings, Some(vectors.to_vec()));
        assert_eq!(store.check().await.unwrap(), Vec::<String>::new());

        let mut db = raw(dir.path()).await;
        let journal: Vec<String> = sqlx::query_scalar(
            "SELECT concat_ws(' ', tenant, epoch, seq, kind, entry, version, at) FROM journal",
        )
        .fetch_all(&mut db)
        .await
        .unwrap();
        assert_eq!(journal, ["default 1 0 published a 1 2000"]);

        let (tenant, model) = (TenantId::default(), ModelId::new("other").unwrap());
        let added = vec![(old.id.clone(), 1, with_words())];
        store.add_embeddings(&tenant, &model, added).await.unwrap();
        let change = EntryChange::Save {
            id: EntryId::new("a").unwrap(),
            content: old.content,
            publish: Some(with_words()),
        };
        let at = Timestamp::UNIX_EPOCH;
        let set = ChangeSet {
            changes: vec![change],
            ..ChangeSet::new(tenant.clone(), "anna", model.clone(), at)
        };
        store.commit(set).await.unwrap();
        store.close().await;

        let store = SqliteStore::open_read_only(dir.path()).await.unwrap();
        let found = store.published(&tenant, &model).await.unwrap().entries.remove(0);
        assert_eq!(found.embeddings, Some(with_words()));
    }

    #[tokio::test]
    async fn words_that_cannot_be_read_are_damage() {
        let dir = first_version().await;
        drop(SqliteStore::open(dir.path()).await.unwrap());
        for words in ["x''", "x'00'", "x'0101000000'", "x'0101000000ff'"] {
            let mut db = raw(dir.path()).await;
            let damage = format!("UPDATE embeddings SET words = {words} WHERE position = 1");
            sqlx::raw_sql(sqlx::AssertSqlSafe(damage)).execute(&mut db).await.unwrap();
            let store = SqliteStore::open_read_only(dir.path()).await.unwrap();
            let model = ModelId::new("model").unwrap();
            let read = store.published(&TenantId::default(), &model).await;
            assert_eq!(read.unwrap_err().code, Code::DatabaseDamaged, "{words}");
        }
    }
}
