//! `ask`: questions without a server.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};

use goldenset_core::decision::Decision;
use goldenset_core::{Code, Error, Result, TenantId};
use goldenset_engine::scope::{Filters, KbEpoch, KbEpochs, Options};
use goldenset_engine::{Engine, Explained, LookupResult};
use serde::Serialize;

use super::args::Ask;
use super::explain::print_explained;
use super::output::{json_line, print_result, unwritable};

/// Most candidates that are explained.
const EXPLAINED: usize = 3;

/// How an answer is shown.
#[derive(Clone, Copy)]
struct Show {
    json: bool,
    explain: bool,
}

/// The body of a lookup with the explanations beside it.
#[derive(Serialize)]
struct Explaining<'a> {
    #[serde(flatten)]
    result: &'a LookupResult,
    explanations: Vec<Explained>,
}

/// Answers; `false` when none of the questions was served.
pub(super) async fn run(engine: &Engine, ask: Ask) -> Result<bool> {
    let options = Options {
        tenant: Some(TenantId::new(&ask.set.tenant)?),
        min_similarity: ask.min_similarity,
        max_results: ask.max_results,
        filters: Filters { category: ask.category, tags: ask.tag, lang: ask.lang },
        as_of: ask.as_of,
        kb_epoch: kb_epochs(ask.kb_epoch)?,
        superseded_tags: ask.superseded_tag,
    };
    let show = Show { json: ask.json, explain: ask.explain };
    if let Some(question) = &ask.question {
        return one(engine, question, options, show).await;
    }
    let mut served = false;
    for (number, line) in io::stdin().lock().lines().enumerate() {
        let place = format!("standard input, line {}", number + 1);
        let line = line.map_err(|cause| {
            let code = match cause.kind() {
                io::ErrorKind::InvalidData => Code::InvalidUtf8,
                _ => Code::FileUnreadable,
            };
            Error::new(code, "the question cannot be read").field(place.clone()).cause(cause)
        })?;
        if !line.trim().is_empty() {
            let answered = one(engine, &line, options.clone(), show).await;
            served |= answered.map_err(|error| error.field(place))?;
        }
    }
    Ok(served)
}

/// One moment a topic.
fn kb_epochs(given: Vec<(String, KbEpoch)>) -> Result<Option<KbEpochs>> {
    let mut topics = BTreeMap::new();
    for (topic, epoch) in given {
        if topics.insert(topic.clone(), epoch).is_some() {
            return Err(Error::new(Code::InvalidField, "a topic is given twice")
                .field(format!("--kb-epoch {topic}"))
                .fix("give each topic once"));
        }
    }
    Ok((!topics.is_empty()).then_some(KbEpochs::Topics(topics)))
}

async fn one(engine: &Engine, question: &str, options: Options, show: Show) -> Result<bool> {
    let looked = engine.lookup(question, options.clone()).await?;
    let result = looked.answer.result();
    let explanations = match show.explain {
        true => Some(engine.explain(question, options, EXPLAINED).await?),
        false => None,
    };
    let mut out = io::stdout().lock();
    match (show.json, explanations) {
        (true, Some(explanations)) => json_line(&mut out, &Explaining { result, explanations })?,
        (true, None) => {
            let written = out.write_all(looked.answer.body()).and_then(|()| writeln!(out));
            written.map_err(unwritable)?;
        }
        (false, explanations) => {
            print_result(&mut out, question, result).map_err(unwritable)?;
            for explained in explanations.iter().flatten() {
                print_explained(&mut out, question, explained).map_err(unwritable)?;
            }
        }
    }
    Ok(result.decision == Decision::Serve)
}
