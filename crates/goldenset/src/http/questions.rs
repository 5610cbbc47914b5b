//! `/v1/questions`: of which it is known what answers them, and which no publish may take away.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use goldenset_core::curation::RecordedQuestion;
use goldenset_core::{EntryId, Handle, TenantId};
use serde::{Deserialize, Serialize};

use super::address::Parameters;
use super::entries::{TenantQuery, known_tenant};
use super::json::JsonBody;
use super::problem::Failure;
use super::{App, Caller};

/// Every question of a tenant.
#[derive(Debug, Serialize)]
pub(crate) struct Questions {
    questions: Vec<RecordedQuestion>,
}

/// What answers a question.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuestionBody {
    query: String,
    entry_id: Option<EntryId>,
    by: Option<Handle>,
    tenant: Option<TenantId>,
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Parameters(query): Parameters<TenantQuery>,
) -> Result<Json<Questions>, Failure> {
    let tenant = known_tenant(&app, &caller, query.tenant)?;
    Ok(Json(Questions { questions: app.engine().store().questions(&tenant).await? }))
}

pub(crate) async fn record(
    State(app): State<Arc<App>>,
    caller: Caller,
    JsonBody(body): JsonBody<QuestionBody>,
) -> Result<Json<RecordedQuestion>, Failure> {
    let author = caller.author(body.tenant)?;
    let by = caller.handle("by", body.by)?;
    Ok(Json(app.engine().record_question(author, body.query, body.entry_id, by).await?))
}
