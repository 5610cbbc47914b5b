//! A lexicon file read and checked.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use super::Set;
use super::forms::{Language, forms};
use crate::error::{Code, Error, Result};
use crate::guards::Aspect;

/// What the words of a set tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SetKind {
    /// Terms of which an answer holds for one only.
    Exclusive,
    /// Names of things that never stand for one another.
    Name,
    /// Parties to a relation: employer and employee.
    Role,
    /// Kinds of people.
    Person,
    /// Whether something may, must or had better be done.
    Modality,
    /// What narrows or widens.
    Scope,
    /// What is asked.
    Aspect,
}

impl SetKind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Exclusive => "exclusive",
            Self::Name => "name",
            Self::Role => "role",
            Self::Person => "person",
            Self::Modality => "modality",
            Self::Scope => "scope",
            Self::Aspect => "aspect",
        }
    }
}

/// Most sets of a lexicon.
const MOST_SETS: usize = 10_000;

/// Most sides of a set: they are kept as bits.
const MOST_SIDES: usize = 32;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    exclusive: Vec<Row>,
    #[serde(default)]
    name: Vec<Row>,
    #[serde(default)]
    role: Vec<Row>,
    #[serde(default)]
    person: Vec<Row>,
    #[serde(default)]
    modality: Vec<Row>,
    #[serde(default)]
    scope: Vec<Row>,
    #[serde(default)]
    aspect: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    #[serde(default)]
    off: bool,
    #[serde(default)]
    weak: bool,
    #[serde(default)]
    it: Vec<Vec<String>>,
    #[serde(default)]
    en: Vec<Vec<String>>,
}

pub(super) fn sets(text: &str) -> Result<Vec<Set>> {
    let file: File = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| {
            1 + text.bytes().take(span.start).filter(|byte| *byte == b'\n').count()
        });
        bad(format!("the lexicon cannot be read: {}", error.message()))
            .field(format!("line {line}"))
            .fix("write sets as the head of the shipped lexicon.toml describes them")
    })?;
    let sections = [
        (SetKind::Exclusive, file.exclusive),
        (SetKind::Name, file.name),
        (SetKind::Role, file.role),
        (SetKind::Person, file.person),
        (SetKind::Modality, file.modality),
        (SetKind::Scope, file.scope),
        (SetKind::Aspect, file.aspect),
    ];
    let sets: Vec<Set> = sections
        .into_iter()
        .flat_map(|(kind, rows)| rows.into_iter().map(move |row| (kind, row)))
        .map(|(kind, Row { name, off, weak, it, en })| Set {
            kind,
            name,
            off,
            weak,
            italian: it,
            english: en,
        })
        .collect();
    check(&sets)?;
    Ok(sets)
}

/// Whether the sets are well formed.
pub(super) fn check(sets: &[Set]) -> Result<()> {
    if sets.len() > MOST_SETS {
        return Err(bad(format!("there are more than {MOST_SETS} sets")).fix("leave some out"));
    }
    let mut names = HashSet::new();
    for set in sets {
        let place = || format!("{} {}", set.kind.as_str(), set.name);
        if !names.insert((set.kind, set.name.as_str())) {
            return Err(bad("two sets have one name").field(place()).fix("put them together"));
        }
        if !is_known(set.kind, &set.name) {
            return Err(bad("there is no such set")
                .field(place())
                .fix("use a name that the shipped lexicon.toml has in this section"));
        }
        check_sides(set).map_err(|error| error.field(place()))?;
    }
    Ok(())
}

/// Whether a set may have this name: what a modality, a scope or an aspect means is fixed.
fn is_known(kind: SetKind, name: &str) -> bool {
    match kind {
        SetKind::Exclusive | SetKind::Name | SetKind::Role | SetKind::Person => true,
        SetKind::Modality => matches!(name, "may" | "must" | "worth"),
        SetKind::Scope => matches!(name, "only" | "all"),
        SetKind::Aspect => Aspect::named(name).is_some(),
    }
}

fn check_sides(set: &Set) -> Result<()> {
    let both = [(Language::Italian, &set.italian), (Language::English, &set.english)];
    let sides = both.iter().map(|(_, sides)| sides.len()).max().unwrap_or(0);
    if sides == 0 && !set.off {
        return Err(bad("the set has no words").fix("give lists of words under `it` or `en`"));
    }
    if sides > MOST_SIDES {
        return Err(bad(format!("the set has more than {MOST_SIDES} sides"))
            .fix("split it into several sets"));
    }
    for (language, sides) in both {
        let mut seen: HashMap<String, usize> = HashMap::new();
        for (side, words) in sides.iter().enumerate() {
            for word in words {
                check_word(word)?;
                for form in spellings(word, language) {
                    if *seen.entry(form.clone()).or_insert(side) != side {
                        return Err(bad(format!("`{form}` stands on two sides"))
                            .fix(format!("take `{word}` off one side, or write `=` before it")));
                    }
                }
            }
        }
    }
    Ok(())
}

/// A phrase word for word in each form of its first word; of one word, every form.
fn spellings(phrase: &str, language: Language) -> Vec<String> {
    match phrase.split_once(' ') {
        None => forms(phrase, language),
        Some((first, rest)) => {
            forms(first, language).iter().map(|form| format!("{form} {rest}")).collect()
        }
    }
}

fn check_word(phrase: &str) -> Result<()> {
    let good = |word: &str| {
        let word = word.strip_prefix('=').unwrap_or(word);
        let word = word.strip_suffix('\'').unwrap_or(word);
        let letter = |c: char| c.is_alphanumeric() && !c.is_uppercase() || c == '-';
        !word.is_empty() && (word == "_" || word.chars().all(letter))
    };
    let mut words = phrase.split_whitespace();
    let begins = words.next().is_some_and(|first| first != "_" && good(first));
    if begins && words.all(good) && phrase.split_whitespace().next_back() != Some("_") {
        return Ok(());
    }
    Err(bad(format!("`{phrase}` is no word or phrase in lower case"))
        .fix("write letters, digits and hyphens, words apart, `_` for a gap inside"))
}

fn bad(detail: impl Into<String>) -> Error {
    Error::new(Code::BadLexicon, detail)
}
