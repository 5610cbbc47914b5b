//! `/v1/calibration`: what scores mean on a tenant's questions, and from which on is served.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use goldenset_core::{Code, EntryId, Error, TenantId};
use goldenset_engine::calibrate::{
    Calibrated, CalibrationChanged, CalibrationStatus, Method, Wanted,
};
use goldenset_engine::eval::LabelledQuery;
use serde::Deserialize;

use super::address::Parameters;
use super::entries::{TenantQuery, known_tenant};
use super::json::{JsonBody, Object};
use super::problem::Failure;
use super::{App, Caller};

/// Most labelled questions of one request.
const MAX_QUERIES: usize = 10_000;

/// Labelled questions, and what they are to show.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CalibrateBody {
    queries: Vec<Object<Labelled>>,
    tenant: Option<TenantId>,
    max_served_error: f64,
    confidence: f64,
    method: Option<Method>,
    per_category: Option<bool>,
    dry_run: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Labelled {
    query: String,
    gold: Vec<EntryId>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UndoBody {
    tenant: Option<TenantId>,
}

pub(crate) async fn status(
    State(app): State<Arc<App>>,
    caller: Caller,
    Parameters(query): Parameters<TenantQuery>,
) -> Result<Json<CalibrationStatus>, Failure> {
    let tenant = known_tenant(&app, &caller, query.tenant)?;
    Ok(Json(app.engine().calibrations(&tenant).await?))
}

pub(crate) async fn calibrate(
    State(app): State<Arc<App>>,
    caller: Caller,
    JsonBody(body): JsonBody<CalibrateBody>,
) -> Result<Json<Calibrated>, Failure> {
    if body.queries.len() > MAX_QUERIES {
        let detail = format!("{} questions, the limit is {MAX_QUERIES}", body.queries.len());
        return Err(Error::new(Code::TooMany, detail)
            .field("queries")
            .fix("send fewer, or use `goldenset calibrate`")
            .into());
    }
    let queries = body.queries.into_iter().map(|Object(Labelled { query, gold })| LabelledQuery {
        query,
        gold,
        kind: None,
        lang: None,
        split: None,
    });
    let queries: Vec<_> = queries.collect();
    let wanted = Wanted {
        max_served_error: body.max_served_error,
        confidence: body.confidence,
        method: body.method.unwrap_or_default(),
        per_category: body.per_category.unwrap_or_default(),
    };
    let author = caller.author(body.tenant)?;
    let place = |row: usize| format!("queries[{row}]");
    let dry_run = body.dry_run.unwrap_or_default();
    let done =
        app.engine().recalibrate(author, &queries, &wanted, dry_run, &place, &|_, _| ()).await?;
    Ok(Json(done))
}

pub(crate) async fn undo(
    State(app): State<Arc<App>>,
    caller: Caller,
    JsonBody(body): JsonBody<UndoBody>,
) -> Result<Json<CalibrationChanged>, Failure> {
    Ok(Json(app.engine().undo_calibration(caller.author(body.tenant)?).await?))
}
