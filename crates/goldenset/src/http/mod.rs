//! The HTTP interface: all routes on this page, each handler in the file of its subject.

mod address;
mod audit;
mod calibration;
mod compare;
mod drift;
mod entries;
mod guard;
mod health;
mod json;
mod lookup;
mod paging;
mod problem;
pub mod server;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use goldenset_engine::{Engine, Watch};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::request_id::{PropagateRequestIdLayer, SetRequestIdLayer};

use crate::metrics::Metrics;
pub use guard::Limits;
use guard::RequestIds;

/// What every handler shares.
pub struct App {
    /// Takes changes, and answers what is not counted.
    pub engine: Arc<Engine>,
    /// Answers lookups and counts them.
    pub watch: Arc<Watch>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// What a request may cost.
    pub limits: Limits,
}

/// All routes.
pub fn router(app: Arc<App>) -> Router {
    let body_limit = app.limits.body_bytes;
    Router::new()
        .route("/v1/lookup", post(lookup::one))
        .route("/v1/lookup/batch", post(lookup::batch))
        .route("/v1/compare", post(compare::compare))
        .route("/v1/entries", get(entries::list))
        .route("/v1/entries/{id}", get(entries::read).put(entries::save))
        .route("/v1/entries/{id}/publish", post(entries::publish))
        .route("/v1/entries/{id}/retire", post(entries::retire))
        .route("/v1/entries/{id}/versions", get(entries::versions))
        .route("/v1/calibration", get(calibration::status).post(calibration::calibrate))
        .route("/v1/calibration/undo", post(calibration::undo))
        .route("/v1/drift", get(drift::drift))
        .route("/v1/audit", get(audit::list))
        .route("/v1/audit/report", get(audit::report))
        .route("/v1/audit/{id}/judgement", post(audit::judge))
        .layer(from_fn_with_state(Arc::clone(&app), guard::admit))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/openapi.json", get(health::openapi))
        .fallback(problem::unknown_route)
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(DefaultBodyLimit::max(body_limit))
        .layer(CatchPanicLayer::custom(problem::panicked))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(RequestIds::default()))
        .with_state(app)
}

/// The description of this interface, held against real answers by the tests.
pub const OPENAPI: &str = include_str!("openapi.json");
