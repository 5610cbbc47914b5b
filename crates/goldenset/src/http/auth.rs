//! What stands before every route of `/v1`: who calls, and whether the role is enough.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{Extensions, HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use goldenset_core::{Code, Error};

use super::problem::Failure;
use super::{App, Caller, roles};

/// The other header that a key may come in.
const API_KEY: &str = "x-api-key";
/// How keys are sent in `authorization`; case does not count.
const BEARER: &str = "bearer ";

/// Lets through who may use the route, with a [`Caller`] for its handler.
pub(crate) async fn authorise(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    match authorised(&app, &request) {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(error) => Failure(error).into_response(),
    }
}

fn authorised(app: &App, request: &Request) -> Result<Caller, Error> {
    let caller = caller(app, request.extensions(), request.headers())?;
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let needed = roles::needed(request.method(), path).ok_or_else(|| {
        Error::new(Code::Internal, format!("no role is set for {} {path}", request.method()))
    })?;
    caller.needs(needed)?;
    Ok(caller)
}

/// Who calls.
///
/// # Errors
/// `key_missing`, `key_invalid`.
pub(crate) fn caller(
    app: &App,
    extensions: &Extensions,
    headers: &HeaderMap,
) -> Result<Caller, Error> {
    // Only a request that was made in this process can bring one.
    match extensions.get::<Caller>() {
        Some(caller) => Ok(caller.clone()),
        None => app.keys.caller(presented(headers)),
    }
}

/// The text of the key that a request brings, if it brings one.
fn presented(headers: &HeaderMap) -> Option<&str> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| {
        let value = value.to_str().ok()?;
        let (scheme, key) = value.split_at_checked(BEARER.len())?;
        scheme.eq_ignore_ascii_case(BEARER).then(|| key.trim())
    });
    // Another scheme is meant for who stands before this server.
    bearer.or_else(|| headers.get(API_KEY)?.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_in_two_headers() {
        let check = |headers: &[(&'static str, &'static str)], expected: Option<&str>| {
            let headers = headers.iter().map(|(name, value)| {
                (header::HeaderName::from_static(name), header::HeaderValue::from_static(value))
            });
            assert_eq!(presented(&headers.collect()), expected);
        };
        check(&[], None);
        check(&[("authorization", "Bearer gs_1_a")], Some("gs_1_a"));
        check(&[("authorization", "bearer  gs_1_a")], Some("gs_1_a"));
        check(&[("authorization", "Bearer")], None);
        check(&[("authorization", "Basic YTpi")], None);
        check(&[("authorization", "Basic YTpi"), ("x-api-key", "gs_1_a")], Some("gs_1_a"));
        check(&[("authorization", "Bearer gs_1_a"), ("x-api-key", "gs_2_b")], Some("gs_1_a"));
        check(&[("x-api-key", "gs_1_a")], Some("gs_1_a"));
    }
}
