//! The typed values of a text. A value belongs to exactly one kind.

use std::fmt;
use std::ops::Range;

use rust_decimal::Decimal;

use super::bound::Bound;
use super::duration::Duration;
use super::legal::LegalRef;
use super::period::Period;
use super::wording::Wording;
use super::{Aspect, GuardKind, Lexicon, read};
use crate::canonical::{Canonical, Currency, Located, PartialDate};

/// A value that a text names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SlotValue {
    /// A legal reference.
    Legal(LegalRef),
    /// A date, whole or in part.
    Date(PartialDate),
    /// A quarter or half of a year.
    Period(Period),
    /// A percentage.
    Percentage(Decimal),
    /// An amount of money.
    Amount(Decimal, Currency),
    /// A year from 1900 to 2099.
    Year(u16),
    /// A length of time.
    Time(Duration),
    /// Any other number.
    Number(Decimal),
    /// Letters and digits mixed, digits that are no number, or a name and its number: `b2`,
    /// `4g`, `2.3.1`, `12:30`, `livello 4`, `version 2.3`.
    Code(Box<str>),
    /// A limit of a percentage, amount, length or number that other values may lie within:
    /// `fino a 15`, `under 35`.
    Limit(Bound, Box<SlotValue>),
}

/// A value with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The value.
    pub value: SlotValue,
    /// Bytes of the canonical text that name it.
    pub span: Range<usize>,
}

/// What the guards know of one text: its values in order of their place, and what its words say
/// beside them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Slots {
    pub(super) values: Vec<Slot>,
    pub(super) wording: Wording,
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
        Self::with(text, Lexicon::shipped())
    }

    /// The same, with the words of another lexicon. Only what was read with one lexicon may be
    /// held against each other.
    #[must_use]
    pub fn with(text: &Canonical, lexicon: &Lexicon) -> Self {
        let items = text.items();
        Self { values: read::values(&items), wording: Wording::of(text, &items, lexicon) }
    }

    /// The values of any text with the bytes of it that name each, on the boundaries of
    /// characters: to show them, not for every lookup.
    #[must_use]
    pub fn locate(text: &str) -> Vec<(Slot, Range<usize>)> {
        let located = Located::of(text);
        let values = read::values(&located.canonical().items()).into_iter();
        values.map(|slot| (slot.clone(), located.span(slot.span))).collect()
    }

    /// The values in order of their place.
    #[must_use]
    pub fn values(&self) -> &[Slot] {
        &self.values
    }

    /// Whether the text denies: an odd number of negations.
    #[must_use]
    pub fn denies(&self) -> bool {
        self.wording.denies
    }

    /// What the text asks for, where its words say so.
    #[must_use]
    pub fn aspect(&self) -> Option<Aspect> {
        self.wording.asks.as_ref().map(|asks| asks.aspect)
    }

    /// About how much memory they take beside the value itself, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&*self.values) + self.wording.bytes()
    }

    /// How many content words the text has, negations not counted.
    #[must_use]
    pub fn content_words(&self) -> usize {
        self.wording.content.len()
    }
}

impl SlotValue {
    /// The kind that it belongs to.
    #[must_use]
    pub fn kind(&self) -> GuardKind {
        match self {
            Self::Legal(_) => GuardKind::LegalReference,
            Self::Date(_) | Self::Period(_) => GuardKind::Date,
            Self::Percentage(_) => GuardKind::Percentage,
            Self::Amount(..) => GuardKind::Amount,
            Self::Year(_) => GuardKind::Year,
            Self::Time(_) => GuardKind::Duration,
            Self::Number(_) => GuardKind::Number,
            Self::Code(_) => GuardKind::Code,
            Self::Limit(_, value) => value.kind(),
        }
    }
}

impl fmt::Display for SlotValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Legal(reference) => reference.fmt(f),
            Self::Date(date) => date.fmt(f),
            Self::Period(period) => period.fmt(f),
            Self::Percentage(value) => write!(f, "{value}%"),
            Self::Amount(value, currency) => write!(f, "{value} {currency}"),
            Self::Year(year) => year.fmt(f),
            Self::Time(time) => time.fmt(f),
            Self::Number(value) => value.fmt(f),
            Self::Code(code) => f.write_str(code),
            Self::Limit(bound, value) => write!(f, "{bound}{value}"),
        }
    }
}
