//! Verification of candidates against one question: typed guards, then a fitted score.
//!
//! What a verdict depends on is the question and the candidates themselves, never on statistics
//! of the whole set: so a change elsewhere in the set cannot change a result, and a cached one
//! stays true.

mod aligned;
mod evidence;
mod explain;
mod features;
mod hearing;
mod open;
mod products;
mod profile;
mod reason;
mod second;
mod sentence;
mod standing;
mod weights;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use aligned::{AlignedText, Alignment};
pub use explain::{Account, Basis, Feature, ReasonedGuard, Reckoning};
pub use features::{
    Evidence, Features, PAIR_FEATURES, RANKED_FEATURES, Rival, pair_features, ranked_features,
};
pub use hearing::Hearing;
pub use profile::{EntryProfile, QuestionProfile, Reading};
pub use reason::probability_in_words;
pub use second::{OPINION_FEATURES, OpinionWeights, SecondOpinion, opinion_features};
pub use sentence::{Against, Figures, sentence};
pub use standing::Standing;
pub use weights::{FORMAT, Logistic, Weights};

use crate::canonical::Canonical;
use crate::embedding::WordVectors;
use crate::entry::EntryContent;
use crate::error::Result;
use crate::guards::{self, Effect, EntrySlots, GuardKind, GuardResult, Lexicon};
use crate::ids::ModelId;
use evidence::Heard;

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
    /// Place of the phrasing that the candidate was judged by, counted from 0: the one whose words
    /// are most like those of the question.
    pub phrasing: usize,
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
    second: Option<SecondOpinion>,
    id: String,
}

impl Verifier {
    /// A verifier for vectors of `model`.
    ///
    /// # Errors
    /// `model_unusable` when the weights were fitted for another model.
    pub fn new(weights: Weights, model: &ModelId) -> Result<Self> {
        weights.check_model(model)?;
        Ok(Self::of(Some(weights), Arc::new(Lexicon::shipped().clone()), None))
    }

    /// A verifier for a model that no score was fitted for: nothing is found the same by meaning.
    #[must_use]
    pub fn without_weights() -> Self {
        Self::of(None, Arc::new(Lexicon::shipped().clone()), None)
    }

    /// The same verifier with the words of another lexicon.
    #[must_use]
    pub fn with_lexicon(self, lexicon: Arc<Lexicon>) -> Self {
        Self::of(self.weights, lexicon, self.second)
    }

    fn of(weights: Option<Weights>, lexicon: Arc<Lexicon>, second: Option<SecondOpinion>) -> Self {
        let fitted = weights.as_ref().map_or_else(|| UNFITTED.to_owned(), Weights::id);
        let mut id = format!("{fitted}/{}/{}", guards::VERSION, lexicon.fingerprint());
        if let Some(second) = &second {
            id = format!("{id}/{}", second.id());
        }
        Self { weights, lexicon, second, id }
    }

    /// Identity of all that verdicts depend on beside question and candidates.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The words that the guards know.
    #[must_use]
    pub fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    /// Whether a score was fitted.
    #[must_use]
    pub fn is_fitted(&self) -> bool {
        self.weights.is_some()
    }

    /// Whether verdicts depend on the vectors of words; else an entry is prepared without them.
    #[must_use]
    pub fn reads_words(&self) -> bool {
        !self.reading().word_mean.is_empty()
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

    /// The verdicts on the first `wanted` candidates, the most similar first; those after them are
    /// rivals and nothing else. See [`Hearing`] for who is whose rival.
    #[must_use]
    pub fn judge(
        &self,
        question: &QuestionProfile,
        candidates: &[Candidate<'_>],
        wanted: usize,
    ) -> Vec<Verdict> {
        let mut hearing = Hearing::of(question, candidates);
        let mut open = match &self.weights {
            Some(weights) => open::left(&hearing, weights, wanted),
            None => BTreeMap::new(),
        };
        let checks = std::mem::take(&mut hearing.checks).into_iter().take(wanted);
        let judge = |(place, checked): (usize, Checked)| {
            let probability = |weights: &Weights| {
                hearing.estimate(weights, place, hearing.standings()).probability
            };
            let verdict = self.verdict(checked, probability);
            Verdict { phrasing: hearing.phrasings()[place], open: open.remove(&place), ..verdict }
        };
        checks.enumerate().map(judge).collect()
    }

    /// The verdict on two questions, `b` in the place of an approved one.
    #[must_use]
    pub fn judge_pair(&self, a: &QuestionProfile, b: &QuestionProfile, similarity: f32) -> Verdict {
        let (checked, features) = heard_pair(a, b, &b.as_entry_slots(&self.lexicon), similarity);
        self.verdict(checked, |weights| weights.pair.probability(&features))
    }

    fn verdict(&self, checked: Checked, probability: impl Fn(&Weights) -> f64) -> Verdict {
        let Checked { guards, effect } = checked;
        let score =
            self.weights.as_ref().map(|weights| probability(weights) * weights.factor(effect));
        let reason = reason::in_words(&guards, effect, score);
        Verdict { score: score.unwrap_or(0.0), guards, effect, reason, phrasing: 0, open: None }
    }
}

/// What guards and features say of two questions, `b` in the place of an approved one with these
/// slots.
fn heard_pair(
    a: &QuestionProfile,
    b: &QuestionProfile,
    slots: &EntrySlots,
    similarity: f32,
) -> (Checked, Features<{ PAIR_FEATURES.len() }>) {
    let checked = Checked::of(a, slots);
    let lowered = Standing::of(&checked.guards).lowered;
    let likeness = a.aligned.likeness(&b.aligned);
    let heard = Heard::new(&a.aligned, (&b.aligned, likeness), similarity, lowered);
    (checked, pair_features(&heard.alone()))
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
