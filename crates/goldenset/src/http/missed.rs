//! `/v1/questions/missed`: questions that found no answer, grouped by meaning.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use goldenset_core::curation::MissedGroup;
use serde::{Deserialize, Serialize};

use super::address::Parameters;
use super::entries::known_tenant;
use super::problem::Failure;
use super::{App, Caller, paging};

/// Groups on a page when the caller does not say.
const PAGE: usize = 50;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MissedQuery {
    tenant: Option<String>,
    limit: Option<usize>,
}

/// The groups that were asked most.
#[derive(Debug, Serialize)]
pub(crate) struct Missed {
    groups: Vec<MissedGroup>,
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Parameters(query): Parameters<MissedQuery>,
) -> Result<Json<Missed>, Failure> {
    let tenant = known_tenant(&app, &caller, query.tenant)?;
    let limit = paging::limit(query.limit, PAGE)?;
    Ok(Json(Missed { groups: app.watch().missed(&tenant, limit).await? }))
}
