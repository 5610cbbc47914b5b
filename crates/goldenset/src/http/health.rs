//! Whether the process lives, whether it can answer, what it counted, how it is called.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{Extensions, HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use goldenset_core::{Code, TenantId};
use goldenset_engine::{Following, TenantState};
use serde::Serialize;

use super::auth::caller;
use super::problem::Failure;
use super::{App, OPENAPI};

pub(crate) async fn alive() -> Json<BTreeMap<&'static str, &'static str>> {
    Json(BTreeMap::from([("status", "ok")]))
}

/// What a load balancer asks first, and a support engineer.
#[derive(Serialize)]
struct Readiness {
    status: &'static str,
    /// Only for whoever may see all tenants.
    #[serde(flatten)]
    more: Option<More>,
}

#[derive(Serialize)]
struct More {
    store: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    redis: Option<&'static str>,
    tenants: BTreeMap<TenantId, TenantState>,
    version: &'static str,
}

pub(crate) async fn ready(
    State(app): State<Arc<App>>,
    extensions: Extensions,
    headers: HeaderMap,
) -> Response {
    let (status, word, store) = match app.engine().following() {
        // Lookups go on without the store; a load balancer must not take all nodes away at once.
        Some(Following { answers: true, .. }) => (StatusCode::OK, "ready", "ok"),
        Some(_) => (StatusCode::OK, "degraded", Code::StoreUnavailable.as_str()),
        None => match app.engine().store().tenants().await {
            Ok(_) => (StatusCode::OK, "ready", "ok"),
            Err(error) => {
                tracing::warn!(code = error.code.as_str(), %error, "the store does not answer");
                (StatusCode::SERVICE_UNAVAILABLE, "not_ready", error.code.as_str())
            }
        },
    };
    let redis = app.engine().caches().shared.map(|shared| shared.health);
    let redis = redis.map(|health| match health.reads && health.writes {
        true => "ok",
        false => Code::CacheUnavailable.as_str(),
    });
    let word = match word {
        "ready" if redis.is_some_and(|redis| redis != "ok") => "degraded",
        word => word,
    };
    let sees_all = caller(&app, &extensions, &headers).and_then(|caller| caller.unscoped());
    let more = sees_all.is_ok().then(|| More {
        store,
        redis,
        tenants: app.engine().tenants(),
        version: env!("CARGO_PKG_VERSION"),
    });
    (status, Json(Readiness { status: word, more })).into_response()
}

/// Of all tenants, hence for a key of all tenants; its role does not matter.
pub(crate) async fn metrics(
    State(app): State<Arc<App>>,
    extensions: Extensions,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    caller(&app, &extensions, &headers)?.unscoped()?;
    let text = app.metrics.encode(&app.engine(), &app.watch().state())?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

pub(crate) async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}
