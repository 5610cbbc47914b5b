//! How a value of a question and one of an entry stand to each other.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::bound::Bound;
use super::legal::{LegalRef, Relation};
use super::slots::SlotValue;

impl SlotValue {
    /// How this value of a question stands to one of an entry. Across kinds only equal digits
    /// count: people leave out the currency, the type of an act, the day of a date.
    pub(super) fn relation(&self, entry: &Self) -> Relation {
        match (self, entry) {
            (Self::Limit(mine, value), Self::Limit(its, other)) => {
                limits((*mine, value), (*its, other))
            }
            (Self::Limit(bound, limit), value) | (value, Self::Limit(bound, limit)) => {
                match limit.relation(value) {
                    // What lies within a limit is no other limit.
                    Relation::Contrary if bound.admits(limit, value) => Relation::Apart,
                    relation => relation,
                }
            }
            (Self::Legal(mine), Self::Legal(its)) => mine.relation(its),
            (Self::Date(mine), Self::Date(its)) => or_contrary(mine.agrees(its)),
            (Self::Period(mine), Self::Period(its)) if mine.parts == its.parts => {
                or_contrary(mine.agrees(its))
            }
            // The year of a date speaks for a year, and against another one.
            (Self::Year(year), Self::Date(_) | Self::Period(_)) => match entry.dated() {
                Some(its) => or_contrary(its == *year),
                None => Relation::Apart,
            },
            (Self::Date(_) | Self::Period(_), Self::Year(_) | Self::Date(_) | Self::Period(_)) => {
                match (self.dated(), entry.dated()) {
                    (Some(mine), Some(its)) if mine != its => Relation::Contrary,
                    _ => Relation::Apart,
                }
            }
            // "saldo -50%": a discount is named with or without its sign.
            (Self::Percentage(mine), Self::Percentage(its)) => or_contrary(mine.abs() == its.abs()),
            (Self::Amount(..), Self::Amount(..))
            | (Self::Year(_), Self::Year(_))
            | (Self::Number(_), Self::Number(_)) => or_contrary(self == entry),
            (Self::Time(mine), Self::Time(its)) => or_contrary(mine.equals(its)),
            // "62 anni e 41 di contributi": another bare number may count anything.
            (Self::Time(time), Self::Number(number)) | (Self::Number(number), Self::Time(time)) => {
                or_apart(time.is_named_by(*number))
            }
            // "4 % more" is not "$4 more".
            (Self::Amount(amount, _), Self::Percentage(share))
            | (Self::Percentage(share), Self::Amount(amount, _)) => {
                if amount == share {
                    Relation::Contrary
                } else {
                    Relation::Apart
                }
            }
            (Self::Code(mine), Self::Code(its)) => codes(mine, its),
            (Self::Legal(legal), other) | (other, Self::Legal(legal)) => reference(legal, other),
            (Self::Code(code), other) | (other, Self::Code(code)) => {
                let (_, number) = label(code);
                or_apart(other.bare().is_some_and(|value| number.parse() == Ok(value)))
            }
            _ => or_apart(self.bare().is_some_and(|mine| entry.bare() == Some(mine))),
        }
    }

    /// The year that a date, period or year names.
    fn dated(&self) -> Option<u16> {
        match self {
            Self::Date(date) => date.year,
            Self::Period(period) => period.year,
            Self::Year(year) => Some(*year),
            _ => None,
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

    /// Which of two values of one measure is greater.
    fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Time(mine), Self::Time(its)) => mine.compare(its),
            (Self::Percentage(mine), Self::Percentage(its)) => Some(mine.cmp(its)),
            (Self::Amount(_, mine), Self::Amount(_, its)) if mine != its => None,
            _ => Some(self.bare()?.cmp(&other.bare()?)),
        }
    }
}

fn or_contrary(same: bool) -> Relation {
    if same { Relation::Same } else { Relation::Contrary }
}

fn or_apart(same: bool) -> Relation {
    if same { Relation::Same } else { Relation::Apart }
}

impl Bound {
    /// Whether `value` lies on the side of `limit` that this bound leaves open.
    fn admits(self, limit: &SlotValue, value: &SlotValue) -> bool {
        let inside = if self.is_lower() { Ordering::Greater } else { Ordering::Less };
        value.compare(limit) == Some(inside)
    }
}

/// Two limits. `meno di 36` is `fino a 35` of what is counted in whole; else people do not tell
/// a limit that is reached from one that is passed. Two that leave nothing between them are
/// contrary: `meno di 5` and `almeno 10`.
fn limits(mine: (Bound, &SlotValue), its: (Bound, &SlotValue)) -> Relation {
    let relation = mine.1.relation(its.1);
    if mine.0.is_lower() != its.0.is_lower() {
        let (lower, upper) = if mine.0.is_lower() { (mine.1, its.1) } else { (its.1, mine.1) };
        let meet = match relation {
            Relation::Same => Some(Ordering::Equal),
            Relation::Contrary => lower.compare(upper),
            Relation::Apart => None,
        };
        let empty = matches!(meet, Some(Ordering::Equal | Ordering::Greater));
        return if empty { Relation::Contrary } else { Relation::Apart };
    }
    let neighbours = || {
        let (strict, reached) = match (mine.0.is_strict(), its.0.is_strict()) {
            (true, false) => (mine, its),
            (false, true) => (its, mine),
            _ => return false,
        };
        let step = if strict.0.is_lower() { Decimal::ONE } else { Decimal::NEGATIVE_ONE };
        let whole = |value: &SlotValue| match value {
            SlotValue::Number(_) | SlotValue::Time(_) => value.bare().filter(Decimal::is_integer),
            _ => None,
        };
        let unit = |value: &SlotValue| match value {
            SlotValue::Time(time) => Some(time.unit),
            _ => None,
        };
        let next = whole(strict.1).and_then(|value| value.checked_add(step));
        next.is_some() && next == whole(reached.1) && unit(strict.1) == unit(reached.1)
    };
    if relation == Relation::Contrary && neighbours() { Relation::Same } else { relation }
}

/// A legal reference and another value: people leave out what a number is of.
fn reference(legal: &LegalRef, other: &SlotValue) -> Relation {
    match other {
        SlotValue::Code(code) => legal.named_by(code),
        SlotValue::Time(time) => {
            or_apart(legal.named_by(&time.number.to_string()) == Relation::Same)
        }
        SlotValue::Number(number) => legal.named_by(&number.to_string()),
        SlotValue::Year(year) => or_apart(
            legal.year == Some(*year) || legal.named_by(&year.to_string()) == Relation::Same,
        ),
        _ => Relation::Apart,
    }
}

/// Codes of one pattern can be told apart; of two labels only the equal ones.
fn codes(mine: &str, its: &str) -> Relation {
    let ((my_label, my_code), (its_label, its_code)) = (label(mine), label(its));
    let same = bare_code(my_code).eq(bare_code(its_code));
    match (my_label, its_label) {
        ("", "") => {
            let comparable = shape(mine).eq(shape(its));
            if comparable { or_contrary(same) } else { or_apart(same) }
        }
        (a, b) if a == b => or_contrary(same),
        // "kubernetes 1.28" and "v1.26": releases of what the other names.
        (_, "version") | ("version", _) if my_code.contains('.') && its_code.contains('.') => {
            or_contrary(same)
        }
        ("", _) | (_, "" | "version") | ("version", _) => or_apart(same),
        _ => Relation::Apart,
    }
}

/// The label of a code that has one, and the rest: `livello 4`.
fn label(code: &str) -> (&str, &str) {
    code.rsplit_once(' ').unwrap_or(("", code))
}

/// A code without the signs that people leave out: `w-2` and `w2`, `401(k)` and `401k`.
pub(super) fn bare_code(code: &str) -> impl Iterator<Item = char> + '_ {
    code.chars().filter(|c| !matches!(c, '-' | '(' | ')'))
}

/// The pattern of a code: its letters in number, its runs of digits. `b2` is comparable with
/// `c3`, `4g` with `5g`, and neither with `2fa`.
pub(super) fn shape(code: &str) -> impl Iterator<Item = char> + '_ {
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
