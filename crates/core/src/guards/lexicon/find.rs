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
    /// The number of each form of a word: a text is looked up once a word, then numbers are
    /// compared.
    forms: HashMap<Box<str>, u32>,
    /// Phrases by the number of each form of their first word.
    by_first: Vec<Vec<u32>>,
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
    /// Numbers of the forms of one word, sorted.
    Forms(Vec<u32>),
    Gap,
}

impl Index {
    pub(super) fn of(sets: &[Set]) -> Self {
        let mut index = Self { phrases: Vec::new(), forms: HashMap::new(), by_first: Vec::new() };
        for (number, set) in (0u16..).zip(sets).filter(|(_, set)| !set.off) {
            for (language, sides) in
                [(Language::Italian, &set.italian), (Language::English, &set.english)]
            {
                // The sides of the two languages need not be the same.
                let apart = matches!(
                    set.kind,
                    SetKind::Exclusive | SetKind::Name | SetKind::Role | SetKind::Person
                ) && language == Language::English;
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
        // None for a gap.
        let rest: Vec<Option<Vec<String>>> =
            words.map(|word| (word != "_").then(|| forms(word, language))).collect();
        let firsts = forms(first, language);
        if !gapped && !rest.is_empty() {
            // "full time" is also written "full-time".
            let mut joined = firsts.clone();
            for next in rest.iter().flatten() {
                let pairs = joined
                    .iter()
                    .flat_map(|head| next.iter().map(move |tail| format!("{head}-{tail}")));
                joined = pairs.take(MOST_JOINED).collect();
            }
            self.push(of(Vec::new()), joined);
        }
        let parts = rest.into_iter().map(|forms| match forms {
            Some(forms) => Part::Forms(self.numbers(forms)),
            None => Part::Gap,
        });
        let parts = parts.collect();
        self.push(of(parts), firsts);
    }

    /// The numbers of forms, sorted; a new form gets the next one.
    fn numbers(&mut self, forms: Vec<String>) -> Vec<u32> {
        let mut numbers = Vec::with_capacity(forms.len());
        for form in forms {
            let next = u32::try_from(self.by_first.len()).unwrap_or(u32::MAX);
            let number = *self.forms.entry(form.into()).or_insert(next);
            if number == next {
                self.by_first.push(Vec::new());
            }
            numbers.push(number);
        }
        numbers.sort_unstable();
        numbers
    }

    fn push(&mut self, phrase: Phrase, firsts: Vec<String>) {
        let Ok(number) = u32::try_from(self.phrases.len()) else { return };
        self.phrases.push(phrase);
        for form in self.numbers(firsts) {
            let Some(phrases) = self.by_first.get_mut(form as usize) else { continue };
            if !phrases.contains(&number) {
                phrases.push(number);
            }
        }
    }

    pub(super) fn find(&self, words: &[&str]) -> Hits {
        let mut hits: Vec<(Hit, bool)> = Vec::new();
        let forms: Vec<Option<u32>> =
            words.iter().map(|word| self.forms.get(*word).copied()).collect();
        for (at, form) in forms.iter().enumerate() {
            let known = form.and_then(|form| self.by_first.get(form as usize));
            for phrase in
                known.into_iter().flatten().filter_map(|number| self.phrases.get(*number as usize))
            {
                let Some(end) = end(&phrase.rest, &forms, at + 1) else { continue };
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

/// The index after a phrase whose rest begins at `at`, in a text given as the numbers of its words.
fn end(rest: &[Part], text: &[Option<u32>], at: usize) -> Option<usize> {
    let Some((part, after)) = rest.split_first() else { return Some(at) };
    match part {
        Part::Forms(forms) => {
            let word = (*text.get(at)?)?;
            forms.binary_search(&word).is_ok().then(|| end(after, text, at + 1)).flatten()
        }
        Part::Gap => (0..=WIDEST_GAP).find_map(|skipped| end(after, text, at + skipped)),
    }
}
