//! What verification needs of a text, prepared once.

use crate::canonical::Canonical;
use crate::entry::EntryContent;
use crate::guards::{EntrySlots, Slots};
use crate::words::{Word, content_words_of};

/// A text's content words and its character trigrams.
#[derive(Debug, Clone)]
pub(crate) struct TextProfile {
    pub(crate) words: Vec<Word>,
    /// Sorted, with repetitions.
    pub(crate) trigrams: Vec<[char; 3]>,
}

impl TextProfile {
    fn of(text: &Canonical) -> Self {
        let padded: Vec<char> = format!(" {} ", text.as_str()).chars().collect();
        let mut trigrams: Vec<_> =
            padded.windows(3).map(|window| [window[0], window[1], window[2]]).collect();
        trigrams.sort_unstable();
        Self { words: content_words_of(text), trigrams }
    }
}

/// A question to be answered.
#[derive(Debug, Clone)]
pub struct QuestionProfile {
    pub(crate) text: TextProfile,
    pub(crate) canonical: Canonical,
    pub(crate) slots: Slots,
}

impl QuestionProfile {
    /// Prepares a question.
    #[must_use]
    pub fn of(question: &Canonical) -> Self {
        Self {
            text: TextProfile::of(question),
            slots: Slots::of(question),
            canonical: question.clone(),
        }
    }

    pub(crate) fn as_entry_slots(&self) -> EntrySlots {
        EntrySlots::new([self.canonical.as_str()], [])
    }
}

/// A published entry.
#[derive(Debug, Clone)]
pub struct EntryProfile {
    pub(crate) phrasings: Vec<TextProfile>,
    pub(crate) slots: EntrySlots,
}

impl EntryProfile {
    /// Prepares an entry.
    #[must_use]
    pub fn of(content: &EntryContent) -> Self {
        let support = std::iter::once(&content.answer).chain(&content.references);
        Self {
            phrasings: content
                .phrasings()
                .map(|phrasing| TextProfile::of(&Canonical::of(phrasing)))
                .collect(),
            slots: EntrySlots::new(content.phrasings(), support.map(String::as_str)),
        }
    }
}
