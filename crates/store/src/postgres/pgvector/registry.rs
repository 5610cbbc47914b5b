//! Which models have a table, and how far it is filled for whom.

use goldenset_core::{Code, Error, ModelId};
use sqlx::{Connection, Executor, PgConnection};

use super::super::sql::Fault;
use super::table::Table;

/// One node at a time makes tables.
const LOCK: &str = "SELECT pg_advisory_xact_lock( \
    hashtextextended('goldenset:pgvector:' || current_schema(), 0))";

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS pgvector_models (
        model        TEXT COLLATE \"C\" PRIMARY KEY,
        name         TEXT NOT NULL UNIQUE,
        dimensions   BIGINT NOT NULL,
        -- What the operator decided on; nothing: the program decides.
        chosen       TEXT,
        -- The index that searches use, with what is known of it; and what it was found to be like.
        built        TEXT,
        sampled      TEXT
    );
    CREATE TABLE IF NOT EXISTS pgvector_fills (
        name     TEXT NOT NULL,
        tenant   TEXT COLLATE \"C\" NOT NULL,
        -- The table that was filled: one that was dropped and made anew has another number.
        relation OID NOT NULL,
        epoch    BIGINT NOT NULL,
        -- When the store made this epoch: tells it from an epoch of the same number in a database
        -- that was restored.
        at       BIGINT,
        missing  BIGINT NOT NULL,
        -- Whether its rows are few enough to be compared one by one.
        small    BOOLEAN NOT NULL,
        PRIMARY KEY (name, tenant)
    );";

/// Makes what is missing; nobody else makes tables until the transaction ends.
///
/// # Errors
/// `store_unavailable` where the schema of the store is gone: tables would be made in the next one
/// of the search path, which may be that of another store.
pub(super) async fn create(transaction: &mut PgConnection, schema: &str) -> Result<(), Fault> {
    transaction.execute(LOCK).await?;
    let present: Option<String> =
        sqlx::query_scalar("SELECT current_schema()::text").fetch_one(&mut *transaction).await?;
    if present.as_deref() != Some(schema) {
        let detail = format!("the schema {schema} of the golden sets is gone");
        return Err(Error::new(Code::StoreUnavailable, detail)
            .fix("restore the database from a backup, or name another schema")
            .into());
    }
    transaction.execute(TABLES).await?;
    Ok(())
}

/// The table of a model, made and written down where it is missing.
///
/// # Errors
/// `embedding_mismatch` where it is for vectors of another length.
pub(super) async fn ensure(
    db: &mut PgConnection,
    schema: &str,
    (model, dimensions): (&ModelId, usize),
) -> Result<Table, Fault> {
    let table = Table::of(model, dimensions)?;
    let mut transaction = db.begin().await?;
    create(&mut transaction, schema).await?;
    let dimensions = i64::try_from(dimensions).unwrap_or(i64::MAX);
    let known: i64 = sqlx::query_scalar(
        "INSERT INTO pgvector_models AS m (model, name, dimensions) VALUES ($1, $2, $3) \
         ON CONFLICT (model) DO UPDATE SET name = excluded.name RETURNING m.dimensions",
    )
    .bind(model.as_str())
    .bind(&table.name)
    .bind(dimensions)
    .fetch_one(&mut *transaction)
    .await?;
    if known != dimensions {
        return Err(Error::new(
            Code::EmbeddingMismatch,
            format!("the vectors of {model} have {known} numbers, not {dimensions}"),
        )
        .fix("vectors of another length are of another model: give it another name")
        .into());
    }
    // Not one of another store, further on in the search path.
    let there: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = $1 AND tablename = $2)",
    )
    .bind(schema)
    .bind(&table.name)
    .fetch_one(&mut *transaction)
    .await?;
    if !there {
        table.create(&mut transaction).await?;
    }
    transaction.commit().await?;
    Ok(table)
}
