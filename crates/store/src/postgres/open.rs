//! Connecting to a database, and bringing it up to this program's schema.

use std::str::FromStr;
use std::sync::LazyLock;
use std::time::Duration;

use goldenset_core::{Code, Error, Result};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgConnection, SqlSafeStr};

use super::PostgresStore;
use super::ear::Ear;
use super::sql::Fault;

static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    let files = [
        (1, "golden set", include_str!("../../migrations/postgres/0001_golden_set.sql")),
        (2, "golden loop", include_str!("../../migrations/postgres/0002_golden_loop.sql")),
    ];
    let migration = |(version, name, sql): (i64, &'static str, &'static str)| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(files.map(migration).into())
});

/// How a database is reached.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    /// `postgres://user:password@host:port/database?sslmode=verify-full&sslrootcert=...`
    pub url: String,
    /// Most connections at once, at least 2: one listens.
    pub connections: u32,
    /// How long to wait for a connection: for the server to answer, or for a free one.
    pub connect_timeout: Duration,
    /// How long one statement may take, the wait for other changes included.
    pub statement_timeout: Duration,
}

impl PostgresStore {
    /// Connects, and creates or upgrades the tables. Several nodes may do so at once: one does it,
    /// the others wait for it.
    ///
    /// # Errors
    /// `config_invalid` for an address that cannot be read, `store_unavailable`,
    /// `database_newer`, `database_damaged`.
    pub async fn open(options: &PostgresOptions) -> Result<Self> {
        // The driver takes any scheme. No cause is given: it may show the password.
        let scheme = ["postgres://", "postgresql://"];
        let ours = scheme.iter().any(|scheme| options.url.starts_with(scheme));
        let connect = PgConnectOptions::from_str(&options.url).ok().filter(|_| ours);
        let connect = connect.ok_or_else(|| {
            Error::new(Code::ConfigInvalid, "the address of the database cannot be read")
                .field("store.database_url")
                .fix("give postgres://user:password@host:port/database")
        })?;
        let place = place(&connect);
        let limit = |time: Duration| time.as_millis().to_string();
        let connect = match connect.get_application_name() {
            Some(_) => connect,
            None => connect.application_name("goldenset"),
        };
        let connect = connect.options([
            // Not that a table is there already, at every start.
            ("client_min_messages", "warning".to_owned()),
            ("statement_timeout", limit(options.statement_timeout)),
            // A node that was stopped in the middle of a change must not hold up the others.
            ("idle_in_transaction_session_timeout", limit(options.statement_timeout)),
        ]);
        let opened = async {
            // Whoever comes second waits as long as the first one's upgrade takes.
            let unhurried = connect.clone().options([("statement_timeout", "0")]);
            let first = tokio::time::timeout(options.connect_timeout, unhurried.connect());
            let mut first = first.await.map_err(|_| sqlx::Error::PoolTimedOut)??;
            migrate(&mut first).await?;
            first.close().await?;
            let pool = PgPoolOptions::new()
                .max_connections(options.connections)
                .min_connections(1)
                .acquire_timeout(options.connect_timeout)
                .connect_lazy_with(connect);
            let ear = Ear::new(pool.clone());
            Ok(Self { place: place.clone(), pool, ear })
        };
        opened.await.map_err(|fault: Fault| fault.at(&place))
    }
}

/// Server and database without user and password.
fn place(options: &PgConnectOptions) -> String {
    let database = options.get_database().unwrap_or_else(|| options.get_username());
    format!("{}:{}/{database}", options.get_host(), options.get_port())
}

async fn migrate(connection: &mut PgConnection) -> Result<(), Fault> {
    checked_schema_version(connection).await?;
    MIGRATIONS.run_direct(None, connection, false).await.map_err(|fault| match fault {
        sqlx::migrate::MigrateError::Execute(cause)
        | sqlx::migrate::MigrateError::ExecuteMigration(cause, _) => Fault::Sql(cause),
        other => Fault::Known(
            Error::new(Code::Internal, "the schema of the database is not one of any release")
                .fix("name an empty database, or restore this one from a backup")
                .cause(other),
        ),
    })
}

/// The newest schema that this program knows.
fn newest() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// Refuses a database that a newer program has upgraded.
async fn checked_schema_version(connection: &mut PgConnection) -> Result<(), Fault> {
    let known: bool = sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
        .fetch_one(&mut *connection)
        .await?;
    if !known {
        return Ok(());
    }
    let found: i64 = sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM _sqlx_migrations")
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
        .fix("use the newer goldenset that upgraded the database, or a backup from before that")
        .into());
    }
    Ok(())
}
