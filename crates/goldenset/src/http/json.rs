//! JSON bodies in, with errors that name the field.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequest, Request};
use axum::http::header;
use axum::http::request::Parts;
use goldenset_core::{Code, Error};
use http_body_util::BodyExt;
use jiff::civil::Date;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};

use super::App;
use super::problem::Failure;

/// What a body must be said to be.
const JSON: &str = "application/json";

/// A JSON body of type `T`.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for JsonBody<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Failure> {
        let (head, body) = request.into_parts();
        read(&head, body, app.limits.body_bytes).await.map(Self).map_err(Failure)
    }
}

/// Reads the JSON body of a request, of at most `most` bytes.
///
/// # Errors
/// `unsupported_media_type`, `unknown_field` for what is in the address; see [`whole`] and
/// [`parse`].
pub(super) async fn read<T: DeserializeOwned>(
    head: &Parts,
    body: Body,
    most: usize,
) -> Result<T, Error> {
    // Also without a body: a page in a browser can send any other type to this machine
    // without asking, and must not be able to change a golden set.
    let json = head.headers.get(header::CONTENT_TYPE).is_some_and(|kind| {
        let said = || kind.to_str().unwrap_or_default().split(';').next().map(str::trim);
        kind == JSON || said().is_some_and(|kind| kind.eq_ignore_ascii_case(JSON))
    });
    if !json {
        return Err(Error::new(Code::UnsupportedMediaType, "the body is not said to be JSON")
            .field("content-type")
            .fix("send the header `content-type: application/json`"));
    }
    // A tenant in the address would be overlooked, and another tenant's set changed.
    if let Some(query) = head.uri.query().filter(|query| !query.is_empty()) {
        return Err(Error::new(Code::UnknownField, format!("`?{query}` is not taken here"))
            .field("address")
            .fix("put every parameter, `tenant` too, into the JSON body"));
    }
    parse(&whole(body, most).await?)
}

/// A body of at most `most` bytes.
///
/// # Errors
/// `body_too_large`; `invalid_json` where it does not come whole.
pub(super) async fn whole(mut body: Body, most: usize) -> Result<Bytes, Error> {
    let refused = |code, detail: String| {
        Error::new(code, detail)
            .field("body")
            .fix("send a smaller body, whole, or raise server.body_limit_bytes")
    };
    let mut parts = Vec::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|cause| {
            refused(Code::InvalidJson, "the body did not come whole".into()).cause(cause)
        })?;
        // What is no data are trailers, which say nothing here.
        let Ok(data) = frame.into_data() else { continue };
        length += data.len();
        if length > most {
            let detail = format!("the body is longer than {most} bytes");
            return Err(refused(Code::BodyTooLarge, detail));
        }
        // Most come in one piece, which is not copied.
        if parts.is_empty() && body.is_end_stream() {
            return Ok(data);
        }
        parts.extend_from_slice(&data);
    }
    Ok(parts.into())
}

/// Reads JSON; every error has a code of its own and names the field.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let text = std::str::from_utf8(bytes).map_err(|cause| {
        let detail = format!("the body is not UTF-8 at byte {}", cause.valid_up_to());
        Error::new(Code::InvalidUtf8, detail).field("body").fix("encode the body as UTF-8")
    })?;
    // Where a fault lies is only found out of a body that has one: it takes as long again.
    if let Ok(Object(value)) = serde_json::from_str(text) {
        return Ok(value);
    }
    let text = if text.trim().is_empty() { "{}" } else { text };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let Object(value) = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        explain(&error.into_inner(), &path)
    })?;
    deserializer.end().map_err(|cause| explain(&cause, "."))?;
    Ok(value)
}

fn explain(cause: &serde_json::Error, path: &str) -> Error {
    let text = cause.to_string();
    let detail = text.split(" at line ").next().unwrap_or_default();
    if !cause.is_data() {
        let place = format!("line {}, column {}", cause.line(), cause.column());
        return Error::new(Code::InvalidJson, detail).field(place).fix("send one JSON object");
    }
    wrong_data(detail, path)
}

/// The error for `detail`, which serde says of what lies at `path`.
pub(super) fn wrong_data(detail: &str, path: &str) -> Error {
    let inside = |name: &str| match path {
        "." => name.to_owned(),
        path if path.ends_with(name) => path.to_owned(),
        path => format!("{path}.{name}"),
    };
    // serde has no types for these; its wording is stable.
    let named = || inside(detail.split('`').nth(1).unwrap_or_default());
    let (code, field, fix) = if detail.starts_with("unknown field") {
        (Code::UnknownField, named(), "leave the field out, or correct its name")
    } else if detail.starts_with("missing field") {
        (Code::MissingField, named(), "add the field")
    } else if detail.starts_with("duplicate field") {
        (Code::InvalidField, named(), "give the field once")
    } else {
        let field = if path == "." { "body" } else { path };
        (Code::InvalidField, field.to_owned(), "see /openapi.json for what the field takes")
    };
    Error::new(code, detail).field(field).fix(fix)
}

/// A `T` given as an object. serde by itself would also take a list of its fields in their order.
#[derive(Debug)]
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData)).map(Self)
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

/// Reads a day. jiff by itself would also read a moment, whose day may be another one in UTC.
pub(crate) fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let day = text.parse().ok().filter(|day: &Date| day.to_string() == text);
    day.map(Some).ok_or_else(|| de::Error::custom("expected a day written as 2024-12-31"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        #[serde(rename = "query")]
        _query: String,
        #[serde(rename = "filters")]
        _filters: Option<Object<Filters>>,
        #[serde(default, rename = "as_of", deserialize_with = "day")]
        _as_of: Option<Date>,
    }

    #[derive(Debug, Default, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Filters {
        #[serde(default, rename = "tags")]
        _tags: Vec<String>,
    }

    fn check(body: &[u8], code: Code, field: &str) {
        let error = parse::<Body>(body).unwrap_err();
        assert_eq!((error.code, error.field.as_deref()), (code, Some(field)), "{error}");
    }

    #[test]
    fn errors_name_the_field() {
        check(b"{}", Code::MissingField, "query");
        check(b"", Code::MissingField, "query");
        check(br#"{"query": 1}"#, Code::InvalidField, "query");
        check(br#"{"query": "a", "qery": 1}"#, Code::UnknownField, "qery");
        check(br#"{"query": "a", "query": "b"}"#, Code::InvalidField, "query");
        check(br#"{"query": "a", "filters": {"tag": []}}"#, Code::UnknownField, "filters.tag");
        check(
            br#"{"query": "a", "filters": {"tags": ["a", 2]}}"#,
            Code::InvalidField,
            "filters.tags[1]",
        );
        check(br#"{"query": NaN}"#, Code::InvalidJson, "line 1, column 11");
        check(br#"{"query": "a"} x"#, Code::InvalidJson, "line 1, column 16");
        check(b"{\"query\": \"\xff\"}", Code::InvalidUtf8, "body");
        assert!(parse::<Body>(br#"{"query": "a", "filters": {}}"#).is_ok());
    }

    #[test]
    fn objects_are_not_lists() {
        check(br#"["a", null]"#, Code::InvalidField, "body");
        check(br#""a""#, Code::InvalidField, "body");
        check(br#"{"query": "a", "filters": [["a"]]}"#, Code::InvalidField, "filters");
    }

    #[test]
    fn days_have_one_form() {
        for bad in ["20240101", "2024-01-01T10:00:00", "2024-13-01", "", "oggi"] {
            let body = format!(r#"{{"query": "a", "as_of": "{bad}"}}"#);
            check(body.as_bytes(), Code::InvalidField, "as_of");
        }
        for good in ["\"2024-02-29\"", "null"] {
            let body = format!(r#"{{"query": "a", "as_of": {good}}}"#);
            assert!(parse::<Body>(body.as_bytes()).is_ok(), "{good}");
        }
    }

    #[tokio::test]
    async fn a_body_is_whole_or_refused() {
        use axum::body::Body;
        let read = async |pieces: &[Result<&'static str, &'static str>], most| {
            let pieces: Vec<_> = pieces
                .iter()
                .map(|piece| piece.map(Bytes::from).map_err(std::io::Error::other))
                .collect();
            let body = Body::from_stream(futures::stream::iter(pieces));
            whole(body, most).await.map_err(|error| error.code)
        };
        assert_eq!(read(&[], 0).await.unwrap(), "");
        assert_eq!(whole(Body::from("abc"), 3).await.unwrap(), "abc");
        assert_eq!(read(&[Ok("ab"), Ok(""), Ok("cd")], 4).await.unwrap(), "abcd");
        assert_eq!(whole(Body::from("abc"), 2).await.unwrap_err().code, Code::BodyTooLarge);
        assert_eq!(read(&[Ok("ab"), Ok("cd")], 3).await, Err(Code::BodyTooLarge));
        assert_eq!(read(&[Ok("ab"), Err("gone")], 3).await, Err(Code::InvalidJson));
    }
}
