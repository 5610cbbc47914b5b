//! `/v1/entries`: what the experts approve, with its versions.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use goldenset_core::ports::EntryRecord;
use goldenset_core::{Code, EntryContent, EntryId, Error, TenantId, Validity, VersionNumber};
use goldenset_engine::{Author, Changed};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::App;
use super::address::{EntryPath, Parameters};
use super::json::{JsonBody, day};
use super::paging;
use super::problem::Failure;

/// Entries on a page when the caller does not say.
const PAGE: usize = 100;
/// Who is named in the audit log as long as callers have no keys.
pub(super) const ACTOR: &str = "http";

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
    references: Vec<String>,
    category: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    lang: Option<String>,
    #[serde(default, deserialize_with = "day")]
    valid_from: Option<Date>,
    #[serde(default, deserialize_with = "day")]
    valid_until: Option<Date>,
    tenant: Option<TenantId>,
    publish: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublishBody {
    version: Option<VersionNumber>,
    tenant: Option<TenantId>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetireBody {
    tenant: Option<TenantId>,
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Json<Page>, Failure> {
    let tenant = known_tenant(&app, query.tenant)?;
    let cursor = query.cursor.map(EntryId::new).transpose();
    let cursor = cursor.map_err(|error| error.field("cursor"))?;
    let limit = paging::limit(query.limit, PAGE)?;
    let mut entries = app.engine.store().entries(&tenant, cursor.as_ref(), limit + 1).await?;
    let next_cursor = paging::cut(&mut entries, limit, |record| record.id.clone());
    Ok(Json(Page { entries, next_cursor }))
}

pub(crate) async fn read(
    State(app): State<Arc<App>>,
    EntryPath(id): EntryPath,
    Parameters(query): Parameters<TenantQuery>,
) -> Result<Json<EntryRecord>, Failure> {
    let tenant = known_tenant(&app, query.tenant)?;
    Ok(Json(app.engine.store().entry(&tenant, &id).await?))
}

pub(crate) async fn versions(
    State(app): State<Arc<App>>,
    EntryPath(id): EntryPath,
    Parameters(query): Parameters<TenantQuery>,
) -> Result<Response, Failure> {
    #[derive(Serialize)]
    struct Versions {
        versions: Vec<EntryRecord>,
    }
    let tenant = known_tenant(&app, query.tenant)?;
    let versions = app.engine.store().versions(&tenant, &id).await?;
    Ok(Json(Versions { versions }).into_response())
}

pub(crate) async fn save(
    State(app): State<Arc<App>>,
    EntryPath(id): EntryPath,
    JsonBody(body): JsonBody<SaveBody>,
) -> Result<Response, Failure> {
    let author = author(body.tenant);
    let content = EntryContent {
        question: body.question,
        alternatives: body.alternatives,
        answer: body.answer,
        references: body.references,
        category: body.category,
        tags: body.tags,
        lang: body.lang,
        validity: Validity { valid_from: body.valid_from, valid_until: body.valid_until },
    };
    let known = match app.engine.store().entry(&author.tenant, &id).await {
        Ok(_) => true,
        Err(error) if error.code == Code::UnknownEntry => false,
        Err(error) => return Err(error.into()),
    };
    let changed = app.engine.save(author, id, content, body.publish).await?;
    let status = if known { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(changed)).into_response())
}

pub(crate) async fn publish(
    State(app): State<Arc<App>>,
    EntryPath(id): EntryPath,
    JsonBody(body): JsonBody<PublishBody>,
) -> Result<Json<Changed>, Failure> {
    let author = author(body.tenant);
    app.engine.tenant(&author.tenant)?;
    Ok(Json(app.engine.publish(author, id, body.version).await?))
}

pub(crate) async fn retire(
    State(app): State<Arc<App>>,
    EntryPath(id): EntryPath,
    JsonBody(body): JsonBody<RetireBody>,
) -> Result<Json<Changed>, Failure> {
    let author = author(body.tenant);
    app.engine.tenant(&author.tenant)?;
    Ok(Json(app.engine.retire(author, id).await?))
}

fn author(tenant: Option<TenantId>) -> Author {
    Author { tenant: tenant.unwrap_or_default(), actor: ACTOR.into() }
}

/// The tenant of a request that reads; one that does not exist has nothing to read.
pub(super) fn known_tenant(app: &App, tenant: Option<String>) -> Result<TenantId, Error> {
    let tenant = match tenant {
        None => TenantId::default(),
        Some(tenant) => TenantId::new(tenant).map_err(|error| error.field("tenant"))?,
    };
    app.engine.tenant(&tenant)?;
    Ok(tenant)
}
