//! `compare`: two questions, a question and an entry, or a file of pairs.

use std::io::{self, BufWriter, Write};

use goldenset_core::{Code, EntryId, Error, Result, TenantId};
use goldenset_engine::scope::Options;
use goldenset_engine::{Comparison, Engine};
use serde::Deserialize;

use super::args::Compare;
use super::explain::print_explanation;
use super::files::read_jsonl;
use super::output::{Bar, json_line, print_json, unwritable};

/// Pairs compared at a time.
const PART: usize = 64;

#[derive(Deserialize)]
struct Pair {
    a: String,
    b: String,
}

/// Compares; `false` when two questions are not the same.
pub(super) async fn run(engine: &Engine, compare: Compare) -> Result<bool> {
    if let Some(file) = &compare.pairs {
        let pairs: Vec<Pair> = read_jsonl(file)?;
        let bar = Bar::new("comparing");
        let mut out = BufWriter::new(io::stdout().lock());
        let mut done = 0;
        for part in pairs.chunks(PART) {
            let texts: Vec<_> =
                part.iter().map(|pair| (pair.a.as_str(), pair.b.as_str())).collect();
            for result in engine.compare_all(&texts).await {
                done += 1;
                json_line(&mut out, &result.map_err(|error| in_pair(done, error))?)?;
            }
            bar.show(done, pairs.len());
        }
        out.flush().map_err(unwritable)?;
        return Ok(true);
    }
    let (a, b) = (compare.a.unwrap_or_default(), compare.b.unwrap_or_default());
    let comparison = match compare.entry {
        None => engine.compare(&a, &b).await?,
        Some(id) => {
            let tenant = Some(TenantId::new(&compare.set.tenant)?);
            let options = Options { tenant, as_of: compare.as_of, ..Options::default() };
            let compared = engine.compare_entry(&a, &EntryId::new(&id)?, options).await;
            compared.map_err(|error| match error.code {
                Code::UnknownEntry | Code::NotPublished => error.field("--entry"),
                _ => error,
            })?
        }
    };
    if compare.json {
        print_json(&comparison)?;
    } else {
        print(&a, &b, &comparison).map_err(unwritable)?;
    }
    Ok(comparison.same)
}

fn in_pair(number: usize, error: Error) -> Error {
    let side = error.field.as_deref().map(|side| format!(", `{side}`")).unwrap_or_default();
    error.field(format!("pair {number}{side}"))
}

fn print(a: &str, b: &str, comparison: &Comparison) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let word = if comparison.same { "SAME" } else { "NOT THE SAME" };
    let Comparison { score, similarity, explanation, entry, .. } = comparison;
    writeln!(out, "{word}  score {score:.3}, similarity {similarity:.3}")?;
    let phrasings: Vec<_> = match entry {
        Some(entry) => entry.content.phrasings().collect(),
        None => vec![b],
    };
    print_explanation(&mut out, a, &phrasings, explanation)
}
