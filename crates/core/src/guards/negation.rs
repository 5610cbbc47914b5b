//! Whether a text denies, and the content words that remain without its negations.

use crate::canonical::Canonical;
use crate::words::{each_word, is_nearly, is_stop_word};

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

/// The content words of a text without its negations, and whether their number is odd. The
/// Italian `non ... mai`, `non ... nessuno` denies once.
pub(super) fn read(text: &Canonical) -> (Vec<Box<str>>, bool) {
    let mut words: Vec<Box<str>> = Vec::new();
    each_word(text, |word| words.push(word.into()));
    let mut content = Vec::new();
    let (mut denials, mut concords, mut has_non) = (0_usize, 0_usize, false);
    let mut at = 0;
    while let Some(word) = words.get(at) {
        if let Some(length) = harmless(&words, at) {
            at += length;
            continue;
        }
        at += 1;
        match strength(word) {
            Strength::Denies => {
                denials += 1;
                has_non |= matches!(word.as_ref(), "non" | "nn");
            }
            Strength::AgreesWithNon => concords += 1,
            Strength::None if is_stop_word(word) => {}
            Strength::None => content.push(word.clone()),
        }
    }
    let odd = if has_non { denials } else { denials + concords.min(1) } % 2 == 1;
    (content, odd)
}

fn harmless(words: &[Box<str>], at: usize) -> Option<usize> {
    HARMLESS.iter().find_map(|phrase| {
        let mut rest = words.iter().skip(at);
        phrase
            .iter()
            .all(|part| rest.next().is_some_and(|word| word.as_ref() == *part))
            .then_some(phrase.len())
    })
}

enum Strength {
    Denies,
    /// Denies alone, and only repeats a `non` before it.
    AgreesWithNon,
    None,
}

fn strength(word: &str) -> Strength {
    match word {
        "non" | "nn" | "not" | "no" | "senza" | "without" | "never" | "nobody" | "nothing"
        | "none" | "neither" | "nor" => Strength::Denies,
        "mai" | "nessun" | "nessuno" | "nessuna" | "niente" | "nulla" | "né" | "neanche"
        | "nemmeno" | "neppure" => Strength::AgreesWithNon,
        // The one long word among them is often mistyped.
        _ if is_nearly(word, "without") => Strength::Denies,
        _ => Strength::None,
    }
}
