//! What an OpenAI-compatible provider is told and how patient goldenset is with it.

use std::time::Duration;

use goldenset_core::{ModelId, Result};
use reqwest::Url;

use super::SERVICE;
use crate::http::{ApiKey, Patience, address, invalid};

/// Settings of an [`OpenAiEmbedder`](super::OpenAiEmbedder). [`OpenAiSettings::new`] fills in what
/// suits most providers.
#[derive(Debug, Clone)]
pub struct OpenAiSettings {
    /// Address to which `/embeddings` is added, such as `https://api.openai.com/v1`. A query in it
    /// (Azure's `?api-version=…`) is kept.
    pub base_url: String,
    /// Sent as `Authorization: Bearer`. Servers of one's own often need none.
    pub api_key: Option<ApiKey>,
    /// Name of the model at the provider.
    pub model: String,
    /// Length of the vectors; any other answer is refused.
    pub dimensions: usize,
    /// Whether `dimensions` is sent too, for models that can shorten their vectors.
    pub send_dimensions: bool,
    /// Put before every text, for models that were trained with one.
    pub prefix: String,
    /// Most texts in one request; longer calls are split.
    pub max_texts: usize,
    /// Most requests in flight.
    pub concurrency: usize,
    /// Most calls in progress or waiting for a free request; more are refused with `overloaded`.
    pub max_calls: usize,
    /// Longest wait for a connection.
    pub connect_timeout: Duration,
    /// Longest wait for one answer.
    pub request_timeout: Duration,
    /// Longest time for one request with all its retries and the pauses between.
    pub total_timeout: Duration,
    /// Most attempts for one request, the first one included.
    pub max_attempts: usize,
    /// Upper bound of the pause before the first retry; doubles with each further one.
    pub first_pause: Duration,
    /// Longest pause before a retry, also when the provider asks for more with `Retry-After`.
    pub max_pause: Duration,
}

impl OpenAiSettings {
    /// Settings with the defaults: 128 texts a request, 4 requests in flight, 256 calls, 3 s to
    /// connect, 10 s for an answer, 30 s in all, 4 attempts, pauses of up to 0.25 s to 8 s.
    #[must_use]
    pub fn new(base_url: impl Into<String>, model: impl Into<String>, dimensions: usize) -> Self {
        Self {
            base_url: base_url.into(),
            api_key: None,
            model: model.into(),
            dimensions,
            send_dimensions: false,
            prefix: String::new(),
            max_texts: 128,
            concurrency: 4,
            max_calls: 256,
            connect_timeout: Duration::from_secs(3),
            request_timeout: Duration::from_secs(10),
            total_timeout: Duration::from_secs(30),
            max_attempts: 4,
            first_pause: Duration::from_millis(250),
            max_pause: Duration::from_secs(8),
        }
    }

    /// Checks every value and gives the address of the requests.
    pub(super) fn endpoint(&self) -> Result<Url> {
        for (field, value) in [
            ("dimensions", self.dimensions),
            ("max_texts", self.max_texts),
            ("concurrency", self.concurrency),
            ("max_calls", self.max_calls),
            ("max_attempts", self.max_attempts),
        ] {
            if value == 0 {
                return Err(invalid(field, &format!("{field} is 0")).fix("give a number from 1"));
            }
        }
        address(&SERVICE, &self.base_url)
    }

    pub(super) fn patience(&self) -> Patience {
        let Self { max_attempts, first_pause, max_pause, .. } = *self;
        Patience { max_attempts, first_pause, max_pause }
    }

    /// Identity of the vectors: model, prefix, dimensions. Not the address: the same model behind
    /// another address, or seen from another node, is the same model.
    pub(super) fn model_id(&self) -> Result<ModelId> {
        let prefix = match self.prefix.as_str() {
            "" => String::new(),
            prefix => {
                blake3::hash(prefix.as_bytes()).to_hex().chars().take(8).chain(['/']).collect()
            }
        };
        ModelId::new(format!("{}/{prefix}{}", self.model, self.dimensions)).map_err(|error| {
            invalid("model", &error.detail).fix("give the model's name as the provider knows it")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoint_is_the_base_and_embeddings() {
        let check = |base: &str, expected: std::result::Result<&str, &str>| {
            let endpoint = OpenAiSettings::new(base, "m", 3).endpoint();
            match expected {
                Ok(url) => assert_eq!(endpoint.unwrap().as_str(), url),
                Err(what) => {
                    let error = endpoint.unwrap_err();
                    assert_eq!(error.field.as_deref(), Some("base_url"));
                    assert!(error.detail.contains(what), "{}", error.detail);
                    assert!(!format!("{error:?}").contains("secret"));
                }
            }
        };
        check("https://api.openai.com/v1", Ok("https://api.openai.com/v1/embeddings"));
        check("http://localhost:11434/v1/", Ok("http://localhost:11434/v1/embeddings"));
        check("http://h", Ok("http://h/embeddings"));
        check("https://h/d/x?api-version=1", Ok("https://h/d/x/embeddings?api-version=1"));
        check("api.openai.com/v1", Err("wrong"));
        check("ftp://h/v1", Err("not http"));
        check("http://me:secret@h/v1", Err("user or password"));
    }

    #[test]
    fn values_are_checked_and_the_key_is_hidden() {
        let mut settings = OpenAiSettings::new("http://h", "m", 3);
        settings.max_texts = 0;
        assert_eq!(settings.endpoint().unwrap_err().field.as_deref(), Some("max_texts"));
        settings.api_key = Some(ApiKey::new("sk-secret").unwrap());
        assert!(!format!("{settings:?}").contains("secret"));
    }

    #[test]
    fn the_model_id_changes_with_what_changes_vectors() {
        let id = |change: fn(&mut OpenAiSettings)| {
            let mut settings = OpenAiSettings::new("http://h", "BAAI/bge-m3", 3);
            change(&mut settings);
            settings.model_id().unwrap().to_string()
        };
        let plain = id(|_| {});
        assert_eq!(plain, "BAAI/bge-m3/3");
        assert_eq!(plain, id(|settings| settings.base_url = "https://other".to_owned()));
        assert_ne!(plain, id(|settings| settings.prefix = "query: ".to_owned()));
        assert_ne!(plain, id(|settings| settings.dimensions = 4));
        assert_ne!(plain, id(|settings| settings.model = "other".to_owned()));
    }
}
