//! Connecting to a database, and bringing it up to this program's schema.

use std::str::FromStr;
use std::time::Duration;

use goldenset_core::{Code, Error, Result};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};

use super::PostgresStore;
use super::ear::Ear;
use super::sql::{Fault, schema};

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

impl PostgresOptions {
    /// How to connect, and what the database is called in messages.
    ///
    /// # Errors
    /// `config_invalid` for an address that cannot be read.
    pub(super) fn connect_options(&self) -> Result<(PgConnectOptions, String)> {
        // The driver takes any scheme. No cause is given: it may show the password.
        let scheme = ["postgres://", "postgresql://"];
        let ours = scheme.iter().any(|scheme| self.url.starts_with(scheme));
        let connect = PgConnectOptions::from_str(&self.url).ok().filter(|_| ours);
        let connect = connect.ok_or_else(|| {
            Error::new(Code::ConfigInvalid, "the address of the database cannot be read")
                .field("store.database_url")
                .fix("give postgres://user:password@host:port/database")
        })?;
        let place = place(&connect);
        let connect = match connect.get_application_name() {
            Some(_) => connect,
            None => connect.application_name("goldenset"),
        };
        Ok((connect, place))
    }
}

impl PostgresStore {
    /// Connects, and creates or upgrades the tables. Several nodes may do so at once: one does it,
    /// the others wait for it.
    ///
    /// # Errors
    /// `config_invalid` for an address that cannot be read, `store_unavailable`,
    /// `database_newer`, `database_damaged`.
    pub async fn open(options: &PostgresOptions) -> Result<Self> {
        let (connect, place) = options.connect_options()?;
        let limit = |time: Duration| time.as_millis().to_string();
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
            schema::migrate(&mut first).await?;
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
