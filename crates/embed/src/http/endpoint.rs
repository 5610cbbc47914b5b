//! One HTTP request to a remote model.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::time::Duration;

use goldenset_core::{Error, Result};
use jiff::Timestamp;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, Url};

use super::message::message;
use super::retry::{Fault, parse_retry_after};
use super::{ApiKey, Service, invalid};

/// The most that is read of a refusal, in bytes.
const MAX_REFUSAL: usize = 64 * 1024;

/// Where requests go.
pub(crate) struct Endpoint {
    service: &'static Service,
    client: Client,
    url: Url,
    key: Option<ApiKey>,
}

/// One request, which may be sent more than once.
pub(crate) struct Request<'a> {
    /// JSON.
    pub(crate) body: Vec<u8>,
    /// The texts in it, which no error shows.
    pub(crate) texts: Vec<Cow<'a, str>>,
    /// Longest answer that is read, in bytes.
    pub(crate) limit: usize,
}

impl Endpoint {
    /// An endpoint at `url`; waits for a connection no longer than `connect_timeout`.
    ///
    /// # Errors
    /// `config_invalid` when there are no certificates to check the server with.
    pub(crate) fn new(
        service: &'static Service,
        url: Url,
        key: Option<ApiKey>,
        connect_timeout: Duration,
    ) -> Result<Self> {
        // The process has one default for TLS; whoever installed another one first meant it.
        rustls::crypto::ring::default_provider().install_default().ok();
        let mut client = Client::builder()
            .connect_timeout(connect_timeout)
            // A redirected POST is a wrong address; following it would send texts elsewhere.
            .redirect(reqwest::redirect::Policy::none())
            // Retries are counted in one place, which is `with_retries`.
            .retry(reqwest::retry::never());
        if url.scheme() == "http" {
            // Without TLS no certificates are needed, and a slim container may have none to load.
            client = client.tls_certs_only([]);
        }
        if is_loopback(&url) {
            client = client.no_proxy();
        }
        let client = client.build().map_err(|error| {
            invalid("base_url", &format!("no HTTPS client can be made: {}", root_cause(&error)))
                .fix("install the system's CA certificates (package ca-certificates)")
                .cause(error)
        })?;
        Ok(Self { service, client, url, key })
    }

    /// Sends a request and reads the answer, all within `timeout`. An answer that is longer than
    /// may be is cut, which no JSON survives.
    pub(crate) async fn send(
        &self,
        request: &Request<'_>,
        timeout: Duration,
    ) -> Result<Vec<u8>, Fault> {
        let mut post = self
            .client
            .post(self.url.clone())
            .timeout(timeout)
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .body(request.body.clone());
        if let Some(key) = &self.key {
            post = post.header(AUTHORIZATION, key.header());
        }
        let response = post.send().await.map_err(|error| self.unreachable(error, timeout))?;
        let status = response.status();
        if !status.is_success() {
            return Err(self.refused(response, request, timeout).await);
        }
        self.read(response, request.limit, timeout).await
    }

    /// Reads a body, at most `limit` bytes of it.
    async fn read(
        &self,
        mut response: Response,
        limit: usize,
        timeout: Duration,
    ) -> Result<Vec<u8>, Fault> {
        let mut body = Vec::new();
        while let Some(chunk) =
            response.chunk().await.map_err(|error| self.unreachable(error, timeout))?
        {
            body.extend_from_slice(&chunk);
            if body.len() > limit {
                body.truncate(limit);
                break;
            }
        }
        Ok(body)
    }

    /// The request got no whole answer: always worth another try.
    fn unreachable(&self, error: reqwest::Error, timeout: Duration) -> Fault {
        let (name, place) = (self.service.name, self.place());
        let detail = if error.is_timeout() && !error.is_connect() {
            format!("the {name} at {place} did not answer within {timeout:?}")
        } else {
            let cause = root_cause(&error);
            format!("the {name} at {place} cannot be reached: {cause}")
        };
        let error = Error::new(self.service.unavailable, detail)
            .fix("check that the server runs and that its base URL is right; then try again")
            .cause(error.without_url());
        Fault::passing(error)
    }

    /// The server answered with a status other than success.
    async fn refused(&self, response: Response, request: &Request<'_>, timeout: Duration) -> Fault {
        let status = response.status();
        let retry_after = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| parse_retry_after(value, Timestamp::now()));
        // The status decides; a message that cannot be read is only missing from the text.
        let body = self.read(response, MAX_REFUSAL, timeout).await.unwrap_or_default();
        let message = message(&body, self.key.as_ref(), &request.texts);
        let (name, place) = (self.service.name, self.place());
        let said = if message.is_empty() { String::new() } else { format!(": {message}") };
        if is_passing(status) {
            let detail = format!("the {name} at {place} answered {status}{said}");
            let error = Error::new(self.service.unavailable, detail)
                .fix("wait; if it goes on, check the server's load, limits and quota");
            return Fault { error, passing: true, retry_after };
        }
        let detail = format!("the {name} at {place} refused with {status}{said}");
        Fault::lasting(Error::new(self.service.rejected, detail).fix(match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                "check the API key and what it may do"
            }
            StatusCode::NOT_FOUND => "check the base URL and the model's name",
            status if status.is_redirection() => "give the base URL that it redirects to",
            _ => self.service.check,
        }))
    }

    /// The address without its query, which may hold a key.
    fn place(&self) -> String {
        let mut shown = self.url.clone();
        shown.set_query(None);
        shown.to_string()
    }
}

/// 408, 425, 429 and all of 5xx say "not now"; the rest says "not so".
fn is_passing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 425 | 429) || status.is_server_error()
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The innermost message, which names the fault; those around it only repeat that there is one.
fn root_cause(error: &dyn StdError) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
