//! One HTTP request to the provider.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::time::Duration;

use goldenset_core::{Code, Error, Result};
use jiff::Timestamp;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, Url};

use super::retry::{Fault, parse_retry_after};
use super::settings::{ApiKey, OpenAiSettings, invalid};
use super::wire::{Answer, provider_message, read_answer};

/// Longest number in JSON that a provider writes for one component, with comma and blanks.
const BYTES_PER_NUMBER: usize = 40;
/// Room for what surrounds the vectors, and the most that is read of a refusal.
const BYTES_AROUND: usize = 64 * 1024;

/// Where requests go.
pub(super) struct Endpoint {
    client: Client,
    url: Url,
    key: Option<ApiKey>,
    dimensions: usize,
}

/// The texts of one request, with the body made of them.
pub(super) struct Part<'a> {
    pub(super) texts: Vec<Cow<'a, str>>,
    pub(super) body: Vec<u8>,
}

impl Endpoint {
    pub(super) fn new(settings: &OpenAiSettings) -> Result<Self> {
        // The process has one default for TLS; whoever installed another one first meant it.
        rustls::crypto::ring::default_provider().install_default().ok();
        let url = settings.endpoint()?;
        let mut client = Client::builder()
            .connect_timeout(settings.connect_timeout)
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
        Ok(Self { client, url, key: settings.api_key.clone(), dimensions: settings.dimensions })
    }

    /// Sends one part and reads the answer, within `timeout`.
    pub(super) async fn send(&self, part: &Part<'_>, timeout: Duration) -> Result<Answer, Fault> {
        let mut request = self
            .client
            .post(self.url.clone())
            .timeout(timeout)
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .body(part.body.clone());
        if let Some(key) = &self.key {
            request = request.header(AUTHORIZATION, key.header());
        }
        let response = request.send().await.map_err(|error| self.unreachable(error, timeout))?;
        let status = response.status();
        if !status.is_success() {
            return Err(self.refused(response, part, timeout).await);
        }
        let limit = BYTES_AROUND + part.texts.len() * self.dimensions * BYTES_PER_NUMBER;
        let body = self.read(response, limit, timeout).await?;
        read_answer(&body, part.texts.len(), self.dimensions).map_err(Fault::lasting)
    }

    /// Reads a body; one that is longer than `limit` is cut, which no JSON survives.
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
        let place = self.place();
        let detail = if error.is_timeout() && !error.is_connect() {
            format!("the embedding provider at {place} did not answer within {timeout:?}")
        } else {
            let cause = root_cause(&error);
            format!("the embedding provider at {place} cannot be reached: {cause}")
        };
        let error = Error::new(Code::EmbeddingUnavailable, detail)
            .fix("check that the provider runs and that its base URL is right; then try again")
            .cause(error.without_url());
        Fault::passing(error)
    }

    /// The provider answered with a status other than success.
    async fn refused(&self, response: Response, part: &Part<'_>, timeout: Duration) -> Fault {
        let status = response.status();
        let retry_after = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| parse_retry_after(value, Timestamp::now()));
        // The status decides; a message that cannot be read is only missing from the text.
        let body = self.read(response, BYTES_AROUND, timeout).await.unwrap_or_default();
        let message = provider_message(&body, self.key.as_ref(), &part.texts);
        let place = self.place();
        let said = if message.is_empty() { String::new() } else { format!(": {message}") };
        if is_passing(status) {
            let detail = format!("the embedding provider at {place} answered {status}{said}");
            let error = Error::new(Code::EmbeddingUnavailable, detail)
                .fix("wait; if it goes on, check the provider's load, limits and quota");
            return Fault { error, passing: true, retry_after };
        }
        let detail = format!("the embedding provider at {place} refused with {status}{said}");
        Fault::lasting(Error::new(Code::EmbeddingRejected, detail).fix(match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                "check the API key and what it may do"
            }
            StatusCode::NOT_FOUND => "check the base URL and the model's name",
            status if status.is_redirection() => "give the base URL that it redirects to",
            _ => "check the model's name, dimensions, send_dimensions and max_texts",
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
