//! Labelled pairs compared.

use goldenset_core::guards::{Effect, strongest};
use goldenset_core::{Error, Result};
use serde::Deserialize;

use super::label;
use crate::engine::{Engine, Progress};

/// Pairs compared at a time.
const PART: usize = 64;

/// Two questions, and whether an approved answer to the second may be served for the first.
#[derive(Debug, Clone, Deserialize)]
pub struct LabelledPair {
    /// A question.
    pub a: String,
    /// A question in the place of an approved one.
    pub b: String,
    /// Whether one answer serves both.
    pub same: bool,
    /// What sets the two apart, or how they differ in wording, for reports.
    #[serde(default)]
    pub kind: Option<String>,
    /// Their language, for reports.
    #[serde(default)]
    pub lang: Option<String>,
}

/// A pair with what was said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// The file or folder that it came from.
    pub set: String,
    /// Its kind.
    pub kind: String,
    /// Its language.
    pub lang: String,
    /// Whether the two are labelled the same.
    pub same: bool,
    /// Whether the engine takes them for the same.
    pub accepted: bool,
    /// The score.
    pub score: f64,
    /// The strongest guard against it.
    pub effect: Effect,
}

impl Compared {
    /// Orders pairs by how near they are to being accepted. What a guard lets only be suggested
    /// stands below all that may be served, and what one refuses below everything, tied.
    pub(super) fn key(&self) -> f64 {
        match self.effect {
            Effect::Explain | Effect::Lower => self.score,
            // Scores are within 0 and 1.
            Effect::SuggestOnly => self.score - 2.0,
            Effect::Refuse => f64::NEG_INFINITY,
        }
    }

    /// Whether a threshold would have the pair accepted.
    pub(super) fn accepted_at(&self, threshold: f64) -> bool {
        self.effect.may_be_served() && self.score >= threshold
    }
}

/// Compares every pair, in order.
///
/// # Errors
/// The first fault of a comparison, at what `place` calls the pair (counted from 0), with the side.
pub async fn run_pairs(
    engine: &Engine,
    set: &str,
    pairs: &[LabelledPair],
    place: &(dyn Fn(usize) -> String + Sync),
    progress: Progress<'_>,
) -> Result<Vec<Compared>> {
    let mut compared = Vec::with_capacity(pairs.len());
    for part in pairs.chunks(PART) {
        let texts: Vec<_> = part.iter().map(|pair| (pair.a.as_str(), pair.b.as_str())).collect();
        for (pair, result) in part.iter().zip(engine.compare_all(&texts).await) {
            let comparison = result.map_err(|error: Error| {
                let side = error.field.as_deref().map(|side| format!(", `{side}`"));
                let place = place(compared.len());
                error.field(format!("{place}{}", side.unwrap_or_default()))
            })?;
            compared.push(Compared {
                set: set.to_owned(),
                kind: label(pair.kind.as_ref()),
                lang: label(pair.lang.as_ref()),
                same: pair.same,
                accepted: comparison.same,
                score: comparison.score,
                effect: strongest(&comparison.guards),
            });
        }
        progress(compared.len(), pairs.len());
    }
    Ok(compared)
}
