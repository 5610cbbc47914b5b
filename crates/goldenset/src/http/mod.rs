//! The HTTP interface: all routes on this page, each handler in the file of its subject.

mod address;
mod audit;
mod auth;
mod cache;
mod calibration;
mod caller;
mod candidates;
mod compare;
mod diff;
mod drift;
mod entries;
mod experts;
mod feedback;
mod guard;
mod health;
mod json;
mod key_ring;
mod keys;
mod log;
mod lookup;
mod missed;
mod once;
mod paging;
mod problem;
mod questions;
mod references;
mod roles;
pub mod server;
mod short;

use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};
use goldenset_engine::{Engine, Watch};

use crate::metrics::Metrics;
use crate::serving::Serving;
pub(crate) use caller::Caller;
pub use guard::Limits;
use guard::RequestIds;
pub use key_ring::KeyRing;
pub(crate) use once::REPLAYED;
pub use roles::ROLES;

/// What every handler shares.
pub struct App {
    serving: ArcSwap<Serving>,
    /// Who may call.
    pub keys: Arc<KeyRing>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// What a request may cost.
    pub limits: Limits,
    request_ids: RequestIds,
}

impl App {
    /// All parts.
    #[must_use]
    pub fn new(
        serving: Arc<Serving>,
        keys: Arc<KeyRing>,
        metrics: Arc<Metrics>,
        limits: Limits,
    ) -> Self {
        let request_ids = RequestIds::default();
        Self { serving: ArcSwap::new(serving), keys, metrics, limits, request_ids }
    }

    /// What answers at the moment; whoever began with it may end with it.
    #[must_use]
    pub fn serving(&self) -> Arc<Serving> {
        self.serving.load_full()
    }

    /// Has another answer from now on.
    pub(crate) fn serve_with(&self, serving: Arc<Serving>) {
        self.serving.store(serving);
    }

    /// Takes changes, and answers what is not counted.
    #[must_use]
    pub fn engine(&self) -> Arc<Engine> {
        Arc::clone(&self.serving.load().engine)
    }

    /// Answers lookups and counts them.
    #[must_use]
    pub fn watch(&self) -> Arc<Watch> {
        Arc::clone(&self.serving.load().watch)
    }
}

/// All routes. What each needs of its caller is in `roles.rs`.
pub fn router(app: Arc<App>) -> Router {
    let enter = from_fn_with_state(Arc::clone(&app), guard::enter);
    // Of the one route that layers stand before only where it refuses a method.
    let not_allowed = MethodRouter::new().fallback(problem::method_not_allowed);
    Router::new()
        .route("/v1/lookup/batch", post(lookup::batch))
        .route("/v1/compare", post(compare::compare))
        .route("/v1/entries", get(entries::list))
        .route("/v1/entries/{id}", get(entries::read).put(entries::save))
        .route("/v1/entries/{id}/publish", post(entries::publish))
        .route("/v1/entries/{id}/retire", post(entries::retire))
        .route("/v1/entries/{id}/versions", get(entries::versions))
        .route("/v1/entries/{id}/rollback", post(entries::roll_back))
        .route("/v1/feedback", get(feedback::list).post(feedback::take))
        .route("/v1/experts", get(experts::list))
        .route("/v1/experts/{handle}", get(experts::read).put(experts::put))
        .route("/v1/candidates", get(candidates::list))
        .route("/v1/candidates/{id}", get(candidates::read).put(candidates::amend))
        .route("/v1/candidates/{id}/approve", post(candidates::approve))
        .route("/v1/candidates/{id}/reject", post(candidates::reject))
        .route("/v1/candidates/{id}/revise", post(candidates::revise))
        .route("/v1/questions", get(questions::list).post(questions::record))
        .route("/v1/questions/missed", get(missed::list))
        .route("/v1/log", get(log::list))
        .route("/v1/entries/{id}/diff", get(diff::diff))
        .route("/v1/references", get(references::list))
        .route("/v1/references/{document}/changed", post(references::changed))
        .route("/v1/references/{document}/undo", post(references::undo))
        .route("/v1/calibration", get(calibration::status).post(calibration::calibrate))
        .route("/v1/calibration/undo", post(calibration::undo))
        .route("/v1/drift", get(drift::drift))
        .route("/v1/audit", get(audit::list))
        .route("/v1/audit/report", get(audit::report))
        .route("/v1/audit/{id}/judgement", post(audit::judge))
        .route("/v1/keys", get(keys::list).post(keys::create))
        .route("/v1/keys/{id}/revoke", post(keys::revoke))
        .route("/v1/cache", get(cache::state))
        .route("/v1/cache/invalidate", post(cache::invalidate))
        .layer(from_fn_with_state(Arc::clone(&app), guard::pass))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/openapi.json", get(health::openapi))
        .fallback(problem::unknown_route)
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(enter.clone())
        .route("/v1/lookup", not_allowed.layer(enter).post(lookup::one))
        .with_state(app)
}

/// The description of this interface, held against real answers by the tests.
pub const OPENAPI: &str = include_str!("openapi.json");
