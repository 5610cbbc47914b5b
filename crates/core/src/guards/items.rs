//! Small questions about the items of a text, for all who read values off them.

use rust_decimal::Decimal;

use super::{count, ordinals};
use crate::canonical::{Item, Value};

/// The word at `at`, empty for anything else.
pub(super) fn text<'t>(items: &'t [Item<'_>], at: usize) -> &'t str {
    items.get(at).map_or("", Item::text)
}

/// The word `back` places before `at`, empty for anything else.
pub(super) fn before<'t>(items: &'t [Item<'_>], at: usize, back: usize) -> &'t str {
    at.checked_sub(back).map_or("", |index| text(items, index))
}

/// The words from `at` on, empty where an item is none.
pub(super) fn words<'t>(items: &'t [Item<'_>], at: usize) -> impl Iterator<Item = &'t str> + Clone {
    items.iter().skip(at).map(Item::text)
}

/// The number without an ordinal sign at `at`.
pub(super) fn number(items: &[Item<'_>], at: usize) -> Option<Decimal> {
    match &items.get(at)?.value {
        Value::Number(value, false) => Some(*value),
        _ => None,
    }
}

/// The whole number below 65,536 at `at`.
pub(super) fn whole(items: &[Item<'_>], at: usize) -> Option<u16> {
    let value = number(items, at).filter(Decimal::is_integer)?;
    u16::try_from(value).ok()
}

/// The place that is named at `at`, in digits with an ordinal sign or ending or in words.
pub(super) fn ordinal(items: &[Item<'_>], at: usize) -> Option<u32> {
    match &items.get(at)?.value {
        Value::Number(value, true) => u32::try_from(*value).ok(),
        Value::Text(text) => ordinals::ordinal(text).or_else(|| {
            let digits = ordinal_digits(text)?;
            digits.parse().ok()
        }),
        _ => None,
    }
}

/// The digits of an ordinal that ends in letters: `4th`, `4esimo`.
pub(super) fn ordinal_digits(text: &str) -> Option<&str> {
    let ends = ["st", "nd", "rd", "th", "esima", "esimo"];
    let digits = ends.iter().find_map(|end| text.strip_suffix(end))?;
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

/// Whether a number at `at` would count something: a noun of count or a unit follows.
pub(super) fn is_counting(items: &[Item<'_>], at: usize) -> bool {
    let noun = at + usize::from(count::is_adjective(text(items, at)));
    count::is_noun(text(items, noun))
}
