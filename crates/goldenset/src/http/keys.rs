//! `/v1/keys`: who may do what.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use goldenset_core::TenantId;
use goldenset_core::keys::{KeyId, KeyRecord, NewKey, Role};
use serde::{Deserialize, Serialize};

use super::address::NumberPath;
use super::json::JsonBody;
use super::problem::Failure;
use super::{App, Caller};

/// A key that is to be made. Its tenant is the one that it opens, and none means all.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateBody {
    name: String,
    role: Role,
    tenant: Option<TenantId>,
    expert: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RevokeBody {}

/// The only reply that has the text of a key: nothing may keep it, no store of replies either.
#[derive(Serialize)]
struct Created {
    #[serde(flatten)]
    record: KeyRecord,
    key: String,
}

/// Every key that was ever made.
#[derive(Debug, Serialize)]
pub(crate) struct Keys {
    keys: Vec<KeyRecord>,
}

pub(crate) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    JsonBody(body): JsonBody<CreateBody>,
) -> Result<Response, Failure> {
    caller.unscoped()?;
    let CreateBody { name, role, tenant, expert } = body;
    let (by, at) = (caller.actor.as_ref().to_owned(), app.watch().now());
    let key = |hash| NewKey { name, role, tenant, expert, hash, by, at, once: caller.once };
    let (record, key) = app.keys.create(key).await?;
    let not_kept = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((StatusCode::CREATED, not_kept, Json(Created { record, key })).into_response())
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Json<Keys>, Failure> {
    caller.unscoped()?;
    Ok(Json(Keys { keys: app.keys.all().await? }))
}

pub(crate) async fn revoke(
    State(app): State<Arc<App>>,
    caller: Caller,
    NumberPath(id): NumberPath<KeyId>,
    JsonBody(RevokeBody {}): JsonBody<RevokeBody>,
) -> Result<Json<KeyRecord>, Failure> {
    caller.unscoped()?;
    Ok(Json(app.keys.revoke(id, caller.actor, app.watch().now()).await?))
}
