//! Who calls, and whether the role is enough for the route.

use axum::http::{Extensions, HeaderMap, HeaderName, Method, header};
use goldenset_core::{Code, Error};

use super::{App, Caller, roles};

/// The other header that a key may come in.
const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
/// How keys are sent in `authorization`; case does not count.
const BEARER: &str = "bearer ";

/// Who calls, if the role is enough for the route: a method, and a path as in the router.
///
/// # Errors
/// `key_missing`, `key_invalid`, `role_too_low`.
pub(super) fn authorised(
    app: &App,
    (method, path): (&Method, &str),
    extensions: &Extensions,
    headers: &HeaderMap,
) -> Result<Caller, Error> {
    let caller = caller(app, extensions, headers)?;
    let needed = roles::needed(method, path)
        .ok_or_else(|| Error::new(Code::Internal, format!("no role is set for {method} {path}")))?;
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
