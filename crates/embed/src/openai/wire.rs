//! The JSON of `/v1/embeddings`, and what of an answer is accepted.

use std::borrow::Cow;

use goldenset_core::{Code, Error, Result, Vector};
use serde::{Deserialize, Serialize};

use crate::vector::to_unit;

/// Longest number in JSON that a provider writes for one component, with comma and blanks.
const BYTES_PER_NUMBER: usize = 40;
/// Room for what surrounds the vectors.
const BYTES_AROUND: usize = 64 * 1024;

#[derive(Debug, Serialize)]
pub(super) struct Body<'a> {
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

/// The longest answer for `count` texts that a provider can mean, in bytes.
pub(super) fn longest_answer(count: usize, dimensions: usize) -> usize {
    BYTES_AROUND + count * dimensions * BYTES_PER_NUMBER
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
