//! When an entry may be served.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Span of days in which an entry is in force. Both ends are inclusive; none means open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Validity {
    /// First day, none: since ever.
    #[serde(default)]
    pub valid_from: Option<Date>,
    /// Last day, none: until further notice.
    #[serde(default)]
    pub valid_until: Option<Date>,
}

impl Validity {
    /// One day.
    #[must_use]
    pub fn on(day: Date) -> Self {
        Self { valid_from: Some(day), valid_until: Some(day) }
    }

    /// Whether `day` lies within the span.
    #[must_use]
    pub fn contains(&self, day: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= day)
            && self.valid_until.is_none_or(|until| day <= until)
    }

    /// Whether there is a day on which both are in force.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let both = self.and(other);
        !both.is_empty()
    }

    /// The days on which both are in force.
    fn and(&self, other: &Self) -> Self {
        let later = |a: Option<Date>, b: Option<Date>| a.max(b);
        let earlier = |a: Option<Date>, b: Option<Date>| match (a, b) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Self {
            valid_from: later(self.valid_from, other.valid_from),
            valid_until: earlier(self.valid_until, other.valid_until),
        }
    }

    /// The day nearest to `day` on which it is in force; `day` itself where it never is.
    #[must_use]
    pub fn nearest_day(&self, day: Date) -> Date {
        match *self {
            Self { valid_from: Some(from), .. } if day < from => from,
            Self { valid_until: Some(until), .. } if day > until => until,
            _ => day,
        }
    }

    /// The day nearest to `day` on which both are in force, if there is one.
    #[must_use]
    pub fn common_day(&self, other: &Self, day: Date) -> Option<Date> {
        let both = self.and(other);
        (!both.is_empty()).then(|| both.nearest_day(day))
    }

    /// Whether the span has no day at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!((self.valid_from, self.valid_until), (Some(from), Some(until)) if from > until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn both_ends_are_inclusive() {
        let year =
            Validity { valid_from: Some(date(2024, 1, 1)), valid_until: Some(date(2024, 12, 31)) };
        assert!(year.contains(date(2024, 1, 1)) && year.contains(date(2024, 12, 31)));
        assert!(!year.contains(date(2023, 12, 31)) && !year.contains(date(2025, 1, 1)));
        assert!(Validity::default().contains(date(1999, 5, 5)));
    }

    #[test]
    fn days_in_common() {
        let span = |from: i16, until: i16| Validity {
            valid_from: (from > 0).then(|| date(from, 1, 1)),
            valid_until: (until > 0).then(|| date(until, 12, 31)),
        };
        let check = |a: Validity, b: Validity, expected: Option<Date>| {
            let day = date(2024, 6, 1);
            assert_eq!(a.common_day(&b, day), expected, "{a:?} {b:?}");
            assert_eq!(b.common_day(&a, day), expected, "{a:?} {b:?}");
            assert_eq!(a.overlaps(&b), expected.is_some());
        };
        check(span(0, 0), span(0, 0), Some(date(2024, 6, 1)));
        check(span(2023, 2023), span(0, 0), Some(date(2023, 12, 31)));
        check(span(2025, 0), span(2024, 0), Some(date(2025, 1, 1)));
        check(span(2023, 2023), span(2024, 2024), None);
        check(span(0, 2023), span(2023, 0), Some(date(2023, 12, 31)));
    }
}
