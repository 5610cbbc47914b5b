//! What stands before the handlers: request ids, panics, limits on work at a time and on time.
//!
//! Layers do it for all routes but `POST /v1/lookup`, which calls the same functions itself: each
//! layer is a future of its own on the heap, and an answer from a cache takes less time than that.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use goldenset_core::{Code, Error};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use super::problem::{self, Failure};
use super::short::Short;
use super::{App, auth, once};

/// The header with the id of a request, sent back with the reply.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

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

/// [`entered`] as a layer.
pub(super) async fn enter(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let id = app.request_ids.of(request.headers());
    entered(id, pin!(next.run(request))).await
}

/// What stands before every route of `/v1`, as a layer: who calls and whether they may; room for
/// one more request; its idempotency key; and an end to what takes too long.
pub(super) async fn pass(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let (method, extensions, headers) = (request.method(), request.extensions(), request.headers());
    match auth::authorised(&app, (method, path), extensions, headers) {
        Ok(caller) => request.extensions_mut().insert(caller),
        Err(error) => return Failure(error).into_response(),
    };
    admitted(&app.limits, pin!(once::run(&app, request, next))).await
}

/// Does the work of a request and gives the reply its id; where the work panics, the reply is a
/// problem. (In place, because whoever takes a future by value holds it twice.)
pub(super) async fn entered(
    id: HeaderValue,
    mut work: Pin<&mut impl Future<Output = Response>>,
) -> Response {
    let replied = poll_fn(|context| {
        // After a panic nothing of the work is used any more.
        match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
            Ok(poll) => poll,
            Err(panic) => Poll::Ready(problem::panicked(panic)),
        }
    });
    let mut response = replied.await;
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// Does the work of a request if there is room for one more, else refuses it at once; gives it up
/// when it takes too long.
pub(super) async fn admitted(
    limits: &Limits,
    mut work: Pin<&mut impl Future<Output = Response>>,
) -> Response {
    let Ok(_permit) = limits.permits.try_acquire() else {
        return Failure(
            Error::new(Code::Overloaded, "too many requests are under way")
                .fix("try again later, or raise server.max_concurrent_requests"),
        )
        .into_response();
    };
    // Most lookups never wait, and need no timer; but the time counts from here.
    let started = Instant::now();
    let at_once = poll_fn(|context| {
        Poll::Ready(match work.as_mut().poll(context) {
            Poll::Ready(response) => Some(response),
            Poll::Pending => None,
        })
    });
    if let Some(response) = at_once.await {
        return response;
    }
    match timeout_at(started + limits.timeout, work).await {
        Ok(response) => response,
        Err(_) => Failure(
            Error::new(Code::TimedOut, "the request took longer than the server allows")
                .fix("try again later, or raise server.request_timeout_ms"),
        )
        .into_response(),
    }
}

/// Ids for requests that bring none: the process's start time and a counter.
pub(super) struct RequestIds {
    start: String,
    next: AtomicU64,
}

impl Default for RequestIds {
    fn default() -> Self {
        Self {
            start: format!("{:x}-", jiff::Timestamp::now().as_microsecond()),
            next: AtomicU64::new(0),
        }
    }
}

impl RequestIds {
    /// The id that a request brings, else a new one.
    pub(super) fn of(&self, headers: &HeaderMap) -> HeaderValue {
        headers.get(REQUEST_ID).cloned().unwrap_or_else(|| {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            Short::<40>::new().text(&self.start).number(number).value()
        })
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use axum::body::{Body, to_bytes};
    use axum::http::{StatusCode, header};

    use super::*;

    fn limits(permits: usize) -> Limits {
        let permits = Semaphore::new(permits);
        Limits { body_bytes: 1, batch: 1, timeout: Duration::from_millis(1), permits }
    }

    async fn code(response: Response) -> String {
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
        problem["code"].as_str().unwrap().to_owned()
    }

    fn done() -> Response {
        Response::new(Body::from("done"))
    }

    #[tokio::test]
    async fn a_panic_is_a_problem_with_the_id_of_its_request() {
        let id = HeaderValue::from_static("abc-123");
        let at_once = pin!(async { panic!("at once") });
        let later = pin!(async {
            tokio::task::yield_now().await;
            panic!("later")
        });
        for response in [entered(id.clone(), at_once).await, entered(id.clone(), later).await] {
            assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
            assert_eq!(response.headers()[REQUEST_ID], id);
            assert_eq!(code(response).await, "internal");
        }
    }

    #[tokio::test]
    async fn work_has_room_and_an_end() {
        let limits = limits(1);
        assert_eq!(admitted(&limits, pin!(async { done() })).await.status(), StatusCode::OK);
        let waits = pin!(async {
            tokio::task::yield_now().await;
            done()
        });
        assert_eq!(admitted(&limits, waits).await.status(), StatusCode::OK);
        assert_eq!(code(admitted(&limits, pin!(pending())).await).await, "timed_out");
        // Each of them gave its permit back; whoever holds the last one leaves none.
        let held = limits.permits.try_acquire().unwrap();
        let refused = admitted(&limits, pin!(async { done() })).await;
        assert_eq!(refused.headers()[header::RETRY_AFTER], "1");
        assert_eq!(code(refused).await, "overloaded");
        drop(held);
        assert_eq!(admitted(&limits, pin!(async { done() })).await.status(), StatusCode::OK);
    }

    #[test]
    fn ids_are_the_callers_or_new() {
        let ids = RequestIds::default();
        let mut headers = HeaderMap::new();
        let (one, other) = (ids.of(&headers), ids.of(&headers));
        assert_ne!(one, other);
        assert!(one.to_str().unwrap().ends_with("-0") && other.to_str().unwrap().ends_with("-1"));
        headers.insert(REQUEST_ID, HeaderValue::from_static("abc-123"));
        assert_eq!(ids.of(&headers), "abc-123");
    }
}
