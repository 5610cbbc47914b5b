//! What comes back.

use std::io::{self, Write};

use axum::http::{HeaderMap, StatusCode, header};
use goldenset_core::{Code, Error, Result};
use serde::Deserialize;
use serde_json::Value;

use super::super::args::Remote;
use super::super::output::unwritable;
use crate::http::REPLAYED;

/// Most signs of a reply that is not understood, in an error.
const SHOWN: usize = 200;

/// A reply that is no refusal.
#[derive(Debug)]
pub(in super::super) struct Reply {
    bytes: Vec<u8>,
    body: Value,
    replayed: bool,
}

/// What of a refusal is shown.
#[derive(Deserialize)]
struct Refusal {
    code: String,
    detail: String,
    field: Option<String>,
    fix: Option<String>,
    conflicts: Option<Value>,
}

impl Reply {
    /// Reads a reply.
    ///
    /// # Errors
    /// The error that a refusal names; `unexpected_reply` where this version does not know it.
    pub(super) fn read(status: StatusCode, headers: &HeaderMap, bytes: Vec<u8>) -> Result<Self> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if kind == Some("application/problem+json")
            && let Ok(refusal) = serde_json::from_slice(&bytes)
        {
            return Err(refused(status, refusal));
        }
        match serde_json::from_slice(&bytes) {
            Ok(body) if status.is_success() => {
                Ok(Self { bytes, body, replayed: headers.contains_key(REPLAYED) })
            }
            _ => Err(foreign(status, &bytes)),
        }
    }

    /// What it says.
    pub(in super::super) fn body(&self) -> &Value {
        &self.body
    }

    /// Whether it was done before, and this is the outcome of then.
    pub(in super::super) fn is_replayed(&self) -> bool {
        self.replayed
    }

    /// Prints it: as it is with `--json`, else as `show` writes it for a person.
    ///
    /// # Errors
    /// `file_unwritable`.
    pub(in super::super) fn show(
        &self,
        remote: &Remote,
        show: impl FnOnce(&Value, &mut dyn Write) -> io::Result<()>,
    ) -> Result<()> {
        let mut out = io::stdout().lock();
        let shown = match remote.json {
            true => out.write_all(&self.bytes).and_then(|()| writeln!(out)),
            false => show(&self.body, &mut out),
        };
        shown.map_err(unwritable)
    }
}

fn refused(status: StatusCode, refusal: Refusal) -> Error {
    let Refusal { code, detail, field, fix, conflicts } = refusal;
    let mut error = match Code::from_name(&code) {
        Some(code) => Error::new(code, detail),
        None => Error::new(
            Code::UnexpectedReply,
            format!("the server refused with the code {code} (status {status}): {detail}"),
        ),
    };
    error.field = field;
    error.members.extend(conflicts.map(|conflicts| ("conflicts", conflicts)));
    error.fix = match error.code {
        Code::KeyMissing => Some("put a key of this server into GOLDENSET_API_KEY".into()),
        _ => fix.map(Into::into),
    };
    error
}

fn foreign(status: StatusCode, bytes: &[u8]) -> Error {
    let text: String = String::from_utf8_lossy(bytes)
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(SHOWN)
        .collect();
    Error::new(Code::UnexpectedReply, format!("the reply (status {status}) is not of goldenset"))
        .field("--url")
        .fix("check that the address is that of a goldenset server, and not of what stands before it")
        .cause(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, kind: &str, body: &str) -> Result<Reply> {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, kind.parse().unwrap())]);
        Reply::read(StatusCode::from_u16(status).unwrap(), &headers, body.into())
    }

    #[test]
    fn refusals_are_the_errors_that_they_were() {
        let problem = "application/problem+json";
        let body = r#"{"code": "unknown_entry", "detail": "no `a`", "field": "id", "fix": "list"}"#;
        let error = read(404, problem, body).unwrap_err();
        assert_eq!((error.code, error.detail.as_str()), (Code::UnknownEntry, "no `a`"));
        assert_eq!((error.field.as_deref(), error.fix.as_deref()), (Some("id"), Some("list")));
        let body = r#"{"code": "publish_conflict", "detail": "no", "conflicts": [{"kind": "a"}]}"#;
        let error = read(409, problem, body).unwrap_err();
        assert_eq!(error.members, [("conflicts", serde_json::json!([{ "kind": "a" }]))]);
        let body = r#"{"code": "of_tomorrow", "detail": "no", "fix": "upgrade", "new": [1]}"#;
        let error = read(409, problem, body).unwrap_err();
        assert_eq!((error.code, error.fix.as_deref()), (Code::UnexpectedReply, Some("upgrade")));
        assert!(error.detail.contains("of_tomorrow") && error.detail.contains("409"), "{error}");
    }

    #[test]
    fn what_is_not_of_goldenset_is_said() {
        for (status, kind, body) in [
            (502, "text/html", "<html>\u{1b}[31m"),
            (200, "text/html", "<html>"),
            (301, "application/json", "{}"),
            (500, "application/problem+json", "[]"),
        ] {
            let error = read(status, kind, body).unwrap_err();
            assert_eq!(error.code, Code::UnexpectedReply, "{status} {kind}");
            assert!(!error.cause.unwrap().to_string().contains('\u{1b}'));
        }
        assert_eq!(read(201, "application/json", r#"{"a": 1}"#).unwrap().body()["a"], 1);
    }
}
