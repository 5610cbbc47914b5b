//! Errors as `application/problem+json` (RFC 9457).

use std::any::Any;

use axum::Json;
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use goldenset_core::{Code, Error, Kind};
use serde::Serialize;
use serde_json::{Map, Value};

/// Seconds after which a caller should try again what was unavailable.
const RETRY_AFTER_SECONDS: u8 = 1;

/// Body of every error.
#[derive(Debug, Serialize)]
pub(crate) struct Problem {
    #[serde(rename = "type")]
    uri: String,
    title: &'static str,
    status: u16,
    detail: String,
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<String>,
    /// What else a caller can use.
    #[serde(flatten)]
    members: Map<String, Value>,
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        Self {
            uri: format!("urn:goldenset:error:{}", error.code.as_str()),
            title: error.code.title(),
            status: status(error.code).as_u16(),
            detail: error.detail.clone(),
            code: error.code.as_str(),
            field: error.field.clone(),
            fix: error.fix.as_ref().map(ToString::to_string),
            members: error
                .members
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
        }
    }
}

/// The HTTP status of a code.
fn status(code: Code) -> StatusCode {
    match code {
        Code::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Code::KeyMissing | Code::KeyInvalid => StatusCode::UNAUTHORIZED,
        Code::EmbeddingRejected | Code::EmbeddingMismatch => StatusCode::BAD_GATEWAY,
        code => match code.kind() {
            Kind::Invalid => StatusCode::BAD_REQUEST,
            Kind::NotFound => StatusCode::NOT_FOUND,
            Kind::Conflict => StatusCode::CONFLICT,
            Kind::Forbidden => StatusCode::FORBIDDEN,
            Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Kind::Setup | Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        },
    }
}

/// An error on its way to a caller.
pub(crate) struct Failure(pub(crate) Error);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let Self(error) = self;
        let status = status(error.code);
        if status.is_server_error() {
            // The cause goes here and nowhere else: it may name hosts and paths.
            let cause = error.cause.as_ref().map(ToString::to_string);
            tracing::warn!(code = error.code.as_str(), %error, cause, "request failed");
        }
        let mut response = (status, Json(Problem::from(&error))).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(u16::from(RETRY_AFTER_SECONDS)));
        }
        response
    }
}

pub(crate) async fn unknown_route(uri: Uri) -> Failure {
    Failure(
        Error::new(Code::UnknownRoute, format!("there is nothing at {}", uri.path()))
            .fix("see /openapi.json for what there is"),
    )
}

pub(crate) async fn method_not_allowed(method: Method, uri: Uri) -> Failure {
    Failure(
        Error::new(Code::MethodNotAllowed, format!("{} does not take {method}", uri.path()))
            .fix("see /openapi.json for what it takes"),
    )
}

/// The answer to a request whose handler panicked.
pub(crate) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    tracing::error!(panic = text, "a handler panicked");
    Failure(
        Error::new(Code::Internal, "a fault inside goldenset ended this request")
            .fix("report it with the request id and the server's log"),
    )
    .into_response()
}
