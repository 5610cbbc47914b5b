//! `compare`: two questions, or a file of pairs.

use std::io::{self, BufWriter, Write};

use goldenset_core::{Error, Result};
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
    let comparison = engine.compare(&a, &b).await?;
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
    let Comparison { score, similarity, explanation, .. } = comparison;
    writeln!(out, "{word}  score {score:.3}, similarity {similarity:.3}")?;
    print_explanation(&mut out, a, &[b], explanation)
}
