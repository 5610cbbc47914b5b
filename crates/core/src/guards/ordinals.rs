//! Places in an order, in words and in Roman numerals.

use super::numerals::{english_word, italian};

/// The place that an ordinal in words names, 1 to 39: `primo`, `seconda`, `trentesimo`, `first`,
/// `fifteenth`, `twenty-first`. Most of these words have other meanings too; who calls knows the
/// noun that follows.
pub(super) fn ordinal(word: &str) -> Option<u32> {
    let italian = word.strip_suffix(['o', 'a']).and_then(|stem| {
        Some(match stem {
            "prim" => 1,
            "second" => 2,
            "terz" => 3,
            "quart" => 4,
            "quint" => 5,
            "sest" => 6,
            "settim" => 7,
            "ottav" => 8,
            "non" if word == "nono" => 9,
            "decim" => 10,
            _ => {
                // "trentesimo" drops the last vowel of "trenta", "ventitreesimo" does not.
                let stem = stem.strip_suffix("esim")?;
                let full = ["", "i", "a", "o", "e"].iter();
                full.filter_map(|vowel| italian(&format!("{stem}{vowel}"))).next()?
            }
        })
    });
    italian.or_else(|| english_ordinal(word)).filter(|place| (1..40).contains(place))
}

fn english_ordinal(word: &str) -> Option<u32> {
    if let Some((tens, unit)) = word.split_once('-') {
        let tens = english_word(tens).filter(|tens| matches!(tens, 20 | 30))?;
        return Some(tens + english_ordinal(unit).filter(|unit| *unit < 10)?);
    }
    Some(match word {
        "first" => 1,
        "second" => 2,
        "third" => 3,
        "fifth" => 5,
        "eighth" => 8,
        "ninth" => 9,
        "twelfth" => 12,
        "twentieth" => 20,
        "thirtieth" => 30,
        _ => english_word(word.strip_suffix("th")?).filter(|value| *value < 20)?,
    })
}

/// The value of a Roman numeral from 1 to 39, in the one spelling that it has.
pub(super) fn roman(word: &str) -> Option<u32> {
    if word.len() > 7 || !word.bytes().all(|b| matches!(b, b'i' | b'v' | b'x')) {
        return None;
    }
    let units = word.trim_start_matches('x');
    let tens = word.len() - units.len();
    let unit = match units {
        "" if tens > 0 => 0,
        "i" => 1,
        "ii" => 2,
        "iii" => 3,
        "iv" => 4,
        "v" => 5,
        "vi" => 6,
        "vii" => 7,
        "viii" => 8,
        "ix" => 9,
        _ => return None,
    };
    (tens < 4).then(|| u32::try_from(tens).map_or(0, |tens| tens * 10) + unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinals() {
        let cases = [
            ("primo", 1),
            ("seconda", 2),
            ("decimo", 10),
            ("undicesimo", 11),
            ("trentesimo", 30),
            ("ventitreesimo", 23),
            ("first", 1),
            ("fourth", 4),
            ("fifteenth", 15),
            ("twenty-first", 21),
            ("thirtieth", 30),
        ];
        for (word, place) in cases {
            assert_eq!(ordinal(word), Some(place), "{word}");
        }
        for word in ["nona", "month", "north", "both", "prime", "secondi", "quanto", "with"] {
            assert_eq!(ordinal(word), None, "{word}");
        }
    }

    #[test]
    fn roman_numerals() {
        for (word, value) in
            [("i", 1), ("iv", 4), ("ix", 9), ("xiv", 14), ("xx", 20), ("xxxix", 39)]
        {
            assert_eq!(roman(word), Some(value), "{word}");
        }
        for word in ["", "iiii", "vx", "xxxx", "ic", "mix", "ivi"] {
            assert_eq!(roman(word), None, "{word}");
        }
    }
}
