//! `ask`: questions without a server.

use std::io::{self, BufRead, Write};

use goldenset_core::decision::Decision;
use goldenset_core::{Code, Error, Result, TenantId};
use goldenset_engine::Engine;
use goldenset_engine::scope::{Filters, Options};

use super::args::Ask;
use super::output::{print_result, unwritable};

/// Answers; `false` when none of the questions was served.
pub(super) async fn run(engine: &Engine, ask: Ask) -> Result<bool> {
    let options = Options {
        tenant: Some(TenantId::new(&ask.set.tenant)?),
        min_similarity: ask.min_similarity,
        max_results: ask.max_results,
        filters: Filters { category: ask.category, tags: ask.tag, lang: ask.lang },
        as_of: ask.as_of,
        kb_epoch: None,
    };
    if let Some(question) = &ask.question {
        return one(engine, question, options, ask.json).await;
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
            let answered = one(engine, &line, options.clone(), ask.json).await;
            served |= answered.map_err(|error| error.field(place))?;
        }
    }
    Ok(served)
}

async fn one(engine: &Engine, question: &str, options: Options, json: bool) -> Result<bool> {
    let looked = engine.lookup(question, options).await?;
    let mut out = io::stdout().lock();
    let written = if json {
        out.write_all(looked.answer.body()).and_then(|()| writeln!(out))
    } else {
        print_result(&mut out, question, looked.answer.result())
    };
    written.map_err(unwritable)?;
    Ok(looked.answer.result().decision == Decision::Serve)
}
