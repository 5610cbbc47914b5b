//! `/v1/feedback`: what experts say of answers.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use goldenset_core::curation::{
    CandidateId, Feedback, FeedbackFilter, FeedbackId, FeedbackKind, FeedbackRecord,
};
use goldenset_core::{EntryId, Handle, Reference, TenantId, VersionNumber};
use goldenset_engine::curation::FeedbackTaken;
use serde::{Deserialize, Serialize};

use super::address::Parameters;
use super::entries::known_tenant;
use super::json::JsonBody;
use super::paging;
use super::problem::Failure;
use super::{App, Caller};

/// Feedback on a page when the caller does not say.
const PAGE: usize = 100;

/// What an expert says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeedbackBody {
    query: String,
    entry_id: Option<EntryId>,
    version: Option<VersionNumber>,
    #[serde(rename = "type")]
    kind: FeedbackKind,
    category: Option<String>,
    confidence: f64,
    time_spent_seconds: f64,
    expert: Option<Handle>,
    answer: Option<String>,
    #[serde(default)]
    references: Vec<Reference>,
    tenant: Option<TenantId>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    tenant: Option<String>,
    entry_id: Option<String>,
    candidate: Option<u32>,
    after: Option<u32>,
    limit: Option<usize>,
}

/// A page of feedback.
#[derive(Debug, Serialize)]
pub(crate) struct Page {
    feedback: Vec<FeedbackRecord>,
    /// The `after` of the next page; none on the last one.
    next_after: Option<FeedbackId>,
}

pub(crate) async fn take(
    State(app): State<Arc<App>>,
    caller: Caller,
    JsonBody(body): JsonBody<FeedbackBody>,
) -> Result<Json<FeedbackTaken>, Failure> {
    let author = caller.author(body.tenant)?;
    let feedback = Feedback {
        query: body.query,
        entry_id: body.entry_id,
        version: body.version,
        kind: body.kind,
        category: body.category,
        confidence: body.confidence,
        time_spent_seconds: body.time_spent_seconds,
        expert: caller.handle("expert", body.expert)?,
        answer: body.answer,
        references: body.references,
    };
    Ok(Json(app.engine().feedback(author, feedback).await?))
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Json<Page>, Failure> {
    let tenant = known_tenant(&app, &caller, query.tenant)?;
    let entry = query.entry_id.map(EntryId::new).transpose();
    let filter = FeedbackFilter {
        entry: entry.map_err(|error| error.field("entry_id"))?,
        candidate: query.candidate.map(CandidateId),
        ..FeedbackFilter::default()
    };
    let limit = paging::limit(query.limit, PAGE)?;
    let after = query.after.map(FeedbackId);
    let mut feedback = app.engine().store().feedback(&tenant, &filter, after, limit + 1).await?;
    let next_after = paging::cut(&mut feedback, limit, |record| record.id);
    Ok(Json(Page { feedback, next_after }))
}
