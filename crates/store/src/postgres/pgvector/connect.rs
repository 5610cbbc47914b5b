//! Connections, each with the settings of what it is for.

use std::time::Duration;

use goldenset_core::Result;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Executor, PgConnection, PgPool};

use super::super::sql::Fault;
use super::{PgVectorOptions, extension};

/// Connections that fill, and look at the state of things.
const WORK: u32 = 2;

/// Makes connections that know the types of the extension, wherever they are.
#[derive(Debug, Clone)]
pub(super) struct Connector {
    options: PgConnectOptions,
    place: String,
    connect_timeout: Duration,
    search_timeout: Duration,
    connections: u32,
    /// Schema of the store.
    own_schema: String,
    /// Schema of the extension.
    schema: String,
}

/// Appends the schema of the extension to where names are looked for.
const FIND_TYPES: &str = "SELECT set_config('search_path', \
    concat_ws(', ', nullif(current_setting('search_path'), ''), quote_ident($1)), false)";

/// What every search has set.
///
/// A filter that leaves few rows must not end an index scan early. A scan that goes on gives rows out
/// of order, which the strict kind would throw away: all are sorted anyhow, in full precision. Plans are made for the values at
/// hand: how many rows a filter leaves decides everything. A sequential scan is never needed, since
/// all is found by tenant too, and its price is guessed too low. Compiling a plan takes longer than
/// any of these.
const SEARCH: &str = "SELECT set_config(name, value, false) FROM (VALUES \
    ('hnsw.iterative_scan', 'relaxed_order'), \
    ('ivfflat.iterative_scan', 'relaxed_order'), \
    ('plan_cache_mode', 'force_custom_plan'), \
    ('enable_seqscan', 'off'), \
    ('random_page_cost', '1.1'), \
    ('max_parallel_workers_per_gather', '0'), \
    ('jit', 'off')) AS settings (name, value)";

impl Connector {
    /// # Errors
    /// See [`super::PgVector::open`].
    pub(super) async fn new(options: &PgVectorOptions) -> Result<Self> {
        let postgres = &options.postgres;
        let (connect, place) = postgres.connect_options()?;
        let connect = connect.options([("client_min_messages", "warning")]);
        let connected = async {
            let first = tokio::time::timeout(postgres.connect_timeout, connect.connect());
            let mut first = first.await.map_err(|_| sqlx::Error::PoolTimedOut)??;
            let schema = extension::ensure(&mut first).await?;
            let own = sqlx::query_scalar("SELECT coalesce(current_schema()::text, '')");
            let own: String = own.fetch_one(&mut first).await?;
            sqlx::Connection::close(first).await?;
            Ok((own, schema))
        };
        let (own_schema, schema) = connected.await.map_err(|fault: Fault| fault.at(&place))?;
        Ok(Self {
            options: connect,
            place,
            connect_timeout: postgres.connect_timeout,
            search_timeout: options.search_timeout,
            connections: postgres.connections,
            own_schema,
            schema,
        })
    }

    /// Server and database, for messages.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// Schema of the store, in which tables are made.
    pub(super) fn own_schema(&self) -> &str {
        &self.own_schema
    }

    /// Connections whose statements take as long as they take.
    pub(super) fn work_pool(&self) -> PgPool {
        let schema = self.schema.clone();
        let pool = PgPoolOptions::new().max_connections(WORK).acquire_timeout(self.connect_timeout);
        let pool = pool.after_connect(move |db, _| {
            let schema = schema.clone();
            Box::pin(async move { find_types(db, &schema).await })
        });
        // What takes long here is meant to.
        pool.connect_lazy_with(self.options.clone().disable_statement_logging())
    }

    /// Connections that search.
    pub(super) fn search_pool(&self) -> PgPool {
        let limit = self.search_timeout.as_millis().to_string();
        let options = self.options.clone().options([("statement_timeout", limit)]);
        let schema = self.schema.clone();
        let pool = PgPoolOptions::new()
            .max_connections(self.connections)
            .acquire_timeout(self.connect_timeout);
        let pool = pool.after_connect(move |db, _| {
            let schema = schema.clone();
            Box::pin(async move {
                find_types(db, &schema).await?;
                set_for_search(db).await
            })
        });
        pool.connect_lazy_with(options)
    }
}

/// A connection of its own for work on an index.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) db: PgConnection,
    /// The server's process that serves it.
    pub(super) pid: i32,
}

impl Connector {
    /// A connection that belongs to whoever asks. The server notices within seconds when it goes
    /// away, also in the middle of a statement.
    pub(super) async fn session(&self) -> Result<Session, Fault> {
        let options = self.options.clone().disable_statement_logging();
        let connected = tokio::time::timeout(self.connect_timeout, options.connect());
        let mut db = connected.await.map_err(|_| sqlx::Error::PoolTimedOut)??;
        find_types(&mut db, &self.schema).await?;
        // Not every system can do that.
        db.execute(
            "SELECT set_config(name, '2s', false) FROM pg_settings \
             WHERE name = 'client_connection_check_interval'",
        )
        .await?;
        let pid = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut db).await?;
        Ok(Session { db, pid })
    }
}

async fn find_types(db: &mut PgConnection, schema: &str) -> Result<(), sqlx::Error> {
    sqlx::query(FIND_TYPES).bind(schema).execute(db).await?;
    Ok(())
}

/// Sets what a search needs.
pub(super) async fn set_for_search(db: &mut PgConnection) -> Result<(), sqlx::Error> {
    db.execute(SEARCH).await?;
    Ok(())
}
