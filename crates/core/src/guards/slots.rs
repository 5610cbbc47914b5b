//! The typed values of a text. A value belongs to exactly one kind.

use std::fmt;
use std::ops::Range;

use rust_decimal::Decimal;

use super::duration::Duration;
use super::legal::{LegalRef, Relation};
use super::negation;
use super::{GuardKind, read};
use crate::canonical::{Canonical, Currency, PartialDate};

/// A value that a text names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SlotValue {
    /// A legal reference.
    Legal(LegalRef),
    /// A date, whole or in part.
    Date(PartialDate),
    /// A percentage.
    Percentage(Decimal),
    /// An amount of money.
    Amount(Decimal, Currency),
    /// A year from 1900 to 2199.
    Year(u16),
    /// A length of time.
    Time(Duration),
    /// Any other number.
    Number(Decimal),
    /// Letters and digits mixed, or digits that are no number: `b2`, `4g`, `2.3.1`, `12:30`.
    Code(Box<str>),
}

/// A value with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The value.
    pub value: SlotValue,
    /// Bytes of the canonical text that name it.
    pub span: Range<usize>,
    /// It is a limit (`fino a 15`, `under 35`) that other values may lie within.
    pub limit: bool,
}

/// What the guards know of one text: its values in order of their place, its content words and
/// whether it denies.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Slots {
    pub(super) values: Vec<Slot>,
    pub(super) words: Vec<Box<str>>,
    pub(super) denies: bool,
}

impl Slots {
    /// The values of any text: those of its canonical form.
    #[must_use]
    pub fn extract(text: &str) -> Self {
        Self::of(&Canonical::of(text))
    }

    /// The values of a text that is canonical already.
    #[must_use]
    pub fn of(text: &Canonical) -> Self {
        let (words, denies) = negation::read(text);
        Self { values: read::values(text), words, denies }
    }

    /// The values in order of their place.
    #[must_use]
    pub fn values(&self) -> &[Slot] {
        &self.values
    }

    /// Whether the text denies: an odd number of negations.
    #[must_use]
    pub fn denies(&self) -> bool {
        self.denies
    }

    /// How many content words the text has, negations not counted.
    #[must_use]
    pub fn content_words(&self) -> usize {
        self.words.len()
    }
}

impl SlotValue {
    /// The kind that it belongs to.
    #[must_use]
    pub fn kind(&self) -> GuardKind {
        match self {
            Self::Legal(_) => GuardKind::LegalReference,
            Self::Date(_) => GuardKind::Date,
            Self::Percentage(_) => GuardKind::Percentage,
            Self::Amount(..) => GuardKind::Amount,
            Self::Year(_) => GuardKind::Year,
            Self::Time(_) | Self::Number(_) | Self::Code(_) => GuardKind::Number,
        }
    }

    /// How this value of a question stands to one of an entry. Across kinds only equal digits
    /// count: people leave out the currency, the type of an act, the day of a date.
    pub(super) fn relation(&self, entry: &Self) -> Relation {
        let same_or = |same: bool, other: Relation| if same { Relation::Same } else { other };
        match (self, entry) {
            (Self::Legal(mine), Self::Legal(its)) => mine.relation(its),
            (Self::Date(mine), Self::Date(its)) => same_or(mine.agrees(its), Relation::Contrary),
            // The year of a date speaks for a year, and against another one.
            (Self::Year(year), Self::Date(date)) => {
                same_or(date.year == Some(*year), Relation::Apart)
            }
            (Self::Date(date), Self::Year(year)) => match date.year {
                Some(mine) if mine != *year => Relation::Contrary,
                _ => Relation::Apart,
            },
            (Self::Percentage(_), Self::Percentage(_))
            | (Self::Amount(..), Self::Amount(..))
            | (Self::Year(_), Self::Year(_))
            | (Self::Number(_), Self::Number(_)) => same_or(self == entry, Relation::Contrary),
            (Self::Time(mine), Self::Time(its)) => same_or(mine.equals(its), Relation::Contrary),
            (Self::Time(time), Self::Number(number)) | (Self::Number(number), Self::Time(time)) => {
                same_or(time.number == *number, Relation::Contrary)
            }
            (Self::Code(mine), Self::Code(its)) => {
                let comparable = shape(mine).eq(shape(its));
                let other = if comparable { Relation::Contrary } else { Relation::Apart };
                same_or(bare_code(mine).eq(bare_code(its)), other)
            }
            (Self::Legal(legal), other) | (other, Self::Legal(legal)) => {
                let named = match other {
                    Self::Code(code) => legal.is_named_by(code),
                    Self::Time(time) => legal.is_named_by(&time.number.to_string()),
                    Self::Number(number) => legal.is_named_by(&number.to_string()),
                    _ => false,
                };
                same_or(named, Relation::Apart)
            }
            _ => {
                let equal = self.bare().is_some_and(|mine| entry.bare() == Some(mine));
                same_or(equal, Relation::Apart)
            }
        }
    }

    /// The number of a number, an amount or a year.
    fn bare(&self) -> Option<Decimal> {
        match self {
            Self::Amount(value, _) | Self::Number(value) => Some(*value),
            Self::Year(year) => Some(Decimal::from(*year)),
            Self::Time(time) => Some(time.number),
            _ => None,
        }
    }
}

/// A code without the signs that people leave out: `w-2` and `w2`, `401(k)` and `401k`.
pub(super) fn bare_code(code: &str) -> impl Iterator<Item = char> + '_ {
    code.chars().filter(|c| !matches!(c, '-' | '(' | ')'))
}

/// The pattern of a code: its letters in number, its runs of digits. `b2` is comparable with
/// `c3`, `4g` with `5g`, and neither with `2fa`.
fn shape(code: &str) -> impl Iterator<Item = char> + '_ {
    let mut last = ' ';
    code.chars().filter_map(move |c| {
        let class = match c {
            '0'..='9' => '0',
            _ if c.is_alphabetic() => 'a',
            other => other,
        };
        let repeated = class == '0' && last == '0';
        last = class;
        (!repeated).then_some(class)
    })
}

impl fmt::Display for SlotValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Legal(reference) => reference.fmt(f),
            Self::Date(date) => date.fmt(f),
            Self::Percentage(value) => write!(f, "{value}%"),
            Self::Amount(value, currency) => write!(f, "{value} {currency}"),
            Self::Year(year) => year.fmt(f),
            Self::Time(time) => time.fmt(f),
            Self::Number(value) => value.fmt(f),
            Self::Code(code) => f.write_str(code),
        }
    }
}
