//! The numbers that the score is fitted on.
//!
//! The choice follows what tells an approved question's paraphrases from its look-alikes beyond
//! the cosine: the margin to the next different entry, in cosine and in shared words. Tried and
//! left out, as they changed nothing on sets left out of the fit: shared character trigrams, and
//! the two directions of the shared words apart.

use serde::{Deserialize, Serialize};

use super::Candidate;
use super::profile::QuestionProfile;
use crate::words::Word;

/// Values of the features, in the order of their names.
pub type Features<const N: usize> = [f64; N];

/// Features of a candidate among rivals.
pub const RANKED_FEATURES: [&str; 3] = ["similarity", "similarity_margin", "words_margin"];

/// Features of two texts alone. Shared words were tried: fitted on pairs of paraphrases and
/// look-alikes they spoke against being the same, which no reader would believe of a score.
pub const PAIR_FEATURES: [&str; 1] = ["similarity"];

/// Largest margin in cosine that counts: beyond it, a rival is as good as none.
const WIDEST_MARGIN: f64 = 0.1;
/// The same for the shared words, whose scale is ten times wider.
const WIDEST_WORDS_MARGIN: f64 = 1.0;

/// What speaks for one candidate by itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// Cosine with its nearest phrasing.
    pub similarity: f64,
    /// Content words shared with its nearest phrasing in words, 0 to 1.
    pub words: f64,
}

/// The rival that every candidate is taken to have at least. In a small or filtered set the next
/// entry is far away for want of entries, which says nothing for the first.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rival {
    /// Its similarity.
    pub similarity: f64,
    /// Its shared words.
    pub words: f64,
}

/// Words of a text that are compared: a question has some ten; of a long text the first ones say
/// what it is about, and all of them would cost the square of its length.
const MOST_WORDS: usize = 128;

/// Harmonic mean of the shares of content words that the one text finds in the other, 0 to 1.
fn words_shared(a: &[Word], b: &[Word]) -> f64 {
    let (a, b) = (&a[..a.len().min(MOST_WORDS)], &b[..b.len().min(MOST_WORDS)]);
    let found = |from: &[Word], into: &[Word]| {
        let known = |word: &&Word| into.iter().any(|other| word.matches(other));
        share(from.iter().filter(known).count(), from.len())
    };
    let (there, back) = (found(a, b), found(b, a));
    let sum = there + back;
    if sum > 0.0 { 2.0 * there * back / sum } else { 0.0 }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// The evidence for each candidate.
#[must_use]
pub fn evidence(question: &QuestionProfile, candidates: &[Candidate<'_>]) -> Vec<Evidence> {
    let of = |candidate: &Candidate<'_>| {
        let phrasings = candidate.profile.phrasings.iter();
        let words = phrasings.map(|phrasing| words_shared(&question.words, phrasing));
        Evidence { similarity: f64::from(candidate.similarity), words: words.fold(0.0, f64::max) }
    };
    candidates.iter().map(of).collect()
}

/// The features of the candidate at `place` among the others.
#[must_use]
pub fn ranked_features(
    evidence: &[Evidence],
    place: usize,
    least: &Rival,
) -> Features<{ RANKED_FEATURES.len() }> {
    let mut rival = *least;
    for (_, other) in evidence.iter().enumerate().filter(|(other, _)| *other != place) {
        rival.similarity = rival.similarity.max(other.similarity);
        rival.words = rival.words.max(other.words);
    }
    let Evidence { similarity, words } = evidence[place];
    [
        similarity,
        (similarity - rival.similarity).clamp(-WIDEST_MARGIN, WIDEST_MARGIN),
        (words - rival.words).clamp(-WIDEST_WORDS_MARGIN, WIDEST_WORDS_MARGIN),
    ]
}

/// The features of two questions with this cosine.
#[must_use]
pub fn pair_features(similarity: f64) -> Features<{ PAIR_FEATURES.len() }> {
    [similarity]
}
