//! Reads dates that are not in digits: a month alone, days in words, years after them; and the
//! time of day.

use super::items::{before, is_counting, number, text, whole};
use super::{count, numerals, ordinals};
use crate::canonical::{Item, MonthLanguage, PartialDate, Value, expand_year, month};
use crate::words::is_stop_word;

type Read<T> = Option<(T, usize)>;

/// The date at `at` that its own item does not show in full: `20 dicembre del 26`.
pub(super) fn completed(date: PartialDate, items: &[Item<'_>], at: usize) -> (PartialDate, usize) {
    if date.year.is_some() {
        return (date, at + 1);
    }
    match year_after(items, at + 1) {
        Some((year, next)) => match PartialDate::new(Some(year), date.month, date.day) {
            Some(dated) => (dated, next),
            None => (date, at + 1),
        },
        None => (date, at + 1),
    }
}

/// The year that is linked to a date before `at`: `del 2025`, `del 25`, `dell'anno 2024`.
fn year_after(items: &[Item<'_>], at: usize) -> Read<u16> {
    if let Some(found) = spelt_year(items, at) {
        return Some(found);
    }
    if !matches!(text(items, at), "del" | "dell'" | "of") {
        return None;
    }
    let from = at + 1 + usize::from(text(items, at + 1) == "anno");
    if let Some(year) = items.get(from).and_then(count::year) {
        return Some((year, from + 1));
    }
    let short =
        whole(items, from).filter(|year| (10..50).contains(year) && text(items, at) == "del");
    if let Some(year) = short.filter(|_| !is_counting(items, from + 1)) {
        return Some((expand_year(year), from + 1));
    }
    spelt_year(items, from)
}

/// A year in words: `duemilaventiquattro`, `millenovecentonovanta`, `twenty twenty-four`.
pub(super) fn spelt_year(items: &[Item<'_>], at: usize) -> Read<u16> {
    let word = text(items, at);
    let century = match word {
        "twenty" => 2000,
        "nineteen" => 1900,
        _ => {
            let longer = word.strip_prefix("duemila").or_else(|| word.strip_prefix("millenove"))?;
            let year = u16::try_from(numerals::cardinal(word)?).ok()?;
            let fits = !longer.is_empty() && count::is_year(year) && !is_counting(items, at + 1);
            return fits.then_some((year, at + 1));
        }
    };
    let rest = numerals::cardinal(text(items, at + 1)).filter(|rest| (10..100).contains(rest))?;
    let year = century + u16::try_from(rest).ok()?;
    (!is_counting(items, at + 2)).then_some((year, at + 2))
}

/// The date that begins with the word at `at`.
pub(super) fn word(items: &[Item<'_>], at: usize, word: &str) -> Read<PartialDate> {
    day_in_words(items, at, word).or_else(|| month_alone(items, at, word))
}

/// `quindici marzo`, `fifteenth of October`, `venti dicembre del 26`.
fn day_in_words(items: &[Item<'_>], at: usize, word: &str) -> Read<PartialDate> {
    let index = at + 1 + usize::from(text(items, at + 1) == "of");
    let linked = index > at + 1;
    let date = match &items.get(index)?.value {
        Value::Date(date, _) if date.day.is_none() => *date,
        Value::Text(name) => {
            let (month, language) = month(name)?;
            // "two may apply", "second march": an English month has an ordinal and "of".
            let fits = match language {
                MonthLanguage::Italian => name.len() > 3,
                MonthLanguage::English => linked || !matches!(name.as_ref(), "may" | "march"),
            };
            PartialDate::new(None, month, None).filter(|_| fits)?
        }
        _ => return None,
    };
    // Looked for last: few words stand before a month, and reading a number is dear.
    let day = ordinals::ordinal(word).or_else(|| numerals::cardinal(word))?;
    let day = u8::try_from(day).ok().filter(|day| *day < 32)?;
    let dated = PartialDate::new(date.year, date.month, Some(day))?;
    Some(completed(dated, items, index))
}

/// `a marzo`, `entro giugno`, `in May`; not the verbs `may` and `march`.
fn month_alone(items: &[Item<'_>], at: usize, word: &str) -> Read<PartialDate> {
    let (number, language) = month(word)?;
    let timed = || {
        matches!(
            before(items, at, 1),
            "in" | "by"
                | "until"
                | "till"
                | "since"
                | "of"
                | "from"
                | "during"
                | "last"
                | "next"
                | "early"
                | "late"
                | "mid"
                | "fine"
                | "inizio"
        )
    };
    let sure = match word {
        "may" => timed(),
        "march" => timed() || matches!(before(items, at, 1), "for" | "the" | "to" | "end"),
        _ if word.len() <= 4 && !matches!(word, "june" | "july") => {
            language == MonthLanguage::English && timed()
        }
        _ => true,
    };
    let date = PartialDate::new(None, number, None).filter(|_| sure)?;
    Some(completed(date, items, at))
}

/// The days of one month in a range: `24-25 dicembre`.
pub(super) fn day_range(text_: &str, items: &[Item<'_>], at: usize) -> Read<[PartialDate; 2]> {
    let (first, last) = text_.split_once('-')?;
    let (month, year) = match &items.get(at + 1)?.value {
        Value::Text(name) => (month(name).filter(|_| name.len() > 3)?.0, None),
        Value::Date(date, _) if date.day.is_none() => (date.month, date.year),
        _ => return None,
    };
    let day = |text: &str| PartialDate::new(year, month, Some(text.parse().ok()?));
    Some(([day(first)?, day(last)?], at + 2))
}

/// A year of two digits that the word before shows to be one: `nel 24`, `anno d'imposta 23`.
pub(super) fn short_year(items: &[Item<'_>], at: usize) -> Option<u16> {
    let year = whole(items, at).filter(|year| matches!(year, 10..50 | 80..100))?;
    let named = matches!(
        (before(items, at, 2), before(items, at, 1)),
        (_, "nel" | "anno" | "ty" | "fy" | "ay") | ("d'", "imposta") | ("tax" | "fiscal", "year")
    );
    (named && !is_counting(items, at + 1)).then(|| expand_year(year))
}

/// The time of day at `at` as hours and minutes: `8 pm`, `ore 18`, `alle 18`, `18:00`.
pub(super) fn clock(items: &[Item<'_>], at: usize) -> Read<Box<str>> {
    let (mut hour, minute) = match &items.get(at)?.value {
        Value::Number(..) => (whole(items, at)?, "00"),
        Value::Joined(joined, ':', _) => {
            let (hour, minute) = joined.split_once(':')?;
            let minute = if minute == "0" { "00" } else { minute };
            (hour.parse().ok()?, minute)
        }
        _ => return None,
    };
    if hour > 24 || minute.len() != 2 {
        return None;
    }
    let next = match text(items, at + 1) {
        half @ ("am" | "pm") if (1..=12).contains(&hour) => {
            hour = hour % 12 + if half == "pm" { 12 } else { 0 };
            at + 2
        }
        following => {
            let hours = matches!(before(items, at, 1), "ore" | "alle" | "dalle")
                && (items.get(at + 1).is_none() || is_stop_word(following))
                && number(items, at).is_some();
            if !hours && number(items, at).is_some() {
                return None;
            }
            at + 1
        }
    };
    Some((format!("{hour}:{minute}").into(), next))
}

/// The day of a date in digits that leads with its month as in America: `4/15`.
pub(super) fn american(month: u16, day: u16) -> Option<PartialDate> {
    let day = u8::try_from(day).ok().filter(|day| *day > 12)?;
    PartialDate::new(None, u8::try_from(month).ok()?, Some(day))
}
