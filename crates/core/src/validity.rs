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
    /// Whether `day` lies within the span.
    #[must_use]
    pub fn contains(&self, day: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= day)
            && self.valid_until.is_none_or(|until| day <= until)
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
}
