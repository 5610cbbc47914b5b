//! Reads lengths of time: `2 anni e 6 mesi`, `un anno e mezzo`, `within a month`, `gg 30`,
//! `mezz'ora`, `biennale`, `30d`.

use rust_decimal::Decimal;

use super::duration::{Duration, TimeUnit};
use super::items::{before, is_counting, number, text};
use super::{count, numerals};
use crate::canonical::Item;

type Read = Option<(Duration, usize)>;

/// The length that `number` has with the noun that follows it at `at`, and what belongs to it.
pub(super) fn counted(value: Decimal, items: &[Item<'_>], at: usize) -> Read {
    let half = |at| half_more(items, at);
    let (value, at) = match half(at) {
        // "two and a half years"
        Some(next) if TimeUnit::named(text(items, next)).is_some() => (with_half(value)?, next),
        _ => (value, at),
    };
    let noun = at + usize::from(count::is_adjective(text(items, at)));
    let first = Duration::new(value, text(items, noun))?;
    let next = noun + 1;
    if let Some(after) = half(next) {
        let (_, times) = TimeUnit::named(text(items, noun))?;
        return Some((
            Duration { number: with_half(value)?.checked_mul(times.into())?, ..first },
            after,
        ));
    }
    let from = next + usize::from(matches!(text(items, next), "e" | "ed" | "and"));
    let more = number(items, from).or_else(|| Some(one_or_cardinal(text(items, from))?.into()));
    let second = more.and_then(|more| Duration::new(more, text(items, from + 1)));
    match second.and_then(|second| first.plus(&second)) {
        Some(both) => Some((both, from + 2)),
        None => Some((first, next)),
    }
}

fn with_half(value: Decimal) -> Option<Decimal> {
    value.checked_add(Decimal::new(5, 1))
}

/// The index after `e mezzo` or `and a half` at `at`.
fn half_more(items: &[Item<'_>], at: usize) -> Option<usize> {
    match (text(items, at), text(items, at + 1), text(items, at + 2)) {
        ("e", "mezzo" | "mezza", _) => Some(at + 2),
        ("and", "a", "half") => Some(at + 3),
        _ => None,
    }
}

fn one_or_cardinal(word: &str) -> Option<u32> {
    match word {
        "un" | "una" | "un'" | "one" | "a" | "an" => Some(1),
        _ => numerals::cardinal(word),
    }
}

/// The length that a word without digits begins at `at`.
pub(super) fn word(items: &[Item<'_>], at: usize, word: &str) -> Read {
    let following = text(items, at + 1);
    match word {
        "un" | "una" | "un'" | "one" | "a" | "an" => one(items, at, word),
        "mezza" | "mezzo" | "mezz'" => half_of(following, at + 2),
        "half" => {
            let noun = at + 1 + usize::from(matches!(following, "a" | "an"));
            half_of(text(items, noun), noun + 1)
        }
        "mezzora" => half_of("ora", at + 1),
        "giorni" | "gg" | "mesi" | "anni" | "settimane" | "minuti" => noun_first(items, at, word),
        "fortnight" => Some((Duration::new(Decimal::ONE, word)?, at + 1)),
        _ => named(word).map(|found| (found, at + 1)),
    }
}

fn half_of(noun: &str, next: usize) -> Read {
    // "mezza età", "half the price": only of an hour, a day or a year.
    let fits = matches!(noun, "ora" | "giornata" | "anno" | "hour" | "day" | "days" | "year");
    fits.then(|| Some((Duration::new(Decimal::new(5, 1), noun)?, next)))?
}

/// `un mese`, `within a month`. An English article often says how frequent something is (`twice
/// a year`), and `un giorno` often means some day: there a preposition of time must stand before.
fn one(items: &[Item<'_>], at: usize, article: &str) -> Read {
    let noun = text(items, at + 1);
    TimeUnit::named(noun)?;
    let ago = matches!(text(items, at + 2), "fa" | "ago");
    let vague = match article {
        "a" | "an" => true,
        _ => matches!(noun, "giorno" | "day" | "h" | "min" | "ore" | "days"),
    };
    let timed = matches!(
        before(items, at, 1),
        "within" | "for" | "after" | "than" | "entro" | "dopo" | "per" | "di" | "almeno" | "least"
    );
    // "in un anno" says how often too.
    let rate = before(items, at, 1) == "in";
    if ago || rate || vague && !timed {
        return None;
    }
    counted(Decimal::ONE, items, at + 1)
}

/// `giorni 30`, `gg -20`: the order of forms and contracts.
fn noun_first(items: &[Item<'_>], at: usize, noun: &str) -> Read {
    let value = number(items, at + 1).filter(Decimal::is_integer)?.abs();
    let short = value > Decimal::ZERO && value < Decimal::ONE_THOUSAND;
    (short && !is_counting(items, at + 2)).then(|| Some((Duration::new(value, noun)?, at + 2)))?
}

/// Words that are a length by themselves. `mensile` and `annual` say how often.
fn named(word: &str) -> Option<Duration> {
    let stem = word
        .strip_suffix("ennio")
        .or_else(|| word.strip_suffix("ennale"))
        .or_else(|| word.strip_suffix("ennali"))?;
    let years = match stem {
        "bi" => 2,
        "tri" => 3,
        "quadri" => 4,
        "quinqu" => 5,
        "dec" => 10,
        "vent" => 20,
        "trent" => 30,
        _ => return None,
    };
    Some(Duration { number: Decimal::from(years), unit: TimeUnit::Year })
}

/// A number with a short unit glued to it: `30d`, `3-mo`, `42yo`.
pub(super) fn glued(word: &str) -> Option<Duration> {
    let end = word.find(|c: char| !c.is_ascii_digit())?;
    let (digits, suffix) = word.split_at_checked(end)?;
    let number = digits.parse().ok()?;
    let unit = match suffix.strip_prefix('-').unwrap_or(suffix) {
        "d" => TimeUnit::Day,
        "mo" | "mos" => TimeUnit::Month,
        "y" | "yo" | "yrs" => TimeUnit::Year,
        _ => return None,
    };
    Some(Duration { number, unit })
}
