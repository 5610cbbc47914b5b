//! Reads numbers that one of `/`, `-`, `:` joins.

use rust_decimal::Decimal;

use super::bound::Bound;
use super::items::{is_counting, text as word_at};
use super::legal::LegalRef;
use super::read::{Found, measured, one, quantity};
use super::slots::SlotValue;
use super::{count, when};
use crate::canonical::{Item, PartialDate, Unit, expand_year};

/// Numbers joined by a separator: years, days, an act without its type, a time, a range.
pub(super) fn read(items: &[Item<'_>], at: usize, text: &str, sep: char, unit: Unit) -> Found {
    if let Some((time, next)) = when::clock(items, at) {
        return one(SlotValue::Code(time), next);
    }
    if let Some((days, next)) = when::day_range(text, items, at) {
        return (days.map(SlotValue::Date).into(), next);
    }
    let parts: Vec<&str> = text.trim_start_matches('-').split(sep).collect();
    if let (Unit::None, [first, second]) = (unit, parts.as_slice())
        && let Some(pair) = pair(items, at, first, second, sep)
    {
        return (pair, at + 1);
    }
    if let (Unit::None, '/', [top, "2" | "4"]) = (unit, sep, parts.as_slice())
        && let Some(part) = fraction(top, parts.last().unwrap_or(&""))
    {
        // "1/2 an hour"
        let noun = at + 1 + usize::from(matches!(word_at(items, at + 1), "a" | "an"));
        return quantity(items, noun, part);
    }
    let numbers: Option<Vec<Decimal>> = parts.iter().map(|part| part.parse().ok()).collect();
    let Some(numbers) = numbers.filter(|_| sep != ':') else {
        return one(SlotValue::Code(text.into()), at + 1);
    };
    let [low, high] = numbers.as_slice() else {
        return (numbers.into_iter().map(|number| measured(number, unit)).collect(), at + 1);
    };
    // "3-6 mesi": both ends have the unit that follows the second.
    let (second, next) = match unit {
        Unit::None => quantity(items, at + 1, *high),
        _ => one(measured(*high, unit), at + 1),
    };
    let first = second.first().and_then(|second| second.with_number(*low));
    let mut ends: Vec<SlotValue> = first.into_iter().chain(second).collect();
    if sep == '-' && low < high {
        let bounds = [Bound::AtLeast, Bound::AtMost];
        ends = ends.into_iter().zip(bounds).filter_map(|(end, bound)| end.limit(bound)).collect();
    }
    (ends, next)
}

/// The fraction below one that two small numbers make.
fn fraction(top: &str, bottom: &str) -> Option<Decimal> {
    let (top, bottom): (Decimal, Decimal) = (top.parse().ok()?, bottom.parse().ok()?);
    top.checked_div(bottom).filter(|part| *part < Decimal::ONE).map(|part| part.normalize())
}

/// Two whole numbers that mean something together.
fn pair(
    items: &[Item<'_>],
    at: usize,
    first: &str,
    second: &str,
    sep: char,
) -> Option<Vec<SlotValue>> {
    let whole = |text: &str| text.parse::<u16>().ok();
    let (a, b) = (whole(first)?, whole(second)?);
    let years = |a, b| Some(vec![SlotValue::Year(a), SlotValue::Year(b)]);
    let date = |date| Some(vec![SlotValue::Date(date)]);
    let short = second.len() == 2 && b < 100;
    if sep == ':' {
        return None;
    }
    if count::is_year(a) && (count::is_year(b) && a < b || short && (a + 1) % 100 == b) {
        return years(a, if short { a + 1 } else { b });
    }
    let season = short && first.len() == 2 && a + 1 == b;
    if sep == '-' {
        let recent = season && (20..40).contains(&a) && !is_counting(items, at + 1);
        return if recent { years(expand_year(a), expand_year(b)) } else { None };
    }
    let day = u8::try_from(b).ok().zip(u8::try_from(a).ok());
    let day = day.and_then(|(month, day)| PartialDate::new(None, month, Some(day)));
    // "20/1", but not round the clock.
    let named = short || a > 12 && (a, b) != (24, 7);
    if let Some(day) = day.or_else(|| when::american(a, b)).filter(|_| named) {
        return date(day);
    }
    let month = u8::try_from(a).ok().filter(|_| first.starts_with('0') && second.len() == 4);
    if let Some(month) = month.and_then(|month| PartialDate::new(Some(b), month, None)) {
        return date(month);
    }
    if season {
        return years(expand_year(a), expand_year(b));
    }
    // "63/2024", "626/94", and year first as the European Union writes: "2003/361".
    let (number, year) = match (count::is_year(a), count::is_year(b)) {
        (_, true) => (first, b),
        (true, false) if (2..=4).contains(&second.len()) => (second, a),
        _ if short && first.len() > 2 => (first, expand_year(b)),
        _ => return None,
    };
    let number = Some(number.into());
    Some(vec![SlotValue::Legal(LegalRef { number, year: Some(year), ..LegalRef::default() })])
}
