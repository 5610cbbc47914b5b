//! Everything that a store holds goes into another one and comes back, in every table.

#[cfg(test)]
mod schema;

#[cfg(test)]
mod copying {
    use std::path::Path;
    use std::sync::Mutex;

    use goldenset_core::ports::{ChangeSet, EntryChange, Store};
    use goldenset_core::{Code, EntryId, Epoch, ModelId, TenantId, VersionNumber};
    use goldenset_store::{PostgresStore, SqliteStore, copy};
    use jiff::Timestamp;
    use sqlx::sqlite::SqliteConnectOptions;
    use sqlx::{ConnectOptions, SqliteConnection};

    use crate::schema::Schema;

    /// At least one row in every table, with and without what may be missing.
    const ROWS: &str = "
        BEGIN;
        INSERT INTO tenants VALUES ('default', 3), ('Ä', 0);
        INSERT INTO entries VALUES ('default', 'a', 'published', 2, 1), ('default', 'b', 'draft', 1, NULL);
        INSERT INTO versions (tenant, id, version, question, answer, category, valid_from, review_by,
            author, created_at, published_at, published_by, publish_reason, content_hash) VALUES
            ('default', 'a', 1, 'q?', 'è', 'c', '2024-01-01', '2030-01-01', 'anna', 5, 6, 'bo', 'so', zeroblob(32)),
            ('default', 'a', 2, 'q?', char(10, 9, 8364), NULL, NULL, NULL, 'anna', 7, NULL, NULL, NULL, randomblob(32)),
            ('default', 'b', 1, 'b?', 'b', NULL, NULL, NULL, 'anna', -9, NULL, NULL, NULL, randomblob(32));
        INSERT INTO alternatives VALUES ('default', 'a', 1, 0, 'other'), ('default', 'a', 1, 1, 'Zeta');
        INSERT INTO entry_references VALUES ('default', 'a', 1, 0, 'art. 1', 'law', NULL);
        INSERT INTO tags VALUES ('default', 'a', 1, 0, 'tag');
        INSERT INTO embeddings VALUES ('default', 'model', 'a', 1, 0, 2, x'0000003f0000803e', x'00ff'),
            ('default', 'model', 'a', 1, 1, 2, x'0000803e0000003f', NULL),
            ('default', 'model', 'a', 1, 2, 2, x'000000000000003f', NULL);
        INSERT INTO journal VALUES ('default', 1, 0, 'published', 'a', 1, 6), ('default', 2, 0, 'calibrated', NULL, 1, 7);
        INSERT INTO audit (id, at, actor, action, tenant, entry, version, detail) VALUES
            (1, 6, 'bo', 'published', 'default', 'a', 1, '{}'), (7, 7, 'x', 'y', 'default', NULL, NULL, '{\"a\": 1.50}');
        INSERT INTO calibrations VALUES ('default', 1, NULL, 'anna', 8, '{\"b\":2}'), ('default', 2, 1, 'anna', 9, '{}');
        INSERT INTO active_calibrations VALUES ('default', 1);
        INSERT INTO day_counts VALUES ('default', '2026-01-01', 0, 'lookups', 9);
        INSERT INTO audit_sample (id, tenant, question, entry, version, match_type, score, times, first_at,
            last_at, verdict, unanswerable, judged_by, judged_at) VALUES
            (4, 'default', 'q?', 'a', 1, 'semantic', 0.1, 2, 1, 2, NULL, 0, NULL, NULL),
            (5, 'default', 'r?', 'a', 1, 'signature', 1.0, 1, 1, 2, 'wrong', 1, 'bo', 3);
        INSERT INTO keys (id, name, role, tenant, hash, created_at, created_by, revoked_at, revoked_by) VALUES
            (3, 'ops', 'admin', NULL, randomblob(32), 1, 'x', NULL, NULL), (9, 'r', 'reader', 'default', randomblob(32), 1, 'x', 2, 'y');
        INSERT INTO reference_changes (tenant, number, document, version, actor, at) VALUES ('default', 1, 'law', '2', 'bo', 4);
        INSERT INTO reference_change_entries VALUES ('default', 1, 'a', 1, 'art. 1');
        INSERT INTO suspensions VALUES ('default', 'a', 1);
        INSERT INTO experts VALUES ('default', 'anna', 'approver', 1, 0.9, 20.0, 1, 0, 1, 2);
        INSERT INTO candidates (id, tenant, revision, kind, status, open, signature, entry, published_version,
            priority, content) VALUES (6, 'default', 1, 'feedback', 'approved', 0, x'01', 'a', 1, 81.9, '{}');
        INSERT INTO trust_evidence VALUES ('default', 'anna', 6, 'right');
        INSERT INTO feedback (id, tenant, at, query, signature, entry, version, kind, confidence, seconds, expert,
            trust, answer, refs, counted, reason, candidate) VALUES
            (8, 'default', 1, 'q?', x'01', 'a', 1, 'incorrect', 0.9, 60.5, 'anna', 0.9, 'no', '[]', 1, NULL, 6);
        INSERT INTO questions VALUES ('default', x'02', 'q?', NULL, 'anna', 1), ('default', x'01ff', 'p?', 'a', 'anna', 1);
        INSERT INTO model_switches VALUES (1, 'new', 'model', 'bo', 5), (2, 'model', 'new', 'bo', 6);
        INSERT INTO done_once VALUES ('key', zeroblob(32), '{}', 1);
        INSERT INTO missed_questions (id, tenant, question, signature, count, first_at, last_at, examples,
            more_examples, nearest, candidate, told) VALUES (2, 'default', 'm?', x'03', 4, 1, 2, '[]', 1, '[]', NULL, 0);
        COMMIT;";

    async fn raw(folder: &Path) -> SqliteConnection {
        let path = folder.join("goldenset.db");
        SqliteConnectOptions::new().filename(path).connect().await.unwrap()
    }

    async fn filled(folder: &Path) -> SqliteStore {
        SqliteStore::open(folder).await.unwrap().close().await;
        sqlx::raw_sql(ROWS).execute(&mut raw(folder).await).await.unwrap();
        SqliteStore::open(folder).await.unwrap()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn every_table_goes_there_and_back() {
        let (first, last) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let schema = Schema::new().await;
        let folder = filled(first.path()).await;
        let database = PostgresStore::open(&schema.options()).await.unwrap();
        let told = Mutex::new(Vec::new());
        let progress = |done, all| told.lock().unwrap().push((done, all));
        let there = copy(&folder, &database, &progress).await.unwrap();
        let rows: u64 = there.iter().map(|table| table.rows).sum();
        assert_eq!(told.lock().unwrap().last(), Some(&(rows, rows)));
        for table in &there {
            assert!(table.rows > 0, "{table:?}");
        }
        // No table is forgotten: all that the database has but what is of processes alone.
        let mut db = raw(first.path()).await;
        let tables: Vec<String> = sqlx::query_scalar(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
             AND name NOT IN ('_sqlx_migrations', 'flushes') ORDER BY name",
        )
        .fetch_all(&mut db)
        .await
        .unwrap();
        let mut copied: Vec<_> = there.iter().map(|table| table.table).collect();
        copied.sort_unstable();
        assert_eq!(copied, tables);
        let back = SqliteStore::open(last.path()).await.unwrap();
        assert_eq!(copy(&database, &back, &|_, _| ()).await.unwrap(), there);
        assert_eq!(back.check().await.unwrap(), Vec::<String>::new());
        // Numbers go on where they were.
        for store in [&database as &dyn Store, &back] {
            assert_eq!(retire_in(store).await, (Epoch(4), 1));
            let log = store.log(&TenantId::default(), &Default::default(), 1).await.unwrap();
            assert!(log[0].id > 7, "{log:?}");
        }
    }

    async fn retire_in(store: &dyn Store) -> (Epoch, VersionNumber) {
        let model = ModelId::new("model").unwrap();
        let changes = vec![EntryChange::Retire { id: EntryId::new("a").unwrap() }];
        let set = ChangeSet {
            changes,
            ..ChangeSet::new(TenantId::default(), "anna", model, Timestamp::UNIX_EPOCH)
        };
        let commit = store.commit(set).await.unwrap();
        (commit.epoch, commit.applied.len() as VersionNumber)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_holds_something_is_not_written_over() {
        let (first, last) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (from, to) = (filled(first.path()).await, filled(last.path()).await);
        let error = copy(&from, &to, &|_, _| ()).await.unwrap_err();
        assert_eq!(error.code, Code::StoreNotEmpty);
    }

    /// A row that the target cannot take: nothing of the others stays, and its fault is told.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_copy_that_fails_leaves_nothing() {
        let first = tempfile::tempdir().unwrap();
        let schema = Schema::new().await;
        drop(filled(first.path()).await);
        let nul = "UPDATE missed_questions SET question = 'a' || char(0) || 'b'";
        sqlx::raw_sql(nul).execute(&mut raw(first.path()).await).await.unwrap();
        let from = SqliteStore::open(first.path()).await.unwrap();
        let to = PostgresStore::open(&schema.options()).await.unwrap();
        let error = copy(&from, &to, &|_, _| ()).await.unwrap_err();
        assert_eq!(error.code, Code::InvalidField, "{error:?}");
        assert_eq!(to.tenants().await.unwrap(), []);
    }
}
