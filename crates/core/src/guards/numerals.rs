//! Numbers in words.

use rust_decimal::Decimal;

use super::items::text;
use crate::canonical::Item;

const ITALIAN: &[(&str, u32)] = &[
    ("due", 2),
    ("tre", 3),
    ("tré", 3),
    ("quattro", 4),
    ("cinque", 5),
    ("sei", 6),
    ("sette", 7),
    ("otto", 8),
    ("nove", 9),
    ("dieci", 10),
    ("undici", 11),
    ("dodici", 12),
    ("tredici", 13),
    ("quattordici", 14),
    ("quindici", 15),
    ("sedici", 16),
    ("diciassette", 17),
    ("diciotto", 18),
    ("diciannove", 19),
    ("uno", 1),
    ("un", 1),
];
const ITALIAN_TENS: &[(&str, u32)] = &[
    ("venti", 20),
    ("trenta", 30),
    ("quaranta", 40),
    ("cinquanta", 50),
    ("sessanta", 60),
    ("settanta", 70),
    ("ottanta", 80),
    ("novanta", 90),
];

fn find(list: &[(&str, u32)], word: &str) -> Option<u32> {
    list.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
}

/// The number that a word is: `dodici`, `ventitré`, `centottanta`, `duemila`, `vent'`,
/// `thirty-five`. One is none: it is an article.
pub(super) fn cardinal(word: &str) -> Option<u32> {
    if word.len() < 3 || !may_begin(word) {
        return None;
    }
    match word.strip_suffix('\'') {
        // "vent'anni", "trent'anni", "cent'anni", "diciott'anni" drop their last vowel.
        Some(stem) => ["i", "a", "o", "e"]
            .iter()
            .find_map(|vowel| italian(&format!("{stem}{vowel}")).filter(|value| *value > 6)),
        None => italian(word).or_else(|| english(word)),
    }
    .filter(|value| *value > 1)
}

/// The number that several words from `at` on are, and the index after them: `two hundred and
/// fifty`, `twenty point five`, `half a`, `a` or `un` before a scale.
pub(super) fn spelt(items: &[Item<'_>], at: usize, first: &str) -> Option<(Decimal, usize)> {
    let word = |index| text(items, index);
    let scale = |word: &str| {
        matches!(
            word,
            "grand" | "hundred" | "thousand" | "million" | "billion" | "milione" | "miliardo"
        )
    };
    match (first, word(at + 1)) {
        ("half", "a") if scale(word(at + 2)) => return Some((Decimal::new(5, 1), at + 2)),
        ("mezzo", next) if scale(next) => return Some((Decimal::new(5, 1), at + 1)),
        ("a" | "one", "hundred") => {}
        ("a" | "one" | "un", next) if scale(next) => return Some((Decimal::ONE, at + 1)),
        ("half", "a") if word(at + 2) == "dozen" => return Some((Decimal::from(6), at + 3)),
        ("a", "dozen") => return Some((Decimal::from(12), at + 2)),
        _ => {}
    }
    let hundred = word(at + 1) == "hundred";
    let mut value = match first {
        "a" | "one" if hundred => 1,
        _ => cardinal(first)?,
    };
    let mut next = at + 1;
    if hundred && value < 10 {
        value *= 100;
        next += 1;
        let rest = next + usize::from(word(next) == "and");
        if let Some(below) = cardinal(word(rest)).filter(|below| *below < 100) {
            value += below;
            next = rest + 1;
        }
    }
    if word(next) == "point"
        && let Some(tenths) = english_word(word(next + 1)).filter(|tenths| *tenths < 10)
    {
        let value = Decimal::from(value).checked_add(Decimal::new(tenths.into(), 1))?;
        return Some((value, next + 2));
    }
    Some((value.into(), next))
}

/// Whether a number in words may begin as `word` does: almost no other word gets further.
fn may_begin(word: &str) -> bool {
    let head: [u8; 2] = match word.as_bytes() {
        [a, b, ..] => [*a, *b],
        _ => return false,
    };
    matches!(
        &head,
        b"ce"
            | b"ci"
            | b"di"
            | b"do"
            | b"du"
            | b"ei"
            | b"el"
            | b"fi"
            | b"fo"
            | b"hu"
            | b"mi"
            | b"ni"
            | b"no"
            | b"ot"
            | b"qu"
            | b"se"
            | b"si"
            | b"te"
            | b"th"
            | b"tr"
            | b"tw"
            | b"un"
            | b"ve"
    )
}

pub(super) fn italian(word: &str) -> Option<u32> {
    match word {
        "mille" => return Some(1000),
        "cento" => return Some(100),
        _ => {}
    }
    if let Some((count, rest)) = cut(word, "mila").or_else(|| cut(word, "mille")) {
        let count = if count.is_empty() { 1 } else { hundreds(count)? };
        return Some(count * 1000 + if rest.is_empty() { 0 } else { hundreds(rest)? });
    }
    hundreds(word)
}

fn hundreds(word: &str) -> Option<u32> {
    let Some((count, rest)) = cut(word, "cent") else {
        return below_hundred(word);
    };
    let count = if count.is_empty() { 1 } else { find(ITALIAN, count)? };
    // "centottanta" drops the last vowel of "cento".
    let rest = rest.strip_prefix('o').filter(|rest| !rest.starts_with("tt")).unwrap_or(rest);
    Some(count * 100 + if rest.is_empty() { 0 } else { below_hundred(rest)? })
}

/// What stands before and after the first `part` in `word`. The search of the standard library is
/// made for long texts and takes longer to set up than a word takes to look through.
fn cut<'w>(word: &'w str, part: &str) -> Option<(&'w str, &'w str)> {
    let mut places = word.as_bytes().windows(part.len());
    let at = places.position(|bytes| bytes == part.as_bytes())?;
    Some((word.get(..at)?, word.get(at + part.len()..)?))
}

fn below_hundred(word: &str) -> Option<u32> {
    if let Some(value) = find(ITALIAN, word) {
        return Some(value);
    }
    ITALIAN_TENS.iter().find_map(|(name, tens)| {
        // "ventuno" and "ventotto" drop the last vowel of the tens.
        let stem = name.get(..name.len() - 1)?;
        let rest = word.strip_prefix(stem)?;
        let unit = match rest.strip_prefix(name.get(name.len() - 1..)?) {
            Some("") => 0,
            Some(unit) => find(ITALIAN, unit)?,
            None => find(ITALIAN, rest)?,
        };
        (unit < 10).then_some(tens + unit)
    })
}

fn english(word: &str) -> Option<u32> {
    let (tens, unit) = match word.split_once('-') {
        Some((tens, unit)) => (tens, english_word(unit).filter(|unit| *unit < 10)?),
        None => return english_word(word),
    };
    let tens = english_word(tens).filter(|tens| (20..100).contains(tens))?;
    Some(tens + unit)
}

pub(super) fn english_word(word: &str) -> Option<u32> {
    Some(match word {
        "one" => 1,
        "two" => 2,
        "three" => 3,
        "four" => 4,
        "five" => 5,
        "six" => 6,
        "seven" => 7,
        "eight" => 8,
        "nine" => 9,
        "ten" => 10,
        "eleven" => 11,
        "twelve" => 12,
        "thirteen" => 13,
        "fourteen" => 14,
        "fifteen" => 15,
        "sixteen" => 16,
        "seventeen" => 17,
        "eighteen" => 18,
        "nineteen" => 19,
        "twenty" => 20,
        "thirty" => 30,
        "forty" => 40,
        "fifty" => 50,
        "sixty" => 60,
        "seventy" => 70,
        "eighty" => 80,
        "ninety" => 90,
        "hundred" => 100,
        "thousand" => 1000,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_words() {
        let cases = [
            ("due", 2),
            ("dodici", 12),
            ("venti", 20),
            ("ventuno", 21),
            ("trentun", 31),
            ("ventitré", 23),
            ("ventotto", 28),
            ("trentasei", 36),
            ("cento", 100),
            ("centotto", 108),
            ("centottanta", 180),
            ("centoventi", 120),
            ("duecento", 200),
            ("trecentocinquanta", 350),
            ("mille", 1000),
            ("duemila", 2000),
            ("duemilacinquecento", 2500),
            ("duemilaventitré", 2023),
            ("cinquantamila", 50_000),
            ("quattrocentomila", 400_000),
            ("vent'", 20),
            ("diciott'", 18),
            ("ottant'", 80),
            ("cent'", 100),
            ("two", 2),
            ("twelve", 12),
            ("thirty", 30),
            ("thirty-five", 35),
            ("ninety-nine", 99),
        ];
        for (word, value) in cases {
            assert_eq!(cardinal(word), Some(value), "{word}");
        }
        for word in [
            "uno",
            "one",
            "un",
            "un'",
            "dell'",
            "quest'",
            "accento",
            "recente",
            "famille",
            "milano",
            "venticello",
            "two-one",
            "",
        ] {
            assert_eq!(cardinal(word), None, "{word}");
        }
    }
}
