//! What a command asks for.

use std::fmt::Display;

use axum::http::{Method, header};
use goldenset_core::{Code, Error, Result};
use reqwest::Url;
use serde::Serialize;
use serde_json::{Map, Value};

use super::super::args::{At, Page};

/// Header that lets a write be sent twice and done once.
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// What stands for the server where there is none.
const NO_SERVER: &str = "http://in-this-process/";

/// A request, before it is known where it goes.
#[derive(Debug, Clone)]
pub(in super::super) struct Request {
    method: Method,
    segments: Vec<String>,
    parameters: Vec<(&'static str, String)>,
    body: Map<String, Value>,
    idempotency_key: Option<String>,
    /// What cannot be sent; said when it is to be.
    fault: Option<&'static str>,
}

impl Request {
    /// Reads what is at a path.
    pub(in super::super) fn get(path: &str) -> Self {
        Self::new(Method::GET, path)
    }

    /// Does something; the body is an object, empty until it gets fields.
    pub(in super::super) fn post(path: &str) -> Self {
        Self::new(Method::POST, path)
    }

    /// Writes what is at a path.
    pub(in super::super) fn put(path: &str) -> Self {
        Self::new(Method::PUT, path)
    }

    fn new(method: Method, path: &str) -> Self {
        let segments = path.split('/').filter(|part| !part.is_empty()).map(Into::into).collect();
        let (parameters, body) = (Vec::new(), Map::new());
        Self { method, segments, parameters, body, idempotency_key: None, fault: None }
    }

    /// Lengthens the path by one part, whatever signs are in it.
    pub(in super::super) fn segment(mut self, part: &str) -> Self {
        // These two mean another place, and every program on the way may go there.
        if matches!(part, "" | "." | "..") {
            self.fault = Some("an id that is empty, `.` or `..` cannot stand in an address");
        }
        self.segments.push(part.to_owned());
        self
    }

    /// Adds a parameter after the `?`, where there is a value.
    pub(in super::super) fn param(
        mut self,
        name: &'static str,
        value: Option<impl Display>,
    ) -> Self {
        self.parameters.extend(value.map(|value| (name, value.to_string())));
        self
    }

    /// Adds a field of the body, unless its value is `None`.
    pub(in super::super) fn field(mut self, name: &str, value: impl Serialize) -> Self {
        match serde_json::to_value(value) {
            Ok(Value::Null) => {}
            Ok(value) => drop(self.body.insert(name.to_owned(), value)),
            Err(_) => self.fault = Some("a field of the body cannot be written as JSON"),
        }
        self
    }

    /// Adds every field of an object that has a value.
    pub(in super::super) fn fields(mut self, object: &impl Serialize) -> Self {
        match serde_json::to_value(object) {
            Ok(Value::Object(fields)) => {
                self.body.extend(fields.into_iter().filter(|(_, value)| !value.is_null()));
            }
            _ => self.fault = Some("the body cannot be written as a JSON object"),
        }
        self
    }

    /// Asks for a part of a list, where `after` is what the list calls its place.
    pub(in super::super) fn page(self, page: &Page, after: &'static str) -> Self {
        self.param("limit", page.limit).param(after, page.after.as_ref())
    }

    /// Names the golden set where the request takes it: in the address of a GET, else in the body.
    pub(in super::super) fn tenant(self, at: &At) -> Self {
        match self.method {
            Method::GET => self.param("tenant", at.tenant.as_ref()),
            _ => self.field("tenant", &at.tenant),
        }
    }

    /// Names the write, so that sending it again does nothing more.
    pub(in super::super) fn idempotency_key(mut self, key: Option<String>) -> Self {
        self.idempotency_key = key;
        self
    }

    /// The request for the server at `base`; for this process where there is none.
    ///
    /// # Errors
    /// `invalid_field`.
    pub(super) fn into_http(self, base: Option<&Url>) -> Result<axum::http::Request<Vec<u8>>> {
        let unsendable =
            |detail: &str| Error::new(Code::InvalidField, detail).field("id").fix("name another");
        if let Some(fault) = self.fault {
            return Err(unsendable(fault));
        }
        let base = base.cloned().map_or_else(|| Url::parse(NO_SERVER), Ok);
        let mut url = base.map_err(|cause| unsendable("there is no such address").cause(cause))?;
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(&self.segments);
        }
        if !self.parameters.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.parameters);
        }
        let mut request = axum::http::Request::builder().method(&self.method).uri(url.as_str());
        if let Some(key) = &self.idempotency_key {
            request = request.header(IDEMPOTENCY_KEY, key);
        }
        let body = match self.method {
            Method::GET => Vec::new(),
            _ => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Value::Object(self.body).to_string().into()
            }
        };
        let request = request.body(body);
        request.map_err(|cause| unsendable("the request cannot be sent").cause(cause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_and_stay_one_segment() {
        let base = Url::parse("https://host:1/behind/a/proxy/").unwrap();
        let request = Request::post("/v1/entries").segment("a/b?c%d è").segment("publish");
        let sent = request.param("x", Some("1&2")).param("y", None::<u8>).into_http(Some(&base));
        assert_eq!(
            sent.unwrap().uri(),
            "https://host:1/behind/a/proxy/v1/entries/a%2Fb%3Fc%25d%20%C3%A8/publish?x=1%262"
        );
        for other_place in ["", ".", ".."] {
            let request = Request::get("/v1/entries").segment(other_place).into_http(None);
            assert_eq!(request.unwrap_err().code, Code::InvalidField, "{other_place:?}");
        }
    }

    #[test]
    fn bodies_hold_what_there_is() {
        let request = Request::post("/v1/x").field("a", 1).field("b", None::<u8>);
        let request = request.fields(&serde_json::json!({ "c": [2], "d": null }));
        let sent = request.idempotency_key(Some("k".into())).into_http(None).unwrap();
        assert_eq!(sent.body(), br#"{"a":1,"c":[2]}"#);
        assert_eq!(sent.headers()["idempotency-key"], "k");
        assert_eq!(sent.headers()["content-type"], "application/json");
        assert!(Request::get("/v1/x").into_http(None).unwrap().body().is_empty());
    }
}
