//! Typed guards: what a question names (numbers, years, dates, amounts, percentages, legal
//! references) and denies must be what the entry names and denies. A guard never lets an answer
//! through by itself, it can only hold one back and say why.

mod act;
mod act_read;
mod aspect;
mod bound;
mod check;
mod compare;
mod count;
mod direction;
mod duration;
mod duration_read;
mod effect;
mod items;
mod joined;
mod label;
mod legal;
mod legal_read;
mod lexicon;
mod money;
mod named;
mod nearness;
mod negation;
mod numerals;
mod opposite;
mod ordinals;
mod percent;
mod period;
mod read;
mod relation;
mod roles;
mod slots;
mod table;
mod terms;
mod when;
mod wording;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use act::{Act, Family};
pub use aspect::Aspect;
pub use bound::Bound;
pub use check::{EntrySlots, EntrySpan, GuardResult, apart, check, nearest, strongest};
pub use duration::{Duration, TimeUnit};
pub use effect::{Case, Effect, Length, SHORT_QUESTION_WORDS};
pub use legal::LegalRef;
pub use lexicon::{Lexicon, SetKind};
pub use nearness::{Nearest, Nearness};
pub use period::Period;
pub use slots::{Slot, SlotValue, Slots};
pub use table::{effect, reason};

/// Version of what guards find and of what it leads to. Cached results and calibrations of another
/// version are stale, so every change of a finding raises it.
pub const VERSION: u32 = 4;

/// What a guard looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardKind {
    /// An act, article, form or ruling.
    LegalReference,
    /// Letters and digits mixed: a form, a level, a version.
    Code,
    /// A calendar date, whole or in part.
    Date,
    /// A percentage.
    Percentage,
    /// An amount of money.
    Amount,
    /// A year.
    Year,
    /// A length of time.
    Duration,
    /// Any other number.
    Number,
    /// From where to where.
    Direction,
    /// Whether the question denies.
    Negation,
    /// Whether something may, must or had better be done.
    Modality,
    /// A term of a set of which an answer holds for one only.
    Exclusive,
    /// The name of a thing that no other thing stands for.
    Name,
    /// Who asks or is asked about, and who does what to whom.
    Role,
    /// A word that narrows or widens: only, all, also.
    Scope,
    /// What is asked: how much, how, when, who, which documents.
    Aspect,
}

impl GuardKind {
    /// Every kind, in the order in which results are reported. A value belongs to the first kind
    /// that can read it.
    pub const ALL: [Self; 16] = [
        Self::LegalReference,
        Self::Code,
        Self::Date,
        Self::Percentage,
        Self::Amount,
        Self::Year,
        Self::Duration,
        Self::Number,
        Self::Direction,
        Self::Negation,
        Self::Modality,
        Self::Exclusive,
        Self::Name,
        Self::Role,
        Self::Scope,
        Self::Aspect,
    ];

    /// Whether it compares words, not values.
    pub(crate) fn is_of_words(self) -> bool {
        self >= Self::Direction
    }

    /// The kind as it is written in replies and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LegalReference => "legal_reference",
            Self::Code => "code",
            Self::Date => "date",
            Self::Percentage => "percentage",
            Self::Amount => "amount",
            Self::Year => "year",
            Self::Duration => "duration",
            Self::Number => "number",
            Self::Direction => "direction",
            Self::Negation => "negation",
            Self::Modality => "modality",
            Self::Exclusive => "exclusive",
            Self::Name => "name",
            Self::Role => "role",
            Self::Scope => "scope",
            Self::Aspect => "aspect",
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
#[cfg(test)]
mod word_tests;
