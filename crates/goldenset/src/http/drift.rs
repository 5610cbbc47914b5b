//! `/v1/drift`: whether lookups are still like those that a calibration was made on.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use goldenset_engine::drift::Drift;
use serde::Deserialize;

use super::address::Parameters;
use super::entries::known_tenant;
use super::problem::Failure;
use super::{App, Caller};

/// Days that a report goes back when the caller does not say.
const DAYS: u32 = 7;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DriftQuery {
    tenant: Option<String>,
    days: Option<u32>,
}

pub(crate) async fn drift(
    State(app): State<Arc<App>>,
    caller: Caller,
    Parameters(query): Parameters<DriftQuery>,
) -> Result<Json<Drift>, Failure> {
    let tenant = known_tenant(&app, &caller, query.tenant)?;
    Ok(Json(app.watch().drift(&tenant, query.days.unwrap_or(DAYS)).await?))
}
