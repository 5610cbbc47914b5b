//! What verification needs of a text, prepared once.

use std::cmp::Ordering;

use super::aligned::AlignedText;
use crate::canonical::Canonical;
use crate::embedding::WordVectors;
use crate::entry::EntryContent;
use crate::guards::{EntrySlots, Lexicon, Slots};

/// What texts are read with. Only what was read with equal means is compared.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// The words that guards know.
    pub lexicon: &'a Lexicon,
    /// Mean of the model's word vectors, one number a dimension; empty where it gives none.
    pub word_mean: &'a [f32],
}

/// A question to be answered.
#[derive(Debug, Clone)]
pub struct QuestionProfile {
    pub(super) canonical: Canonical,
    pub(super) slots: Slots,
    pub(super) aligned: AlignedText,
}

impl QuestionProfile {
    /// Prepares a question; `words` are those of its canonical text.
    #[must_use]
    pub fn of(question: &Canonical, words: &WordVectors, reading: Reading<'_>) -> Self {
        Self {
            slots: Slots::with(question, reading.lexicon),
            aligned: AlignedText::of(question, words, reading.word_mean),
            canonical: question.clone(),
        }
    }

    /// About how much memory it takes, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.canonical.as_str().len()
            + self.slots.bytes()
            + self.aligned.bytes()
    }

    pub(super) fn as_entry_slots(&self, lexicon: &Lexicon) -> EntrySlots {
        EntrySlots::with([self.canonical.as_str()], [], lexicon)
    }
}

/// A published entry.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryProfile {
    phrasings: Box<[AlignedText]>,
    pub(super) slots: EntrySlots,
}

impl EntryProfile {
    /// Prepares an entry; `words` are those of the canonical phrasings, in their order. Phrasings
    /// beyond them have none.
    #[must_use]
    pub fn of<'a>(
        content: &EntryContent,
        words: impl IntoIterator<Item = &'a WordVectors>,
        reading: Reading<'_>,
    ) -> Self {
        let references = content.references.iter().map(|reference| reference.text.as_str());
        let support = std::iter::once(content.answer.as_str()).chain(references);
        let none = WordVectors::default();
        let mut words = words.into_iter();
        let aligned = content.phrasings().map(|phrasing| {
            let words = words.next().unwrap_or(&none);
            AlignedText::of(&Canonical::of(phrasing), words, reading.word_mean)
        });
        Self {
            phrasings: aligned.collect(),
            slots: EntrySlots::with(content.phrasings(), support, reading.lexicon),
        }
    }

    /// What the guards know of it.
    #[must_use]
    pub fn slots(&self) -> &EntrySlots {
        &self.slots
    }

    /// The phrasing whose words are, as a whole, most like those of `question`, with its place and
    /// that likeness; the first of equals.
    pub(super) fn nearest(&self, question: &AlignedText) -> (usize, (&AlignedText, f32)) {
        let with = |text| (text, question.likeness(text));
        let mut nearest = (0, with(&self.phrasings[0]));
        for (place, text) in self.phrasings.iter().enumerate().skip(1) {
            let other = with(text);
            if other.1.total_cmp(&nearest.1.1) == Ordering::Greater {
                nearest = (place, other);
            }
        }
        nearest
    }
}
