//! `/v1/references`: documents that change, and the entries that rest on them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use goldenset_core::TenantId;
use goldenset_core::ports::{ChangeNumber, ReferenceChange};
use goldenset_engine::{ChangeToUndo, Referenced, ReportedChange};
use serde::{Deserialize, Serialize};

use super::address::{DocumentPath, Parameters};
use super::entries::known_tenant;
use super::json::JsonBody;
use super::paging;
use super::problem::Failure;
use super::{App, Caller};

/// Changes on a page when the caller does not say.
const PAGE: usize = 50;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    tenant: Option<String>,
    cursor: Option<ChangeNumber>,
    limit: Option<usize>,
}

/// A change with its figures.
#[derive(Debug, Serialize)]
struct Listed {
    /// Entries that it concerned.
    affected: usize,
    /// Those of them that it still holds back.
    suspended: usize,
    #[serde(flatten)]
    change: ReferenceChange,
}

/// A page of changes, the newest first.
#[derive(Debug, Serialize)]
pub(crate) struct Page {
    changes: Vec<Listed>,
    /// The `cursor` of the next page; none on the last one.
    next_cursor: Option<ChangeNumber>,
}

/// A new version of a document.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangedBody {
    version: String,
    tenant: Option<TenantId>,
    by: Option<String>,
    reason: Option<String>,
    dry_run: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UndoBody {
    version: Option<String>,
    tenant: Option<TenantId>,
    by: Option<String>,
    reason: Option<String>,
    dry_run: Option<bool>,
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Json<Page>, Failure> {
    let tenant = known_tenant(&app, &caller, query.tenant)?;
    let limit = paging::limit(query.limit, PAGE)?;
    let mut changes = app.engine().reference_changes(&tenant, query.cursor, limit + 1).await?;
    let next_cursor = paging::cut(&mut changes, limit, |change| change.number);
    let listed = changes.into_iter().map(|change| Listed {
        affected: change.entries.len(),
        suspended: change.entries.iter().filter(|entry| entry.suspended).count(),
        change,
    });
    Ok(Json(Page { changes: listed.collect(), next_cursor }))
}

pub(crate) async fn changed(
    State(app): State<Arc<App>>,
    caller: Caller,
    DocumentPath(document): DocumentPath,
    JsonBody(body): JsonBody<ChangedBody>,
) -> Result<Json<Referenced>, Failure> {
    let author = caller.author_for(body.tenant, body.by)?;
    let reported = ReportedChange { document, version: body.version, reason: body.reason };
    let dry_run = body.dry_run.unwrap_or_default();
    Ok(Json(app.engine().change_reference(author, reported, dry_run).await?))
}

pub(crate) async fn undo(
    State(app): State<Arc<App>>,
    caller: Caller,
    DocumentPath(document): DocumentPath,
    JsonBody(body): JsonBody<UndoBody>,
) -> Result<Json<Referenced>, Failure> {
    let author = caller.author_for(body.tenant, body.by)?;
    let undo = ChangeToUndo { document, version: body.version, reason: body.reason };
    let dry_run = body.dry_run.unwrap_or_default();
    Ok(Json(app.engine().undo_reference_change(author, undo, dry_run).await?))
}
