//! The words of a text that carry its content, and when two of them count as the same word.

mod distance;
mod each;
mod head;
mod stem;
mod stop;

pub(crate) use each::each_word;
pub(crate) use head::head;
pub(crate) use stem::stem_hashes;
pub(crate) use stop::is_stop_word;

use crate::canonical::Canonical;

/// One word with its stems in both languages: which language a question is in is not asked, and
/// many questions mix them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The word in canonical spelling.
    pub text: Box<str>,
    /// Its Italian stem (Snowball).
    pub italian: Box<str>,
    /// Its English stem (Snowball).
    pub english: Box<str>,
}

impl Word {
    /// A word and its stems. Codes and values are their own stem.
    pub(crate) fn new(text: &str) -> Self {
        let [italian, english] = stem::stems(text);
        Self { text: text.into(), italian: italian.into(), english: english.into() }
    }

    /// Whether both are the same word: in full, by a stem, or but for a typing error (one edit
    /// from 5 letters on, two from 9 letters on). Nothing with a digit is ever nearly the same.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        if self.text == other.text {
            return true;
        }
        if has_digit(&self.text) || has_digit(&other.text) {
            return false;
        }
        if self.italian == other.italian || self.english == other.english {
            return true;
        }
        is_mistyped(&self.text, &other.text)
    }
}

/// Whether one word may be the other but for a typing error: one edit from 5 letters on, two
/// from 9 letters on, and never with a digit.
pub(crate) fn is_mistyped(a: &str, b: &str) -> bool {
    // Never fewer bytes than letters: most pairs end here.
    if a.len().min(b.len()) < 5 || a.len().abs_diff(b.len()) > 4 || has_digit(a) || has_digit(b) {
        return false;
    }
    match a.chars().count().min(b.chars().count()) {
        0..5 => false,
        5..9 => distance::within_one(a, b),
        _ => distance::within(a, b, 2),
    }
}

fn has_digit(text: &str) -> bool {
    text.chars().any(char::is_numeric)
}

/// The content words of a text in order: every word, number and value but the stop words of
/// Italian and English. What denies or restricts (`non`, `not`, `no`, `senza`, `without`,
/// `only`, `solo`) is content.
#[must_use]
pub fn content_words(text: &str) -> Vec<Word> {
    content_words_of(&Canonical::of(text))
}

/// The content words of a text that is canonical already.
#[must_use]
pub fn content_words_of(text: &Canonical) -> Vec<Word> {
    let mut words = Vec::new();
    each_word(&text.items(), |word, _| {
        if !is_stop_word(&word) {
            words.push(Word::new(&word));
        }
    });
    words
}

/// Whether one edit at most turns one word into the other.
pub(crate) fn is_nearly(word: &str, other: &str) -> bool {
    word.len().abs_diff(other.len()) <= 1 && distance::within_one(word, other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let words = content_words(text);
        let words: Vec<&str> = words.iter().map(|word| word.text.as_ref()).collect();
        assert_eq!(words, expected, "{text}");
    }

    #[test]
    fn stop_words_go_and_what_denies_stays() {
        check("Quanto costa la pensione dell'INPS?", &["costa", "pensione", "inps"]);
        check(
            "Non posso dimettermi senza preavviso",
            &["non", "posso", "dimettermi", "senza", "preavviso"],
        );
        check("Why can't I log in without a key?", &["not", "log", "without", "key"]);
        check("don't, won't, cannot, isn't", &["not", "not", "not", "not"]);
        check("only for c++ and c#", &["only", "c++", "c#"]);
        check("il 22 % di 1.000 €", &["22%", "1000"]);
        check("part-time e 5G", &["part-time", "5g"]);
        check("", &[]);
    }

    #[track_caller]
    fn check_match(a: &str, b: &str, expected: bool) {
        let (first, second) = (Word::new(a), Word::new(b));
        assert_eq!(first.matches(&second), expected, "{a} {b}");
        assert_eq!(second.matches(&first), expected, "{b} {a}");
    }

    #[test]
    fn inflections_and_typing_errors_match() {
        for (a, b) in [
            ("fattura", "fatture"),
            ("dimissione", "dimissioni"),
            ("invoice", "invoices"),
            ("cancelled", "cancel"),
            ("invoice", "invocie"),
            ("lavoratore", "lavoartrore"),
            ("contratto", "contrato"),
            ("comemrcio", "commercio"),
        ] {
            check_match(a, b, true);
        }
        for (a, b) in [
            ("2023", "2024"),
            ("b2", "b1"),
            ("casa", "cosa"),
            ("monthly", "annual"),
            ("entro", "dopo"),
            ("10000", "100000"),
            ("f24", "f23"),
            ("", "a"),
        ] {
            check_match(a, b, false);
        }
    }
}
