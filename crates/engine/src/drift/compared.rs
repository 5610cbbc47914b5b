//! Lookups set against what they were expected to be like, with a verdict in words.

use goldenset_core::VersionNumber;
use goldenset_core::decision::Decision;
use goldenset_core::watch::{Counter, Tally};
use jiff::civil::Date;
use serde::{Serialize, Serializer};

use super::psi::{LARGE_SHIFT, Psi, SOME_SHIFT};
use crate::answer::rounded;
use crate::eval::{Rate, clopper_pearson};

/// With fewer scores no verdict is given, whatever the figures are.
const FEWEST: u64 = 50;

/// A share with the ends of its exact 95 % interval (Clopper and Pearson, Biometrika 26, 1934).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// What was counted.
    #[serde(flatten)]
    pub rate: Rate,
    /// Lower and upper end; none of nothing.
    #[serde(serialize_with = "rounded_ends")]
    pub interval: Option<[f64; 2]>,
}

impl Share {
    pub(crate) fn new(part: u64, whole: u64) -> Self {
        let number = |count| usize::try_from(count).unwrap_or(usize::MAX);
        let rate = Rate::new(number(part), number(whole));
        Self { rate, interval: clopper_pearson(rate) }
    }

    /// Of lookups that verification decided, those that are served.
    fn served_by_meaning(tally: &Tally) -> Self {
        Self::new(tally.get(Counter::Verified(Decision::Serve)), tally.verified())
    }

    fn is_apart_from(&self, other: &Self) -> bool {
        match (self.interval, other.interval) {
            (Some([lower, upper]), Some([from, to])) => upper < from || to < lower,
            _ => false,
        }
    }
}

fn rounded_ends<S: Serializer>(
    interval: &Option<[f64; 2]>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    interval.map(|ends| ends.map(rounded)).serialize(serializer)
}

/// What lookups are set against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Against {
    /// The labelled questions of the calibration in force.
    Calibration {
        /// Which one.
        version: VersionNumber,
    },
    /// The lookups of the days before, where there is no calibration to compare with.
    DaysBefore {
        /// The first of them.
        from: Date,
        /// The last of them.
        to: Date,
    },
}

/// Whether lookups are as they were expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DriftVerdict {
    /// No shift that is large enough to matter and more than chance.
    Steady,
    /// Scores or the share served are others than expected.
    Shifted,
    /// Nothing can be said yet.
    TooFewLookups,
}

impl DriftVerdict {
    /// The verdict as people read it.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Steady => "steady",
            Self::Shifted => "shifted",
            Self::TooFewLookups => "too few lookups",
        }
    }
}

/// How lookups lie to what they are set against.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// What that is; none where there is nothing.
    pub against: Option<Against>,
    /// Population stability index of the raw scores of best candidates.
    #[serde(serialize_with = "rounded_index")]
    pub psi: Option<f64>,
    /// What the index reaches by chance in one of twenty cases where nothing has shifted.
    #[serde(serialize_with = "rounded_index")]
    pub psi_by_chance: Option<f64>,
    /// Share served of the lookups that verification decided.
    pub served_by_meaning: Share,
    /// The same of what they are set against.
    pub expected: Option<Share>,
    /// Whether lookups are as expected.
    pub verdict: DriftVerdict,
    /// Why, in words.
    pub reason: String,
}

fn rounded_index<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    value.map(rounded).serialize(serializer)
}

impl Comparison {
    pub(super) fn new(now: &Tally, reference: Option<(Against, &Tally)>) -> Self {
        let served_by_meaning = Share::served_by_meaning(now);
        let Some((against, reference)) = reference else {
            return Self {
                against: None,
                psi: None,
                psi_by_chance: None,
                served_by_meaning,
                expected: None,
                verdict: DriftVerdict::TooFewLookups,
                reason: "there is no calibration and there are no days before to compare with"
                    .into(),
            };
        };
        let expected = Share::served_by_meaning(reference);
        let psi = Psi::of(&now.scores(), &reference.scores());
        let (verdict, reason) = judge(now, reference, psi, (&served_by_meaning, &expected));
        Self {
            against: Some(against),
            psi: psi.map(|psi| psi.index),
            psi_by_chance: psi.map(|psi| psi.by_chance),
            served_by_meaning,
            expected: Some(expected),
            verdict,
            reason,
        }
    }
}

fn judge(
    now: &Tally,
    reference: &Tally,
    psi: Option<Psi>,
    (served, expected): (&Share, &Share),
) -> (DriftVerdict, String) {
    let (scores, expected_scores) = (now.scores(), reference.scores());
    let scored: u64 = scores.iter().sum();
    let enough = Psi::enough(&scores, &expected_scores);
    let too_few = |reason| (DriftVerdict::TooFewLookups, reason);
    let Some((psi, enough)) = psi.zip(enough) else {
        return too_few(match scored {
            0 => "no lookup had a candidate to score".into(),
            _ => "what they are set against has too few scores".into(),
        });
    };
    if scored < enough.max(FEWEST) {
        let needed = enough.max(FEWEST);
        return too_few(format!("{scored} lookups with a score, about {needed} are needed"));
    }
    let mut shifts = Vec::new();
    let Psi { index, by_chance } = psi;
    if index >= LARGE_SHIFT {
        shifts
            .push(format!("scores are spread differently (PSI {index:.2}, {LARGE_SHIFT} or more)"));
    } else if index >= SOME_SHIFT && index > by_chance {
        shifts.push(format!(
            "scores are spread somewhat differently (PSI {index:.2}, {SOME_SHIFT} or more)"
        ));
    }
    if served.is_apart_from(expected) {
        let percent = |share: &Share| share.rate.share().unwrap_or_default() * 100.0;
        shifts.push(format!(
            "{:.1} % are served by meaning, {:.1} % were expected",
            percent(served),
            percent(expected)
        ));
    }
    match shifts.is_empty() {
        true => (DriftVerdict::Steady, format!("scores are spread as expected (PSI {index:.2})")),
        false => (DriftVerdict::Shifted, shifts.join("; ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGAINST: Against = Against::Calibration { version: 2 };

    /// Lookups of which so many are served, and so many have a low score.
    fn tally(lookups: u64, served: u64, low: u64) -> Tally {
        [
            (Counter::Verified(Decision::Serve), served),
            (Counter::Verified(Decision::Suggest), lookups - served),
            (Counter::Score(3), low),
            (Counter::Score(15), lookups - low),
        ]
        .into_iter()
        .collect()
    }

    #[track_caller]
    fn check(now: &Tally, reference: &Tally, verdict: DriftVerdict, says: &str) {
        let found = Comparison::new(now, Some((AGAINST, reference)));
        assert_eq!(found.verdict, verdict, "{found:?}");
        assert!(found.reason.contains(says), "{found:?}");
    }

    #[test]
    fn verdicts() {
        use DriftVerdict::{Shifted, Steady, TooFewLookups};
        let reference = tally(1000, 100, 500);
        check(&tally(900, 95, 460), &reference, Steady, "as expected (PSI 0.00)");
        check(&tally(900, 95, 560), &reference, Steady, "as expected (PSI 0.06)");
        check(&tally(900, 95, 600), &reference, Shifted, "somewhat differently (PSI 0.11");
        check(&tally(900, 95, 800), &reference, Shifted, "spread differently (PSI 0.");
        check(&tally(900, 200, 460), &reference, Shifted, "22.2 % are served by meaning, 10.0 %");
        check(&tally(60, 9, 30), &reference, Steady, "");
        check(&tally(49, 9, 30), &reference, TooFewLookups, "49 lookups with a score, about 50");
        check(&tally(0, 0, 0), &reference, TooFewLookups, "no lookup had a candidate");
        check(&reference, &tally(9, 0, 3), TooFewLookups, "set against has too few");
        let alone = Comparison::new(&reference, None);
        assert_eq!((alone.verdict, alone.against), (TooFewLookups, None));
    }
}
