//! Reads the typed values off the items of a canonical text. Legal references come first, then
//! what an item is by itself, then numbers in words.

use rust_decimal::Decimal;

use super::duration::Duration;
use super::legal::LegalRef;
use super::slots::{Slot, SlotValue};
use super::{count, legal_read};
use crate::canonical::{Canonical, Currency, Item, PartialDate, Unit, Value, expand_year};

/// The values of a canonical text.
pub(super) fn values(text: &Canonical) -> Vec<Slot> {
    let mut items = Vec::new();
    text.items(|item| items.push(item));
    let mut slots = Vec::new();
    let mut at = 0;
    while let Some(item) = items.get(at) {
        let (found, next) = next(&items, at);
        let end = items.get(next - 1).map_or(item.end, |last| last.end);
        let limit = is_limit(&items, at);
        let span = item.start..end;
        slots.extend(found.into_iter().map(|value| Slot { value, span: span.clone(), limit }));
        at = next;
    }
    slots
}

/// The values that the item at `at` begins, and the index after them.
fn next(items: &[Item<'_>], at: usize) -> (Vec<SlotValue>, usize) {
    if let Some((references, next)) = legal_read::read(items, at) {
        return (references.into_iter().map(SlotValue::Legal).collect(), next);
    }
    let one = |value| (vec![value], at + 1);
    let Some(item) = items.get(at) else {
        return (Vec::new(), at + 1);
    };
    let following = items.get(at + 1);
    let after = following.map_or("", Item::text);
    match &item.value {
        Value::Date(date, _) => one(SlotValue::Date(*date)),
        Value::Measured(value, unit) => one(measured(*value, *unit)),
        Value::Number(value, ordinal) => {
            if following.is_some_and(|item| item.glued) && !after.is_empty() && !*ordinal {
                // "4k" is not four.
                if after.bytes().all(|b| b.is_ascii_alphabetic()) {
                    return (vec![SlotValue::Code(format!("{value}{after}").into())], at + 2);
                }
            }
            match count::year(item) {
                Some(year) if !count::is_noun(after) => one(SlotValue::Year(year)),
                _ => (vec![counted(*value, items, at + 1)], at + 1),
            }
        }
        Value::Joined(text, sep, unit) => (joined(text, *sep, *unit), at + 1),
        Value::Text(text) => word(items, at, text),
    }
}

fn measured(value: Decimal, unit: Unit) -> SlotValue {
    match unit {
        Unit::None => SlotValue::Number(value),
        Unit::Percent => SlotValue::Percentage(value),
        Unit::Money(currency) => SlotValue::Amount(value, currency),
    }
}

/// Numbers joined by a separator: years, a day, an act without its type, a time, a range.
fn joined(text: &str, sep: char, unit: Unit) -> Vec<SlotValue> {
    let parts: Vec<&str> = text.trim_start_matches('-').split(sep).collect();
    let whole = |text: &str| text.parse::<u16>().ok();
    if let (Unit::None, [first, second]) = (unit, parts.as_slice())
        && let (Some(a), Some(b)) = (whole(first), whole(second))
    {
        let years = |a, b| vec![SlotValue::Year(a), SlotValue::Year(b)];
        let short = second.len() == 2 && b < 100;
        if count::is_year(a) && sep != ':' && count::is_year(b) && a < b {
            return years(a, b);
        }
        if count::is_year(a) && sep != ':' && short && (a + 1) % 100 == b {
            return years(a, a + 1);
        }
        if sep == '/' {
            let day = u8::try_from(b).ok().zip(u8::try_from(a).ok());
            let day = day.and_then(|(month, day)| PartialDate::new(None, month, Some(day)));
            if let Some(day) = day.filter(|_| short) {
                return vec![SlotValue::Date(day)];
            }
            let month = u8::try_from(a).ok().filter(|_| first.starts_with('0'));
            let month = month.and_then(|month| PartialDate::new(Some(b), month, None));
            if let Some(month) = month.filter(|_| second.len() == 4) {
                return vec![SlotValue::Date(month)];
            }
            if short && first.len() == 2 && a + 1 == b {
                return years(expand_year(a), expand_year(b));
            }
            if count::is_year(b) {
                let number = Some((*first).into());
                return vec![SlotValue::Legal(LegalRef {
                    number,
                    year: Some(b),
                    ..LegalRef::default()
                })];
            }
        }
    }
    let numbers: Option<Vec<SlotValue>> =
        parts.iter().map(|part| Some(measured(part.parse().ok()?, unit))).collect();
    match numbers {
        Some(numbers) if sep != ':' => numbers,
        _ => vec![SlotValue::Code(text.into())],
    }
}

/// A word: a number in letters, a code with digits, or nothing.
fn word(items: &[Item<'_>], at: usize, text: &str) -> (Vec<SlotValue>, usize) {
    let one = |value| (vec![value], at + 1);
    let nothing = (Vec::new(), at + 1);
    if !text.bytes().any(|b| b.is_ascii_digit()) {
        return number_in_words(items, at, text).unwrap_or(nothing);
    }
    if let Some(fiscal) = text.strip_prefix("fy") {
        let year = fiscal.parse::<u16>().ok().map(|year| match fiscal.len() {
            2 => expand_year(year),
            _ => year,
        });
        if let Some(year) = year.filter(|year| count::is_year(*year)) {
            return one(SlotValue::Year(year));
        }
    }
    let plain =
        ["st", "nd", "rd", "th", "esima", "esimo"].iter().find_map(|end| text.strip_suffix(end));
    let digits = plain.unwrap_or(text);
    let dotted = digits.bytes().filter(|b| *b == b'.').count();
    if (plain.is_some() || dotted == 0)
        && let Ok(number) = digits.parse::<Decimal>()
    {
        return one(counted(number.normalize(), items, at + 1));
    }
    one(SlotValue::Code(text.into()))
}

/// `tre mesi`, `two working days`, `six-hour`, `dieci per cento`, `trenta euro`.
fn number_in_words(items: &[Item<'_>], at: usize, text: &str) -> Option<(Vec<SlotValue>, usize)> {
    let word = |index: usize| items.get(index).map_or("", Item::text);
    if let Some((number, noun)) = text.split_once('-')
        && let Some(number) = count::number_word(number)
        && (count::is_noun(noun) || noun.split('-').next().is_some_and(count::is_noun))
    {
        let noun = noun.split('-').next().unwrap_or("");
        let value = match Duration::new(number.into(), noun) {
            Some(duration) => SlotValue::Time(duration),
            None => SlotValue::Number(number.into()),
        };
        return Some((vec![value], at + 1));
    }
    let mut value = count::number_word(text)?;
    let mut next = at + 1;
    if word(next) == "hundred" && value < 10 {
        value *= 100;
        next += 1;
        let rest = next + usize::from(word(next) == "and");
        if let Some(below) = count::number_word(word(rest)).filter(|below| *below < 100) {
            value += below;
            next = rest + 1;
        }
    }
    if matches!(word(next), "thousand" | "mila") && value < 1000 {
        value *= 1000;
        next += 1;
    }
    let number = Decimal::from(value);
    let percent = match (word(next), word(next + 1)) {
        ("per", "cento" | "cent") => 2,
        ("percento" | "percent", _) => 1,
        _ => 0,
    };
    if percent > 0 {
        return Some((vec![SlotValue::Percentage(number)], next + percent));
    }
    if let Some(currency) = Currency::named(word(next)) {
        return Some((vec![SlotValue::Amount(number, currency)], next + 1));
    }
    let adjective = usize::from(count::is_adjective(word(next)));
    // From thirteen on no number word is also another word, but "cento" after "per".
    let sure = value > 12 && !(at > 0 && word(at - 1) == "per");
    (sure || count::is_noun(word(next + adjective)))
        .then(|| (vec![counted(number, items, next)], next))
}

/// A number, or the length of time that it is with the noun at `at`.
fn counted(number: Decimal, items: &[Item<'_>], at: usize) -> SlotValue {
    let word = |index: usize| items.get(index).map_or("", Item::text);
    let noun = at + usize::from(count::is_adjective(word(at)));
    match Duration::new(number, word(noun)) {
        Some(duration) => SlotValue::Time(duration),
        None => SlotValue::Number(number),
    }
}

/// Whether words of limit stand before the item at `at`.
fn is_limit(items: &[Item<'_>], at: usize) -> bool {
    let before = |back: usize| {
        at.checked_sub(back).and_then(|index| items.get(index)).map_or("", Item::text)
    };
    let linked = matches!(
        before(1),
        "a" | "i" | "gli" | "the" | "di" | "than" | "to" | "least" | "most" | "ai" | "dei"
    );
    let word = if linked { before(2) } else { before(1) };
    matches!(
        word,
        "fino"
            | "meno"
            | "più"
            | "oltre"
            | "almeno"
            | "sotto"
            | "sopra"
            | "massimo"
            | "minimo"
            | "under"
            | "over"
            | "up"
            | "below"
            | "above"
            | "at"
            | "less"
            | "more"
            | "fewer"
            | "within"
            | "<"
            | ">"
    )
}
