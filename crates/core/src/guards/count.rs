//! Counted things: the nouns that numbers count, and bare numbers that are years.

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

/// The year that an item is: a bare whole number from 1900 to 2099.
pub(super) fn year(item: &Item<'_>) -> Option<u16> {
    let Value::Number(value, false) = &item.value else {
        return None;
    };
    let year = u16::try_from(*value).ok().filter(|_| value.is_integer())?;
    is_year(year).then_some(year)
}

/// Whether a bare number of this size is read as a year.
pub(super) fn is_year(number: u16) -> bool {
    (1900..2100).contains(&number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_are_sorted_for_the_search() {
        assert!(NOUNS.is_sorted());
        assert!(is_noun("mesi") && is_noun("days") && !is_noun("date"));
    }
}
