//! Percentages that have no sign: `per cento`, `per mille`, and fractions that are certain.

use rust_decimal::Decimal;

use super::duration::TimeUnit;
use super::items::{text, whole};
use super::numerals;
use crate::canonical::{Item, Value, month};

/// The percentage that `value` is with the words at `at`, and the index after them.
pub(super) fn after(value: Decimal, items: &[Item<'_>], at: usize) -> Option<(Decimal, usize)> {
    match (text(items, at), text(items, at + 1)) {
        ("per", "cento" | "cent") => Some((value, at + 2)),
        ("per", "mille") => Some((value.checked_div(Decimal::TEN)?.normalize(), at + 2)),
        ("‰", _) => Some((value.checked_div(Decimal::TEN)?.normalize(), at + 1)),
        ("ogni" | "su", _) => Some((value, of_hundred(items, at)?)),
        ("percento" | "percent" | "pct", _) => Some((value, at + 1)),
        _ => None,
    }
}

/// Whether an amount or number that ends before `at` is a share of a hundred, and the index after
/// the words that say so: `otto euro ogni cento`, `3 su 100`.
pub(super) fn of_hundred(items: &[Item<'_>], at: usize) -> Option<usize> {
    let each = matches!(text(items, at), "ogni" | "su");
    let hundred = text(items, at + 1) == "cento" || whole(items, at + 1) == Some(100);
    (each && hundred).then_some(at + 2)
}

/// The percentage that the word at `at` begins: `la metà`, `quattro quinti`. `la metà di giugno`
/// and `tre quarti d'ora` are none.
pub(super) fn word(items: &[Item<'_>], at: usize, word: &str) -> Option<(Decimal, usize)> {
    match (word, text(items, at + 1)) {
        ("la" | "della" | "alla", "metà") => {
            let of = at + 2 + usize::from(matches!(text(items, at + 2), "di" | "del" | "dell'"));
            let timed = items.get(of).is_some_and(|item| matches!(item.value, Value::Date(..)))
                || month(text(items, of)).is_some()
                || TimeUnit::named(text(items, of)).is_some();
            (!timed).then(|| (Decimal::from(50), at + 2))
        }
        (_, fraction) => {
            let parts = match fraction {
                "quarti" | "quarters" => 4_u32,
                "quinti" | "fifths" => 5,
                "decimi" | "tenths" => 10,
                _ => return None,
            };
            let count = numerals::cardinal(word).filter(|count| *count < parts)?;
            let hour = text(items, at + 2) == "d'";
            (!hour).then(|| ((count * 100 / parts).into(), at + 2))
        }
    }
}
