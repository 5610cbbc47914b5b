//! What stands before the handlers: callers, limits on work at a time and on time, request ids.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use goldenset_core::{Code, Error};
use tokio::sync::Semaphore;
use tower_http::request_id::{MakeRequestId, RequestId};

use super::problem::Failure;
use super::{App, auth, once};

/// What a request may cost.
pub struct Limits {
    /// Longest body, in bytes.
    pub body_bytes: usize,
    /// Most questions of a batch.
    pub batch: usize,
    /// Longest time for a request.
    pub timeout: Duration,
    /// One permit a request under way.
    pub permits: Semaphore,
}

/// What stands before every route of `/v1`: who calls and whether they may; room for one more
/// request, or it is refused at once; its idempotency key; and an end to what takes too long.
pub(crate) async fn pass(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    match auth::authorised(&app, &request) {
        Ok(caller) => request.extensions_mut().insert(caller),
        Err(error) => return Failure(error).into_response(),
    };
    let Ok(_permit) = app.limits.permits.try_acquire() else {
        return Failure(
            Error::new(Code::Overloaded, "too many requests are under way")
                .fix("try again later, or raise server.max_concurrent_requests"),
        )
        .into_response();
    };
    match tokio::time::timeout(app.limits.timeout, once::run(&app, request, next)).await {
        Ok(response) => response,
        Err(_) => Failure(
            Error::new(Code::TimedOut, "the request took longer than the server allows")
                .fix("try again later, or raise server.request_timeout_ms"),
        )
        .into_response(),
    }
}

/// Ids for requests that bring none: the process's start time and a counter.
#[derive(Clone)]
pub(crate) struct RequestIds {
    start: u64,
    next: Arc<AtomicU64>,
}

impl Default for RequestIds {
    fn default() -> Self {
        let start = u64::try_from(jiff::Timestamp::now().as_microsecond()).unwrap_or_default();
        Self { start, next: Arc::default() }
    }
}

impl MakeRequestId for RequestIds {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let id = format!("{:x}-{number:x}", self.start);
        HeaderValue::from_str(&id).ok().map(RequestId::new)
    }
}
