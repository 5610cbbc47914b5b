//! The conformance suite on every store of this crate.

#[cfg(test)]
#[macro_use]
mod suite;

#[cfg(test)]
mod schema;

#[cfg(test)]
mod backends {
    use std::sync::Arc;

    use async_trait::async_trait;
    use goldenset_core::ports::Store;
    use goldenset_store::{PostgresStore, SqliteStore};
    use sqlx::sqlite::SqliteConnectOptions;
    use sqlx::{ConnectOptions, PgConnection, SqliteConnection};
    use tempfile::TempDir;

    use crate::schema::Schema;
    use crate::suite::{Backend, Log};

    struct File {
        dir: TempDir,
        store: Arc<SqliteStore>,
    }

    #[async_trait]
    impl Backend for File {
        fn store(&self) -> Arc<dyn Store> {
            self.store.clone()
        }

        async fn log(&self) -> Option<Log> {
            let path = self.dir.path().join("goldenset.db");
            let mut db = SqliteConnectOptions::new().filename(path).connect().await.unwrap();
            let lines = async |db: &mut SqliteConnection, query: &'static str| {
                sqlx::query_scalar(query).fetch_all(db).await.unwrap()
            };
            Some(Log {
                journal: lines(
                    &mut db,
                    "SELECT concat_ws(' ', tenant, epoch, seq, kind, entry, version, at) \
                     FROM journal ORDER BY tenant, epoch, seq",
                )
                .await,
                audit: lines(
                    &mut db,
                    "SELECT concat_ws(' ', at, actor, action, tenant, entry, version, detail) \
                     FROM audit ORDER BY id",
                )
                .await,
            })
        }
    }

    struct Memory(Arc<SqliteStore>);

    #[async_trait]
    impl Backend for Memory {
        fn store(&self) -> Arc<dyn Store> {
            self.0.clone()
        }

        async fn log(&self) -> Option<Log> {
            None
        }
    }

    async fn file() -> Arc<dyn Backend> {
        let dir = tempfile::tempdir().unwrap();
        let store = Arc::new(SqliteStore::open(dir.path()).await.unwrap());
        Arc::new(File { dir, store })
    }

    async fn memory() -> Arc<dyn Backend> {
        Arc::new(Memory(Arc::new(SqliteStore::in_memory().await.unwrap())))
    }

    struct Postgres {
        store: Arc<PostgresStore>,
        schema: Schema,
    }

    #[async_trait]
    impl Backend for Postgres {
        fn store(&self) -> Arc<dyn Store> {
            self.store.clone()
        }

        async fn log(&self) -> Option<Log> {
            let mut db = self.schema.connect().await;
            let lines = async |db: &mut PgConnection, query: &'static str| {
                sqlx::query_scalar(query).fetch_all(db).await.unwrap()
            };
            Some(Log {
                journal: lines(
                    &mut db,
                    "SELECT concat_ws(' ', tenant, epoch, seq, kind, entry, version, at) \
                     FROM journal ORDER BY tenant, epoch, seq",
                )
                .await,
                audit: lines(
                    &mut db,
                    "SELECT concat_ws(' ', at, actor, action, tenant, entry, version, detail) \
                     FROM audit ORDER BY id",
                )
                .await,
            })
        }
    }

    async fn postgres() -> Arc<dyn Backend> {
        let schema = Schema::new().await;
        let store = Arc::new(PostgresStore::open(&schema.options()).await.unwrap());
        Arc::new(Postgres { store, schema })
    }

    conformance!(postgres, super::postgres);
    conformance!(sqlite_file, super::file);
    conformance!(sqlite_memory, super::memory);
}
