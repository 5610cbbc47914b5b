//! `/v1/candidates`: what is proposed, and who decides.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use goldenset_core::curation::{
    Action, Candidate, CandidateFilter, CandidateId, CandidateKind, CandidateStatus,
    FeedbackFilter, FeedbackRecord,
};
use goldenset_core::{EntryId, Handle, Reference, TenantId, VersionNumber};
use goldenset_engine::curation::{Amended, Approved, Decision};
use serde::{Deserialize, Serialize};

use super::address::{NumberPath, Parameters};
use super::entries::{TenantQuery, known_tenant};
use super::json::JsonBody;
use super::paging;
use super::problem::Failure;
use super::{App, Caller};

/// Candidates on a page when the caller does not say.
const PAGE: usize = 50;
/// Feedback shown with a candidate, the first first.
const FEEDBACK_SHOWN: usize = 100;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    tenant: Option<String>,
    status: Option<CandidateStatus>,
    kind: Option<CandidateKind>,
    after: Option<u32>,
    limit: Option<usize>,
}

/// A page of candidates.
#[derive(Debug, Serialize)]
pub(crate) struct Page {
    candidates: Vec<Candidate>,
    /// The `after` of the next page; none on the last one.
    next_after: Option<CandidateId>,
}

/// A candidate with what experts said.
#[derive(Debug, Serialize)]
pub(crate) struct WithFeedback {
    #[serde(flatten)]
    candidate: Candidate,
    feedback: Vec<FeedbackRecord>,
}

/// A decision.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecisionBody {
    by: Option<Handle>,
    reason: Option<String>,
    #[serde(default)]
    dry_run: bool,
    tenant: Option<TenantId>,
}

/// An approval.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApprovalBody {
    by: Option<Handle>,
    reason: Option<String>,
    #[serde(default, rename = "override")]
    overrides: bool,
    base_version: Option<VersionNumber>,
    #[serde(default)]
    dry_run: bool,
    tenant: Option<TenantId>,
}

/// What a candidate is to propose instead.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AmendBody {
    by: Option<Handle>,
    action: Option<Action>,
    entry_id: Option<EntryId>,
    question: Option<String>,
    answer: Option<String>,
    references: Option<Vec<Reference>>,
    tenant: Option<TenantId>,
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Json<Page>, Failure> {
    let tenant = known_tenant(&app, &caller, query.tenant)?;
    let limit = paging::limit(query.limit, PAGE)?;
    let filter = CandidateFilter {
        status: query.status,
        kind: query.kind,
        after: query.after.map(CandidateId),
    };
    let mut candidates = app.engine().store().candidates(&tenant, &filter, limit + 1).await?;
    let next_after = paging::cut(&mut candidates, limit, |candidate| candidate.id);
    Ok(Json(Page { candidates, next_after }))
}

pub(crate) async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    NumberPath(id): NumberPath<CandidateId>,
    Parameters(query): Parameters<TenantQuery>,
) -> Result<Json<WithFeedback>, Failure> {
    let tenant = known_tenant(&app, &caller, query.tenant)?;
    let engine = app.engine();
    let store = engine.store();
    let candidate = store.candidate(&tenant, id).await?;
    let filter = FeedbackFilter { candidate: Some(id), ..FeedbackFilter::default() };
    let feedback = store.feedback(&tenant, &filter, None, FEEDBACK_SHOWN).await?;
    Ok(Json(WithFeedback { candidate, feedback }))
}

pub(crate) async fn amend(
    State(app): State<Arc<App>>,
    caller: Caller,
    NumberPath(id): NumberPath<CandidateId>,
    JsonBody(body): JsonBody<AmendBody>,
) -> Result<Json<Candidate>, Failure> {
    let author = caller.author(body.tenant)?;
    let by = caller.handle("by", body.by)?;
    let amended = Amended {
        action: body.action,
        entry_id: body.entry_id,
        question: body.question,
        answer: body.answer,
        references: body.references,
    };
    Ok(Json(app.engine().amend(author, id, by, amended).await?.candidate))
}

pub(crate) async fn approve(
    State(app): State<Arc<App>>,
    caller: Caller,
    NumberPath(id): NumberPath<CandidateId>,
    JsonBody(body): JsonBody<ApprovalBody>,
) -> Result<Json<Approved>, Failure> {
    let author = caller.author(body.tenant)?;
    let decision = Decision {
        by: caller.handle("by", body.by)?,
        reason: body.reason,
        overrides: body.overrides,
        base_version: body.base_version,
        dry_run: body.dry_run,
    };
    Ok(Json(app.engine().approve(author, id, decision).await?))
}

pub(crate) async fn reject(
    State(app): State<Arc<App>>,
    caller: Caller,
    NumberPath(id): NumberPath<CandidateId>,
    JsonBody(body): JsonBody<DecisionBody>,
) -> Result<Json<Candidate>, Failure> {
    let (author, decision) = decision(&caller, body)?;
    Ok(Json(app.engine().reject(author, id, decision).await?.candidate))
}

pub(crate) async fn revise(
    State(app): State<Arc<App>>,
    caller: Caller,
    NumberPath(id): NumberPath<CandidateId>,
    JsonBody(body): JsonBody<DecisionBody>,
) -> Result<Json<Candidate>, Failure> {
    let (author, decision) = decision(&caller, body)?;
    Ok(Json(app.engine().revise(author, id, decision).await?.candidate))
}

fn decision(
    caller: &Caller,
    body: DecisionBody,
) -> Result<(goldenset_engine::Author, Decision), goldenset_core::Error> {
    let author = caller.author(body.tenant)?;
    let decision = Decision {
        by: caller.handle("by", body.by)?,
        reason: body.reason,
        overrides: false,
        base_version: None,
        dry_run: body.dry_run,
    };
    Ok((author, decision))
}
