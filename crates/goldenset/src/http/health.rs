//! Whether the process lives, whether it can answer, what it counted, how it is called.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use goldenset_core::TenantId;
use goldenset_engine::TenantState;
use serde::Serialize;

use super::problem::Failure;
use super::{App, OPENAPI};

pub(crate) async fn alive() -> Json<BTreeMap<&'static str, &'static str>> {
    Json(BTreeMap::from([("status", "ok")]))
}

/// What a load balancer and a support engineer ask first.
#[derive(Serialize)]
struct Readiness {
    status: &'static str,
    store: &'static str,
    tenants: BTreeMap<TenantId, TenantState>,
    version: &'static str,
}

pub(crate) async fn ready(State(app): State<Arc<App>>) -> Response {
    let store = app.engine.store().tenants().await;
    if let Err(error) = &store {
        tracing::warn!(code = error.code.as_str(), %error, "the store does not answer");
    }
    let (status, word, store) = match store {
        Ok(_) => (StatusCode::OK, "ready", "ok"),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, "not_ready", error.code.as_str()),
    };
    let tenants = app.engine.tenants();
    let version = env!("CARGO_PKG_VERSION");
    (status, Json(Readiness { status: word, store, tenants, version })).into_response()
}

pub(crate) async fn metrics(State(app): State<Arc<App>>) -> Result<Response, Failure> {
    let text = app.metrics.encode(&app.engine, &app.watch.state())?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

pub(crate) async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}
