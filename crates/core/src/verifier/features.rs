//! The numbers that the score is fitted on.
//!
//! The cosine alone cannot decide: unrelated questions of one domain lie as near as paraphrases.
//! What can is how the candidate stands among its rivals, and how the words of the question find
//! theirs in the candidate. The choice follows an ablation (`docs/verification.md`).

use serde::{Deserialize, Serialize};

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

/// A candidate as what others must be nearer than.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rival {
    /// Its cosine with the question.
    pub similarity: f64,
    /// Likeness of its words, as a whole, to those of the question, -1 to 1.
    pub likeness: f64,
}

impl From<&Evidence> for Rival {
    fn from(evidence: &Evidence) -> Self {
        Self { similarity: evidence.similarity, likeness: evidence.likeness }
    }
}

/// The features of a candidate with this evidence among `rivals`, of which `least` is one.
#[must_use]
pub fn ranked_features(
    own: &Evidence,
    rivals: impl IntoIterator<Item = Rival>,
    least: &Rival,
) -> Features<{ RANKED_FEATURES.len() }> {
    let mut rival = *least;
    for other in rivals {
        rival.similarity = rival.similarity.max(other.similarity);
        rival.likeness = rival.likeness.max(other.likeness);
    }
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
