//! `/v1/entries`: what the experts approve, with its versions.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use goldenset_core::keys::Role;
use goldenset_core::ports::EntryRecord;
use goldenset_core::{
    EntryContent, EntryId, Error, Handle, Reference, TenantId, Validity, VersionNumber,
};
use goldenset_engine::{Published, Publishing};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::address::{EntryPath, Parameters};
use super::json::{JsonBody, day};
use super::paging;
use super::problem::Failure;
use super::{App, Caller};

/// Entries on a page when the caller does not say.
const PAGE: usize = 100;

/// A page of entries.
#[derive(Debug, Serialize)]
pub(crate) struct Page {
    entries: Vec<EntryRecord>,
    /// The `cursor` of the next page; none on the last one.
    next_cursor: Option<EntryId>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    tenant: Option<String>,
    cursor: Option<String>,
    limit: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TenantQuery {
    pub(super) tenant: Option<String>,
}

/// What an entry says, and whether it goes live at once.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SaveBody {
    question: String,
    #[serde(default)]
    alternatives: Vec<String>,
    answer: String,
    #[serde(default)]
    references: Vec<Reference>,
    category: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    lang: Option<String>,
    #[serde(default, deserialize_with = "day")]
    valid_from: Option<Date>,
    #[serde(default, deserialize_with = "day")]
    valid_until: Option<Date>,
    #[serde(default, deserialize_with = "day")]
    review_by: Option<Date>,
    tenant: Option<TenantId>,
    publish: bool,
    reason: Option<String>,
    #[serde(default, rename = "override")]
    overrides: bool,
    #[serde(default)]
    dry_run: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublishBody {
    version: Option<VersionNumber>,
    #[serde(default)]
    reapprove: bool,
    reason: Option<String>,
    #[serde(default, rename = "override")]
    overrides: bool,
    #[serde(default)]
    dry_run: bool,
    tenant: Option<TenantId>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetireBody {
    reason: Option<String>,
    #[serde(default)]
    dry_run: bool,
    tenant: Option<TenantId>,
}

/// Which version is to be served again.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RollBackBody {
    to_version: VersionNumber,
    by: Option<Handle>,
    reason: Option<String>,
    #[serde(default, rename = "override")]
    overrides: bool,
    #[serde(default)]
    dry_run: bool,
    tenant: Option<TenantId>,
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Json<Page>, Failure> {
    let tenant = known_tenant(&app, &caller, query.tenant)?;
    let cursor = query.cursor.map(EntryId::new).transpose();
    let cursor = cursor.map_err(|error| error.field("cursor"))?;
    let limit = paging::limit(query.limit, PAGE)?;
    let mut entries = app.engine().store().entries(&tenant, cursor.as_ref(), limit + 1).await?;
    let next_cursor = paging::cut(&mut entries, limit, |record| record.id.clone());
    Ok(Json(Page { entries, next_cursor }))
}

pub(crate) async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    EntryPath(id): EntryPath,
    Parameters(query): Parameters<TenantQuery>,
) -> Result<Json<EntryRecord>, Failure> {
    let tenant = known_tenant(&app, &caller, query.tenant)?;
    Ok(Json(app.engine().store().entry(&tenant, &id).await?))
}

pub(crate) async fn versions(
    State(app): State<Arc<App>>,
    caller: Caller,
    EntryPath(id): EntryPath,
    Parameters(query): Parameters<TenantQuery>,
) -> Result<Response, Failure> {
    #[derive(Serialize)]
    struct Versions {
        versions: Vec<EntryRecord>,
    }
    let tenant = known_tenant(&app, &caller, query.tenant)?;
    let versions = app.engine().store().versions(&tenant, &id).await?;
    Ok(Json(Versions { versions }).into_response())
}

pub(crate) async fn save(
    State(app): State<Arc<App>>,
    caller: Caller,
    EntryPath(id): EntryPath,
    JsonBody(body): JsonBody<SaveBody>,
) -> Result<Response, Failure> {
    if body.publish {
        caller.needs(Role::Approver)?;
    }
    let author = caller.author(body.tenant)?;
    let content = EntryContent {
        question: body.question,
        alternatives: body.alternatives,
        answer: body.answer,
        references: body.references,
        category: body.category,
        tags: body.tags,
        lang: body.lang,
        validity: Validity { valid_from: body.valid_from, valid_until: body.valid_until },
        review_by: body.review_by,
    };
    let how = Publishing { reason: body.reason, overrides: body.overrides, dry_run: body.dry_run };
    let published = match (body.publish, body.dry_run) {
        (true, _) => app.engine().save_live(author, id, content, &how).await?,
        (false, true) => app.engine().would_save(&author, &id, &content).await?,
        (false, false) => {
            let changed = app.engine().save(author, id, content, false).await?;
            Published { changed, dry_run: false, gate: None }
        }
    };
    let created = published.changed.created && !published.dry_run;
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(published)).into_response())
}

pub(crate) async fn publish(
    State(app): State<Arc<App>>,
    caller: Caller,
    EntryPath(id): EntryPath,
    JsonBody(body): JsonBody<PublishBody>,
) -> Result<Json<Published>, Failure> {
    let author = caller.author(body.tenant)?;
    app.engine().tenant(&author.tenant)?;
    let how = Publishing { reason: body.reason, overrides: body.overrides, dry_run: body.dry_run };
    let engine = app.engine();
    let published = engine.publish_live(author, id, body.version, body.reapprove, &how);
    Ok(Json(published.await?))
}

pub(crate) async fn retire(
    State(app): State<Arc<App>>,
    caller: Caller,
    EntryPath(id): EntryPath,
    JsonBody(body): JsonBody<RetireBody>,
) -> Result<Json<Published>, Failure> {
    let author = caller.author(body.tenant)?;
    app.engine().tenant(&author.tenant)?;
    let how = Publishing { reason: body.reason, overrides: false, dry_run: body.dry_run };
    Ok(Json(app.engine().retire_live(author, id, &how).await?))
}

pub(crate) async fn roll_back(
    State(app): State<Arc<App>>,
    caller: Caller,
    EntryPath(id): EntryPath,
    JsonBody(body): JsonBody<RollBackBody>,
) -> Result<Json<Published>, Failure> {
    let author = caller.author(body.tenant)?;
    app.engine().tenant(&author.tenant)?;
    let by = caller.handle("by", body.by)?;
    let how = Publishing { reason: body.reason, overrides: body.overrides, dry_run: body.dry_run };
    Ok(Json(app.engine().roll_back(author, id, body.to_version, &by, &how).await?))
}

/// The tenant of a request that reads; one that does not exist has nothing to read.
pub(super) fn known_tenant(
    app: &App,
    caller: &Caller,
    asked: Option<String>,
) -> Result<TenantId, Error> {
    let asked = asked.map(TenantId::new).transpose().map_err(|error| error.field("tenant"))?;
    let tenant = caller.tenant(asked)?;
    app.engine().tenant(&tenant)?;
    Ok(tenant)
}
