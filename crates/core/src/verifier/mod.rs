//! Verification of candidates against one question: typed guards, then a fitted score.
//!
//! What a verdict depends on is the question and the candidates themselves, never on statistics
//! of the whole set: so a change elsewhere in the set cannot change a result, and a cached one
//! stays true.

mod features;
mod profile;
mod reason;
mod weights;

pub use features::{
    Evidence, Features, PAIR_FEATURES, RANKED_FEATURES, Rival, evidence, pair_features,
    ranked_features,
};
pub use profile::{EntryProfile, QuestionProfile};
pub use weights::{FORMAT, Logistic, Weights};

use crate::decision::ELIGIBLE;
use crate::error::Result;
use crate::guards::{self, Effect, EntrySlots, GuardResult};
use crate::ids::ModelId;

/// A candidate as the search found it.
#[derive(Clone, Copy)]
pub struct Candidate<'a> {
    /// What is known of the entry.
    pub profile: &'a EntryProfile,
    /// Cosine of the question with the entry's nearest phrasing.
    pub similarity: f32,
}

/// What verification says of one candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Calibrated probability that the entry answers the question.
    pub score: f64,
    /// What each guard found.
    pub guards: Vec<GuardResult>,
    /// The strongest guard against the candidate.
    pub effect: Effect,
    /// The verdict in words.
    pub reason: String,
}

/// Judges candidates with the weights of one embedding model.
#[derive(Debug, Clone)]
pub struct Verifier {
    weights: Option<Weights>,
    id: String,
}

impl Verifier {
    /// A verifier for vectors of `model`.
    ///
    /// # Errors
    /// `model_unusable` when the weights were fitted for another model.
    pub fn new(weights: Weights, model: &ModelId) -> Result<Self> {
        weights.check_model(model)?;
        Ok(Self { id: weights.id(), weights: Some(weights) })
    }

    /// A verifier for a model that no score was fitted for: nothing is found the same by meaning.
    #[must_use]
    pub fn without_weights() -> Self {
        Self { id: UNFITTED.into(), weights: None }
    }

    /// Identity of all that verdicts depend on beside question and candidates.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// One verdict a candidate. The candidates are the nearest entries, each other's rivals. Where
    /// there are fewer than [`ELIGIBLE`], the margins come from a set too small to mean anything,
    /// and no candidate gets more than it would without them.
    #[must_use]
    pub fn judge(&self, question: &QuestionProfile, candidates: &[Candidate<'_>]) -> Vec<Verdict> {
        let evidence = evidence(question, candidates);
        let few = candidates.len() < ELIGIBLE;
        let judge = |(place, candidate): (usize, &Candidate<'_>)| {
            self.verdict(question, &candidate.profile.slots, |weights| {
                let features = ranked_features(&evidence, place, &weights.rival);
                let ranked = weights.ranked.probability(&features);
                let alone = weights.pair.probability(&pair_features(evidence[place].similarity));
                if few { ranked.min(alone) } else { ranked }
            })
        };
        candidates.iter().enumerate().map(judge).collect()
    }

    /// The verdict on two questions, `b` in the place of an approved one.
    #[must_use]
    pub fn judge_pair(&self, a: &QuestionProfile, b: &QuestionProfile, similarity: f32) -> Verdict {
        let features = pair_features(f64::from(similarity));
        self.verdict(a, &b.as_entry_slots(), |weights| weights.pair.probability(&features))
    }

    fn verdict(
        &self,
        question: &QuestionProfile,
        entry: &EntrySlots,
        probability: impl Fn(&Weights) -> f64,
    ) -> Verdict {
        let checked = question.slots.values().len() <= MOST_VALUES;
        let guards = if checked { guards::check(&question.slots, entry) } else { Vec::new() };
        let effect = if checked { guards::strongest(&guards) } else { Effect::SuggestOnly };
        let score = self.weights.as_ref().map(|weights| {
            let factor = match effect {
                Effect::Explain => 1.0,
                Effect::SuggestOnly => weights.suggest_only_factor,
                Effect::Refuse => weights.refuse_factor,
            };
            probability(weights) * factor
        });
        let reason = reason::in_words(&guards, effect, score);
        Verdict { score: score.unwrap_or(0.0), guards, effect, reason }
    }
}

/// Values in one question that are held against an entry. A question with more is a
/// table or an attack; it is not verified, so nothing is served for it.
const MOST_VALUES: usize = 64;

/// Identity of a verifier without weights.
pub const UNFITTED: &str = "unfitted";

#[cfg(test)]
mod tests;
