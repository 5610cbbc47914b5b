//! The JSON of `/rerank`, and what of an answer is accepted.

use goldenset_core::{Code, Error, Result};
use serde::{Deserialize, Serialize};

use super::RerankStyle;
use crate::judge::log_odds::{finite, of_probability};

/// What surrounds the scores in an answer, and what is read of one score, in bytes.
const BYTES_AROUND: usize = 16 * 1024;
const BYTES_PER_SCORE: usize = 256;
/// Most bytes of JSON for one byte of text: `\u0000`.
const ESCAPED: usize = 6;

#[derive(Serialize)]
struct TeiBody<'a> {
    query: &'a str,
    texts: &'a [&'a str],
    raw_scores: bool,
    truncate: bool,
}

#[derive(Serialize)]
struct CohereBody<'a> {
    model: &'a str,
    query: &'a str,
    documents: &'a [&'a str],
    top_n: usize,
}

#[derive(Deserialize)]
struct CohereAnswer {
    results: Vec<CohereScore>,
}

#[derive(Deserialize)]
struct CohereScore {
    index: usize,
    relevance_score: f64,
}

#[derive(Deserialize)]
struct TeiScore {
    index: usize,
    score: f64,
}

/// A request for one question and its texts.
pub(super) fn body(
    style: RerankStyle,
    model: &str,
    query: &str,
    texts: &[&str],
) -> serde_json::Result<Vec<u8>> {
    match style {
        RerankStyle::Tei => {
            serde_json::to_vec(&TeiBody { query, texts, raw_scores: true, truncate: true })
        }
        RerankStyle::Cohere => {
            let top_n = texts.len();
            serde_json::to_vec(&CohereBody { model, query, documents: texts, top_n })
        }
    }
}

/// The longest answer that a server can mean, in bytes: some send the texts back unasked.
pub(super) fn longest_answer(texts: &[&str]) -> usize {
    let text = |text: &&str| BYTES_PER_SCORE + ESCAPED * text.len();
    BYTES_AROUND + texts.iter().map(text).sum::<usize>()
}

/// Reads an answer for `count` texts: the log-odds of each, in the order of the request.
///
/// # Errors
/// `judge_mismatch` when it is anything but one score for each text.
pub(super) fn read_answer(style: RerankStyle, body: &[u8], count: usize) -> Result<Vec<f32>> {
    let scores: Vec<(usize, Option<f32>)> = match style {
        RerankStyle::Tei => {
            let answer: Vec<TeiScore> = serde_json::from_slice(body).map_err(not_json)?;
            answer.into_iter().map(|score| (score.index, finite(score.score))).collect()
        }
        RerankStyle::Cohere => {
            let answer: CohereAnswer = serde_json::from_slice(body).map_err(not_json)?;
            let scores = answer.results.into_iter();
            scores.map(|score| (score.index, of_probability(score.relevance_score))).collect()
        }
    };
    if scores.len() != count {
        let what = format!("the judge gave {} scores for {count} texts", scores.len());
        return Err(mismatch(&what, "check the server: it must score every text"));
    }
    // Servers answer the best first; `index` says which text a score belongs to.
    let mut order = vec![None; count];
    for (index, score) in scores {
        let fix = "check the model at the server; scores of style cohere are from 0 to 1";
        let score = score.ok_or_else(|| {
            mismatch("the judge gave a score that is not finite, or is no probability", fix)
        })?;
        if let Some(place) = order.get_mut(index) {
            *place = Some(score);
        }
    }
    order
        .into_iter()
        .enumerate()
        .map(|(index, score)| {
            score.ok_or_else(|| {
                let what = format!("the judge gave no score for text {index}");
                mismatch(&what, "check the server: every index must occur once")
            })
        })
        .collect()
}

fn not_json(error: serde_json::Error) -> Error {
    let what = "the judge's answer is not the JSON of a rerank endpoint of this style";
    let fix = "check base_url (up to and without /rerank) and style: tei for text-embeddings-inference, cohere for Cohere, Jina and others";
    mismatch(what, fix).cause(error)
}

fn mismatch(what: &str, fix: &'static str) -> Error {
    Error::new(Code::JudgeMismatch, what).fix(fix)
}

#[cfg(test)]
mod tests {
    use super::RerankStyle::{Cohere, Tei};
    use super::*;

    #[test]
    fn scores_are_read_in_the_order_of_the_request() {
        let check = |style: RerankStyle, body: &str, expected: &[f32]| {
            assert_eq!(read_answer(style, body.as_bytes(), expected.len()).unwrap(), expected);
        };
        let tei = r#"[{"index":1,"score":7.5,"text":"b"},{"index":0,"score":-3e1}]"#;
        check(Tei, tei, &[-30.0, 7.5]);
        check(Tei, "[]", &[]);
        let cohere = r#"{"id":"x","results":[{"index":1,"relevance_score":0.5,"document":{}},
            {"index":0,"relevance_score":0}]}"#;
        check(Cohere, cohere, &[of_probability(0.0).unwrap(), 0.0]);
    }

    #[test]
    fn anything_else_is_refused() {
        let check = |style: RerankStyle, body: &str, what: &str| {
            let error = read_answer(style, body.as_bytes(), 2).unwrap_err();
            assert_eq!(error.code, Code::JudgeMismatch, "{body}");
            assert!(error.detail.contains(what), "{body}: {}", error.detail);
            assert!(error.fix.is_some(), "{body}");
        };
        let two = |second: &str| format!(r#"[{{"index":0,"score":1}},{second}]"#);
        check(Tei, "", "not the JSON");
        check(Tei, &two(r#"{"score":1}"#), "not the JSON");
        check(Tei, &two(r#"{"index":1}"#), "not the JSON");
        check(Tei, &two(r#"{"index":-1,"score":1}"#), "not the JSON");
        check(Tei, &two(r#"{"index":1,"score":null}"#), "not the JSON");
        check(Tei, &two(r#"{"index":1,"score":NaN}"#), "not the JSON");
        check(Tei, &two(r#"{"index":1,"score":"1"}"#), "not the JSON");
        check(Tei, &two(r#"{"index":1,"score":1e39}"#), "not finite");
        check(Tei, r#"[{"index":0,"score":1}]"#, "1 scores for 2 texts");
        check(Tei, &two(r#"{"index":1,"score":1},{"index":2,"score":1}"#), "3 scores for 2 texts");
        check(Tei, &two(r#"{"index":0,"score":1}"#), "no score for text 1");
        check(Tei, &two(r#"{"index":2,"score":1}"#), "no score for text 1");
        check(Tei, r#"{"results":[]}"#, "not the JSON");
        check(Cohere, &two(r#"{"index":1,"score":0.5}"#), "not the JSON");
        let cohere = |score: &str| {
            format!(
                r#"{{"results":[{{"index":0,"relevance_score":0.5}},{{"index":1,"relevance_score":{score}}}]}}"#
            )
        };
        for no_probability in ["1.5", "-2", "1.0000001"] {
            check(Cohere, &cohere(no_probability), "no probability");
        }
        check(Cohere, &cohere("null"), "not the JSON");
    }
}
