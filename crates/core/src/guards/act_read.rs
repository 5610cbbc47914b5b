//! Reads acts off the items of a canonical text: type, number and year in the order in which
//! each language and authority writes them.

use super::act::{self, Act, Family};
use super::items::{is_counting, text, words};
use super::{count, legal_read, ordinals};
use crate::canonical::{Item, Unit, Value, expand_year};
use crate::words::is_stop_word;

/// Words between the type of an act and its number: who issued it, and `n`.
const ISSUERS: &[&str] = &[
    "ade",
    "agenzia",
    "anac",
    "ce",
    "cee",
    "civ",
    "consob",
    "corte",
    "cost",
    "costituzionale",
    "del",
    "dell'",
    "delle",
    "entrate",
    "eu",
    "garante",
    "inail",
    "inl",
    "inps",
    "irs",
    "lav",
    "lavoro",
    "mef",
    "mimit",
    "ministero",
    "n",
    "number",
    "numero",
    "pen",
    "sez",
    "sezioni",
    "ssuu",
    "ue",
    "unite",
];

/// An act at `at`: its type, number, year, and the index after it.
pub(super) type ReadAct = (Act, Option<Box<str>>, Option<u16>, usize);

pub(super) fn read(items: &[Item<'_>], at: usize, inside: bool) -> Option<ReadAct> {
    if let Some(statute) = statute(items, at, inside) {
        return Some(statute);
    }
    let (act, used) = act::named(words(items, at))?;
    let named = at + used;
    if !act.numbered {
        // The name of a code alone is a word; a reference has an article.
        let article_follows = text(items, named) == "art"
            || text(items, named) == "artt"
            || act.follows_number() && is_section(items, named);
        return (inside || article_follows).then_some((act, None, None, named));
    }
    if act.is_yearly() {
        let linked = matches!(text(items, named), "del" | "per" | "dell'");
        let from =
            named + usize::from(linked) + usize::from(linked && text(items, named + 1) == "il");
        let year = items.get(from).and_then(count::year)?;
        return Some(match act.of_budget(year) {
            Some((law, number, year)) => (law, Some(number.into()), Some(year), from + 1),
            None => (act, None, Some(year), from + 1),
        });
    }
    let mut next = named;
    let mut year = None;
    while let Some(item) = items.get(next).filter(|_| next < named + 6) {
        match &item.value {
            Value::Date(date, _) if date.day.is_some() && year.is_none() => year = date.year,
            Value::Text(word) if ISSUERS.contains(&word.as_ref()) => {}
            _ => break,
        }
        next += 1;
    }
    let Some((number, own_year, after)) = number(&act, items, next) else {
        // "legge del 2004", "sentenza del 31/12/2024"
        let dated = year.or_else(|| {
            let linked = matches!(text(items, next.wrapping_sub(1)), "del" | "of" | "dell'");
            let year = count::year(items.get(next)?).filter(|_| linked && next > named)?;
            next += 1;
            Some(year)
        })?;
        let fits = matches!(act.family, Family::Law | Family::Practice | Family::Court);
        return fits.then_some((act, None, Some(dated), next));
    };
    let (year, next) = match year.or(own_year) {
        Some(year) => (Some(year), after),
        None => year_after(&act, items, after),
    };
    Some((act, Some(number), year, next))
}

/// The number and year that are joined at `at`.
pub(super) fn unnamed(items: &[Item<'_>], at: usize) -> Option<(Box<str>, u16)> {
    let Value::Joined(joined, '/', Unit::None) = &items.get(at)?.value else {
        return None;
    };
    let (number, year) = joined.split_once('/')?;
    let year = year.parse().ok().filter(|year| count::is_year(*year))?;
    Some((number.into(), year))
}

/// A statute by the last word of its name and its year: `Equality Act 2010`, inside a reference
/// also with a longer name.
fn statute(items: &[Item<'_>], at: usize, inside: bool) -> Option<ReadAct> {
    let reach = if inside { 4 } else { 1 };
    let act = (at + 1..=at + reach).find(|index| text(items, *index) == "act")?;
    let year = items.get(act + 1).and_then(count::year)?;
    let name = text(items, act - 1);
    let word = !name.is_empty() && !is_stop_word(name);
    word.then(|| (act::STATUTE, Some(name.into()), Some(year), act + 2))
}

/// Whether the section of a code stands at `at`: three digits or more, or with brackets.
pub(super) fn is_section(items: &[Item<'_>], at: usize) -> bool {
    match items.get(at).map(|item| &item.value) {
        Some(Value::Number(value, false)) => {
            *value >= 100.into()
                && items.get(at).and_then(count::year).is_none()
                && !is_counting(items, at + 1)
        }
        Some(Value::Text(text)) => text.contains('(') && legal_read::article(items, at).is_some(),
        _ => false,
    }
}

/// The year that follows a number: `197 del 2022`, `104 del 5 febbraio 1992`.
fn year_after(act: &Act, items: &[Item<'_>], at: usize) -> (Option<u16>, usize) {
    let linked = matches!(text(items, at), "del" | "of" | "dell'") && act.family != Family::Form;
    let from = at + usize::from(linked);
    let year = items.get(from).and_then(|item| match &item.value {
        Value::Date(date, _) => date.year,
        _ => count::year(item).filter(|_| linked),
    });
    if year.is_some() && linked { (year, from + 1) } else { (None, at) }
}

/// The number of an act, with its year where both are joined: `81/2008`, `81/08`, `2016/679`,
/// `2006/112/ce`, `12/e`, `w-2`, `rw`.
fn number(act: &Act, items: &[Item<'_>], at: usize) -> Option<(Box<str>, Option<u16>, usize)> {
    let item = items.get(at)?;
    let joined = match &item.value {
        Value::Number(value, false) if value.is_integer() => {
            // A counted thing or a year is no number of an act.
            let counted = count::is_noun(text(items, at + 1))
                || count::year(item).is_some() && !act.may_have_any_number();
            return (!counted).then(|| (value.to_string().into(), None, at + 1));
        }
        Value::Number(value, false) if matches!(act.family, Family::Section | Family::Division) => {
            return Some((value.to_string().into(), None, at + 1));
        }
        Value::Text(text) if act.family == Family::Division && ordinals::roman(text).is_some() => {
            let number = ordinals::roman(text).filter(|_| text != "i" && text != "v")?;
            return Some((number.to_string().into(), None, at + 1));
        }
        Value::Text(text)
            if act.name == "part" && matches!(text.as_ref(), "a" | "b" | "c" | "d") =>
        {
            return Some((text.as_ref().into(), None, at + 1));
        }
        Value::Joined(text, '/', Unit::None) => text.as_str(),
        Value::Joined(text, '-', Unit::None) if act.family == Family::Law => {
            return Some((text.as_str().into(), None, at + 1));
        }
        Value::Text(text) if text.bytes().any(|b| b.is_ascii_digit()) => text.as_ref(),
        Value::Text(text) if act.family == Family::FormPart => {
            let coded =
                (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase());
            // "quadro e rigo e8", but not "il quadro e il modello".
            let word = match text.as_ref() {
                "a" | "e" | "i" => items.get(at + 1).is_some_and(|next| {
                    !matches!(next.text(), "del" | "nel" | "per" | "righi" | "rigo")
                }),
                word => word.len() == 2 && (is_stop_word(word) || word == "up"),
            };
            return (coded && !word).then(|| (text.as_ref().into(), None, at + 1));
        }
        _ => return None,
    };
    let bare = || Some((Box::from(joined), None, at + 1));
    let mut parts = joined.split('/');
    let (Some(first), Some(second)) = (parts.next(), parts.next()) else {
        return bare();
    };
    if second == "e" {
        // The suffix of the revenue agency's documents is often left out.
        return Some((first.into(), parts.next().and_then(full_year), at + 1));
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(first) || !digits(second) {
        return bare();
    }
    let european = act.is_european() || parts.next().is_some();
    match (full_year(first).filter(|_| first.len() == 4), full_year(second)) {
        (Some(year), None) => Some((second.into(), Some(year), at + 1)),
        (Some(year), Some(_)) if european => Some((second.into(), Some(year), at + 1)),
        (_, Some(year)) => Some((first.into(), Some(year), at + 1)),
        _ => bare(),
    }
}

/// A year of two or four digits.
fn full_year(text: &str) -> Option<u16> {
    match (text.len(), text.parse().ok()?) {
        (2, year) => Some(expand_year(year)),
        (4, year) => (1850..2200).contains(&year).then_some(year),
        _ => None,
    }
}
