//! The numbers that the score is fitted on.
//!
//! The choice follows what tells an approved question's paraphrases from its look-alikes beyond
//! the cosine: the margin to the next different entry, and whether the words of each are found in
//! the other.

use super::Candidate;
use super::profile::{QuestionProfile, TextProfile};
use crate::words::Word;

/// Values of the features, in the order of their names.
pub type Features<const N: usize> = [f64; N];

/// Features of a candidate among rivals.
pub const RANKED_FEATURES: [&str; 4] =
    ["similarity", "similarity_margin", "words_margin", "trigrams_shared"];

/// Features of two texts alone.
pub const PAIR_FEATURES: [&str; 3] = ["similarity", "words_shared", "trigrams_shared"];

/// Margin of a candidate without a rival, and the largest that counts: beyond it, a rival is as
/// good as none.
const WIDEST_MARGIN: f64 = 0.1;
/// The same for the words, whose scale is ten times wider.
const WIDEST_WORDS_MARGIN: f64 = 1.0;

/// What two texts share, each from 0 to 1.
#[derive(Debug, Clone, Copy, Default)]
struct Overlap {
    /// Harmonic mean of the shares of content words that the one finds in the other.
    words: f64,
    /// Dice coefficient of the character trigrams.
    trigrams: f64,
}

impl Overlap {
    fn of(question: &TextProfile, phrasing: &TextProfile) -> Self {
        let found = |from: &TextProfile, into: &TextProfile| {
            let known = |word: &&Word| into.words.iter().any(|other| word.matches(other));
            share(from.words.iter().filter(known).count(), from.words.len())
        };
        let (there, back) = (found(question, phrasing), found(phrasing, question));
        let sum = there + back;
        Self {
            words: if sum > 0.0 { 2.0 * there * back / sum } else { 0.0 },
            trigrams: dice(&question.trigrams, &phrasing.trigrams),
        }
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Twice the common items over all items, of sorted lists.
fn dice<T: Ord>(a: &[T], b: &[T]) -> f64 {
    let (mut i, mut j, mut common) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                common += 1;
                i += 1;
                j += 1;
            }
        }
    }
    share(2 * common, a.len() + b.len())
}

/// The features of each candidate. A candidate's words are those of its phrasing that shares the
/// most with the question.
#[must_use]
pub fn ranked_features(
    question: &QuestionProfile,
    candidates: &[Candidate<'_>],
) -> Vec<Features<{ RANKED_FEATURES.len() }>> {
    let overlaps: Vec<_> = candidates.iter().map(|candidate| best(question, candidate)).collect();
    let similarities: Vec<_> = candidates.iter().map(|c| f64::from(c.similarity)).collect();
    let words: Vec<_> = overlaps.iter().map(|overlap| overlap.words).collect();
    let features = overlaps.iter().enumerate().map(|(place, overlap)| {
        [
            similarities[place],
            margin(&similarities, place, WIDEST_MARGIN),
            margin(&words, place, WIDEST_WORDS_MARGIN),
            overlap.trigrams,
        ]
    });
    features.collect()
}

/// The features of a question `a` and another `b`.
#[must_use]
pub fn pair_features(
    a: &QuestionProfile,
    b: &QuestionProfile,
    similarity: f32,
) -> Features<{ PAIR_FEATURES.len() }> {
    let overlap = Overlap::of(&a.text, &b.text);
    [f64::from(similarity), overlap.words, overlap.trigrams]
}

fn best(question: &QuestionProfile, candidate: &Candidate<'_>) -> Overlap {
    let phrasings = candidate.profile.phrasings.iter();
    let overlaps = phrasings.map(|phrasing| Overlap::of(&question.text, phrasing));
    overlaps
        .max_by(|a, b| a.words.total_cmp(&b.words).then(a.trigrams.total_cmp(&b.trigrams)))
        .unwrap_or_default()
}

/// How far the value at `place` is above the best other one.
fn margin(values: &[f64], place: usize, widest: f64) -> f64 {
    let others = values.iter().enumerate().filter(|(other, _)| *other != place);
    let best = others.map(|(_, value)| *value).fold(f64::NEG_INFINITY, f64::max);
    (values[place] - best).clamp(-widest, widest)
}
