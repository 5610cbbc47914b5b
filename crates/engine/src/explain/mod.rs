//! Why a verdict is what it is, with every figure behind it: for those who ask.

mod asked;
mod spans;

use std::sync::Arc;

use goldenset_core::EntryId;
use goldenset_core::guards::{Effect, GuardKind, GuardOutcome, GuardResult};
use goldenset_core::verifier::{Account, Against, Basis, Feature, Figures, sentence};
use serde::{Serialize, Serializer};

pub(crate) use asked::Asked;
pub(crate) use spans::Texts;
pub use spans::{PhrasingSpan, Span};

use crate::answer::rounded;
use crate::calibrate::Applied;
use crate::opinion::Heard;
use crate::snapshot::PublishedEntry;

/// All that a verdict was made from. Floats are written with six decimals.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// What a person would say.
    pub sentence: String,
    /// What the score was made from.
    pub basis: Basis,
    /// Cosine of the two embeddings; of an entry, with its nearest phrasing.
    #[serde(serialize_with = "six_decimals")]
    pub similarity: f64,
    /// The score that is held against the threshold, 0 to 1.
    #[serde(serialize_with = "six_decimals")]
    pub score: f64,
    /// The same before the calibration and after a second opinion; equal to it where no
    /// calibration is in force.
    #[serde(serialize_with = "six_decimals")]
    pub raw_score: f64,
    /// The calibration that had a say in it.
    pub calibration: Option<Applied>,
    /// What score and similarity are held against.
    pub thresholds: Thresholds,
    /// What the probability was made from; none where nothing was computed.
    pub features: Vec<Feature>,
    /// Log-odds where all features are 0.
    #[serde(serialize_with = "six_decimals_if_any")]
    pub intercept: Option<f64>,
    /// Probability of intercept and contributions together, before guards and calibration.
    #[serde(serialize_with = "six_decimals_if_any")]
    pub probability: Option<f64>,
    /// What the guards leave of it, 0 to 1.
    #[serde(serialize_with = "six_decimals_if_any")]
    pub guard_factor: Option<f64>,
    /// The strongest guard.
    pub effect: Effect,
    /// The opinion of a model that reads both texts together, where one was asked for.
    pub second_opinion: Option<Heard>,
    /// The most similar other entry, but for those that a guard refuses where it agrees with this
    /// one.
    pub closest_rival: Option<EntryId>,
    /// What each guard found, and where.
    pub guards: Vec<ExplainedGuard>,
}

/// What score and similarity are held against.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Thresholds {
    /// Least score of a served answer.
    #[serde(serialize_with = "six_decimals")]
    pub serve_threshold: f64,
    /// Whether the score reaches it.
    pub serve_threshold_met: bool,
    /// Least similarity of a listed entry; none for two questions.
    #[serde(serialize_with = "six_decimals_if_any")]
    pub min_similarity: Option<f64>,
    /// Whether the similarity reaches it.
    pub min_similarity_met: Option<bool>,
}

/// What a guard found, why that leads to what it leads to, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedGuard {
    /// What it looked at.
    pub kind: GuardKind,
    /// What it found.
    pub result: GuardOutcome,
    /// What that leads to.
    pub effect: Effect,
    /// Why it leads to that.
    pub reason: &'static str,
    /// What the question names, in canonical spelling.
    pub query_values: Vec<String>,
    /// What the entry names, in canonical spelling.
    pub entry_values: Vec<String>,
    /// Where the question names it, in order.
    pub query_spans: Vec<Span>,
    /// Where the entry's phrasings name it, in order. What only its answer or references name
    /// has no place here.
    pub entry_spans: Vec<PhrasingSpan>,
}

/// An entry with the explanation for one question.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The entry.
    pub entry: Arc<PublishedEntry>,
    /// Why it is served or not.
    pub explanation: Explanation,
}

/// An entry as it is named in a reply.
#[derive(Serialize)]
struct Named<'a> {
    entry_id: &'a EntryId,
    question: &'a str,
    explanation: &'a Explanation,
}

impl Serialize for Explained {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { entry, explanation } = self;
        let question = entry.content.question.as_str();
        Named { entry_id: &entry.id, question, explanation }.serialize(serializer)
    }
}

pub(crate) fn six_decimals<S: Serializer>(value: &f64, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(rounded(*value))
}

pub(crate) fn six_decimals_if_any<S: Serializer>(
    value: &Option<f64>,
    to: S,
) -> Result<S::Ok, S::Error> {
    value.map(rounded).serialize(to)
}

/// What an explanation needs beside how the verdict came about.
pub(crate) struct Situation<'a> {
    pub(crate) against: Against,
    pub(crate) similarity: f64,
    pub(crate) score: f64,
    pub(crate) raw_score: f64,
    pub(crate) heard: Option<&'a Heard>,
    pub(crate) calibration: Option<Applied>,
    pub(crate) serve_threshold: f64,
    pub(crate) min_similarity: Option<f64>,
    pub(crate) choices: &'a [String],
    pub(crate) better: Option<&'a EntryId>,
    pub(crate) rival: Option<&'a EntryId>,
}

impl Explanation {
    pub(crate) fn new(account: Account, situation: &Situation<'_>, texts: &Texts<'_>) -> Self {
        let Account { basis, reckoning, guards, effect, .. } = account;
        let &Situation { similarity, score, serve_threshold, min_similarity, .. } = situation;
        let found: Vec<&GuardResult> = guards.iter().map(|guard| &guard.found).collect();
        let (intercept, probability, guard_factor) =
            reckoning.as_ref().map_or((None, None, None), |reckoned| {
                let of = [reckoned.intercept, reckoned.probability, reckoned.factor].map(Some);
                of.into()
            });
        let features = reckoning.map(|reckoning| reckoning.features).unwrap_or_default();
        let mut sentence = sentence(&Figures {
            against: situation.against,
            basis,
            guards: &found,
            effect,
            probability,
            features: &features,
            score,
            serve_threshold,
            similarity,
            min_similarity,
            choices: situation.choices,
            better: situation.better.map(EntryId::as_str),
            rival: situation.rival.map(EntryId::as_str),
        });
        if let Some(heard) = situation.heard {
            sentence.push(' ');
            sentence.push_str(&heard.sentence());
        }
        let guards = guards.into_iter().map(|guard| ExplainedGuard {
            query_spans: texts.in_question(&guard.found.query_spans),
            entry_spans: texts.in_phrasings(&guard.found.entry_spans),
            kind: guard.found.kind,
            result: guard.found.result,
            effect: guard.found.effect,
            reason: guard.reason,
            query_values: guard.found.query_values,
            entry_values: guard.found.entry_values,
        });
        Self {
            sentence,
            basis,
            similarity,
            score,
            raw_score: situation.raw_score,
            calibration: situation.calibration,
            thresholds: Thresholds {
                serve_threshold,
                serve_threshold_met: score >= serve_threshold,
                min_similarity,
                min_similarity_met: min_similarity.map(|least| similarity >= least),
            },
            features,
            intercept,
            probability,
            guard_factor,
            effect,
            second_opinion: situation.heard.cloned(),
            closest_rival: situation.rival.cloned(),
            guards: guards.collect(),
        }
    }

    /// Of a question that is an approved phrasing.
    pub(crate) fn word_for_word(
        against: Against,
        serve_threshold: f64,
        min_similarity: Option<f64>,
    ) -> Self {
        let account = Account {
            basis: Basis::ApprovedPhrasing,
            reckoning: None,
            score: 1.0,
            guards: Vec::new(),
            effect: Effect::Explain,
            rival: None,
        };
        let situation = Situation {
            against,
            similarity: 1.0,
            score: 1.0,
            raw_score: 1.0,
            heard: None,
            calibration: None,
            serve_threshold,
            min_similarity,
            choices: &[],
            better: None,
            rival: None,
        };
        Self::new(account, &situation, &Texts::none())
    }
}
