//! Amounts and scales as people write them beside the forms that canonical text knows: `100k`,
//! `1.5m`, `half a million`, `8 bucks`, `CHF 100`.

use rust_decimal::Decimal;

use super::items::text;
use crate::canonical::{Currency, Item};

/// The currency that a word names, in everyday speech too.
pub(super) fn currency(word: &str) -> Option<Currency> {
    match word {
        "buck" | "bucks" => Some(Currency::Usd),
        "quid" => Some(Currency::Gbp),
        "chf" | "franco" | "franchi" => Some(Currency::Chf),
        _ => Currency::named(word),
    }
}

/// What a scale word or sign multiplies by.
fn scale(word: &str) -> Option<Decimal> {
    Some(Decimal::from(match word {
        "k" | "mila" | "thousand" | "grand" => 1_000_i64,
        "m" | "mn" | "mil" | "mln" | "million" | "millions" | "milione" | "milioni" => 1_000_000,
        "bn" | "mld" | "billion" | "billions" | "miliardo" | "miliardi" => 1_000_000_000,
        _ => return None,
    }))
}

/// `value` with the scale words from `at` on applied, and the index after them. The short signs
/// are not among them: `5 m` may be metres.
pub(super) fn scaled(value: Decimal, items: &[Item<'_>], at: usize) -> (Decimal, usize) {
    let word = text(items, at);
    let factor = scale(word).filter(|_| word.len() > 2);
    match factor.and_then(|factor| value.checked_mul(factor)) {
        // "un milione e mezzo"
        Some(product) if text(items, at + 1) == "e" && text(items, at + 2) == "mezzo" => {
            let half = factor.map_or(Decimal::ZERO, |factor| factor / Decimal::TWO);
            (product.checked_add(half).unwrap_or(product).normalize(), at + 3)
        }
        Some(product) => (product.normalize(), at + 1),
        None => (value, at),
    }
}

/// The currency that stands at `at`, after `di` or not, and the index after it.
pub(super) fn currency_at(items: &[Item<'_>], at: usize) -> Option<(Currency, usize)> {
    let at = at + usize::from(text(items, at) == "di");
    Some((currency(text(items, at))?, at + 1))
}

/// The number that a word with a glued sign of scale is: `1.5m`, `10bn`; with `k` only where
/// thousands are likely, which `4k` and `401k` are not.
pub(super) fn glued(word: &str) -> Option<Decimal> {
    let end = word.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ','))?;
    let (digits, sign) = word.split_at_checked(end)?;
    if sign.len() > 2 && !matches!(sign, "mln" | "mld") {
        return None;
    }
    let value: Decimal = digits.replace(',', ".").parse().ok()?;
    value.checked_mul(scale(sign)?).map(|value| value.normalize())
}

/// Whether `k` after this number means thousands by itself: sizes of screens and runs are
/// smaller, and `401k` is a plan.
pub(super) fn is_thousands(value: Decimal) -> bool {
    value >= Decimal::TEN && value != Decimal::from(401)
}
