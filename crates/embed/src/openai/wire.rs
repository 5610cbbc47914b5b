//! The JSON of `/v1/embeddings`, and what of an answer is accepted.

use std::borrow::Cow;

use goldenset_core::ports::Vector;
use goldenset_core::{Code, Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::settings::ApiKey;
use crate::vector::to_unit;

/// Longest part of a provider's message that goes into an error, in characters.
const MAX_MESSAGE: usize = 200;

/// Texts shorter than this are not searched for in messages: they say nothing about the question
/// and would tear holes into the message.
const MIN_REDACTED: usize = 8;

#[derive(Debug, Serialize)]
pub(super) struct Request<'a> {
    pub(super) model: &'a str,
    pub(super) input: &'a [Cow<'a, str>],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) dimensions: Option<usize>,
}

#[derive(Debug, Deserialize)]
struct Response {
    data: Vec<Item>,
    usage: Option<Usage>,
}

#[derive(Debug, Deserialize)]
struct Item {
    index: usize,
    embedding: Vec<f32>,
}

#[derive(Debug, Deserialize)]
struct Usage {
    prompt_tokens: Option<u64>,
    total_tokens: Option<u64>,
}

/// An accepted answer.
#[derive(Debug)]
pub(super) struct Answer {
    /// One vector a text, in the order of the request, each of length 1.
    pub(super) vectors: Vec<Vector>,
    /// What the provider counts, 0 when it does not say.
    pub(super) tokens: u64,
}

/// Reads an answer for `count` texts.
///
/// # Errors
/// `embedding_mismatch` when it is anything but one vector of `dimensions` for each text.
pub(super) fn read_answer(body: &[u8], count: usize, dimensions: usize) -> Result<Answer> {
    let mut response: Response = serde_json::from_slice(body).map_err(|error| {
        mismatch("the embedding provider's answer is not the JSON of an embeddings endpoint")
            .fix("check that the base URL is that of an OpenAI-compatible API, up to and without /embeddings")
            .cause(error)
    })?;
    if response.data.len() != count {
        return Err(mismatch(&format!(
            "the embedding provider gave {} vectors for {count} texts",
            response.data.len()
        ))
        .fix("check the provider; a smaller max_texts may help"));
    }
    // Providers may answer out of order; `index` says which text a vector belongs to.
    response.data.sort_by_key(|item| item.index);
    let vectors = response.data.iter().enumerate().map(|(place, item)| {
        if item.index != place {
            return Err(mismatch(&format!("the embedding provider gave no vector for text {place}"))
                .fix("check the provider: every index must occur once"));
        }
        if item.embedding.len() != dimensions {
            return Err(mismatch(&format!(
                "the embedding provider gave a vector of {} dimensions, configured are {dimensions}",
                item.embedding.len()
            ))
            .fix("correct dimensions in the configuration, or turn send_dimensions on if the model can shorten its vectors"));
        }
        to_unit(&item.embedding).ok_or_else(|| {
            mismatch("the embedding provider gave a vector that is zero or not finite")
                .fix("check the model at the provider")
        })
    });
    let vectors = vectors.collect::<Result<_>>()?;
    let tokens = response.usage.and_then(|usage| usage.total_tokens.or(usage.prompt_tokens));
    Ok(Answer { vectors, tokens: tokens.unwrap_or(0) })
}

fn mismatch(what: &str) -> Error {
    Error::new(Code::EmbeddingMismatch, what)
}

/// The provider's own words about a refusal, short and clean: no key, no question, one line.
pub(super) fn provider_message(
    body: &[u8],
    key: Option<&ApiKey>,
    texts: &[Cow<'_, str>],
) -> String {
    let json: Option<Value> = serde_json::from_slice(body).ok();
    let said = json.as_ref().and_then(|json| {
        let error = json.get("error");
        [
            error.and_then(|error| error.get("message")),
            error,
            json.get("message"),
            json.get("detail"),
        ]
        .into_iter()
        .flatten()
        .find_map(Value::as_str)
    });
    let mut message =
        said.map_or_else(|| String::from_utf8_lossy(body).into_owned(), str::to_owned);
    for text in texts.iter().filter(|text| text.len() >= MIN_REDACTED) {
        message = message.replace(text.as_ref(), "[text]");
    }
    if let Some(key) = key {
        message = key.redact(&message);
    }
    let words: Vec<&str> = message
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|w| !w.is_empty())
        .collect();
    let line = words.join(" ");
    match line.char_indices().nth(MAX_MESSAGE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_short_and_hold_no_secret() {
        let key = ApiKey::new("sk-secret").unwrap();
        let texts = [Cow::Borrowed("my private question"), Cow::Borrowed("key")];
        let check = |body: &str, expected: &str| {
            assert_eq!(provider_message(body.as_bytes(), Some(&key), &texts), expected);
        };
        check(r#"{"error":{"message":"wrong key: sk-secret\n"}}"#, "wrong key: [key]");
        check(r#"{"error":"model \"x\" not found"}"#, "model \"x\" not found");
        check(r#"{"message":"no","detail":"d"}"#, "no");
        check(r#"{"detail":"cannot embed 'my private question'"}"#, "cannot embed '[text]'");
        check("<html>\n<b>gone</b>\u{7}", "<html> <b>gone</b>");
        check("", "");
        let long = "è".repeat(300);
        assert_eq!(provider_message(long.as_bytes(), None, &[]), format!("{}…", "è".repeat(200)));
    }
}
