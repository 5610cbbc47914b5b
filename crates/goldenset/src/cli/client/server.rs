//! A server somewhere else.

use std::time::Duration;

use axum::http::{HeaderValue, header};
use goldenset_core::{Code, Error, Result};
use reqwest::{Client, Url};

use super::{Reply, Request};

/// Where the key is read. Not a flag: those stand in the list of processes and in the shell's
/// history.
const KEY: &str = "GOLDENSET_API_KEY";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Longer than a server lets a request take.
const TIMEOUT: Duration = Duration::from_secs(600);

/// Where a server is, and what is sent to open it.
pub(in super::super) struct ServerPlace {
    pub(in super::super) url: Url,
    pub(in super::super) authorization: Option<HeaderValue>,
}

/// The server at an address, with the key of the environment.
///
/// # Errors
/// `invalid_field` for the address or the key, which no message shows.
pub(in super::super) fn place(url: &str) -> Result<ServerPlace> {
    let authorization = key(std::env::var(KEY).ok().filter(|key| !key.is_empty()))?;
    Ok(ServerPlace { url: address(url)?, authorization })
}

/// A running server, and the key that opens it.
pub(super) struct Server {
    http: Client,
    base: Url,
    key: Option<HeaderValue>,
}

impl Server {
    /// The server at an address.
    ///
    /// # Errors
    /// `invalid_field` for the address or the key, which no message shows.
    pub(super) fn new(url: &str) -> Result<Self> {
        let ServerPlace { url: base, authorization: key } = place(url)?;
        // The process has one default for TLS; whoever installed another one first meant it.
        rustls::crypto::ring::default_provider().install_default().ok();
        let mut http = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            // What is sent is for this server alone, the key before all.
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never());
        if base.scheme() == "http" {
            // Without TLS no certificates are needed, and a slim container may have none to load.
            http = http.tls_certs_only([]);
        }
        if is_loopback(&base) {
            http = http.no_proxy();
        }
        let http = http.build().map_err(|cause| {
            Error::new(Code::ConfigInvalid, "no HTTPS client can be made")
                .field("--url")
                .fix("install the system's CA certificates (package ca-certificates)")
                .cause(cause)
        })?;
        Ok(Self { http, base, key })
    }

    pub(super) async fn send(&self, request: Request) -> Result<Reply> {
        let mut request = request.into_http(Some(&self.base))?;
        if let Some(key) = &self.key {
            request.headers_mut().insert(header::AUTHORIZATION, key.clone());
        }
        let (head, body) = request.into_parts();
        let sent = self.http.request(head.method, head.uri.to_string()).headers(head.headers);
        let response = sent.body(body).send().await.map_err(|fault| self.fault(fault))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.map_err(|fault| self.fault(fault))?;
        Reply::read(status, &headers, bytes.into())
    }

    fn fault(&self, fault: reqwest::Error) -> Error {
        let place = self.base.as_str().trim_end_matches('/');
        if fault.is_timeout() && !fault.is_connect() {
            return Error::new(Code::TimedOut, format!("{place} has not answered in time"))
                .field("--url")
                .fix("look whether it was done before you try again")
                .cause(root_cause(&fault));
        }
        Error::new(Code::ServerUnreachable, format!("{place} cannot be reached"))
            .field("--url")
            .fix("check the address, and that `goldenset serve` runs there; without --url the data folder is opened here")
            .cause(root_cause(&fault))
    }
}

/// The innermost cause; the outer ones name the address once more.
fn root_cause(fault: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = fault;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

fn address(url: &str) -> Result<Url> {
    let wrong = |what: &str| {
        Error::new(Code::InvalidField, format!("the address of the server {what}"))
            .field("--url")
            .fix("give an address such as http://127.0.0.1:8420")
    };
    let url = Url::parse(url).map_err(|cause| wrong("is none").cause(cause))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("is not http or https"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("holds a user or password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("has a `?` or a `#`"));
    }
    Ok(url)
}

fn key(key: Option<String>) -> Result<Option<HeaderValue>> {
    let Some(key) = key else { return Ok(None) };
    let mut value = HeaderValue::from_str(&format!("Bearer {}", key.trim())).map_err(|_| {
        Error::new(Code::InvalidField, "the key holds signs that no key has")
            .field(KEY)
            .fix("copy the key once more, as it was shown when it was created")
    })?;
    // Kept out of every log.
    value.set_sensitive(true);
    Ok(Some(value))
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_servers() {
        for good in ["http://127.0.0.1:8420", "https://faq.example/behind/", "http://[::1]:1"] {
            assert!(address(good).is_ok(), "{good}");
        }
        for bad in ["127.0.0.1:8420", "localhost", "ftp://a", "http://a:b@c", "http://a/?b", ""] {
            let error = address(bad).unwrap_err();
            assert_eq!((error.code, error.field.as_deref()), (Code::InvalidField, Some("--url")));
            assert!(!error.to_string().contains("a:b"));
        }
        assert!(is_loopback(&address("http://[::1]:1").unwrap()));
        assert!(is_loopback(&address("http://127.9.9.9").unwrap()));
        assert!(!is_loopback(&address("http://127.0.0.1.example").unwrap()));
    }

    #[test]
    fn keys_are_never_shown() {
        let sent = key(Some(" gs_a_b\n".into())).unwrap().unwrap();
        assert_eq!(sent.to_str().unwrap(), "Bearer gs_a_b");
        assert_eq!(format!("{sent:?}"), "Sensitive");
        let error = key(Some("gs_a\nb".into())).unwrap_err();
        assert!(!format!("{error:?}").contains("gs_a"), "{error:?}");
        assert!(key(None).unwrap().is_none());
    }
}
