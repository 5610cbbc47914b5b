//! What speaks for one text as the approved one, and what tells it from another.

use super::aligned::{AlignedText, Alignment, weighted_mean};
use super::features::Evidence;

/// Weight of own words below which two texts have the same words: rounding.
const SAME_WORDS: f32 = 1e-6;
/// Weight of the words that must find their like: the rest is hardly more than a stop word.
const TELLING: f32 = 0.3;

/// A text held against the question.
pub(super) struct Heard<'a> {
    pub(super) text: &'a AlignedText,
    found: Alignment,
    /// All that needs no rival.
    pub(super) alone: Evidence,
}

impl<'a> Heard<'a> {
    /// `text` with this cosine, which so many guards lower.
    pub(super) fn new(
        question: &AlignedText,
        text: &'a AlignedText,
        similarity: f32,
        lowered: u8,
    ) -> Self {
        let found = Alignment::of(question, text);
        let weights = question.weights();
        let pairs = || found.best_of_ours().iter().copied().zip(weights.iter().copied());
        let telling = pairs().filter(|(_, weight)| *weight > TELLING).map(|(best, _)| best);
        let back = found.best_of_theirs().iter().copied().zip(text.weights().iter().copied());
        let aligned = f64::from(weighted_mean(back));
        let weakest = telling.reduce(f32::min).unwrap_or_else(|| weighted_mean(pairs()));
        let alone = Evidence {
            similarity: f64::from(similarity),
            likeness: f64::from(question.likeness(text)),
            aligned,
            distinguished: aligned,
            weakest: f64::from(weakest),
            lowered: f64::from(lowered),
        };
        Self { text, found, alone }
    }

    /// The evidence where `rival` is the closest rival.
    pub(super) fn against(&self, rival: Option<&AlignedText>) -> Evidence {
        let told = rival.and_then(|rival| self.distinguished(rival));
        Evidence { distinguished: told.unwrap_or(self.alone.aligned), ..self.alone }
    }

    /// How well the question aligns with the words of the text that `rival` has not. None where
    /// nothing tells the two apart.
    fn distinguished(&self, rival: &AlignedText) -> Option<f64> {
        let known = Alignment::of(self.text, rival);
        let own = known.best_of_ours().iter().zip(self.text.weights());
        let own = own.map(|(known, weight)| weight * (1.0 - known).clamp(0.0, 1.0));
        let own: Vec<f32> = own.collect();
        let apart = own.iter().sum::<f32>() > SAME_WORDS;
        let found = self.found.best_of_theirs().iter().copied();
        apart.then(|| f64::from(weighted_mean(found.zip(own))))
    }
}
