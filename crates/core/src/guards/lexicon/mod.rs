//! The lexicon: words that tell questions apart, and what they mean. The shipped file,
//! `lexicon.toml`, documents its format; a file of the same format extends it.

mod find;
mod forms;
mod parse;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use crate::error::Result;
use find::Index;
pub(super) use find::{Hit, Hits};
pub use parse::SetKind;

/// Mutually exclusive terms, roles, and the words that say how a question is meant, in Italian
/// and English.
#[derive(Debug, Clone)]
pub struct Lexicon {
    sets: Vec<Set>,
    index: Index,
}

/// Terms that exclude one another, by side.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Set {
    kind: SetKind,
    name: String,
    off: bool,
    /// Counts only where the other words are nearly the same.
    weak: bool,
    italian: Vec<Vec<String>>,
    english: Vec<Vec<String>>,
}

const SHIPPED_TEXT: &str = include_str!("lexicon.toml");

impl Lexicon {
    /// The lexicon that goldenset comes with.
    #[must_use]
    pub fn shipped() -> &'static Self {
        #[expect(clippy::panic, reason = "the text is part of the program, and a test reads it")]
        static SHIPPED: LazyLock<Lexicon> = LazyLock::new(|| {
            // Without its words guards would hold back nothing, so nothing may be served then.
            Lexicon::parse(SHIPPED_TEXT)
                .unwrap_or_else(|error| panic!("the lexicon of this build is broken: {error}"))
        });
        &SHIPPED
    }

    /// Reads a lexicon in the format of the shipped one.
    ///
    /// # Errors
    /// `bad_lexicon`, naming the line or the set, and how to mend it.
    pub fn parse(text: &str) -> Result<Self> {
        Ok(Self::of(parse::sets(text)?))
    }

    /// This lexicon with another on top: a set of a new name is added, one of a known name and
    /// kind gets the other's words, side by side, and is out of use where the other says `off`.
    ///
    /// # Errors
    /// `bad_lexicon` where together a word stands on two sides of one set.
    pub fn extended_with(&self, other: &Self) -> Result<Self> {
        let mut sets = self.sets.clone();
        for its in &other.sets {
            match sets.iter_mut().find(|set| set.kind == its.kind && set.name == its.name) {
                Some(set) => {
                    set.off |= its.off;
                    extend(&mut set.italian, &its.italian);
                    extend(&mut set.english, &its.english);
                }
                None => sets.push(its.clone()),
            }
        }
        parse::check(&sets)?;
        Ok(Self::of(sets))
    }

    /// What findings depend on: equal for equal sets, another as soon as a word differs. 32
    /// hexadecimal digits.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        let mut part = |text: &str| {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        };
        for set in &self.sets {
            part(set.kind.as_str());
            part(&set.name);
            part(if set.off { "off" } else { "on" });
            part(if set.weak { "weak" } else { "strong" });
            for (language, sides) in [("it", &set.italian), ("en", &set.english)] {
                for side in sides {
                    part(language);
                    side.iter().for_each(|word| part(word));
                }
            }
        }
        hasher.finalize().to_hex().chars().take(32).collect()
    }

    /// How many sets there are in use.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sets.iter().filter(|set| !set.off).count()
    }

    /// Whether there is no set in use.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn of(sets: Vec<Set>) -> Self {
        Self { index: Index::of(&sets), sets }
    }

    /// The words of the lexicon in a text, given as its words in order.
    pub(super) fn find(&self, words: &[&str]) -> Hits {
        self.index.find(words)
    }

    /// Kind and name of a set, by its number in a [`Hit`]: two numbers a set, one a language.
    pub(super) fn set(&self, number: u16) -> Option<(SetKind, &str)> {
        self.sets.get(usize::from(number / 2)).map(|set| (set.kind, set.name.as_str()))
    }
}

fn extend(sides: &mut Vec<Vec<String>>, more: &[Vec<String>]) {
    for (place, words) in more.iter().enumerate() {
        match sides.get_mut(place) {
            Some(side) => {
                let new: Vec<_> = words.iter().filter(|word| !side.contains(word)).collect();
                side.extend(new.into_iter().cloned());
            }
            None => sides.push(words.clone()),
        }
    }
}
