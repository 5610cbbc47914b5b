//! How good a golden set with these settings is on labelled questions.

mod report;

use goldenset_core::decision::Decision;
use goldenset_core::{Code, EntryId, Error, Result};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use report::{Counts, Report};

use crate::engine::{Engine, Progress};
use crate::scope::Options;

/// Questions looked up at a time.
const PART: usize = 64;

/// A question with the entries that answer it.
#[derive(Debug, Clone, Deserialize)]
pub struct LabelledQuery {
    /// The question.
    pub query: String,
    /// The entries that may be served; none: nothing may.
    pub gold: Vec<EntryId>,
    /// What makes it hard, for reports.
    #[serde(default)]
    pub kind: Option<String>,
    /// Its language, for reports.
    #[serde(default)]
    pub lang: Option<String>,
}

/// What became of one question.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// The question.
    pub query: String,
    /// What was done.
    pub decision: Decision,
    /// The best candidate, whether or not it was served or similar enough to list.
    pub entry_id: Option<EntryId>,
    /// Its score.
    pub score: f64,
    /// Its similarity.
    pub similarity: f64,
}

/// Looks every question up, in order, as of a day or of today.
///
/// # Errors
/// The first fault of a lookup, naming the question's place (from 1).
pub async fn run(
    engine: &Engine,
    queries: &[LabelledQuery],
    as_of: Option<Date>,
    progress: Progress<'_>,
) -> Result<Vec<Outcome>> {
    let options = Options { as_of, ..Options::default() };
    // The best candidate is wanted however far it is; the decision is that of the defaults.
    let unbounded = Options { min_similarity: Some(0.0), ..options.clone() };
    let mut outcomes = Vec::with_capacity(queries.len());
    for part in queries.chunks(PART) {
        let texts: Vec<_> = part.iter().map(|labelled| labelled.query.clone()).collect();
        let decided = engine.lookup_batch(&texts, options.clone()).await?;
        let nearest = engine.lookup_batch(&texts, unbounded.clone()).await?;
        for (text, (decided, nearest)) in texts.into_iter().zip(decided.into_iter().zip(nearest)) {
            let place = outcomes.len() + 1;
            let at = |error: Error| error.field(format!("query {place}"));
            let (decided, nearest) = (decided.map_err(at)?, nearest.map_err(at)?);
            let decided = decided.answer.result();
            let best = decided.matches.first().or(nearest.answer.result().matches.first());
            outcomes.push(Outcome {
                query: text,
                decision: decided.decision,
                entry_id: best.map(|best| best.entry.id.clone()),
                score: best.map_or(0.0, |best| crate::answer::rounded(best.score)),
                similarity: best.map_or(0.0, |best| crate::answer::rounded(best.similarity)),
            });
        }
        progress(outcomes.len(), queries.len());
    }
    if outcomes.is_empty() {
        return Err(Error::new(Code::BadRows, "there is no question to evaluate")
            .fix("give a file with one {\"query\", \"gold\"} object a line"));
    }
    Ok(outcomes)
}
