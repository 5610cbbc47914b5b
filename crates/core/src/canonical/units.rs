//! Currencies, percent, scales and units of measure: the words and signs beside a number.

use std::fmt;

use rust_decimal::Decimal;

/// Currency of an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Currency {
    /// Euro.
    Eur,
    /// Pound sterling.
    Gbp,
    /// Dollar of the United States.
    Usd,
    /// Swiss franc.
    Chf,
}

impl Currency {
    /// The currency that a sign or a lower-case word names.
    pub(crate) fn named(word: &str) -> Option<Self> {
        Some(match word {
            "€" | "eur" | "euro" | "euros" => Self::Eur,
            "£" | "gbp" | "pound" | "pounds" | "sterlina" | "sterline" => Self::Gbp,
            "$" | "usd" | "dollar" | "dollars" | "dollaro" | "dollari" => Self::Usd,
            _ => return None,
        })
    }

    /// The currency that stands before its number: the signs, the codes, and `euro`.
    pub(super) fn leading(word: &str) -> Option<Self> {
        matches!(word, "€" | "£" | "$" | "eur" | "gbp" | "usd" | "euro")
            .then(|| Self::named(word))?
    }
}

impl fmt::Display for Currency {
    /// The ISO 4217 code in lower case.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Eur => "eur",
            Self::Gbp => "gbp",
            Self::Usd => "usd",
            Self::Chf => "chf",
        })
    }
}

/// What a scale word multiplies by.
pub(super) fn scale(word: &str) -> Option<Decimal> {
    Some(Decimal::from(match word {
        "mila" | "thousand" => 1_000_i64,
        "milione" | "milioni" | "mln" | "million" | "millions" => 1_000_000,
        "miliardo" | "miliardi" | "mld" | "billion" | "billions" => 1_000_000_000,
        _ => return None,
    }))
}

/// Whether a word that is glued to a number, or follows it after a hyphen, is its unit, so that
/// `8kg` and `30-day` read as `8 kg` and `30 day`.
pub(super) fn is_unit(word: &str) -> bool {
    const UNITS: &[&str] = &[
        "am",
        "anni",
        "anno",
        "cl",
        "cm",
        "day",
        "days",
        "gb",
        "gg",
        "giorni",
        "giorno",
        "h",
        "hour",
        "hours",
        "hr",
        "hrs",
        "hz",
        "kb",
        "kg",
        "km",
        "kw",
        "kwh",
        "litri",
        "mb",
        "mbps",
        "mese",
        "mesi",
        "min",
        "mins",
        "minute",
        "minutes",
        "minuti",
        "minuto",
        "ml",
        "mm",
        "month",
        "months",
        "mq",
        "ms",
        "mth",
        "mths",
        "mw",
        "ora",
        "ore",
        "pct",
        "percent",
        "percento",
        "pm",
        "settimana",
        "settimane",
        "tb",
        "week",
        "weeks",
        "wk",
        "wks",
        "year",
        "years",
        "yr",
        "yrs",
    ];
    UNITS.binary_search(&word).is_ok()
}

/// Words after which a dotted number counts sections or releases and is no decimal: `2.10` is
/// not `2.1`.
pub(super) fn numbers_parts(word: &str) -> bool {
    matches!(
        word,
        "v" | "ver"
            | "vers"
            | "version"
            | "versione"
            | "release"
            | "rev"
            | "build"
            | "firmware"
            | "section"
            | "sections"
            | "sec"
            | "sezione"
            | "sez"
            | "§"
            | "chapter"
            | "capitolo"
            | "cap"
            | "par"
            | "paragraph"
            | "paragrafo"
            | "punto"
            | "art"
            | "artt"
            | "articolo"
            | "articoli"
            | "article"
            | "articles"
            | "reg"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_sorted_for_the_search() {
        for unit in ["anni", "day", "kg", "years", "pct", "month"] {
            assert!(is_unit(unit), "{unit}");
        }
        assert!(!is_unit("g") && !is_unit("ter"));
    }
}
