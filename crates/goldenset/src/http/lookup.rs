//! `/v1/lookup` and `/v1/lookup/batch`.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use goldenset_core::{Code, Epoch, Error, TenantId};
use goldenset_engine::scope::{Filters, KbEpochs, Options};
use goldenset_engine::{Facts, Looked};
use jiff::civil::Date;
use serde::Deserialize;

use super::json::{self, JsonBody, Object, day};
use super::problem::{Failure, Problem};
use super::short::Short;
use super::{App, Caller, auth, guard, once};

const CACHE: HeaderName = HeaderName::from_static("x-goldenset-cache");
const EPOCH: HeaderName = HeaderName::from_static("x-goldenset-epoch");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const TIMING: HeaderName = HeaderName::from_static("server-timing");

/// A body with the options of a lookup beside the field that is its own. (serde cannot both
/// flatten and refuse unknown fields.)
macro_rules! lookup_body {
    ($(#[$doc:meta])* $name:ident { $field:ident: $type:ty }) => {
        $(#[$doc])*
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name {
            $field: $type,
            tenant: Option<TenantId>,
            min_similarity: Option<f64>,
            max_results: Option<usize>,
            filters: Option<Object<Filters>>,
            #[serde(default, deserialize_with = "day")]
            as_of: Option<Date>,
            kb_epoch: Option<KbEpochs>,
            #[serde(default)]
            superseded_tags: Vec<String>,
        }

        impl $name {
            fn split(self) -> ($type, Options) {
                let options = Options {
                    tenant: self.tenant,
                    min_similarity: self.min_similarity,
                    max_results: self.max_results,
                    filters: self.filters.map(|Object(filters)| filters).unwrap_or_default(),
                    as_of: self.as_of,
                    kb_epoch: self.kb_epoch,
                    superseded_tags: self.superseded_tags,
                };
                (self.$field, options)
            }
        }
    };
}

lookup_body!(
    /// Body of `/v1/lookup`.
    LookupBody { query: String }
);
lookup_body!(
    /// Body of `/v1/lookup/batch`.
    BatchBody { queries: Vec<String> }
);

/// Where [`one`] is.
pub(super) const PATH: &str = "/v1/lookup";

/// A lookup, and all that stands before it: no layer does (see `guard.rs`).
pub(crate) async fn one(State(app): State<Arc<App>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let work = pin!(async {
        let route = (&Method::POST, PATH);
        match auth::authorised(&app, route, &head.extensions, &head.headers) {
            Ok(caller) => {
                let looked_up = pin!(async {
                    looked_up(&app, &caller, &head, body)
                        .await
                        .unwrap_or_else(|error| Failure(error).into_response())
                });
                guard::admitted(&app.limits, looked_up).await
            }
            Err(error) => Failure(error).into_response(),
        }
    });
    guard::entered(app.request_ids.of(&head.headers), work).await
}

async fn looked_up(
    app: &App,
    caller: &Caller,
    head: &Parts,
    body: Body,
) -> Result<Response, Error> {
    // A lookup writes nothing that could be done twice; a key that is no key is refused all the
    // same.
    once::key(&head.headers).transpose()?;
    let body: LookupBody = json::read(head, body, app.limits.body_bytes).await?;
    let started = Instant::now();
    let (query, mut options) = body.split();
    options.tenant = Some(caller.tenant(options.tenant)?);
    let threshold = options.min_similarity;
    let looked = app.watch().lookup(&query, options).await;
    let elapsed = started.elapsed();
    app.metrics.looked_up(looked.as_ref().map(|looked| &looked.facts), threshold, elapsed);
    let Looked { answer, facts } = looked?;
    app.metrics.decided(answer.result().decision, facts.opinion);
    let cache = HeaderValue::from_static(facts.cache.as_str());
    let mut headers = facts_headers(cache, Some(facts.epoch));
    headers.insert(TIMING, timing(&facts, elapsed));
    Ok(replied(headers, answer.body().clone()))
}

pub(crate) async fn batch(
    State(app): State<Arc<App>>,
    caller: Caller,
    JsonBody(body): JsonBody<BatchBody>,
) -> Result<Response, Failure> {
    let started = Instant::now();
    let (queries, mut options) = body.split();
    let tenant = caller.tenant(options.tenant)?;
    if queries.len() > app.limits.batch {
        let detail = format!("{} questions, the limit is {}", queries.len(), app.limits.batch);
        return Err(Error::new(Code::TooMany, detail)
            .field("queries")
            .fix("send the questions in several batches, or raise lookup.max_batch")
            .into());
    }
    // Wrong for all of them, so it is said once.
    app.engine().tenant(&tenant)?;
    options.tenant = Some(tenant);
    let threshold = options.min_similarity;
    let results = app.watch().lookup_batch(&queries, options).await?;
    let elapsed = started.elapsed();
    let mut statuses = BTreeMap::<&str, usize>::new();
    let mut epoch: Option<Epoch> = None;
    let mut parts = Vec::with_capacity(results.len());
    for (place, result) in results.into_iter().enumerate() {
        let facts = result.as_ref().map(|looked| &looked.facts);
        app.metrics.looked_up(facts, threshold, elapsed);
        *statuses.entry(facts.map_or("error", |facts| facts.cache.as_str())).or_default() += 1;
        parts.push(match result {
            Ok(Looked { answer, facts }) => {
                app.metrics.decided(answer.result().decision, facts.opinion);
                // What is as new as this holds for every result.
                epoch = Some(epoch.map_or(facts.epoch, |epoch| epoch.min(facts.epoch)));
                answer.body().clone()
            }
            Err(error) => failed(place, error)?,
        });
    }
    let statuses: Vec<_> = statuses.iter().map(|(name, count)| format!("{name}={count}")).collect();
    let cache = HeaderValue::from_str(&statuses.join(","));
    let headers = facts_headers(cache.unwrap_or(HeaderValue::from_static("")), epoch);
    let mut whole = b"{\"results\":[".to_vec();
    whole.extend(parts.join(&b","[..]));
    whole.extend(b"]}");
    Ok(replied(headers, whole.into()))
}

/// The place of a question of a batch that could not be looked up.
fn failed(place: usize, error: Error) -> Result<Bytes, Error> {
    let error = error.field(format!("queries[{place}]"));
    let item = BTreeMap::from([("error", Problem::from(&error))]);
    let item = serde_json::to_vec(&item).map_err(|cause| {
        Error::new(Code::Internal, "an error could not be written as JSON").cause(cause)
    })?;
    Ok(item.into())
}

fn facts_headers(cache: HeaderValue, epoch: Option<Epoch>) -> HeaderMap {
    // With the id of the request and the length: no more, or the map is one that allocators are
    // slow with.
    let mut headers = HeaderMap::with_capacity(6);
    headers.insert(header::CONTENT_TYPE, JSON);
    headers.insert(CACHE, cache);
    if let Some(epoch) = epoch {
        headers.insert(EPOCH, HeaderValue::from(epoch.0));
    }
    headers
}

fn replied(headers: HeaderMap, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.headers_mut() = headers;
    response
}

/// Milliseconds of each step that was taken, to the microsecond.
fn timing(facts: &Facts, total: Duration) -> HeaderValue {
    let mut text = Short::<160>::new();
    let micros = |time: Duration| {
        let micros = time.saturating_add(Duration::from_nanos(500)).as_micros();
        u64::try_from(micros).unwrap_or(u64::MAX)
    };
    if let Some(time) = facts.embedding {
        text.text("embedding;dur=").thousandths(micros(time)).text(", ");
    }
    if let Some(time) = facts.verification {
        text.text("verification;dur=").thousandths(micros(time)).text(", ");
    }
    text.text("total;dur=").thousandths(micros(total)).value()
}
