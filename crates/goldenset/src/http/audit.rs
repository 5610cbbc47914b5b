//! `/v1/audit`: served answers that were drawn for experts to judge.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use goldenset_core::watch::{AuditId, AuditItem, AuditStatus, Judgement, Verdict};
use goldenset_core::{Code, EntryId, Error, TenantId};
use goldenset_engine::audit::AuditReport;
use serde::{Deserialize, Serialize};

use super::App;
use super::address::{AuditPath, Parameters};
use super::entries::known_tenant;
use super::json::JsonBody;
use super::problem::Failure;

/// Most items on a page.
const MAX_PAGE: usize = 500;
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
    Parameters(query): Parameters<ItemsQuery>,
) -> Result<Json<Items>, Failure> {
    let tenant = known_tenant(&app, query.tenant)?;
    let limit = query.limit.unwrap_or(PAGE);
    if !(1..=MAX_PAGE).contains(&limit) {
        return Err(Error::new(Code::InvalidField, format!("limit is {limit}"))
            .field("limit")
            .fix("give a whole number from 1 to 500")
            .into());
    }
    let status = query.status.unwrap_or(AuditStatus::Open);
    let after = query.after.map(AuditId);
    let mut items = app.watch.audit_items(&tenant, status, after, limit + 1).await?;
    let more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().map(|item| item.id);
    Ok(Json(Items { items, next_after: last.filter(|_| more) }))
}

pub(crate) async fn judge(
    State(app): State<Arc<App>>,
    AuditPath(id): AuditPath,
    JsonBody(body): JsonBody<JudgementBody>,
) -> Result<Json<AuditItem>, Failure> {
    let tenant = body.tenant.unwrap_or_default();
    let judgement = Judgement {
        verdict: body.verdict,
        entry: body.entry,
        unanswerable: body.unanswerable.unwrap_or_default(),
        by: body.by,
        comment: body.comment,
        at: app.watch.now(),
    };
    Ok(Json(app.watch.judge(&tenant, id, judgement).await?))
}

pub(crate) async fn report(
    State(app): State<Arc<App>>,
    Parameters(query): Parameters<ReportQuery>,
) -> Result<Json<AuditReport>, Failure> {
    let tenant = known_tenant(&app, query.tenant)?;
    Ok(Json(app.watch.audit_report(&tenant, query.days.unwrap_or(DAYS)).await?))
}
