//! The stems of words, and those of words seen lately: to stem a word in two languages takes longer
//! than all else that is read off it, and most words of a question were in questions before.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;

use rust_stemmers::{Algorithm, Stemmer};

use super::has_digit;

/// The Italian and the English stem of a word. Codes and values are their own stem.
pub(super) fn stems(word: &str) -> [Cow<'_, str>; 2] {
    [Algorithm::Italian, Algorithm::English].map(|algorithm| {
        if has_digit(word) { word.into() } else { Stemmer::create(algorithm).stem(word) }
    })
}

/// Most words that a thread keeps, with those of [`LONGEST`] bytes some half a megabyte. One more,
/// and it begins anew: the words in use are back soon.
const MOST: usize = 4096;

/// Most bytes of a word that is kept; longer ones are no words of a language.
const LONGEST: usize = 32;

thread_local! {
    static KNOWN: RefCell<HashMap<Box<str>, [u32; 2]>> = RefCell::default();
}

/// Hashes of the Italian and the English stem of a word. Two words with a hash in common are taken
/// for one; by chance that is so at odds of some four thousand million.
pub(crate) fn stem_hashes(word: &str) -> [u32; 2] {
    let hashes = |word| stems(word).map(|stem| hash(&stem));
    if word.len() > LONGEST || has_digit(word) {
        return hashes(word);
    }
    KNOWN.with_borrow_mut(|known| {
        if let Some(kept) = known.get(word) {
            return *kept;
        }
        if known.len() == MOST {
            known.clear();
        }
        *known.entry(word.into()).or_insert_with(|| hashes(word))
    })
}

/// FNV-1a.
fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_stems_are_those_of_the_word() {
        // Twice as many as are kept, each asked again at once and after all others.
        let words: Vec<String> = (0..2 * MOST).map(letters).collect();
        for word in words.iter().chain(&words) {
            let fresh = stems(word).map(|stem| hash(&stem));
            assert_eq!([stem_hashes(word), stem_hashes(word)], [fresh, fresh], "{word}");
        }
        assert!(KNOWN.with_borrow(|known| known.len() <= MOST));
    }

    #[test]
    fn what_is_no_word_is_not_kept() {
        let long = "a".repeat(LONGEST + 1);
        for word in ["2024", "b2", &long] {
            assert_eq!(stem_hashes(word), stems(word).map(|stem| hash(&stem)));
            assert!(KNOWN.with_borrow(|known| !known.contains_key(word)), "{word}");
        }
    }

    /// A word of letters for each number, with an ending that both languages cut.
    fn letters(number: usize) -> String {
        let digits = number.to_string().into_bytes();
        let letters: String = digits.iter().map(|digit| char::from(digit + b'c' - b'0')).collect();
        letters + "ations"
    }
}
