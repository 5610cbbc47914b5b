//! Counted things: numbers written as words, the nouns that they count, years.

use crate::canonical::{Item, Value};

/// Nouns of time or count. A small number written as a word is a number only before one of them.
const NOUNS: &[&str] = &[
    "addetti",
    "adults",
    "amministratori",
    "anni",
    "anno",
    "appartamenti",
    "attempts",
    "bagagli",
    "bags",
    "bambini",
    "bedrooms",
    "biglietti",
    "candidati",
    "capi",
    "cents",
    "child",
    "children",
    "chili",
    "chilogrammi",
    "cm",
    "colli",
    "coniugi",
    "copie",
    "copies",
    "courses",
    "crediti",
    "credits",
    "day",
    "days",
    "decimi",
    "dependants",
    "dependents",
    "devices",
    "dipendenti",
    "directors",
    "dollars",
    "domande",
    "employees",
    "esami",
    "euro",
    "figli",
    "figlie",
    "figlio",
    "gemelli",
    "gg",
    "giorni",
    "giorno",
    "guarantors",
    "guests",
    "h",
    "hour",
    "hours",
    "hr",
    "hrs",
    "immobili",
    "installments",
    "instalments",
    "items",
    "kg",
    "kids",
    "kilos",
    "km",
    "lavoratori",
    "licences",
    "licenses",
    "litri",
    "livelli",
    "members",
    "membri",
    "mensilità",
    "mese",
    "mesi",
    "meters",
    "metres",
    "metri",
    "miles",
    "min",
    "mins",
    "minute",
    "minutes",
    "minuti",
    "minuto",
    "month",
    "months",
    "mq",
    "mth",
    "mths",
    "nights",
    "notti",
    "offerte",
    "ora",
    "ore",
    "pages",
    "pagine",
    "passeggeri",
    "passengers",
    "payments",
    "people",
    "persona",
    "persone",
    "persons",
    "points",
    "pounds",
    "punti",
    "quote",
    "rata",
    "rate",
    "scatti",
    "seats",
    "secondi",
    "seconds",
    "semesters",
    "semestri",
    "settimana",
    "settimane",
    "signatures",
    "soci",
    "staff",
    "terms",
    "testimoni",
    "times",
    "trimestri",
    "turni",
    "unità",
    "users",
    "veicoli",
    "volta",
    "volte",
    "week",
    "weekends",
    "weeks",
    "witnesses",
    "wk",
    "wks",
    "year",
    "years",
    "yr",
    "yrs",
];

/// Whether `word` is a noun of time or count.
pub(super) fn is_noun(word: &str) -> bool {
    NOUNS.binary_search(&word).is_ok()
}

/// Words between a number and its noun: `three working days`.
pub(super) fn is_adjective(word: &str) -> bool {
    matches!(
        word,
        "business"
            | "calendar"
            | "consecutive"
            | "consecutivi"
            | "full"
            | "interi"
            | "intere"
            | "lavorativi"
            | "working"
            | "more"
            | "minor"
            | "small"
            | "whole"
    )
}

/// The year that an item is: a bare whole number from 1900 to 2199.
pub(super) fn year(item: &Item<'_>) -> Option<u16> {
    let Value::Number(value, false) = &item.value else {
        return None;
    };
    let year = u16::try_from(*value).ok().filter(|_| value.is_integer())?;
    is_year(year).then_some(year)
}

/// Whether a bare number of this size is read as a year.
pub(super) fn is_year(number: u16) -> bool {
    (1900..2200).contains(&number)
}

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
const ENGLISH: &[(&str, u32)] = &[
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("thirteen", 13),
    ("fourteen", 14),
    ("fifteen", 15),
    ("sixteen", 16),
    ("seventeen", 17),
    ("eighteen", 18),
    ("nineteen", 19),
    ("one", 1),
];
const ENGLISH_TENS: &[(&str, u32)] = &[
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("sixty", 60),
    ("seventy", 70),
    ("eighty", 80),
    ("ninety", 90),
];

fn find(list: &[(&str, u32)], word: &str) -> Option<u32> {
    list.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
}

/// The number that a word is: `dodici`, `ventitré`, `centottanta`, `duemila`, `thirty-five`.
/// One is none: it is an article.
pub(super) fn number_word(word: &str) -> Option<u32> {
    if word.len() < 3 || !word.chars().all(|c| c.is_alphabetic() || c == '-') {
        return None;
    }
    italian(word).or_else(|| english(word)).filter(|value| *value > 1)
}

fn italian(word: &str) -> Option<u32> {
    match word {
        "mille" => return Some(1000),
        "cento" => return Some(100),
        _ => {}
    }
    if let Some((count, rest)) = word.split_once("mila").or(word.split_once("mille")) {
        let count = if count.is_empty() { 1 } else { hundreds(count)? };
        return Some(count * 1000 + if rest.is_empty() { 0 } else { hundreds(rest)? });
    }
    hundreds(word)
}

fn hundreds(word: &str) -> Option<u32> {
    let Some((count, rest)) = word.split_once("cent") else {
        return below_hundred(word);
    };
    let count = if count.is_empty() { 1 } else { find(ITALIAN, count)? };
    // "centottanta" drops the last vowel of "cento".
    let rest = rest.strip_prefix('o').filter(|rest| !rest.starts_with("tt")).unwrap_or(rest);
    Some(count * 100 + if rest.is_empty() { 0 } else { below_hundred(rest)? })
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
    match word {
        "hundred" => return Some(100),
        "thousand" => return Some(1000),
        _ => {}
    }
    if let Some(value) = find(ENGLISH, word).or_else(|| find(ENGLISH_TENS, word)) {
        return Some(value);
    }
    let (tens, unit) = word.split_once('-')?;
    let unit = find(ENGLISH, unit).filter(|unit| *unit < 10)?;
    Some(find(ENGLISH_TENS, tens)? + unit)
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
            ("cinquantamila", 50_000),
            ("two", 2),
            ("twelve", 12),
            ("thirty", 30),
            ("thirty-five", 35),
            ("ninety-nine", 99),
        ];
        for (word, value) in cases {
            assert_eq!(number_word(word), Some(value), "{word}");
        }
        for word in
            ["uno", "one", "un", "accento", "recente", "famille", "milano", "venticello", ""]
        {
            assert_eq!(number_word(word), None, "{word}");
        }
    }

    #[test]
    fn nouns_are_sorted_for_the_search() {
        assert!(NOUNS.is_sorted());
        assert!(is_noun("mesi") && is_noun("days") && !is_noun("date"));
    }
}
