//! What is particular to Postgres: nodes that start at once, what is said when it cannot be used,
//! what its tables refuse.

#[cfg(test)]
mod schema;

#[cfg(test)]
mod database {
    use std::time::Duration;

    use futures::future::join_all;
    use goldenset_core::ports::{ChangeSet, CurationStore, EntryChange, LogFilter, Store};
    use goldenset_core::{
        Code, EntryContent, EntryId, Epoch, Error, ModelId, TenantId, Validity, Vector,
    };
    use goldenset_store::{PostgresOptions, PostgresScratch, PostgresStore};
    use jiff::Timestamp;
    use sqlx::postgres::PgListener;
    use sqlx::{Connection, Executor};

    use crate::schema::{Schema, server, tls_server};

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

    async fn served(store: &PostgresStore) -> Result<Option<String>, Error> {
        let set = store.published(&TenantId::default(), &ModelId::new("model").unwrap()).await?;
        Ok(set.entries.into_iter().next().map(|entry| entry.content.answer))
    }

    /// The error of opening it; it shows no password.
    async fn refused(options: PostgresOptions) -> Error {
        let error = PostgresStore::open(&options).await.unwrap_err();
        assert!(error.fix.is_some() && !error.detail.contains("secret"), "{error:?}");
        error
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn many_nodes_may_start_at_once() {
        let schema = Schema::new().await;
        let options = schema.options();
        let opened = join_all((0..8).map(|_| PostgresStore::open(&options))).await;
        let stores: Vec<_> = opened.into_iter().map(Result::unwrap).collect();
        stores[0].commit(changes("one")).await.unwrap();
        for store in &stores {
            assert_eq!(served(store).await.unwrap().as_deref(), Some("one"));
        }
    }

    #[tokio::test]
    async fn a_scratch_is_there_until_it_is_removed() {
        let schema = Schema::new().await;
        let options = schema.options();
        let at =
            |scratch: &PostgresScratch| PostgresOptions { url: scratch.url(), ..schema.options() };
        let first = PostgresScratch::make(&options).await.unwrap();
        let store = PostgresStore::open(&at(&first)).await.unwrap();
        store.commit(changes("one")).await.unwrap();
        // Another one that starts meanwhile takes nothing away that has an owner.
        let second = PostgresScratch::make(&options).await.unwrap();
        assert_eq!(served(&store).await.unwrap().as_deref(), Some("one"));
        let other = PostgresStore::open(&at(&second)).await.unwrap();
        assert_eq!(served(&other).await.unwrap(), None, "a schema of its own");
        store.close().await;
        other.close().await;

        let names = [first.name().to_owned(), second.name().to_owned()];
        let mut db = schema.connect().await;
        let mut left = async || {
            let count = "SELECT count(*) FROM pg_namespace WHERE nspname = ANY ($1)";
            let count = sqlx::query_scalar::<_, i64>(count).bind(&names[..]);
            count.fetch_one(&mut db).await.unwrap()
        };
        assert_eq!(left().await, 2);
        first.remove().await.unwrap();
        assert_eq!(left().await, 1);
        second.remove().await.unwrap();
        assert_eq!(left().await, 0);
    }

    #[tokio::test]
    async fn a_newer_database_is_left_alone() {
        let schema = Schema::new().await;
        PostgresStore::open(&schema.options()).await.unwrap().close().await;
        let newer = "INSERT INTO _sqlx_migrations VALUES (999, 'newer', now(), true, '', 0)";
        schema.connect().await.execute(newer).await.unwrap();
        let error = refused(schema.options()).await;
        assert_eq!(error.code, Code::DatabaseNewer);
    }

    #[tokio::test]
    async fn what_cannot_be_reached_is_named_without_secrets() {
        let at = |url: &str| PostgresOptions {
            url: url.into(),
            connections: 1,
            connect_timeout: Duration::from_millis(500),
            statement_timeout: Duration::from_secs(1),
        };
        for bad in ["postgres://nina:secret@host:port/x", "nonsense"] {
            assert_eq!(refused(at(bad)).await.code, Code::ConfigInvalid);
        }
        // Nobody listens there; and somebody takes the connection and says nothing.
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let silent = silent.local_addr().unwrap().port();
        for port in [1, silent] {
            let error = refused(at(&format!("postgres://nina:secret@127.0.0.1:{port}/x"))).await;
            assert_eq!(error.code, Code::StoreUnavailable);
            assert!(error.detail.contains(&format!("127.0.0.1:{port}/x")), "{error:?}");
        }
        let (head, tail) =
            server().split_once('@').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        let wrong = format!("{}:secret@{tail}", head.rsplit_once(':').unwrap().0);
        let error = refused(at(&wrong)).await;
        assert_eq!(error.code, Code::StoreUnavailable);
        assert!(error.detail.contains("user and password"), "{error:?}");
    }

    #[tokio::test]
    async fn tls_is_spoken_and_checked() {
        let schema = Schema::new().await;
        let with = |url: String| PostgresOptions { url, ..schema.options() };
        let store = PostgresStore::open(&with(schema.of(&tls_server()))).await.unwrap();
        store.commit(changes("sealed")).await.unwrap();
        assert_eq!(served(&store).await.unwrap().as_deref(), Some("sealed"));
        // Its certificate is of no authority that this machine knows; and who speaks no TLS is
        // not spoken to.
        let strange = tls_server().split("&sslrootcert").next().unwrap().to_owned();
        let plain = server().replace("sslmode=disable", "sslmode=require");
        for url in [strange, plain] {
            let error = PostgresStore::open(&with(schema.of(&url))).await.unwrap_err();
            assert_eq!(error.code, Code::StoreUnavailable);
            assert!(error.detail.contains("TLS"), "{error:?}");
        }
    }

    #[tokio::test]
    async fn what_is_written_is_final() {
        let schema = Schema::new().await;
        let store = PostgresStore::open(&schema.options()).await.unwrap();
        store.commit(changes("one")).await.unwrap();
        let mut db = schema.connect().await;
        for (statement, why) in [
            ("UPDATE versions SET answer = 'other'", "a written version never changes"),
            ("UPDATE audit SET actor = 'other'", "append only"),
            ("DELETE FROM audit", "append only"),
            ("TRUNCATE audit", "append only"),
            ("DELETE FROM entries", "foreign key"),
        ] {
            let fault = db.execute(statement).await.unwrap_err();
            assert!(fault.to_string().contains(why), "{statement}: {fault}");
        }
        db.execute("UPDATE versions SET published_at = 7").await.unwrap();
    }

    /// The one character that its texts cannot hold is the caller's fault, not the server's.
    #[tokio::test]
    async fn nul_is_refused() {
        let schema = Schema::new().await;
        let store = PostgresStore::open(&schema.options()).await.unwrap();
        let filter = LogFilter { actor: Some("a\0".into()), ..LogFilter::default() };
        let error = store.log(&TenantId::default(), &filter, 1).await.unwrap_err();
        assert_eq!(error.code, Code::InvalidField);
    }

    #[tokio::test]
    async fn every_epoch_is_told() {
        let schema = Schema::new().await;
        let store = PostgresStore::open(&schema.options()).await.unwrap();
        let mut listener = PgListener::connect(&schema.url()).await.unwrap();
        listener.listen(&format!("goldenset:{}", schema.name())).await.unwrap();
        for answer in ["one", "one", "two"] {
            store.commit(changes(answer)).await.unwrap();
        }
        // The new tenant at epoch 0, and each change of what is served.
        for told in ["0 default", "1 default", "2 default"] {
            assert_eq!(listener.recv().await.unwrap().payload(), told);
        }
    }

    #[tokio::test]
    async fn lost_connections_are_replaced() {
        let schema = Schema::new().await;
        let url = format!("{}&application_name={}", schema.url(), schema.name());
        let options = PostgresOptions { url, ..schema.options() };
        let store = PostgresStore::open(&options).await.unwrap();
        store.commit(changes("one")).await.unwrap();
        let mut db = schema.connect().await;
        for round in 0..5 {
            let ended: i64 = sqlx::query_scalar(
                "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity \
                 WHERE application_name = $1",
            )
            .bind(schema.name())
            .fetch_one(&mut db)
            .await
            .unwrap();
            assert!(ended > 0, "nothing was ended");
            let answer = format!("round {round}");
            store.commit(changes(&answer)).await.unwrap();
            assert_eq!(served(&store).await.unwrap(), Some(answer));
        }
    }

    /// Somebody else's long change: it is waited for, not for ever, and nothing is half done.
    #[tokio::test]
    async fn a_change_that_does_not_end_costs_time_and_nothing_else() {
        let schema = Schema::new().await;
        let quick = Duration::from_millis(300);
        let options = PostgresOptions { statement_timeout: quick, ..schema.options() };
        let store = PostgresStore::open(&options).await.unwrap();
        store.commit(changes("one")).await.unwrap();
        let mut other = schema.connect().await;
        let mut held = other.begin().await.unwrap();
        held.execute("LOCK TABLE entries IN ACCESS EXCLUSIVE MODE").await.unwrap();
        let error = store.commit(changes("two")).await.unwrap_err();
        assert_eq!(error.code, Code::StoreUnavailable);
        assert!(error.detail.contains("too slow"), "{error:?}");
        held.rollback().await.unwrap();
        assert_eq!(served(&store).await.unwrap().as_deref(), Some("one"));
        assert_eq!(store.commit(changes("two")).await.unwrap().epoch, Epoch(2));
    }
}
