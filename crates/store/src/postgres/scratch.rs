//! A schema of its own in somebody's database, for what must leave nothing behind.

use goldenset_core::{Code, Error, Result};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};

use super::PostgresOptions;
use super::sql::Fault;

/// What the names of such schemas begin with; sixteen hexadecimal digits follow.
const PREFIX: &str = "goldenset_scratch_";
/// Stands at each of them, so that none is taken for one that only has such a name.
const COMMENT: &str = "made by goldenset, and removed with what it was made for";

/// Those that a process left that is gone: nobody holds their lock.
const LEFT: &str = "SELECT nspname::text FROM pg_namespace \
    WHERE nspname ~ '^goldenset_scratch_[0-9a-f]{16}$' AND obj_description(oid, 'pg_namespace') = $1";
const TRY_LOCK: &str = "SELECT pg_try_advisory_lock(hashtextextended($1, 0))";
const UNLOCK: &str = "SELECT pg_advisory_unlock(hashtextextended($1, 0))";

/// A schema of its own. It is there until [`Self::remove`]; should the process be killed before,
/// the next [`Self::make`] in the database removes it.
#[derive(Debug)]
pub struct PostgresScratch {
    name: String,
    options: PostgresOptions,
    /// Holds the lock that says that the schema has an owner.
    _owner: PgConnection,
}

impl PostgresScratch {
    /// Makes the schema, and removes those that killed processes left.
    ///
    /// # Errors
    /// `config_invalid` for an address that cannot be read, `store_unavailable`.
    pub async fn make(options: &PostgresOptions) -> Result<Self> {
        let (mut owner, place) = connect(options).await?;
        let name = format!("{PREFIX}{:016x}", fastrand::u64(..));
        let made = async {
            remove_left(&mut owner).await?;
            // Before there is anything that could be taken for a leftover.
            sqlx::query(TRY_LOCK).bind(&name).execute(&mut owner).await?;
            let make = format!("CREATE SCHEMA {name}; COMMENT ON SCHEMA {name} IS '{COMMENT}'");
            owner.execute(AssertSqlSafe(make)).await?;
            Ok(())
        };
        made.await.map_err(|fault: Fault| fault.at(&place))?;
        Ok(Self { name, options: options.clone(), _owner: owner })
    }

    /// The address of the database, with this schema as the one where names are looked for.
    #[must_use]
    pub fn url(&self) -> String {
        let url = &self.options.url;
        let mark = if url.contains('?') { '&' } else { '?' };
        format!("{url}{mark}options=-csearch_path%3D{}", self.name)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Removes the schema with all that is in it, over a new connection: the own one may be of a
    /// runtime that has ended.
    ///
    /// # Errors
    /// `store_unavailable`: it is left behind.
    pub async fn remove(self) -> Result<()> {
        let (mut connection, place) = connect(&self.options).await?;
        let removed = async {
            drop_schema(&mut connection, &self.name).await?;
            connection.close().await?;
            Ok(())
        };
        removed.await.map_err(|fault: Fault| fault.at(&place))
    }
}

async fn connect(options: &PostgresOptions) -> Result<(PgConnection, String)> {
    let (connect, place) = options.connect_options()?;
    let connect = connect.options([("client_min_messages", "warning")]);
    let connected = tokio::time::timeout(options.connect_timeout, connect.connect()).await;
    match connected {
        Ok(connected) => Ok((connected.map_err(|fault| Fault::from(fault).at(&place))?, place)),
        Err(_) => {
            Err(Error::new(Code::StoreUnavailable, format!("the database {place} does not answer"))
                .field(place)
                .fix("check the server and the network"))
        }
    }
}

async fn remove_left(connection: &mut PgConnection) -> Result<(), Fault> {
    let left: Vec<String> =
        sqlx::query_scalar(LEFT).bind(COMMENT).fetch_all(&mut *connection).await?;
    for name in left {
        if sqlx::query_scalar(TRY_LOCK).bind(&name).fetch_one(&mut *connection).await? {
            match drop_schema(connection, &name).await {
                Ok(()) => tracing::info!(schema = name, "a killed process left it: removed"),
                // Of another user, perhaps: no reason not to make one's own.
                Err(fault) => tracing::warn!(schema = name, ?fault, "a killed process left it"),
            }
            sqlx::query(UNLOCK).bind(&name).execute(&mut *connection).await?;
        }
    }
    Ok(())
}

async fn drop_schema(connection: &mut PgConnection, name: &str) -> Result<(), Fault> {
    connection.execute(AssertSqlSafe(format!("DROP SCHEMA IF EXISTS {name} CASCADE"))).await?;
    Ok(())
}
