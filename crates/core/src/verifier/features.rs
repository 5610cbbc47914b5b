//! The numbers that the score is fitted on.
//!
//! The choice follows what tells an approved question's paraphrases from its look-alikes beyond
//! the cosine: the margin to the next different entry, in cosine and in shared words. Tried and
//! left out, as they changed nothing on sets left out of the fit: shared character trigrams, and
//! the two directions of the shared words apart.

use super::Candidate;
use super::profile::QuestionProfile;
use crate::words::Word;

/// Values of the features, in the order of their names.
pub type Features<const N: usize> = [f64; N];

/// Features of a candidate among rivals.
pub const RANKED_FEATURES: [&str; 3] = ["similarity", "similarity_margin", "words_margin"];

/// Features of two texts alone. Among look-alikes, shared words speak against being the same (a
/// paraphrase has less need of them than a trap), which no reader would believe of a score.
pub const PAIR_FEATURES: [&str; 1] = ["similarity"];

/// Margin of a candidate without a rival, and the largest that counts: beyond it, a rival is as
/// good as none.
const WIDEST_MARGIN: f64 = 0.1;
/// The same for the words, whose scale is ten times wider.
const WIDEST_WORDS_MARGIN: f64 = 1.0;

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

/// The features of each candidate. A candidate shares the words that its nearest phrasing in
/// words shares.
#[must_use]
pub fn ranked_features(
    question: &QuestionProfile,
    candidates: &[Candidate<'_>],
) -> Vec<Features<{ RANKED_FEATURES.len() }>> {
    let similarities: Vec<_> = candidates.iter().map(|c| f64::from(c.similarity)).collect();
    let most_shared = |candidate: &Candidate<'_>| {
        let phrasings = candidate.profile.phrasings.iter();
        phrasings.map(|phrasing| words_shared(&question.words, phrasing)).fold(0.0, f64::max)
    };
    let words: Vec<_> = candidates.iter().map(most_shared).collect();
    let features = similarities.iter().enumerate().map(|(place, similarity)| {
        [
            *similarity,
            margin(&similarities, place, WIDEST_MARGIN),
            margin(&words, place, WIDEST_WORDS_MARGIN),
        ]
    });
    features.collect()
}

/// The features of two questions with this cosine.
#[must_use]
pub fn pair_features(similarity: f32) -> Features<{ PAIR_FEATURES.len() }> {
    [f64::from(similarity)]
}

/// How far the value at `place` is above the best other one.
fn margin(values: &[f64], place: usize, widest: f64) -> f64 {
    let others = values.iter().enumerate().filter(|(other, _)| *other != place);
    let best = others.map(|(_, value)| *value).fold(f64::NEG_INFINITY, f64::max);
    (values[place] - best).clamp(-widest, widest)
}
