//! Calendar dates, whole or in part, and the names of months in Italian and English.

use std::fmt;

/// Language of a month's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MonthLanguage {
    Italian,
    English,
}

const ITALIAN: [&str; 12] = [
    "gennaio",
    "febbraio",
    "marzo",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "agosto",
    "settembre",
    "ottobre",
    "novembre",
    "dicembre",
];
const ENGLISH: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The month that a lower-case word names, in full or shortened.
pub(crate) fn month(word: &str) -> Option<(u8, MonthLanguage)> {
    if !(3..=9).contains(&word.len()) {
        return None;
    }
    let short = match word {
        "gennaio" | "gen" => (1, MonthLanguage::Italian),
        "febbraio" | "feb" => (2, MonthLanguage::Italian),
        "marzo" | "mar" => (3, MonthLanguage::Italian),
        "aprile" | "apr" => (4, MonthLanguage::Italian),
        "maggio" | "mag" => (5, MonthLanguage::Italian),
        "giugno" | "giu" => (6, MonthLanguage::Italian),
        "luglio" | "lug" => (7, MonthLanguage::Italian),
        "agosto" | "ago" => (8, MonthLanguage::Italian),
        "settembre" | "set" | "sett" => (9, MonthLanguage::Italian),
        "ottobre" | "ott" => (10, MonthLanguage::Italian),
        "novembre" | "nov" => (11, MonthLanguage::Italian),
        "dicembre" | "dic" => (12, MonthLanguage::Italian),
        "january" | "jan" => (1, MonthLanguage::English),
        "february" => (2, MonthLanguage::English),
        "march" => (3, MonthLanguage::English),
        "april" => (4, MonthLanguage::English),
        "may" => (5, MonthLanguage::English),
        "june" | "jun" => (6, MonthLanguage::English),
        "july" | "jul" => (7, MonthLanguage::English),
        "august" | "aug" => (8, MonthLanguage::English),
        "september" | "sep" | "sept" => (9, MonthLanguage::English),
        "october" | "oct" => (10, MonthLanguage::English),
        "november" => (11, MonthLanguage::English),
        "december" | "dec" => (12, MonthLanguage::English),
        _ => return None,
    };
    Some(short)
}

/// Whether a shortened month may stand before its day without a year: the English ones, and
/// those that both languages share. `set 5 alarms` is no date.
pub(super) fn may_lead(word: &str, language: MonthLanguage) -> bool {
    language == MonthLanguage::English || matches!(word, "feb" | "mar" | "apr" | "nov")
}

/// A date of which the day or the year may be open. The month is always known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartialDate {
    /// Year, 1000 to 2999.
    pub year: Option<u16>,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, from 1.
    pub day: Option<u8>,
}

impl PartialDate {
    /// A date that the calendar has; without a year February has 29 days.
    pub(crate) fn new(year: Option<u16>, month: u8, day: Option<u8>) -> Option<Self> {
        let leap = year.is_none_or(|y| y % 4 == 0 && (y % 100 != 0 || y % 400 == 0));
        let days = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        let year_fits = year.is_none_or(|y| (1000..3000).contains(&y));
        let day_fits = day.is_none_or(|d| (1..=days).contains(&d));
        (year_fits && day_fits).then_some(Self { year, month, day })
    }

    /// The date that three numbers with the same separator write: year first, else day first as
    /// in Italy, else month first when no day-first reading exists. Two-digit years only after
    /// slashes, where a version number cannot be meant.
    pub(super) fn from_parts(parts: [&str; 3], sep: char) -> Option<Self> {
        let small = |text: &str| (text.len() <= 2).then(|| text.parse::<u8>().ok())?;
        let [a, b, c] = parts;
        if a.len() == 4 && sep != '.' {
            return Self::new(Some(a.parse().ok()?), small(b)?, Some(small(c)?));
        }
        let year = match c.len() {
            4 => c.parse().ok()?,
            2 if sep == '/' => expand_year(c.parse().ok()?),
            _ => return None,
        };
        let (first, second) = (small(a)?, small(b)?);
        Self::new(Some(year), second, Some(first))
            .or_else(|| Self::new(Some(year), first, Some(second)))
    }

    /// Whether both may mean the same day or month: what both name is equal.
    #[must_use]
    pub fn agrees(&self, other: &Self) -> bool {
        fn open_or_equal<T: PartialEq>(a: Option<T>, b: Option<T>) -> bool {
            a.is_none() || b.is_none() || a == b
        }
        self.month == other.month
            && open_or_equal(self.day, other.day)
            && open_or_equal(self.year, other.year)
    }

    /// Writes the form that canonical text has: ISO 8601 when complete, else with the month's
    /// name in its own language.
    pub(super) fn write(&self, language: MonthLanguage, out: &mut String) {
        use fmt::Write;
        let names = match language {
            MonthLanguage::Italian => &ITALIAN,
            MonthLanguage::English => &ENGLISH,
        };
        let name = names.get(usize::from(self.month).wrapping_sub(1)).unwrap_or(&"");
        // Writing to a String cannot fail.
        let written = match (self.year, self.day) {
            (Some(_), Some(_)) => write!(out, "{self}"),
            (Some(year), None) => write!(out, "{name} {year}"),
            (None, Some(day)) => write!(out, "{day} {name}"),
            (None, None) => out.write_str(name),
        };
        debug_assert!(written.is_ok());
    }
}

impl fmt::Display for PartialDate {
    /// ISO 8601, with `--` for an open year.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.year {
            Some(year) => write!(f, "{year:04}-{:02}", self.month)?,
            None => write!(f, "--{:02}", self.month)?,
        }
        match self.day {
            Some(day) => write!(f, "-{day:02}"),
            None => Ok(()),
        }
    }
}

/// The year that two digits stand for: 00 to 49 in this century, the others in the last.
pub(crate) fn expand_year(two_digits: u16) -> u16 {
    if two_digits < 50 { 2000 + two_digits } else { 1900 + two_digits }
}
