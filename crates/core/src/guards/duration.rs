//! Lengths of time, equal across units: `48 hours` is `2 days`, `24 mesi` is `due anni`.

use std::cmp::Ordering;
use std::fmt;

use rust_decimal::Decimal;

/// Unit of a length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    const ALL: [Self; 6] =
        [Self::Minute, Self::Hour, Self::Day, Self::Week, Self::Month, Self::Year];

    /// The unit that a noun names, and how many of it the noun means: a `trimestre` is three
    /// months.
    pub(super) fn named(noun: &str) -> Option<(Self, u8)> {
        Some(match noun {
            "min" | "mins" | "minute" | "minutes" | "minuti" | "minuto" => (Self::Minute, 1),
            "h" | "hour" | "hours" | "hr" | "hrs" | "ora" | "ore" => (Self::Hour, 1),
            "day" | "days" | "gg" | "giorni" | "giorno" | "giornata" | "giornate" => (Self::Day, 1),
            "settimana" | "settimane" | "week" | "weeks" | "wk" | "wks" => (Self::Week, 1),
            "fortnight" | "fortnights" => (Self::Day, 14),
            "mese" | "mesi" | "month" | "months" | "mth" | "mths" => (Self::Month, 1),
            "bimestre" | "bimestri" => (Self::Month, 2),
            "trimestre" | "trimestri" => (Self::Month, 3),
            "quadrimestre" | "quadrimestri" => (Self::Month, 4),
            "semestre" | "semestri" => (Self::Month, 6),
            "anni" | "anno" | "year" | "years" | "yr" | "yrs" => (Self::Year, 1),
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
        let (unit, times) = TimeUnit::named(noun)?;
        Some(Self { number: number.checked_mul(times.into())?, unit })
    }

    /// Both together, in the smaller unit. The second must be less than one of the first: `three
    /// days (72 hours)` says it twice.
    pub(super) fn plus(&self, other: &Self) -> Option<Self> {
        let ratio = self.unit.minutes().checked_div(other.unit.minutes())?;
        let own = self.number.checked_mul(ratio).filter(|_| other.number < ratio)?;
        let number = own.checked_add(other.number)?.normalize();
        number.is_integer().then_some(Self { number, unit: other.unit })
    }

    fn minutes(&self) -> Option<Decimal> {
        self.number.checked_mul(self.unit.minutes())
    }

    /// Whether both are equally long.
    pub(super) fn equals(&self, other: &Self) -> bool {
        self == other || self.compare(other) == Some(Ordering::Equal)
    }

    /// Which one is longer.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        Some(self.minutes()?.cmp(&other.minutes()?))
    }

    /// Whether a number without its unit may mean this length: `14` for two weeks.
    pub(super) fn is_named_by(&self, number: Decimal) -> bool {
        self.number == number
            || TimeUnit::ALL.into_iter().any(|unit| self.equals(&Self { number, unit }))
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
