//! Words of the lexicon found in a text: the longest phrase at each place, for each set.

use std::collections::HashMap;

use super::forms::{Language, forms};
use super::{Set, SetKind};

/// Most words that a gap (`turn _ off`) stands for.
const WIDEST_GAP: usize = 3;

/// A phrase of the lexicon in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::guards) struct Hit {
    /// Number of its set, see [`super::Lexicon::set`].
    pub(in crate::guards) set: u16,
    /// Kind of its set.
    pub(in crate::guards) kind: SetKind,
    /// Whether its set is weak.
    pub(in crate::guards) weak: bool,
    /// Side of its set.
    pub(in crate::guards) side: u8,
    /// Index of its first word.
    pub(in crate::guards) first: usize,
    /// Index after its last word.
    pub(in crate::guards) end: usize,
}

/// The phrases found in one text, in order of their place.
pub(in crate::guards) type Hits = Vec<Hit>;

#[derive(Debug, Clone)]
pub(super) struct Index {
    phrases: Vec<Phrase>,
    /// Phrases by each form of their first word.
    by_first: HashMap<Box<str>, Vec<u32>>,
}

#[derive(Debug, Clone)]
struct Phrase {
    set: u16,
    kind: SetKind,
    weak: bool,
    side: u8,
    gapped: bool,
    /// What follows the first word.
    rest: Vec<Part>,
}

#[derive(Debug, Clone)]
enum Part {
    Forms(Vec<String>),
    Gap,
}

impl Index {
    pub(super) fn of(sets: &[Set]) -> Self {
        let mut index = Self { phrases: Vec::new(), by_first: HashMap::new() };
        for (number, set) in (0u16..).zip(sets).filter(|(_, set)| !set.off) {
            for (language, sides) in
                [(Language::Italian, &set.italian), (Language::English, &set.english)]
            {
                // The sides of the two languages need not be the same.
                let apart =
                    matches!(set.kind, SetKind::Exclusive | SetKind::Role | SetKind::Person)
                        && language == Language::English;
                for (side, words) in (0u8..).zip(sides) {
                    for phrase in words {
                        index.add(2 * number + u16::from(apart), set, side, phrase, language);
                    }
                }
            }
        }
        index
    }

    fn add(&mut self, number: u16, set: &Set, side: u8, phrase: &str, language: Language) {
        let (kind, weak, gapped) = (set.kind, set.weak, phrase.contains('_'));
        let of = |rest| Phrase { set: number, kind, weak, side, gapped, rest };
        let mut words = phrase.split_whitespace();
        let Some(first) = words.next() else { return };
        let part = |word: &str| match word {
            "_" => Part::Gap,
            _ => Part::Forms(forms(word, language)),
        };
        let rest: Vec<Part> = words.map(part).collect();
        let firsts = forms(first, language);
        if !gapped && !rest.is_empty() {
            // "full time" is also written "full-time".
            let mut joined = firsts.clone();
            for part in &rest {
                if let Part::Forms(next) = part {
                    let pairs = joined
                        .iter()
                        .flat_map(|head| next.iter().map(move |tail| format!("{head}-{tail}")));
                    joined = pairs.take(MOST_JOINED).collect();
                }
            }
            self.push(of(Vec::new()), joined);
        }
        self.push(of(rest), firsts);
    }

    fn push(&mut self, phrase: Phrase, firsts: Vec<String>) {
        let Ok(number) = u32::try_from(self.phrases.len()) else { return };
        self.phrases.push(phrase);
        for form in firsts {
            let phrases = self.by_first.entry(form.into()).or_default();
            if !phrases.contains(&number) {
                phrases.push(number);
            }
        }
    }

    pub(super) fn find(&self, words: &[&str]) -> Hits {
        let mut hits: Vec<(Hit, bool)> = Vec::new();
        for (at, word) in words.iter().enumerate() {
            let known = self.by_first.get(*word).into_iter().flatten();
            for phrase in known.filter_map(|number| self.phrases.get(*number as usize)) {
                let Some(end) = end(&phrase.rest, words, at + 1) else { continue };
                let Phrase { set, kind, weak, side, gapped, .. } = *phrase;
                let hit = Hit { set, kind, weak, side, first: at, end };
                // Of two phrases of one set in one place the longer one is meant, and one with a
                // gap only where no other fits.
                let over = |(other, _): &&mut (Hit, bool)| other.set == set && other.end > at;
                match hits.iter_mut().rev().find(over) {
                    Some((other, other_gapped)) if other.first == at => {
                        if (!gapped, end) > (!*other_gapped, other.end) {
                            (*other, *other_gapped) = (hit, gapped);
                        }
                    }
                    Some(_) => {}
                    None => hits.push((hit, gapped)),
                }
            }
        }
        hits.into_iter().map(|(hit, _)| hit).collect()
    }
}

/// Most spellings with hyphens of one phrase.
const MOST_JOINED: usize = 64;

/// The index after a phrase whose rest begins at `at`.
fn end(rest: &[Part], words: &[&str], at: usize) -> Option<usize> {
    let Some((part, after)) = rest.split_first() else { return Some(at) };
    match part {
        Part::Forms(forms) => {
            let word = words.get(at)?;
            forms.iter().any(|form| form == word).then(|| end(after, words, at + 1)).flatten()
        }
        Part::Gap => (0..=WIDEST_GAP).find_map(|skipped| end(after, words, at + skipped)),
    }
}
