//! Parts of a year: quarters and halves.

use std::fmt;

use super::items::{ordinal, text, whole};
use super::{count, ordinals};
use crate::canonical::{Item, expand_year};

/// A quarter or half of a year that may be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// Year, 1900 to 2099.
    pub year: Option<u16>,
    /// In how many equal parts the year is divided: 4 or 2.
    pub parts: u8,
    /// Which part, from 1.
    pub part: u8,
}

impl Period {
    fn new(parts: u8, part: u32) -> Option<Self> {
        let part = u8::try_from(part).ok().filter(|part| (1..=parts).contains(part))?;
        Some(Self { year: None, parts, part })
    }

    /// Whether both may mean the same part of the same year.
    pub(super) fn agrees(&self, other: &Self) -> bool {
        let years = self.year.is_none() || other.year.is_none() || self.year == other.year;
        (self.parts, self.part) == (other.parts, other.part) && years
    }
}

impl fmt::Display for Period {
    /// `2025 Q1`, `H2`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = if self.parts == 4 { 'Q' } else { 'H' };
        write!(f, "{letter}{}", self.part)?;
        self.year.map_or(Ok(()), |year| write!(f, " {year}"))
    }
}

/// The period that begins at `at`, and the index after it.
pub(super) fn read(items: &[Item<'_>], at: usize) -> Option<(Period, usize)> {
    let word = text(items, at);
    let (mut period, next) = match short(word) {
        Some(period) => (period, at + 1),
        None => spelt(items, at, word)?,
    };
    if period.year.is_some() {
        return Some((period, next));
    }
    let mut from = next;
    while from < next + 3
        && matches!(text(items, from), "del" | "di" | "of" | "dell'" | "anno" | "the" | "year")
    {
        from += 1;
    }
    match items.get(from).and_then(count::year) {
        Some(year) => {
            period.year = Some(year);
            Some((period, from + 1))
        }
        None => Some((period, next)),
    }
}

/// `q1`, `h2`, `1q25`, `q1-2025`, `q1/25`.
fn short(word: &str) -> Option<Period> {
    let bytes = word.as_bytes();
    let (letter, part) = match (*bytes.first()?, *bytes.get(1)?) {
        (letter @ (b'q' | b'h'), part @ b'1'..=b'4') => (letter, part),
        (part @ b'1'..=b'4', b'q') => (b'q', part),
        _ => return None,
    };
    let mut period = Period::new(if letter == b'q' { 4 } else { 2 }, u32::from(part - b'0'))?;
    let rest = word.get(2..)?;
    let rest = rest.strip_prefix(['-', '/']).unwrap_or(rest);
    if !rest.is_empty() {
        let year: u16 = rest.parse().ok()?;
        let year = if rest.len() == 2 { expand_year(year) } else { year };
        period.year = Some(Some(year).filter(|year| count::is_year(*year))?);
    }
    Some(period)
}

/// `primo trimestre`, `i trim`, `2° semestre`, `first half`, `trimestre 1`.
fn spelt(items: &[Item<'_>], at: usize, word: &str) -> Option<(Period, usize)> {
    if let Some(parts) = parts(word) {
        let part = whole(items, at + 1).map(u32::from).or_else(|| {
            ordinals::roman(text(items, at + 1)).filter(|_| text(items, at + 1) != "i")
        })?;
        return Some((Period::new(parts, part)?, at + 2));
    }
    let noun = text(items, at + 1);
    let parts = match noun {
        // Of an hour, of a price: only with the year that is divided.
        "half" | "metà" => {
            let year = at + 2 + usize::from(matches!(text(items, at + 2), "of" | "del"));
            items.get(year).and_then(count::year)?;
            2
        }
        "quarter" => 4,
        _ => parts(noun)?,
    };
    let part = ordinal(items, at)
        .or_else(|| ordinals::roman(word))
        .or_else(|| whole(items, at).map(u32::from).filter(|_| matches!(noun, "trim" | "sem")))?;
    Some((Period::new(parts, part)?, at + 2))
}

fn parts(noun: &str) -> Option<u8> {
    match noun {
        "trimestre" | "trim" => Some(4),
        "semestre" | "sem" => Some(2),
        _ => None,
    }
}
