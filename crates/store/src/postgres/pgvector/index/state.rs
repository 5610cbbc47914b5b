//! What is written down of an index.

use goldenset_core::ModelId;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::super::super::sql::{Fault, fault::damaged};
use super::plan::IndexPlan;
use super::recall::Sample;

/// The index that searches use, as it was built.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Built {
    /// What the database calls it.
    pub name: String,
    /// How it was built and is searched.
    #[serde(flatten)]
    pub plan: IndexPlan,
    /// Rows that the table had then.
    pub rows: u64,
    /// When it was ready.
    pub at: Timestamp,
    /// How long that took, seconds.
    pub seconds: f64,
    /// Share of the ten nearest that it found then, 0 to 1.
    pub recall: f64,
}

/// All that is written down of a model's index.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct State {
    /// What the operator decided on.
    pub(super) chosen: Option<IndexPlan>,
    pub(super) built: Option<Built>,
    pub(super) sampled: Option<Sample>,
}

impl State {
    pub(super) async fn load(db: &mut PgConnection, model: &ModelId) -> Result<Self, Fault> {
        let row: Option<(Option<String>, Option<String>, Option<String>)> =
            sqlx::query_as("SELECT chosen, built, sampled FROM pgvector_models WHERE model = $1")
                .bind(model.as_str())
                .fetch_optional(db)
                .await?;
        let (chosen, built, sampled) = row.unwrap_or_default();
        Self::decode(chosen, built, sampled)
    }

    pub(super) fn decode(
        chosen: Option<String>,
        built: Option<String>,
        sampled: Option<String>,
    ) -> Result<Self, Fault> {
        Ok(Self { chosen: read(chosen)?, built: read(built)?, sampled: read(sampled)? })
    }

    pub(super) async fn save(&self, db: &mut PgConnection, model: &ModelId) -> Result<(), Fault> {
        sqlx::query(
            "UPDATE pgvector_models SET chosen = $2, built = $3, sampled = $4 WHERE model = $1",
        )
        .bind(model.as_str())
        .bind(written(self.chosen.as_ref())?)
        .bind(written(self.built.as_ref())?)
        .bind(written(self.sampled.as_ref())?)
        .execute(db)
        .await?;
        Ok(())
    }
}

fn read<T: DeserializeOwned>(text: Option<String>) -> Result<Option<T>, Fault> {
    let value = text.map(|text| serde_json::from_str(&text)).transpose();
    Ok(value.map_err(damaged)?)
}

fn written<T: Serialize>(value: Option<&T>) -> Result<Option<String>, Fault> {
    Ok(value.map(serde_json::to_string).transpose().map_err(damaged)?)
}
