//! `/v1/entries/{id}/diff`: what changed between two versions.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use goldenset_core::VersionNumber;
use goldenset_engine::VersionDiff;
use serde::Deserialize;

use super::address::{EntryPath, Parameters};
use super::entries::known_tenant;
use super::problem::Failure;
use super::{App, Caller};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiffQuery {
    tenant: Option<String>,
    from: Option<VersionNumber>,
    to: Option<VersionNumber>,
}

pub(crate) async fn diff(
    State(app): State<Arc<App>>,
    caller: Caller,
    EntryPath(id): EntryPath,
    Parameters(query): Parameters<DiffQuery>,
) -> Result<Json<VersionDiff>, Failure> {
    let tenant = known_tenant(&app, &caller, query.tenant)?;
    Ok(Json(app.engine().diff(&tenant, &id, query.from, query.to).await?))
}
