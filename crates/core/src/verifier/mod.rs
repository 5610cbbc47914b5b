//! Verification of candidates against one question: typed guards, then a fitted score.
//!
//! What a verdict depends on is the question and the candidates themselves, never on statistics
//! of the whole set: so a change elsewhere in the set cannot change a result, and a cached one
//! stays true.

mod aligned;
mod explain;
mod features;
mod open;
mod profile;
mod reason;
mod sentence;
mod weights;

use std::sync::Arc;

pub use aligned::{AlignedText, Alignment};
pub use explain::{Account, Basis, Feature, ReasonedGuard, Reckoning};
pub use features::{
    Evidence, Features, PAIR_FEATURES, RANKED_FEATURES, Rival, Standing, evidence, pair_evidence,
    pair_features, ranked_features,
};
pub use profile::{EntryProfile, QuestionProfile, Reading};
pub use reason::probability_in_words;
pub use sentence::{Against, Figures, sentence};
pub use weights::{FORMAT, Logistic, Weights};

use crate::canonical::Canonical;
use crate::decision::ELIGIBLE;
use crate::embedding::WordVectors;
use crate::entry::EntryContent;
use crate::error::Result;
use crate::guards::{self, Effect, EntrySlots, GuardKind, GuardResult, Lexicon};
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
    /// What the question leaves open between this candidate and others, if anything.
    pub open: Option<OpenSlot>,
}

/// A kind of value that a question leaves open, and in which alone some candidates differ.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenSlot {
    /// The kind.
    pub kind: GuardKind,
    /// What the candidate names of it, in canonical spelling.
    pub values: Vec<String>,
    /// Places of the candidates that differ from this one in it alone.
    pub siblings: Vec<usize>,
    /// The score that the candidate has if those are no rivals: they are the same question but
    /// for what was left open.
    pub score: f64,
}

/// Judges candidates with the weights of one embedding model and the words of one lexicon.
#[derive(Debug, Clone)]
pub struct Verifier {
    weights: Option<Weights>,
    lexicon: Arc<Lexicon>,
    id: String,
}

impl Verifier {
    /// A verifier for vectors of `model`.
    ///
    /// # Errors
    /// `model_unusable` when the weights were fitted for another model.
    pub fn new(weights: Weights, model: &ModelId) -> Result<Self> {
        weights.check_model(model)?;
        Ok(Self::of(Some(weights), Arc::new(Lexicon::shipped().clone())))
    }

    /// A verifier for a model that no score was fitted for: nothing is found the same by meaning.
    #[must_use]
    pub fn without_weights() -> Self {
        Self::of(None, Arc::new(Lexicon::shipped().clone()))
    }

    /// The same verifier with the words of another lexicon.
    #[must_use]
    pub fn with_lexicon(self, lexicon: Arc<Lexicon>) -> Self {
        Self::of(self.weights, lexicon)
    }

    fn of(weights: Option<Weights>, lexicon: Arc<Lexicon>) -> Self {
        let fitted = weights.as_ref().map_or_else(|| UNFITTED.to_owned(), Weights::id);
        let id = format!("{fitted}/{}/{}", guards::VERSION, lexicon.fingerprint());
        Self { weights, lexicon, id }
    }

    /// Identity of all that verdicts depend on beside question and candidates.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether a score was fitted.
    #[must_use]
    pub fn is_fitted(&self) -> bool {
        self.weights.is_some()
    }

    /// Prepares a question; `words` are those of its canonical text.
    #[must_use]
    pub fn question(&self, question: &Canonical, words: &WordVectors) -> QuestionProfile {
        QuestionProfile::of(question, words, self.reading())
    }

    /// Prepares an entry; `words` are those of its canonical phrasings, in their order.
    #[must_use]
    pub fn entry<'a>(
        &self,
        content: &EntryContent,
        words: impl IntoIterator<Item = &'a WordVectors>,
    ) -> EntryProfile {
        EntryProfile::of(content, words, self.reading())
    }

    fn reading(&self) -> Reading<'_> {
        let word_mean = self.weights.as_ref().map_or(&[][..], |weights| &weights.word_mean);
        Reading { lexicon: &self.lexicon, word_mean }
    }

    /// One verdict a candidate. The candidates are the nearest entries, each other's rivals. Where
    /// there are fewer than [`ELIGIBLE`], the margins come from a set too small to mean anything,
    /// and no candidate gets more than it would without them.
    #[must_use]
    pub fn judge(&self, question: &QuestionProfile, candidates: &[Candidate<'_>]) -> Vec<Verdict> {
        let checks =
            candidates.iter().map(|candidate| Checked::of(question, &candidate.profile.slots));
        let checks: Vec<_> = checks.collect();
        let standings: Vec<_> = checks.iter().map(|one| Standing::of(&one.guards)).collect();
        let evidence = evidence(question, candidates, &standings);
        let few = candidates.len() < ELIGIBLE;
        let judge = |(place, checked): (usize, Checked)| {
            self.verdict(checked, |weights| self.ranked(weights, &evidence, &standings, place, few))
        };
        let mut verdicts: Vec<_> = checks.into_iter().enumerate().map(judge).collect();
        if self.weights.is_some() {
            self.find_open(question, candidates, &standings, &mut verdicts);
        }
        verdicts
    }

    /// Fills in what the question leaves open between the most similar candidates.
    fn find_open(
        &self,
        question: &QuestionProfile,
        candidates: &[Candidate<'_>],
        standings: &[Standing],
        verdicts: &mut [Verdict],
    ) {
        for (place, (kind, siblings)) in open::siblings(candidates, verdicts) {
            let mut without = standings.to_vec();
            Standing::set_aside(&mut without, place, &siblings);
            let evidence = evidence(question, candidates, &without);
            let score = self.weights.as_ref().map_or(0.0, |weights| {
                self.ranked(weights, &evidence, &without, place, candidates.len() < ELIGIBLE)
            });
            let found = verdicts[place].guards.iter().find(|found| found.kind == kind);
            let values = found.map(|found| found.entry_values.clone()).unwrap_or_default();
            verdicts[place].open = Some(OpenSlot { kind, values, siblings, score });
        }
    }

    /// The probability of the candidate at `place`; with `few` candidates no more than it has
    /// without the others.
    fn ranked(
        &self,
        weights: &Weights,
        evidence: &[Evidence],
        standings: &[Standing],
        place: usize,
        few: bool,
    ) -> f64 {
        let ranked = weights.ranked.probability(&ranked_features(
            evidence,
            standings,
            place,
            &weights.rival,
        ));
        let alone = weights.pair.probability(&pair_features(&evidence[place]));
        if few { ranked.min(alone) } else { ranked }
    }

    /// The verdict on two questions, `b` in the place of an approved one.
    #[must_use]
    pub fn judge_pair(&self, a: &QuestionProfile, b: &QuestionProfile, similarity: f32) -> Verdict {
        let checked = Checked::of(a, &b.as_entry_slots(&self.lexicon));
        let standing = Standing::of(&checked.guards);
        let features = pair_features(&pair_evidence(a, b, similarity, standing));
        self.verdict(checked, |weights| weights.pair.probability(&features))
    }

    fn verdict(&self, checked: Checked, probability: impl Fn(&Weights) -> f64) -> Verdict {
        let Checked { guards, effect } = checked;
        let score =
            self.weights.as_ref().map(|weights| probability(weights) * weights.factor(effect));
        let reason = reason::in_words(&guards, effect, score);
        Verdict { score: score.unwrap_or(0.0), guards, effect, reason, open: None }
    }
}

/// What the guards say of one candidate.
struct Checked {
    guards: Vec<GuardResult>,
    effect: Effect,
}

impl Checked {
    fn of(question: &QuestionProfile, entry: &EntrySlots) -> Self {
        if question.slots.values().len() > MOST_VALUES {
            return Self { guards: Vec::new(), effect: Effect::SuggestOnly };
        }
        let guards = guards::check(&question.slots, entry);
        Self { effect: guards::strongest(&guards), guards }
    }
}

/// Values in one question that are held against an entry. A question with more is a
/// table or an attack; it is not verified, so nothing is served for it.
const MOST_VALUES: usize = 64;

/// Stands in the identity for weights that there are none of.
const UNFITTED: &str = "unfitted";

#[cfg(test)]
mod tests;
