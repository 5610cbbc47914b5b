//! What there is of each model's index.

use goldenset_core::{Code, Error, ModelId, Result};
use serde::Serialize;
use sqlx::{AssertSqlSafe, PgConnection};

use super::super::super::sql::{Fault, fault::damaged};
use super::super::PgVector;
use super::leftovers::indexes;
use super::plan::IndexPlan;
use super::recall::Sample;
use super::state::{Built, State};
use super::upkeep::due;

/// The vectors of one model in the database.
#[derive(Debug, Clone, Serialize)]
pub struct IndexStatus {
    /// The model.
    pub model: ModelId,
    /// The table of its vectors.
    pub table: String,
    /// Numbers of a vector.
    pub dimensions: usize,
    /// Vectors: one a phrasing that is published.
    pub rows: u64,
    /// Size of the table with all its indexes, bytes.
    pub bytes: u64,
    /// What the operator decided on; none: the program decides.
    pub chosen: Option<IndexPlan>,
    /// The index that searches use; none: every row is compared.
    pub built: Option<Built>,
    /// Size of that index, bytes.
    pub index_bytes: Option<u64>,
    /// Whether it is whole.
    pub valid: bool,
    /// What it was found to be like last.
    pub sampled: Option<Sample>,
    /// Why it should be built, or built again; none where all is well.
    pub due: Option<String>,
    /// Indexes that a run left which ended early, or that one is building now.
    pub leftovers: Vec<String>,
    /// How far it is filled.
    pub tenants: Vec<Tenant>,
}

/// How far one tenant's vectors are in the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tenant {
    /// The tenant.
    pub tenant: String,
    /// Its epoch.
    pub epoch: u64,
    /// The epoch up to which the table is filled; none: not at all.
    pub filled: Option<u64>,
    /// Published entries whose vectors are not there yet.
    pub missing: u64,
}

impl PgVector {
    /// What there is, of each model that was ever searched here.
    ///
    /// # Errors
    /// `store_unavailable`, `database_damaged`.
    pub async fn status(&self) -> Result<Vec<IndexStatus>> {
        let outcome = async {
            let mut db = self.parts().1.acquire().await?;
            let models: Vec<String> =
                sqlx::query_scalar("SELECT model FROM pgvector_models ORDER BY model")
                    .fetch_all(&mut *db)
                    .await?;
            let mut all = Vec::new();
            for model in models {
                let model = ModelId::new(model).map_err(damaged)?;
                all.extend(look(&mut db, &model).await?);
            }
            Ok(all)
        };
        let outcome = outcome.await;
        self.explained(outcome)
    }

    pub(super) async fn status_of(&self, model: &ModelId) -> Result<IndexStatus> {
        let outcome = async {
            let mut db = self.parts().1.acquire().await?;
            let status = look(&mut db, model).await?;
            Ok(status
                .ok_or_else(|| Error::new(Code::Internal, "the table of the model is gone"))?)
        };
        let outcome = outcome.await;
        self.explained(outcome)
    }
}

type Row = (String, i64, i64, Option<String>, Option<String>, Option<String>);

/// What there is of a model; none where its table is gone.
pub(super) async fn look(
    db: &mut PgConnection,
    model: &ModelId,
) -> Result<Option<IndexStatus>, Fault> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT name, dimensions, pg_total_relation_size(to_regclass(name)), chosen, built, sampled \
         FROM pgvector_models WHERE model = $1 AND to_regclass(name) IS NOT NULL",
    )
    .bind(model.as_str())
    .fetch_optional(&mut *db)
    .await?;
    let Some((table, dimensions, bytes, chosen, built, sampled)) = row else { return Ok(None) };
    let State { chosen, mut built, sampled } = State::decode(chosen, built, sampled)?;
    let count = AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
    let rows: i64 = sqlx::query_scalar(count).fetch_one(&mut *db).await?;
    let there = indexes(db, &table).await?;
    let in_use = |name: &str| built.as_ref().is_some_and(|built| built.name == name);
    let index = there.iter().find(|(name, _, _)| in_use(name));
    let (valid, index_bytes) =
        index.map_or((false, None), |(_, valid, bytes)| (*valid, Some(*bytes)));
    let others = there.iter().filter(|(name, _, _)| !in_use(name));
    let leftovers = others.map(|(name, _, _)| name.clone()).collect();
    if index.is_none() {
        built = None;
    }
    let number = |value: i64| u64::try_from(value).map_err(damaged);
    let mut status = IndexStatus {
        model: model.clone(),
        tenants: tenants(db, &table).await?,
        table,
        dimensions: usize::try_from(dimensions).map_err(damaged)?,
        rows: number(rows)?,
        bytes: number(bytes)?,
        chosen,
        built,
        index_bytes: index_bytes.map(number).transpose()?,
        valid,
        sampled,
        due: None,
        leftovers,
    };
    status.due = due(&status);
    Ok(Some(status))
}

async fn tenants(db: &mut PgConnection, table: &str) -> Result<Vec<Tenant>, Fault> {
    let rows: Vec<(String, i64, Option<i64>, Option<i64>)> = sqlx::query_as(
        "SELECT t.tenant, t.epoch, f.epoch, f.missing FROM tenants t \
         LEFT JOIN pgvector_fills f ON f.name = $1 AND f.tenant = t.tenant \
             AND f.relation = to_regclass($1) ORDER BY t.tenant",
    )
    .bind(table)
    .fetch_all(db)
    .await?;
    let number = |value: i64| u64::try_from(value).map_err(damaged);
    rows.into_iter()
        .map(|(tenant, epoch, filled, missing)| {
            Ok(Tenant {
                tenant,
                epoch: number(epoch)?,
                filled: filled.map(number).transpose()?,
                missing: number(missing.unwrap_or_default())?,
            })
        })
        .collect()
}
