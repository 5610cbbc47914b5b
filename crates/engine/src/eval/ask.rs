//! Labelled questions looked up.

use std::cmp::Ordering;

use goldenset_core::decision::{Decision, ELIGIBLE};
use goldenset_core::guards::{Effect, GuardKind, strongest};
use goldenset_core::{EntryId, Error, Result, TenantId};
use jiff::civil::Date;
use serde::Serialize;

use super::LabelledQuery;
use crate::answer::{Match, rounded};
use crate::engine::{Engine, Progress};
use crate::scope::Options;
use crate::watch::Seen;

/// Questions looked up at a time.
const PART: usize = 64;

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

/// One candidate of a question.
#[derive(Debug, Clone)]
pub struct Considered {
    /// The entry.
    pub entry_id: EntryId,
    /// Cosine with its most similar phrasing.
    pub similarity: f64,
    /// Its score.
    pub score: f64,
    /// Its score before a calibration of the tenant.
    pub raw_score: f64,
    /// The strongest guard against it. (That a question names more values than guards look at is
    /// not among them.)
    pub effect: Effect,
    /// The guards that hold it back, each with its effect.
    pub held_back_by: Vec<(GuardKind, Effect)>,
    /// Whether it is similar enough to be served.
    pub listed: bool,
}

/// A question with its outcome and what was considered.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What became of it.
    pub outcome: Outcome,
    /// The candidates that may be served, at most [`ELIGIBLE`], the one that the engine would take
    /// first: those similar enough to list before the others, and in either part the best score
    /// first. An approved phrasing has its entry alone.
    pub candidates: Vec<Considered>,
    /// What a lookup with this outcome is counted under.
    pub seen: Seen,
}

impl Asked {
    /// The candidates, the most similar first.
    #[must_use]
    pub fn by_similarity(&self) -> Vec<&Considered> {
        let mut sorted: Vec<_> = self.candidates.iter().collect();
        sorted.sort_by(|a, b| more_similar(a, b));
        sorted
    }
}

fn more_similar(a: &Considered, b: &Considered) -> Ordering {
    b.similarity.total_cmp(&a.similarity).then_with(|| a.entry_id.cmp(&b.entry_id))
}

/// Looks every question up in a tenant's golden set, in order, as of a day or of today.
///
/// # Errors
/// The first fault of a lookup, at what `place` calls the question (counted from 0).
pub async fn run(
    engine: &Engine,
    tenant: &TenantId,
    queries: &[LabelledQuery],
    as_of: Option<Date>,
    place: &(dyn Fn(usize) -> String + Sync),
    progress: Progress<'_>,
) -> Result<Vec<Asked>> {
    let tenant = Some(tenant.clone());
    let options = Options { tenant, as_of, max_results: Some(ELIGIBLE), ..Options::default() };
    // The decision is that of the defaults; the candidates are wanted however far they are.
    let unbounded = Options { min_similarity: Some(0.0), ..options.clone() };
    let least = engine.settings.defaults.min_similarity;
    let mut asked = Vec::with_capacity(queries.len());
    for part in queries.chunks(PART) {
        let texts: Vec<_> = part.iter().map(|labelled| labelled.query.clone()).collect();
        let decided = engine.lookup_batch(&texts, options.clone()).await?;
        let nearest = engine.lookup_batch(&texts, unbounded.clone()).await?;
        for (query, (decided, nearest)) in texts.into_iter().zip(decided.into_iter().zip(nearest)) {
            let at = |error: Error| error.field(place(asked.len()));
            let (decided, nearest) = (decided.map_err(at)?, nearest.map_err(at)?);
            decided.facts.opinion.whole().and(nearest.facts.opinion.whole()).map_err(at)?;
            // A judge is asked about the best that are listed: about others where all are. So what a
            // listed candidate is worth stands in the decided lookup alone.
            let listed = decided.answer.result().matches.iter();
            let others = nearest.answer.result().matches.iter();
            let others = others.filter(|found| found.similarity < least);
            let candidates: Vec<_> =
                listed.chain(others).map(|found| considered(found, least)).collect();
            let best = candidates.first();
            let outcome = Outcome {
                query,
                decision: decided.answer.result().decision,
                entry_id: best.map(|best| best.entry_id.clone()),
                score: best.map_or(0.0, |best| rounded(best.score)),
                similarity: best.map_or(0.0, |best| rounded(best.similarity)),
            };
            asked.push(Asked { outcome, candidates, seen: decided.answer.seen() });
        }
        progress(asked.len(), queries.len());
    }
    Ok(asked)
}

fn considered(found: &Match, least_similarity: f64) -> Considered {
    let against = found.guards.iter().filter(|guard| !guard.effect.may_be_served());
    Considered {
        entry_id: found.entry.id.clone(),
        similarity: found.similarity,
        score: found.score,
        raw_score: found.raw_score,
        effect: strongest(&found.guards),
        held_back_by: against.map(|guard| (guard.kind, guard.effect)).collect(),
        listed: found.similarity >= least_similarity,
    }
}
