//! Counted lookups.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::counter::{BINS, Counter, DECISIONS};
use crate::decision::Decision;

/// How often each [`Counter`] was met. In JSON an object of those that were, by name.
#[derive(Clone, PartialEq, Eq)]
pub struct Tally(Box<[u64; Counter::COUNT]>);

impl Default for Tally {
    fn default() -> Self {
        Self(Box::new([0; Counter::COUNT]))
    }
}

impl Tally {
    /// How often this was met.
    #[must_use]
    pub fn get(&self, counter: Counter) -> u64 {
        self.0[counter.place()]
    }

    /// Counts `times` more.
    pub fn add(&mut self, counter: Counter, times: u64) {
        let count = &mut self.0[counter.place()];
        *count = count.saturating_add(times);
    }

    /// Counts all of `other` too.
    pub fn add_all(&mut self, other: &Self) {
        other.counts().for_each(|(counter, count)| self.add(counter, count));
    }

    /// What was met at all.
    pub fn counts(&self) -> impl Iterator<Item = (Counter, u64)> {
        Counter::all().map(|counter| (counter, self.get(counter))).filter(|(_, count)| *count > 0)
    }

    /// All lookups.
    #[must_use]
    pub fn lookups(&self) -> u64 {
        DECISIONS.into_iter().map(|decision| self.decided(decision)).sum()
    }

    /// Lookups that verification decided.
    #[must_use]
    pub fn verified(&self) -> u64 {
        DECISIONS.into_iter().map(|decision| self.get(Counter::Verified(decision))).sum()
    }

    /// Lookups with this decision, whatever made it.
    #[must_use]
    pub fn decided(&self, decision: Decision) -> u64 {
        self.get(Counter::Phrasing(decision)) + self.get(Counter::Verified(decision))
    }

    /// How the raw scores of best candidates are spread: lookups in each of [`BINS`] equal parts
    /// of 0 to 1.
    #[must_use]
    pub fn scores(&self) -> [u64; BINS] {
        let mut scores = [0; BINS];
        for (score, bin) in scores.iter_mut().zip(0..) {
            *score = self.get(Counter::Score(bin));
        }
        scores
    }
}

impl fmt::Debug for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.counts().map(|(counter, count)| (counter.name(), count)))
            .finish()
    }
}

impl FromIterator<(Counter, u64)> for Tally {
    fn from_iter<I: IntoIterator<Item = (Counter, u64)>>(counts: I) -> Self {
        let mut tally = Self::default();
        counts.into_iter().for_each(|(counter, count)| tally.add(counter, count));
        tally
    }
}

impl Serialize for Tally {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.counts().map(|(counter, count)| (counter.name(), count)))
    }
}

impl<'de> Deserialize<'de> for Tally {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let named = BTreeMap::<String, u64>::deserialize(deserializer)?;
        // A name that is not known is one that another version counted.
        let known = named
            .into_iter()
            .filter_map(|(name, count)| Counter::of_name(&name).map(|counter| (counter, count)));
        Ok(known.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guards::GuardKind;

    #[test]
    fn counts_add_up_and_survive_json() {
        let one: Tally = [
            (Counter::Phrasing(Decision::Serve), 3),
            (Counter::Verified(Decision::Serve), 2),
            (Counter::Verified(Decision::Miss), 1),
            (Counter::Refused(GuardKind::Year), 4),
            (Counter::Score(7), 2),
        ]
        .into_iter()
        .collect();
        assert_eq!((one.lookups(), one.verified(), one.decided(Decision::Serve)), (6, 3, 5));
        assert_eq!((one.scores()[7], one.scores().iter().sum()), (2, 2_u64));
        let json = serde_json::to_string(&one).unwrap();
        assert!(json.contains(r#""refused.year":4"#) && !json.contains("suggest"), "{json}");
        assert_eq!(serde_json::from_str::<Tally>(&json).unwrap(), one);
        let mut two = one.clone();
        two.add_all(&one);
        assert_eq!(two.lookups(), 12);
        let other = serde_json::from_str::<Tally>(r#"{"score.07": 1, "of_the_future": 9}"#);
        assert_eq!(other.unwrap(), [(Counter::Score(7), 1)].into_iter().collect());
    }
}
