//! Bringing a database up to this program's schema.

use goldenset_core::{Code, Error};
use sqlx::SqlSafeStr;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};

use super::driver::{Connection, HAS_SCHEMA, MIGRATIONS, OLD_COPY};
use super::fault::Fault;

/// Creates the tables, or upgrades them.
pub(in super::super) async fn migrate(connection: &mut Connection) -> Result<(), Fault> {
    checked_version(connection).await?;
    let migration = |(version, name, sql): &(i64, &'static str, &'static str)| {
        Migration::new(*version, (*name).into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    let migrator = Migrator::with_migrations(MIGRATIONS.iter().map(migration).collect());
    migrator.run_direct(None, connection, false).await.map_err(|fault| match fault {
        MigrateError::Execute(cause) | MigrateError::ExecuteMigration(cause, _) => {
            Fault::Sql(cause)
        }
        other => Fault::Known(
            Error::new(Code::Internal, "the schema of the database is not one of any release")
                .fix(OLD_COPY)
                .cause(other),
        ),
    })
}

/// The newest schema that this program knows.
pub(in super::super) fn newest() -> i64 {
    MIGRATIONS.iter().map(|(version, ..)| *version).max().unwrap_or_default()
}

/// The schema of the database, 0 when it has none yet. One that a newer program has upgraded is
/// refused.
pub(in super::super) async fn checked_version(connection: &mut Connection) -> Result<i64, Fault> {
    let known: bool = sqlx::query_scalar(HAS_SCHEMA).fetch_one(&mut *connection).await?;
    if !known {
        return Ok(0);
    }
    let found = sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM _sqlx_migrations")
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
        .fix("use the newer goldenset that wrote it, or a backup from before the upgrade")
        .into());
    }
    Ok(found)
}
