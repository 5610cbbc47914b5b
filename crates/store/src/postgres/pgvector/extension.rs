//! The extension itself: there, new enough, and where its types are.

use goldenset_core::{Code, Error};
use sqlx::{Executor, PgConnection};

use super::super::sql::Fault;

/// The first version that goes on looking where a filter leaves too few.
const LEAST: (u32, u32) = (0, 8);

/// One node at a time looks for the extension, or makes it: two at once would fail.
const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtextextended('goldenset:pgvector', 0))";

/// The version of the extension, and the schema of its types and operators.
const FIND: &str = "SELECT e.extversion, n.nspname::text FROM pg_extension e \
    JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'vector'";

/// Makes the extension where it is missing; the schema that it is in.
pub(super) async fn ensure(db: &mut PgConnection) -> Result<String, Fault> {
    if let Some((version, schema)) = find(db).await? {
        check(&version)?;
        return Ok(schema);
    }
    let mut transaction = sqlx::Connection::begin(db).await?;
    transaction.execute(LOCK).await?;
    if find(&mut transaction).await?.is_none() {
        create(&mut transaction).await?;
    }
    let found = find(&mut transaction).await?;
    transaction.commit().await?;
    let (version, schema) = found.ok_or_else(|| unusable("is not there after it was made"))?;
    check(&version)?;
    Ok(schema)
}

async fn find(db: &mut PgConnection) -> Result<Option<(String, String)>, Fault> {
    Ok(sqlx::query_as(FIND).fetch_optional(db).await?)
}

/// In `public` where that is possible, so that it does not go with the schema of one golden set.
async fn create(db: &mut PgConnection) -> Result<(), Fault> {
    let public: Option<bool> = sqlx::query_scalar(
        "SELECT has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE nspname = 'public'",
    )
    .fetch_optional(&mut *db)
    .await?;
    let create = match public {
        Some(true) => "CREATE EXTENSION vector SCHEMA public",
        _ => "CREATE EXTENSION vector",
    };
    match db.execute(create).await {
        Ok(_) => Ok(()),
        Err(fault) => Err(refused(fault)),
    }
}

fn refused(fault: sqlx::Error) -> Fault {
    let state = fault.as_database_error().and_then(|fault| fault.code()).unwrap_or_default();
    let error = match state.as_ref() {
        "42501" => unusable("is not in the database, and this user may not make it").fix(
            "as a superuser, run CREATE EXTENSION vector in the database; or set store.search to \
             \"memory\"",
        ),
        // What the server does not have at all: by the missing feature, or by its missing file.
        "0A000" | "58P01" => unusable("is not installed on the server").fix(
            "install pgvector 0.8 or newer on the server of the database; or set store.search to \
             \"memory\"",
        ),
        _ => return fault.into(),
    };
    error.cause(fault).into()
}

fn check(version: &str) -> Result<(), Error> {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if found >= LEAST {
        return Ok(());
    }
    Err(unusable(&format!("is of version {version}, and 0.8 is the least")).fix(
        "install a newer pgvector on the server, then run ALTER EXTENSION vector UPDATE in the \
         database",
    ))
}

fn unusable(what: &str) -> Error {
    Error::new(Code::PgvectorUnusable, format!("the extension pgvector {what}"))
        .field("store.search")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_versions_are_refused() {
        for good in ["0.8.0", "0.8.5", "0.10", "1.0.0"] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in ["0.7.4", "0.5", "x"] {
            assert_eq!(check(bad).unwrap_err().code, Code::PgvectorUnusable, "{bad}");
        }
    }
}
