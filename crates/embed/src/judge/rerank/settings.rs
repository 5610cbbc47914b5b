//! What a remote judge is told, and how long it may take.

use std::time::Duration;

use goldenset_core::{ModelId, Result};
use reqwest::Url;

use super::SERVICE;
use crate::http::{ApiKey, address, invalid};

/// Which of the two interfaces a server has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RerankStyle {
    /// text-embeddings-inference: scores are asked for as the model gives them, which is log-odds.
    Tei,
    /// Cohere, Jina and others: scores are probabilities from 0 to 1.
    Cohere,
}

impl RerankStyle {
    fn as_str(self) -> &'static str {
        match self {
            Self::Tei => "tei",
            Self::Cohere => "cohere",
        }
    }
}

/// Settings of a [`RerankJudge`](super::RerankJudge). [`RerankSettings::new`] fills in what suits
/// most servers.
#[derive(Debug, Clone)]
pub struct RerankSettings {
    /// Address to which `/rerank` is added, such as `http://127.0.0.1:8080` or
    /// `https://api.cohere.com/v2`. A query in it is kept.
    pub base_url: String,
    /// The server's interface.
    pub style: RerankStyle,
    /// Name of the model at the server. text-embeddings-inference has one model and is not told;
    /// there it only says whose scores these are, and may be empty.
    pub model: String,
    /// Sent as `Authorization: Bearer`. Servers of one's own often need none.
    pub api_key: Option<ApiKey>,
    /// Most requests in flight.
    pub concurrency: usize,
    /// Most calls in progress or waiting for a free request; more are refused with `overloaded`.
    pub max_calls: usize,
    /// Longest time for one call: waiting, connecting, answers, and the one retry.
    pub budget: Duration,
}

impl RerankSettings {
    /// Settings with the defaults: no key, 8 requests in flight, 256 calls, 60 ms a call.
    #[must_use]
    pub fn new(base_url: impl Into<String>, style: RerankStyle, model: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            style,
            model: model.into(),
            api_key: None,
            concurrency: 8,
            max_calls: 256,
            budget: Duration::from_millis(60),
        }
    }

    /// Checks every value and gives the address of the requests.
    pub(super) fn endpoint(&self) -> Result<Url> {
        for (field, value) in [("concurrency", self.concurrency), ("max_calls", self.max_calls)] {
            if value == 0 {
                return Err(invalid(field, &format!("{field} is 0")).fix("give a number from 1"));
            }
        }
        if self.budget.is_zero() {
            return Err(invalid("budget", "the budget is 0").fix("give a time, such as 60 ms"));
        }
        if self.style == RerankStyle::Cohere && self.model.is_empty() {
            let what = "the name of the judge's model is empty";
            return Err(invalid("model", what).fix("give the model's name as the server knows it"));
        }
        address(&SERVICE, &self.base_url)
    }

    /// Identity of the scores: interface and model. Not the address: the same model behind another
    /// address, or seen from another node, is the same model.
    pub(super) fn model_id(&self) -> Result<ModelId> {
        let id = match self.model.as_str() {
            "" => self.style.as_str().to_owned(),
            model => format!("{model}/{}", self.style.as_str()),
        };
        ModelId::new(id).map_err(|error| {
            invalid("model", &error.detail).fix("give the model's name as the server knows it")
        })
    }
}
