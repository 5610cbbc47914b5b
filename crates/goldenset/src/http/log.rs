//! `/v1/log`: who did what, and when.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use goldenset_core::EntryId;
use goldenset_core::ports::{LogFilter, LogLine};
use serde::{Deserialize, Serialize};

use super::address::Parameters;
use super::entries::known_tenant;
use super::paging;
use super::problem::Failure;
use super::{App, Caller};

/// Lines on a page when the caller does not say.
const PAGE: usize = 50;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogQuery {
    tenant: Option<String>,
    entry_id: Option<String>,
    action: Option<String>,
    actor: Option<String>,
    before: Option<u64>,
    limit: Option<usize>,
}

/// A page of the audit log, the newest line first.
#[derive(Debug, Serialize)]
pub(crate) struct Page {
    lines: Vec<LogLine>,
    /// The `before` of the next page; none on the last one.
    next_before: Option<u64>,
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Parameters(query): Parameters<LogQuery>,
) -> Result<Json<Page>, Failure> {
    let tenant = known_tenant(&app, &caller, query.tenant)?;
    let entry = query.entry_id.map(EntryId::new).transpose();
    let filter = LogFilter {
        entry: entry.map_err(|error| error.field("entry_id"))?,
        action: query.action,
        actor: query.actor,
        before: query.before,
    };
    let limit = paging::limit(query.limit, PAGE)?;
    let mut lines = app.engine().store().log(&tenant, &filter, limit + 1).await?;
    let next_before = paging::cut(&mut lines, limit, |line| line.id);
    Ok(Json(Page { lines, next_before }))
}
