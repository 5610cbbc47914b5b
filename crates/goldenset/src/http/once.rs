//! Idempotency keys: a write that comes again is done once.
//!
//! The key goes with the caller into the transaction of the write, where its outcome is kept; so
//! no crash comes between the two. A reply that gives an earlier outcome again says so in a header.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use goldenset_core::ports::Once;
use goldenset_core::{Code, Error};

use super::json::whole;
use super::problem::Failure;
use super::{App, Caller};

/// The header that brings a key.
const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// The header of a reply to what was done before.
pub(crate) const REPLAYED: &str = "idempotency-replayed";
/// Longest key, in bytes.
const MAX_BYTES: usize = 200;

/// Handles a request; its caller has the key of the request, if it brings one.
pub(super) async fn run(app: &App, request: Request, next: Next) -> Response {
    let request = match identified(app, request).await {
        Ok(request) => request,
        Err(error) => return Failure(error).into_response(),
    };
    let once = request.extensions().get::<Caller>().and_then(|caller| caller.once.clone());
    let mut response = next.run(request).await;
    if response.status().is_success() && once.is_some_and(|once| once.is_replayed()) {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}

/// The idempotency key that a request brings, if it brings one.
///
/// # Errors
/// `invalid_field`.
pub(super) fn key(headers: &HeaderMap) -> Option<Result<&str, Error>> {
    let key = headers.get(HEADER)?.to_str().unwrap_or_default();
    let usable =
        (1..=MAX_BYTES).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    Some(usable.then_some(key).ok_or_else(|| {
        Error::new(Code::InvalidField, "the idempotency key is empty or unusable")
            .field(HEADER.as_str())
            .fix("give 1 to 200 visible ASCII characters, such as a UUID")
    }))
}

async fn identified(app: &App, request: Request) -> Result<Request, Error> {
    let writes = [Method::POST, Method::PUT].contains(request.method());
    let Some(key) = key(request.headers()).filter(|_| writes) else {
        return Ok(request);
    };
    let key = key?.to_owned();
    let (mut head, body) = request.into_parts();
    let bytes = whole(body, app.limits.body_bytes).await?;
    let mut hash = blake3::Hasher::new();
    let target = head.uri.path_and_query().map_or("", |target| target.as_str());
    // Neither part has a line break, so they cannot run into each other.
    for part in [head.method.as_str().as_bytes(), target.as_bytes(), &bytes] {
        hash.update(part).update(b"\n");
    }
    if let Some(caller) = head.extensions.get_mut::<Caller>() {
        let key = format!("{}/{key}", caller.actor);
        caller.once = Some(Once::new(key, *hash.finalize().as_bytes()));
    }
    Ok(Request::from_parts(head, Body::from(bytes)))
}
