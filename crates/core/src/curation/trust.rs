//! How far an expert is trusted: a Beta estimate that moves with what later proves right.

use serde::{Deserialize, Serialize};

use crate::error::{Code, Error, Result};

/// How one proposal of an expert turned out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was approved, and still stands.
    Right,
    /// It was rejected by a person, or rolled back after it had been approved.
    Wrong,
}

impl Outcome {
    /// The outcome as it is stored and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Wrong => "wrong",
        }
    }
}

/// Trust as the mean of a Beta distribution: what an administrator stated counts as `strength`
/// proposals of which the share `stated` was right, and every proposal that was decided since counts
/// as one. So with a strength of 20 one event moves it by less than 0.05, and a hundred events
/// outweigh what was stated.
///
/// The mean of Beta(α, β) is α / (α + β), and an observation adds one to α or β (Gelman et al.,
/// Bayesian Data Analysis, 3rd ed., section 2.4).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Trust {
    /// What an administrator stated, 0 to 1.
    pub stated: f64,
    /// How many proposals the statement counts as, more than 0.
    pub strength: f64,
    /// Proposals since then that were approved and stand.
    pub right: u32,
    /// Proposals since then that were rejected or rolled back.
    pub wrong: u32,
}

impl Trust {
    /// What an administrator states, without evidence yet.
    ///
    /// # Errors
    /// `threshold_out_of_range` for what is not a number from 0 to 1.
    pub fn stated(stated: f64, strength: f64) -> Result<Self> {
        if !(0.0..=1.0).contains(&stated) {
            return Err(Error::new(Code::ThresholdOutOfRange, format!("trust is {stated}"))
                .field("trust")
                .fix("give a number from 0 to 1"));
        }
        Ok(Self { stated, strength, right: 0, wrong: 0 })
    }

    /// The estimate, 0 to 1.
    #[must_use]
    pub fn estimate(&self) -> f64 {
        let (right, wrong) = (f64::from(self.right), f64::from(self.wrong));
        (self.stated * self.strength + right) / (self.strength + right + wrong)
    }

    /// The estimate after one proposal turned out as `now`, which was known as `before` until then.
    #[must_use]
    pub fn with(mut self, before: Option<Outcome>, now: Outcome) -> Self {
        match before {
            Some(Outcome::Right) => self.right = self.right.saturating_sub(1),
            Some(Outcome::Wrong) => self.wrong = self.wrong.saturating_sub(1),
            None => {}
        }
        match now {
            Outcome::Right => self.right = self.right.saturating_add(1),
            Outcome::Wrong => self.wrong = self.wrong.saturating_add(1),
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn evidence_outweighs_what_was_stated_in_the_end() {
        let mut trust = Trust::stated(0.5, 20.0).unwrap();
        assert_eq!(trust.estimate(), 0.5);
        for _ in 0..180 {
            trust = trust.with(None, Outcome::Right);
        }
        assert_eq!(trust.estimate(), 190.0 / 200.0);
    }

    #[test]
    fn a_roll_back_turns_one_proposal_over() {
        let trust = Trust::stated(0.8, 20.0).unwrap();
        let approved = trust.with(None, Outcome::Right);
        let rolled_back = approved.with(Some(Outcome::Right), Outcome::Wrong);
        assert_eq!((rolled_back.right, rolled_back.wrong), (0, 1));
        assert_eq!(rolled_back, trust.with(None, Outcome::Wrong));
    }

    #[test]
    fn only_a_share_can_be_stated() {
        for bad in [f64::NAN, -0.1, 1.1] {
            assert_eq!(Trust::stated(bad, 20.0).unwrap_err().code, Code::ThresholdOutOfRange);
        }
    }

    proptest! {
        /// No event makes it jump, it moves the right way, and it stays a share.
        #[test]
        fn it_moves_by_little(
            stated in 0.0..=1.0f64,
            right in 0u32..500,
            wrong in 0u32..500,
            now in prop::sample::select(&[Outcome::Right, Outcome::Wrong]),
        ) {
            let before = Trust { right, wrong, ..Trust::stated(stated, 20.0).unwrap() };
            let after = before.with(None, now);
            let step = after.estimate() - before.estimate();
            prop_assert!(step.abs() < 0.05);
            let way = if now == Outcome::Right { 1.0 } else { -1.0 };
            prop_assert!(step * way >= 0.0);
            prop_assert!((0.0..=1.0).contains(&after.estimate()));
        }
    }
}
