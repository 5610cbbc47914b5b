//! `/v1/experts`: who may say what of answers.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use goldenset_core::Handle;
use goldenset_core::curation::{Expert, ExpertRole};
use goldenset_core::{Code, Error, TenantId};
use goldenset_engine::curation::Stated;
use serde::{Deserialize, Serialize};

use super::address::{HandlePath, Parameters};
use super::entries::{TenantQuery, known_tenant};
use super::json::JsonBody;
use super::paging;
use super::problem::Failure;
use super::{App, Caller};

/// Experts on a page when the caller does not say.
const PAGE: usize = 100;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    tenant: Option<String>,
    cursor: Option<String>,
    limit: Option<usize>,
}

/// A page of experts.
#[derive(Debug, Serialize)]
pub(crate) struct Page {
    experts: Vec<Expert>,
    /// The `cursor` of the next page; none on the last one.
    next_cursor: Option<Handle>,
}

/// What an administrator states.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpertBody {
    role: ExpertRole,
    verified: bool,
    trust: f64,
    tenant: Option<TenantId>,
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Json<Page>, Failure> {
    let tenant = known_tenant(&app, &caller, query.tenant)?;
    let cursor = query.cursor.map(Handle::new).transpose();
    let cursor = cursor.map_err(|error: Error| error.field("cursor"))?;
    let limit = paging::limit(query.limit, PAGE)?;
    let mut experts = app.engine().store().experts(&tenant, cursor.as_ref(), limit + 1).await?;
    let next_cursor = paging::cut(&mut experts, limit, |expert| expert.handle.clone());
    Ok(Json(Page { experts, next_cursor }))
}

pub(crate) async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    HandlePath(handle): HandlePath,
    Parameters(query): Parameters<TenantQuery>,
) -> Result<Json<Expert>, Failure> {
    let tenant = known_tenant(&app, &caller, query.tenant)?;
    let expert = app.engine().store().expert(&tenant, &handle).await;
    Ok(Json(expert.map_err(|error| match error.code {
        Code::UnknownExpert => error.field("handle"),
        _ => error,
    })?))
}

pub(crate) async fn put(
    State(app): State<Arc<App>>,
    caller: Caller,
    HandlePath(handle): HandlePath,
    JsonBody(body): JsonBody<ExpertBody>,
) -> Result<Json<Expert>, Failure> {
    let author = caller.author(body.tenant)?;
    app.engine().tenant(&author.tenant)?;
    let stated = Stated { role: body.role, verified: body.verified, trust: body.trust };
    Ok(Json(app.engine().put_expert(author, handle, stated).await?))
}
