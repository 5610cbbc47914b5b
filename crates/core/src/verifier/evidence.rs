//! What speaks for one text as the approved one, and what tells it from another.

use std::cell::OnceCell;

use super::aligned::{AlignedText, Alignment, weighted_mean};
use super::features::{Evidence, Rival};

/// Weight of own words below which two texts have the same words: rounding.
const SAME_WORDS: f32 = 1e-6;
/// Weight of the words that must find their like: the rest is hardly more than a stop word.
const TELLING: f32 = 0.3;

/// A text held against the question.
pub(super) struct Heard<'a> {
    question: &'a AlignedText,
    pub(super) text: &'a AlignedText,
    /// What its rivals must be nearer than.
    pub(super) rival: Rival,
    /// How many guards lower it.
    lowered: u8,
    /// Dear, and most candidates are only rivals.
    aligned: OnceCell<Aligned>,
}

/// How the words of a text and of the question find each other.
struct Aligned {
    found: Alignment,
    /// How well those of the text find theirs.
    whole: f64,
    weakest: f64,
}

impl<'a> Heard<'a> {
    /// `text` with this cosine, which so many guards lower. `likeness`: of its words to those of
    /// the question.
    pub(super) fn new(
        question: &'a AlignedText,
        (text, likeness): (&'a AlignedText, f32),
        similarity: f32,
        lowered: u8,
    ) -> Self {
        let rival = Rival { similarity: f64::from(similarity), likeness: f64::from(likeness) };
        Self { question, text, rival, lowered, aligned: OnceCell::new() }
    }

    fn aligned(&self) -> &Aligned {
        self.aligned.get_or_init(|| {
            let found = Alignment::of(self.question, self.text);
            let weights = self.question.weights();
            let pairs = || found.best_of_ours().iter().copied().zip(weights.iter().copied());
            let telling = pairs().filter(|(_, weight)| *weight > TELLING).map(|(best, _)| best);
            let back = found.best_of_theirs().iter().copied();
            let whole = f64::from(weighted_mean(back.zip(self.text.weights().iter().copied())));
            let weakest = telling.reduce(f32::min).unwrap_or_else(|| weighted_mean(pairs()));
            Aligned { whole, weakest: f64::from(weakest), found }
        })
    }

    /// The evidence without a rival.
    pub(super) fn alone(&self) -> Evidence {
        let Rival { similarity, likeness } = self.rival;
        let Aligned { whole: aligned, weakest, .. } = *self.aligned();
        let lowered = f64::from(self.lowered);
        Evidence { similarity, likeness, aligned, distinguished: aligned, weakest, lowered }
    }

    /// The evidence where `rival` is the closest rival.
    pub(super) fn against(&self, rival: Option<&AlignedText>) -> Evidence {
        let alone = self.alone();
        let told = rival.and_then(|rival| self.distinguished(rival));
        Evidence { distinguished: told.unwrap_or(alone.aligned), ..alone }
    }

    /// How well the question aligns with the words of the text that `rival` has not. None where
    /// nothing tells the two apart.
    fn distinguished(&self, rival: &AlignedText) -> Option<f64> {
        let known = Alignment::of(self.text, rival);
        let own = known.best_of_ours().iter().zip(self.text.weights());
        let own = own.map(|(known, weight)| weight * (1.0 - known).clamp(0.0, 1.0));
        let own: Vec<f32> = own.collect();
        let apart = own.iter().sum::<f32>() > SAME_WORDS;
        let found = self.aligned().found.best_of_theirs().iter().copied();
        apart.then(|| f64::from(weighted_mean(found.zip(own))))
    }
}
