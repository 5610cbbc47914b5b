//! Reads the typed values off the items of a canonical text. Legal references come first, then
//! what an item is by itself, then what words make of it.

use rust_decimal::Decimal;

use super::bound::{self, Bound};
use super::items::{is_counting, ordinal_digits};
use super::legal::LegalRef;
use super::slots::{Slot, SlotValue};
use super::{
    act, count, duration_read, joined, label, legal_read, money, numerals, percent, period, when,
};
use crate::canonical::{Item, Unit, Value, expand_year};

/// Values and the index after them.
pub(super) type Found = (Vec<SlotValue>, usize);

/// The values of a canonical text, given as its items.
pub(super) fn values(items: &[Item<'_>]) -> Vec<Slot> {
    let mut slots = Vec::new();
    let mut at = 0;
    while let Some(item) = items.get(at) {
        let found = next(items, at);
        let mut push = |(values, next): Found, start: usize| {
            let end = items.get(next - 1).map_or(item.end, |last| last.end);
            slots.extend(values.into_iter().map(|value| Slot { value, span: start..end }));
        };
        if let Some((first, second, start)) = range(items, at, &found) {
            at = second.1;
            push(first, item.start);
            push(second, start);
            continue;
        }
        let found = limited(items, at, found);
        at = found.1;
        push(found, item.start);
    }
    slots
}

/// A range that begins with the value `found` at `at`: both ends, and where the second one
/// begins. An end without its unit has that of the other.
fn range(items: &[Item<'_>], at: usize, found: &Found) -> Option<(Found, Found, usize)> {
    let ([first], after) = (found.0.as_slice(), found.1) else {
        return None;
    };
    let begin = bound::range(items, at, after)?;
    let (second, end) = next(items, begin);
    let [second] = second.as_slice() else {
        return None;
    };
    let first = match (first, second) {
        (SlotValue::Number(number), _) => second.with_number(*number)?,
        _ if std::mem::discriminant(first) == std::mem::discriminant(second) => first.clone(),
        _ => return None,
    };
    let start = items.get(begin)?.start;
    let first = first.limit(Bound::AtLeast)?;
    let second = second.clone().limit(Bound::AtMost)?;
    Some(((vec![first], after), (vec![second], end), start))
}

/// The one value that was found, as a limit where words make it one.
fn limited(items: &[Item<'_>], at: usize, (mut values, next): Found) -> Found {
    let [value] = values.as_mut_slice() else {
        return (values, next);
    };
    let (bound, next) = match bound::leading(items, at) {
        Some(bound) => (bound, next),
        None => match bound::trailing(items, next) {
            Some(found) => found,
            None => return (values, next),
        },
    };
    match value.clone().limit(bound) {
        Some(limit) => (vec![limit], next),
        None => (values, next),
    }
}

impl SlotValue {
    /// The limit that this value is; none for what has no order.
    pub(super) fn limit(self, bound: Bound) -> Option<Self> {
        match self {
            Self::Percentage(_) | Self::Amount(..) | Self::Time(_) | Self::Number(_) => {
                Some(Self::Limit(bound, Box::new(self)))
            }
            _ => None,
        }
    }

    /// The value of the same measure with another number.
    pub(super) fn with_number(&self, number: Decimal) -> Option<Self> {
        Some(match self {
            Self::Percentage(_) => Self::Percentage(number),
            Self::Amount(_, currency) => Self::Amount(number, *currency),
            Self::Number(_) => Self::Number(number),
            Self::Time(time) => Self::Time(super::Duration { number, unit: time.unit }),
            _ => return None,
        })
    }
}

/// The values that the item at `at` begins.
fn next(items: &[Item<'_>], at: usize) -> Found {
    if let Some((references, next)) = legal_read::read(items, at) {
        return (references.into_iter().map(SlotValue::Legal).collect(), next);
    }
    let Some(item) = items.get(at) else {
        return (Vec::new(), at + 1);
    };
    match &item.value {
        Value::Date(date, _) => {
            let (date, next) = when::completed(*date, items, at);
            (vec![SlotValue::Date(date)], next)
        }
        Value::Measured(value, unit) => match percent::of_hundred(items, at + 1) {
            Some(next) if matches!(unit, Unit::Money(_)) => {
                one(SlotValue::Percentage(*value), next)
            }
            _ => one(measured(*value, *unit), at + 1),
        },
        Value::Number(value, ordinal) => number(items, at, *value, *ordinal),
        Value::Joined(text, sep, unit) => joined::read(items, at, text, *sep, *unit),
        Value::Text(text) if text.bytes().any(|b| b.is_ascii_digit()) => code(items, at, text),
        Value::Text(text) => word(items, at, text),
    }
}

pub(super) fn one(value: SlotValue, next: usize) -> Found {
    (vec![value], next)
}

pub(super) fn measured(value: Decimal, unit: Unit) -> SlotValue {
    match unit {
        Unit::None => SlotValue::Number(value),
        Unit::Percent => SlotValue::Percentage(value),
        Unit::Money(currency) => SlotValue::Amount(value, currency),
    }
}

/// A number in digits.
fn number(items: &[Item<'_>], at: usize, value: Decimal, ordinal: bool) -> Found {
    if let Some((name, next)) = label::number_first(items, at) {
        return one(SlotValue::Code(name), next);
    }
    if let Some((period, next)) = period::read(items, at) {
        return one(SlotValue::Period(period), next);
    }
    if ordinal {
        return one(SlotValue::Number(value), at + 1);
    }
    let following = items.get(at + 1).filter(|item| item.glued).map_or("", Item::text);
    if following == "k" && money::is_thousands(value) {
        let value = value.checked_mul(Decimal::ONE_THOUSAND).unwrap_or(value);
        return quantity(items, at + 2, value);
    }
    // "4k" is not four.
    if !following.is_empty() && following.bytes().all(|b| b.is_ascii_alphabetic()) {
        return one(SlotValue::Code(format!("{value}{following}").into()), at + 2);
    }
    if let Some((time, next)) = when::clock(items, at) {
        return one(SlotValue::Code(time), next);
    }
    if let Some(year) = when::short_year(items, at) {
        return one(SlotValue::Year(year), at + 1);
    }
    let found = quantity(items, at + 1, value);
    match items.get(at).and_then(count::year) {
        // "2000 quid", "2000 dipendenti" and "2000 giorni" are no years.
        Some(year) if matches!(found.0[..], [SlotValue::Number(_)]) => {
            if is_counting(items, at + 1) { found } else { one(SlotValue::Year(year), at + 1) }
        }
        _ => found,
    }
}

/// What a number that ends before `at` is with the words from there: scaled, a percentage, an
/// amount, a length of time, or just that number.
pub(super) fn quantity(items: &[Item<'_>], at: usize, value: Decimal) -> Found {
    let (value, at) = money::scaled(value, items, at);
    if let Some((share, next)) = percent::after(value, items, at) {
        return one(SlotValue::Percentage(share), next);
    }
    if let Some((currency, next)) = money::currency_at(items, at) {
        return match percent::of_hundred(items, next) {
            Some(next) => one(SlotValue::Percentage(value), next),
            None => one(SlotValue::Amount(value, currency), next),
        };
    }
    match duration_read::counted(value, items, at) {
        Some((time, next)) => one(SlotValue::Time(time), next),
        None => one(SlotValue::Number(value), at),
    }
}

/// A word with digits: a year, a period, a number with an ending, a named number, else a code.
fn code(items: &[Item<'_>], at: usize, text: &str) -> Found {
    let next = at + 1;
    if let Some((period, next)) = period::read(items, at) {
        return one(SlotValue::Period(period), next);
    }
    let named = label::number_first(items, at).or_else(|| label::word(items, at, text));
    if let Some((name, next)) = named {
        return one(SlotValue::Code(name), next);
    }
    let fiscal = ["fy", "ty", "ay"].iter().find_map(|prefix| text.strip_prefix(prefix));
    let year = fiscal.and_then(|fiscal| {
        let year = fiscal.parse().ok()?;
        Some(if fiscal.len() == 2 { expand_year(year) } else { year })
    });
    if let Some(year) = year.filter(|year| count::is_year(*year)) {
        return one(SlotValue::Year(year), next);
    }
    if let Some(place) = ordinal_digits(text).and_then(|digits| digits.parse().ok()) {
        return one(SlotValue::Number(place), next);
    }
    // "under 7s" are children.
    let plain = text.strip_suffix('s').filter(|digits| digits.len() < 3).unwrap_or(text);
    if plain.bytes().filter(|b| *b == b'.').count() == 0
        && let Ok(number) = plain.parse::<Decimal>()
    {
        return quantity(items, next, number.normalize());
    }
    if let Some(value) = money::glued(text) {
        let lead =
            at.checked_sub(1).and_then(|before| money::currency(super::items::text(items, before)));
        if let Some((currency, next)) =
            lead.map(|currency| (currency, next)).or_else(|| money::currency_at(items, next))
        {
            return one(SlotValue::Amount(value, currency), next);
        }
    }
    let european = text.strip_prefix("eu").or_else(|| text.strip_prefix("ue"));
    if let Some(number) = european.filter(|n| n.len() > 2 && n.bytes().all(|b| b.is_ascii_digit()))
    {
        let (act, number) = (Some(act::REGULATION), Some(number.into()));
        let reference = LegalRef { act, number, ..LegalRef::default() };
        return one(SlotValue::Legal(reference), next);
    }
    if let Some(time) = duration_read::glued(text) {
        return one(SlotValue::Time(time), next);
    }
    let name = label::code(text).unwrap_or_else(|| text.into());
    one(SlotValue::Code(name), next)
}

/// A word without digits: a number in letters, a named number, a date, a length, or nothing.
fn word(items: &[Item<'_>], at: usize, word: &str) -> Found {
    if let Some((name, next)) = label::word(items, at, word) {
        return one(SlotValue::Code(name), next);
    }
    if let Some((period, next)) = period::read(items, at) {
        return one(SlotValue::Period(period), next);
    }
    if let Some((date, next)) = when::word(items, at, word) {
        return one(SlotValue::Date(date), next);
    }
    if let Some((year, next)) = when::spelt_year(items, at) {
        return one(SlotValue::Year(year), next);
    }
    if let Some((share, next)) = percent::word(items, at, word) {
        return one(SlotValue::Percentage(share), next);
    }
    if let Some((time, next)) = duration_read::word(items, at, word) {
        return one(SlotValue::Time(time), next);
    }
    let lead = money::currency(word).filter(|_| matches!(word, "chf"));
    if let Some((currency, value)) = lead.zip(super::items::number(items, at + 1)) {
        return one(SlotValue::Amount(value, currency), at + 2);
    }
    number_in_words(items, at, word).unwrap_or((Vec::new(), at + 1))
}

/// `tre mesi`, `two working days`, `six-hour`, `dieci per cento`, `mezzo milione`, `a grand`.
fn number_in_words(items: &[Item<'_>], at: usize, first: &str) -> Option<Found> {
    if let Some((number, noun)) = first.split_once('-')
        && let Some(number) = numerals::cardinal(number)
        && let Some(noun) = noun.split('-').next().filter(|noun| count::is_noun(noun))
    {
        let value = match super::Duration::new(number.into(), noun) {
            Some(duration) => SlotValue::Time(duration),
            None => SlotValue::Number(number.into()),
        };
        return Some(one(value, at + 1));
    }
    let (value, next) = numerals::spelt(items, at, first)?;
    let (scaled, after) = money::scaled(value, items, next);
    let (found, end) = quantity(items, next, value);
    let [SlotValue::Number(_)] = found.as_slice() else {
        return Some((found, end));
    };
    let preposition = super::items::before(items, at, 1) == "per";
    // From thirteen on no number word is also another word, but "cento" after "per".
    let sure = scaled > Decimal::from(12) && !preposition;
    (sure || after > next || is_counting(items, end)).then_some((found, end))
}

#[cfg(test)]
mod tests;
