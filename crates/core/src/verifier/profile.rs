//! What verification needs of a text, prepared once.

use crate::canonical::Canonical;
use crate::entry::EntryContent;
use crate::guards::{EntrySlots, Slots};
use crate::words::{Word, content_words_of};

/// A question to be answered.
#[derive(Debug, Clone)]
pub struct QuestionProfile {
    pub(crate) words: Vec<Word>,
    pub(crate) canonical: Canonical,
    pub(crate) slots: Slots,
}

impl QuestionProfile {
    /// Prepares a question.
    #[must_use]
    pub fn of(question: &Canonical) -> Self {
        Self {
            words: content_words_of(question),
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
    /// The content words of each phrasing.
    pub(crate) phrasings: Vec<Vec<Word>>,
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
                .map(|phrasing| content_words_of(&Canonical::of(phrasing)))
                .collect(),
            slots: EntrySlots::new(content.phrasings(), support.map(String::as_str)),
        }
    }
}
