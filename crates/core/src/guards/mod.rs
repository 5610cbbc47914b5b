//! Typed guards: what a question names (numbers, years, dates, amounts, percentages, legal
//! references) and denies must be what the entry names and denies. A guard never lets an answer
//! through by itself, it can only hold one back and say why.

mod act;
mod check;
mod count;
mod duration;
mod legal;
mod legal_read;
mod negation;
mod read;
mod slots;
mod table;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use act::{Act, Family};
pub use check::{EntrySlots, GuardResult, check, strongest};
pub use duration::{Duration, TimeUnit};
pub use legal::LegalRef;
pub use slots::{Slot, SlotValue, Slots};
pub use table::{Effect, Length, SHORT_QUESTION_WORDS, effect, reason};

/// What a guard looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardKind {
    /// An act, article, form or ruling.
    LegalReference,
    /// A calendar date, whole or in part.
    Date,
    /// A percentage.
    Percentage,
    /// An amount of money.
    Amount,
    /// A year.
    Year,
    /// Any other number, and codes that mix letters and digits.
    Number,
    /// Whether the question denies.
    Negation,
}

impl GuardKind {
    /// Every kind, in the order in which results are reported. A value belongs to the first kind
    /// that can read it.
    pub const ALL: [Self; 7] = [
        Self::LegalReference,
        Self::Date,
        Self::Percentage,
        Self::Amount,
        Self::Year,
        Self::Number,
        Self::Negation,
    ];

    /// The kind as it is written in replies and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LegalReference => "legal_reference",
            Self::Date => "date",
            Self::Percentage => "percentage",
            Self::Amount => "amount",
            Self::Year => "year",
            Self::Number => "number",
            Self::Negation => "negation",
        }
    }
}

impl fmt::Display for GuardKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a guard found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardOutcome {
    /// The entry names all that the question names.
    Agree,
    /// The entry names something else instead.
    Conflict,
    /// The question names it, the entry does not.
    Missing,
    /// The entry names it, the question does not.
    Extra,
}

impl GuardOutcome {
    /// The finding as it is written in replies and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agree => "agree",
            Self::Conflict => "conflict",
            Self::Missing => "missing",
            Self::Extra => "extra",
        }
    }
}

#[cfg(test)]
mod tests;
