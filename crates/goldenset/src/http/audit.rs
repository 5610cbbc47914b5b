//! `/v1/audit`: served answers that were drawn for experts to judge.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use goldenset_core::watch::{AuditId, AuditItem, AuditStatus, Judgement, Verdict};
use goldenset_core::{EntryId, TenantId};
use goldenset_engine::audit::AuditReport;
use serde::{Deserialize, Serialize};

use super::address::{NumberPath, Parameters};
use super::entries::known_tenant;
use super::json::JsonBody;
use super::paging;
use super::problem::Failure;
use super::{App, Caller};

/// Items on a page when the caller does not say.
const PAGE: usize = 50;
/// Days that a report goes back when the caller does not say.
const DAYS: u32 = 30;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ItemsQuery {
    tenant: Option<String>,
    status: Option<AuditStatus>,
    after: Option<u32>,
    limit: Option<usize>,
}

/// A page of items.
#[derive(Debug, Serialize)]
pub(crate) struct Items {
    items: Vec<AuditItem>,
    /// The `after` of the next page; none on the last one.
    next_after: Option<AuditId>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportQuery {
    tenant: Option<String>,
    days: Option<u32>,
}

/// What an expert says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct JudgementBody {
    verdict: Verdict,
    entry: Option<EntryId>,
    unanswerable: Option<bool>,
    by: String,
    comment: Option<String>,
    tenant: Option<TenantId>,
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Parameters(query): Parameters<ItemsQuery>,
) -> Result<Json<Items>, Failure> {
    let tenant = known_tenant(&app, &caller, query.tenant)?;
    let limit = paging::limit(query.limit, PAGE)?;
    let status = query.status.unwrap_or(AuditStatus::Open);
    let after = query.after.map(AuditId);
    let mut items = app.watch().audit_items(&tenant, status, after, limit + 1).await?;
    let next_after = paging::cut(&mut items, limit, |item| item.id);
    Ok(Json(Items { items, next_after }))
}

pub(crate) async fn judge(
    State(app): State<Arc<App>>,
    caller: Caller,
    NumberPath(id): NumberPath<AuditId>,
    JsonBody(body): JsonBody<JudgementBody>,
) -> Result<Json<AuditItem>, Failure> {
    let tenant = caller.tenant(body.tenant)?;
    let judgement = Judgement {
        verdict: body.verdict,
        entry: body.entry,
        unanswerable: body.unanswerable.unwrap_or_default(),
        by: caller.by(Some(body.by))?,
        comment: body.comment,
        at: app.watch().now(),
    };
    Ok(Json(app.watch().judge(&tenant, id, judgement, caller.once.as_ref()).await?))
}

pub(crate) async fn report(
    State(app): State<Arc<App>>,
    caller: Caller,
    Parameters(query): Parameters<ReportQuery>,
) -> Result<Json<AuditReport>, Failure> {
    let tenant = known_tenant(&app, &caller, query.tenant)?;
    Ok(Json(app.watch().audit_report(&tenant, query.days.unwrap_or(DAYS)).await?))
}
