//! Idempotency keys: a write that comes again is done once.
//!
//! The key goes with the caller into the transaction of the write, where its outcome is kept; so
//! no crash comes between the two. A reply that gives an earlier outcome again says so in a header.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use goldenset_core::ports::Once;
use goldenset_core::{Code, Error};

use super::problem::Failure;
use super::{App, Caller};

/// The header that brings a key.
const HEADER: &str = "idempotency-key";
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

async fn identified(app: &App, request: Request) -> Result<Request, Error> {
    let writes = [Method::POST, Method::PUT].contains(request.method());
    let Some(given) = request.headers().get(HEADER).filter(|_| writes) else {
        return Ok(request);
    };
    let key = given.to_str().unwrap_or_default().to_owned();
    if key.is_empty() || key.len() > MAX_BYTES || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::new(Code::InvalidField, "the idempotency key is empty or unusable")
            .field(HEADER)
            .fix("give 1 to 200 visible ASCII characters, such as a UUID"));
    }
    let (mut head, body) = request.into_parts();
    let bytes = to_bytes(body, app.limits.body_bytes).await.map_err(|cause| {
        Error::new(Code::BodyTooLarge, "the body is too large, or did not come whole")
            .field("body")
            .fix("send less, or raise server.body_limit_bytes")
            .cause(cause)
    })?;
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
