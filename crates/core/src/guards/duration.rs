//! Lengths of time, equal across units: `48 hours` is `2 days`, `24 mesi` is `due anni`.

use std::fmt;

use rust_decimal::Decimal;

/// Unit of a length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeUnit {
    /// Minute.
    Minute,
    /// Hour.
    Hour,
    /// Day.
    Day,
    /// Week.
    Week,
    /// Month.
    Month,
    /// Year.
    Year,
}

impl TimeUnit {
    fn named(word: &str) -> Option<Self> {
        Some(match word {
            "min" | "mins" | "minute" | "minutes" | "minuti" | "minuto" => Self::Minute,
            "h" | "hour" | "hours" | "hr" | "hrs" | "ora" | "ore" => Self::Hour,
            "day" | "days" | "gg" | "giorni" | "giorno" => Self::Day,
            "settimana" | "settimane" | "week" | "weeks" | "wk" | "wks" => Self::Week,
            "mese" | "mesi" | "month" | "months" | "mth" | "mths" => Self::Month,
            "anni" | "anno" | "year" | "years" | "yr" | "yrs" => Self::Year,
            _ => return None,
        })
    }

    /// Minutes in one, a month taken as 30 days and a year as 12 months: what people mean when
    /// they say sixty days for two months.
    fn minutes(self) -> Decimal {
        Decimal::from(match self {
            Self::Minute => 1,
            Self::Hour => 60,
            Self::Day => 60 * 24,
            Self::Week => 60 * 24 * 7,
            Self::Month => 60 * 24 * 30,
            Self::Year => 60 * 24 * 30 * 12,
        })
    }
}

/// A number of one unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Duration {
    /// How many.
    pub number: Decimal,
    /// Of what.
    pub unit: TimeUnit,
}

impl Duration {
    /// The length that a number and its noun name.
    pub(super) fn new(number: Decimal, noun: &str) -> Option<Self> {
        Some(Self { number, unit: TimeUnit::named(noun)? })
    }

    /// Whether both are equally long.
    pub(super) fn equals(&self, other: &Self) -> bool {
        let minutes = |time: &Self| time.number.checked_mul(time.unit.minutes());
        self == other || minutes(self).is_some() && minutes(self) == minutes(other)
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            TimeUnit::Minute => "min",
            TimeUnit::Hour => "h",
            TimeUnit::Day => "days",
            TimeUnit::Week => "weeks",
            TimeUnit::Month => "months",
            TimeUnit::Year => "years",
        };
        write!(f, "{} {unit}", self.number)
    }
}
