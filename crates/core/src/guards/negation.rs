//! The words of a text that deny.

use crate::words::is_nearly;

/// Phrases with a negation that denies nothing.
const HARMLESS: &[&[&str]] = &[
    &["se", "non", "sbaglio"],
    &["se", "non", "erro"],
    &["non", "solo"],
    &["non", "soltanto"],
    &["non", "appena"],
    &["a", "meno", "che", "non"],
    &["finché", "non"],
    &["non", "vedo", "l"],
    &["non", "è", "che"],
    &["o", "no"],
    &["come", "mai"],
    &["quanto", "mai"],
    &["perché", "no"],
    &["se", "mai"],
    &["not", "only"],
    &["why", "not"],
    &["or", "not"],
    &["no", "matter"],
    &["if", "not", "why"],
    &["no", "problem"],
    &["sì", "no"],
    &["si", "no"],
    &["yes", "no"],
];

/// The negations of a text.
pub(super) struct Denying {
    /// By word: whether it denies.
    denials: Vec<bool>,
    /// Whether an odd number of them count. The Italian `non ... mai`, `non ... nessuno` denies
    /// once.
    pub(super) odd: bool,
}

impl Denying {
    pub(super) fn is_denial(&self, at: usize) -> bool {
        self.denials.get(at).copied().unwrap_or(false)
    }

    /// Indexes of the words that deny.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> + '_ {
        self.denials.iter().enumerate().filter(|(_, denies)| **denies).map(|(at, _)| at)
    }
}

/// Finds the negations among the words of a text.
pub(super) fn read(words: &[&str]) -> Denying {
    let strengths: Vec<Strength> = words.iter().map(|word| strength(word)).collect();
    let mut found = vec![false; words.len()];
    if strengths.iter().all(|strength| *strength == Strength::None) {
        return Denying { denials: found, odd: false };
    }
    let (mut denials, mut concords, mut has_non) = (0_usize, 0_usize, false);
    let mut at = 0;
    while let (Some(word), Some(strength), Some(mark)) =
        (words.get(at), strengths.get(at), found.get_mut(at))
    {
        if let Some(length) = harmless(words, at) {
            at += length;
            continue;
        }
        at += 1;
        match strength {
            Strength::Denies => {
                denials += 1;
                has_non |= matches!(*word, "non" | "nn");
                *mark = true;
            }
            Strength::AgreesWithNon => {
                concords += 1;
                *mark = true;
            }
            Strength::None => {}
        }
    }
    let odd = if has_non { denials } else { denials + concords.min(1) } % 2 == 1;
    Denying { denials: found, odd }
}

fn harmless(words: &[&str], at: usize) -> Option<usize> {
    HARMLESS.iter().find_map(|phrase| {
        let rest = words.get(at..).unwrap_or(&[]);
        rest.starts_with(phrase).then_some(phrase.len())
    })
}

#[derive(PartialEq, Eq)]
enum Strength {
    Denies,
    /// Denies alone, and only repeats a `non` before it.
    AgreesWithNon,
    None,
}

fn strength(word: &str) -> Strength {
    match word {
        "non" | "nn" | "senz" | "privo" | "priva" | "privi" | "prive" | "not" | "no" | "senza"
        | "without" | "never" | "nobody" | "nothing" | "none" | "neither" | "nor" => {
            Strength::Denies
        }
        "mai" | "nessun" | "nessuno" | "nessuna" | "niente" | "nulla" | "né" | "neanche"
        | "nemmeno" | "neppure" => Strength::AgreesWithNon,
        // The one long word among them is often mistyped.
        _ if is_nearly(word, "without") => Strength::Denies,
        _ => Strength::None,
    }
}
