//! The numbers that the score is fitted on.
//!
//! The cosine alone cannot decide: unrelated questions of one domain lie as near as paraphrases.
//! What can is how the candidate stands among its rivals, and how the words of the question find
//! theirs in the candidate. The choice follows an ablation (`docs/verification.md`).

use serde::{Deserialize, Serialize};

use super::Candidate;
use super::aligned::{AlignedText, Alignment, weighted_mean};
use super::profile::QuestionProfile;
use crate::guards::{Effect, GuardOutcome, GuardResult};

/// Values of the features, in the order of their names.
pub type Features<const N: usize> = [f64; N];

/// Features of a candidate among rivals.
pub const RANKED_FEATURES: [&str; 4] =
    ["similarity_margin", "likeness_margin", "distinguished", "weakest"];

/// Features of two texts alone.
pub const PAIR_FEATURES: [&str; 4] = ["similarity", "aligned", "weakest", "lowered"];

/// Largest margin in cosine that counts: beyond it, a rival is as good as none.
const WIDEST_MARGIN: f64 = 0.1;
/// The same for the likeness of the words, whose scale is wider.
const WIDEST_LIKENESS_MARGIN: f64 = 0.5;

/// Weight of own words below which two texts have the same words: rounding.
const SAME_WORDS: f32 = 1e-6;
/// Weight of the words that must find their like: the rest is hardly more than a stop word.
const TELLING: f32 = 0.3;

/// What speaks for one candidate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// Cosine with its nearest phrasing.
    pub similarity: f64,
    /// Likeness of its words, as a whole, to those of the question, -1 to 1.
    pub likeness: f64,
    /// How well its words find their like in the question: weighted mean, 0 to 1.
    pub aligned: f64,
    /// How well the words that tell it from its closest rival find their like in the question,
    /// 0 to 1. Without a rival, or where nothing tells them apart, as `aligned`.
    pub distinguished: f64,
    /// The least similarity that a telling word of the question finds, 0 to 1.
    pub weakest: f64,
    /// How many guards lower it.
    pub lowered: f64,
}

/// What the guards say of a candidate, as far as the score heeds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Kinds of guards that refuse it, as bits.
    refused: u32,
    /// Kinds of guards that find it to name what the question names, as bits.
    agrees: u32,
    /// How many guards lower it.
    lowered: u8,
}

/// A kind beside those of the guards.
const OPEN: u32 = 1 << 31;

impl Standing {
    /// Of a candidate with these findings.
    #[must_use]
    pub fn of(guards: &[GuardResult]) -> Self {
        let kinds = |wanted: fn(&GuardResult) -> bool| {
            guards
                .iter()
                .filter(|found| wanted(found))
                .fold(0, |bits, it| bits | 1 << it.kind as u32)
        };
        let lowered = guards.iter().filter(|found| found.effect == Effect::Lower).count();
        Self {
            refused: kinds(|found| found.effect == Effect::Refuse),
            agrees: kinds(|found| found.result == GuardOutcome::Agree),
            lowered: u8::try_from(lowered).unwrap_or(u8::MAX),
        }
    }

    /// Whether `other` is a rival: not where it is refused for the very kind in which this one
    /// agrees. The entry on 2023 says nothing against the one on 2024 for a question on 2024; it
    /// does against one that names no year.
    fn faces(&self, other: &Self) -> bool {
        self.agrees & other.refused == 0
    }

    /// Takes `others` for no rivals of the candidate at `place`.
    pub(super) fn set_aside(standings: &mut [Self], place: usize, others: &[usize]) {
        standings[place].agrees |= OPEN;
        others.iter().for_each(|other| standings[*other].refused |= OPEN);
    }
}

/// The rival that every candidate is taken to have at least. In a small or filtered set the next
/// entry is far away for want of entries, which says nothing for the first.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rival {
    /// Its similarity.
    pub similarity: f64,
    /// Its likeness.
    pub likeness: f64,
}

/// The evidence for each candidate, where each one stands as the guards say.
#[must_use]
pub fn evidence(
    question: &QuestionProfile,
    candidates: &[Candidate<'_>],
    standings: &[Standing],
) -> Vec<Evidence> {
    let none = AlignedText::default();
    let texts = candidates.iter().map(|candidate| {
        let text = candidate.profile.nearest(&question.aligned).unwrap_or(&none);
        (text, Alignment::of(&question.aligned, text))
    });
    let texts: Vec<_> = texts.collect();
    let each = texts.iter().zip(candidates).enumerate();
    each.map(|(place, ((text, found), candidate))| {
        let alone = alone(question, text, found);
        let rival = closest(candidates, standings, place);
        let told = rival.and_then(|rival| distinguished(text, texts[rival].0, found));
        Evidence {
            similarity: f64::from(candidate.similarity),
            distinguished: told.unwrap_or(alone.aligned),
            lowered: f64::from(standings[place].lowered),
            ..alone
        }
    })
    .collect()
}

/// The evidence for two texts with this cosine.
#[must_use]
pub fn pair_evidence(
    a: &QuestionProfile,
    b: &QuestionProfile,
    similarity: f32,
    standing: Standing,
) -> Evidence {
    let found = Alignment::of(&a.aligned, &b.aligned);
    Evidence {
        similarity: f64::from(similarity),
        lowered: f64::from(standing.lowered),
        ..alone(a, &b.aligned, &found)
    }
}

/// All that needs no rival.
fn alone(question: &QuestionProfile, text: &AlignedText, found: &Alignment) -> Evidence {
    let weights = question.aligned.weights();
    let pairs = || found.best_of_ours().iter().copied().zip(weights.iter().copied());
    let telling = pairs().filter(|(_, weight)| *weight > TELLING).map(|(best, _)| best);
    let back = found.best_of_theirs().iter().copied().zip(text.weights().iter().copied());
    let aligned = f64::from(weighted_mean(back));
    Evidence {
        similarity: 0.0,
        likeness: f64::from(question.aligned.likeness(text)),
        aligned,
        distinguished: aligned,
        weakest: f64::from(telling.reduce(f32::min).unwrap_or_else(|| weighted_mean(pairs()))),
        lowered: 0.0,
    }
}

/// The most similar of its rivals.
pub(super) fn closest(
    candidates: &[Candidate<'_>],
    standings: &[Standing],
    place: usize,
) -> Option<usize> {
    let rival = |other: &usize| *other != place && standings[place].faces(&standings[*other]);
    let others = (0..candidates.len()).filter(rival);
    let similarity = |at: &usize| candidates[*at].similarity;
    others.max_by(|a, b| similarity(a).total_cmp(&similarity(b)).then(b.cmp(a)))
}

/// How well the question, where `found` are the likes of the text's words, aligns with the words
/// of `text` that `rival` has not. None where nothing tells the two apart.
fn distinguished(text: &AlignedText, rival: &AlignedText, found: &Alignment) -> Option<f64> {
    let known = Alignment::of(text, rival);
    let own = known.best_of_ours().iter().zip(text.weights());
    let own = own.map(|(known, weight)| weight * (1.0 - known).clamp(0.0, 1.0));
    let own: Vec<f32> = own.collect();
    let apart = own.iter().sum::<f32>() > SAME_WORDS;
    let found = found.best_of_theirs().iter().copied();
    apart.then(|| f64::from(weighted_mean(found.zip(own))))
}

/// The features of the candidate at `place` among the others.
#[must_use]
pub fn ranked_features(
    evidence: &[Evidence],
    standings: &[Standing],
    place: usize,
    least: &Rival,
) -> Features<{ RANKED_FEATURES.len() }> {
    let mut rival = *least;
    let others = evidence.iter().zip(standings).enumerate();
    let faces = |standing: &Standing| standings[place].faces(standing);
    for (_, (other, _)) in others.filter(|(other, (_, at))| *other != place && faces(at)) {
        rival.similarity = rival.similarity.max(other.similarity);
        rival.likeness = rival.likeness.max(other.likeness);
    }
    let own = evidence[place];
    let margin = |own: f64, rival: f64, widest: f64| (own - rival).clamp(-widest, widest);
    [
        margin(own.similarity, rival.similarity, WIDEST_MARGIN),
        margin(own.likeness, rival.likeness, WIDEST_LIKENESS_MARGIN),
        own.distinguished,
        own.weakest,
    ]
}

/// The features of two questions alone.
#[must_use]
pub fn pair_features(evidence: &Evidence) -> Features<{ PAIR_FEATURES.len() }> {
    let Evidence { similarity, aligned, weakest, lowered, .. } = *evidence;
    [similarity, aligned, weakest, lowered]
}
