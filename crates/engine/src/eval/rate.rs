//! Shares that show what they were counted from.

use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::answer::rounded;

/// A share with its counts. In JSON `{"part", "whole", "share"}`, the share `null` of nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub part: usize,
    /// Of how many.
    pub whole: usize,
}

impl Rate {
    /// `part` of `whole`.
    #[must_use]
    pub fn new(part: usize, whole: usize) -> Self {
        Self { part, whole }
    }

    /// How many of `items` are `wanted`.
    pub(super) fn of<T>(
        items: impl IntoIterator<Item = T>,
        mut wanted: impl FnMut(T) -> bool,
    ) -> Self {
        items.into_iter().fold(Self::default(), |rate, item| {
            Self::new(rate.part + usize::from(wanted(item)), rate.whole + 1)
        })
    }

    /// 0 to 1; `None` of nothing.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        (self.whole > 0).then(|| self.part as f64 / self.whole as f64)
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Rate", 3)?;
        out.serialize_field("part", &self.part)?;
        out.serialize_field("whole", &self.whole)?;
        out.serialize_field("share", &self.share().map(rounded))?;
        out.end()
    }
}

/// `59/360 16.4 %`; of nothing `0/0`.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = format!("{}/{}", self.part, self.whole);
        match self.share() {
            Some(share) => f.pad(&format!("{counts} {:.1} %", share * 100.0)),
            None => f.pad(&counts),
        }
    }
}

/// Six decimals of a share that may not exist.
pub(super) fn rounded_share<S: Serializer>(
    share: &Option<f64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    share.map(rounded).serialize(serializer)
}

/// The same of an interval.
pub(super) fn rounded_interval<S: Serializer>(
    interval: &Option<[f64; 2]>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    interval.map(|ends| ends.map(rounded)).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_its_counts() {
        let check = |part, whole, shown: &str, share: Option<f64>| {
            let rate = Rate::new(part, whole);
            assert_eq!(rate.to_string(), shown);
            let json = serde_json::json!({ "part": part, "whole": whole, "share": share });
            assert_eq!(serde_json::to_value(rate).unwrap(), json);
        };
        check(3, 13, "3/13 23.1 %", Some(0.230_769));
        check(0, 8, "0/8 0.0 %", Some(0.0));
        check(0, 0, "0/0", None);
        assert_eq!(format!("{:>9}|", Rate::new(1, 2)), "1/2 50.0 %|");
        assert_eq!(format!("{:>12}|", Rate::new(1, 2)), "  1/2 50.0 %|");
    }
}
