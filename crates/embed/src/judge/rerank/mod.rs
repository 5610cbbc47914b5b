//! Pairs judged by a server with a `/rerank` endpoint: text-embeddings-inference, Cohere, Jina and
//! others that speak as they do.

mod settings;
mod wire;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use futures::stream::{self, StreamExt, TryStreamExt};
use goldenset_core::ports::{Pair, PairModel};
use goldenset_core::{Code, Error, ModelId, Result};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

pub use self::settings::{RerankSettings, RerankStyle};
use self::wire::{body, longest_answer, read_answer};
use super::stats::JudgeStats;
use crate::http::{Endpoint, Fault, Patience, Request, Service, with_retries};

static SERVICE: Service = Service {
    name: "judge",
    path: "rerank",
    example: "http://127.0.0.1:8080",
    unavailable: Code::JudgeUnavailable,
    rejected: Code::JudgeRejected,
    check: "check the model's name and the style of the interface",
};

/// Most texts in one request: what text-embeddings-inference takes if it is not told otherwise.
const MAX_TEXTS: usize = 32;

/// A second attempt has to fit into the budget, a third one never does.
const MAX_ATTEMPTS: usize = 2;

/// A remote judge. Needs a tokio runtime with time and I/O.
///
/// Equal pairs of one call are sent once and share their score. Between calls equality is the
/// server's: one that runs requests of many callers together may round otherwise each time.
pub struct RerankJudge {
    settings: RerankSettings,
    id: ModelId,
    endpoint: Endpoint,
    /// One permit a call that is in progress or waits.
    calls: Semaphore,
    /// One permit a request, held through its retry: a server in trouble gets less, not more.
    requests: Semaphore,
    stats: Arc<JudgeStats>,
}

/// The texts that are held against one question, no two of them equal.
struct Group<'a> {
    question: &'a str,
    texts: Vec<&'a str>,
}

impl RerankJudge {
    /// A judge with these settings. Nothing is sent yet.
    ///
    /// # Errors
    /// `config_invalid` naming the field and the fix.
    pub fn new(settings: RerankSettings) -> Result<Self> {
        let url = settings.endpoint()?;
        let key = settings.api_key.clone();
        Ok(Self {
            id: settings.model_id()?,
            endpoint: Endpoint::new(&SERVICE, url, key, settings.budget)?,
            calls: Semaphore::new(settings.max_calls.min(Semaphore::MAX_PERMITS)),
            requests: Semaphore::new(settings.concurrency.min(Semaphore::MAX_PERMITS)),
            stats: Arc::default(),
            settings,
        })
    }

    /// The counters of this judge.
    #[must_use]
    pub fn stats(&self) -> &Arc<JudgeStats> {
        &self.stats
    }

    async fn judge_all(&self, pairs: &[Pair]) -> Result<Vec<f32>> {
        let _call = self.admit()?;
        let deadline = Instant::now() + self.settings.budget;
        let (groups, order) = group(pairs);
        let requests: Vec<_> = groups.iter().map(|group| self.ask(group, deadline)).collect();
        let scores: Vec<Vec<f32>> =
            stream::iter(requests).buffered(self.settings.concurrency).try_collect().await?;
        let score = |(group, text): (usize, usize)| scores.get(group)?.get(text).copied();
        let lost = || Error::new(Code::Internal, "a score was lost on the way from the judge");
        order.into_iter().map(|place| score(place).ok_or_else(lost)).collect()
    }

    /// A place among the calls, given back when it is dropped.
    fn admit(&self) -> Result<SemaphorePermit<'_>> {
        self.calls.try_acquire().map_err(|full| {
            let max = self.settings.max_calls;
            Error::new(Code::Overloaded, format!("{max} calls wait for the judge"))
                .fix("try again shortly; if it happens often, give the judge more nodes")
                .cause(full)
        })
    }

    /// The log-odds of one question with each of the texts.
    async fn ask(&self, group: &Group<'_>, deadline: Instant) -> Result<Vec<f32>> {
        let Group { question, texts } = group;
        let style = self.settings.style;
        let internal = |what: &str| Error::new(Code::Internal, what);
        let body = body(style, &self.settings.model, question, texts)
            .map_err(|error| internal("a request could not be written as JSON").cause(error))?;
        let hidden = texts.iter().chain([question]).map(|&text| Cow::Borrowed(text)).collect();
        let request = Request { body, texts: hidden, limit: longest_answer(texts) };

        // Whoever holds a permit began before and is out of time before, so no wait is too long.
        let _request = self
            .requests
            .acquire()
            .await
            .map_err(|closed| internal("the judge's semaphore is closed").cause(closed))?;
        let attempt = || async {
            let left = deadline.saturating_duration_since(Instant::now());
            let answer = self.endpoint.send(&request, left).await?;
            read_answer(style, &answer, texts.len()).map_err(Fault::lasting)
        };
        let budget = self.settings.budget;
        // What the server asks to wait is waited or not, but never cut: asking earlier is what it
        // asks not to do. So a pause longer than what is left is not begun.
        let patience =
            Patience { max_attempts: MAX_ATTEMPTS, first_pause: budget / 10, max_pause: budget };
        with_retries(&SERVICE, patience, deadline, || self.stats.retried(), attempt).await
    }
}

/// Pairs by question, equal ones once, in as many groups as requests are needed; and where the
/// score of each pair is found, by group and text.
fn group(pairs: &[Pair]) -> (Vec<Group<'_>>, Vec<(usize, usize)>) {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut places: HashMap<&Pair, (usize, usize)> = HashMap::new();
    let mut open: HashMap<&str, usize> = HashMap::new();
    let order = pairs.iter().map(|pair| {
        *places.entry(pair).or_insert_with(|| {
            let question = pair.question.as_ref();
            let fresh = groups.len();
            let mut place = *open.entry(question).or_insert(fresh);
            if groups.get(place).is_some_and(|group| group.texts.len() >= MAX_TEXTS) {
                place = fresh;
                open.insert(question, fresh);
            }
            if place == fresh {
                groups.push(Group { question, texts: Vec::new() });
            }
            let texts = &mut groups[place].texts;
            texts.push(&pair.entry);
            (place, texts.len() - 1)
        })
    });
    let order = order.collect();
    (groups, order)
}

#[async_trait]
impl PairModel for RerankJudge {
    fn model(&self) -> &ModelId {
        &self.id
    }

    async fn judge(&self, pairs: &[Pair]) -> Result<Vec<f32>> {
        self.stats.count(pairs.len(), self.judge_all(pairs)).await
    }
}
