//! Where a candidate stands among the others, as its guards say.

use crate::guards::{Effect, GuardOutcome, GuardResult};

/// What the guards say of a candidate, as far as the score heeds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Kinds of guards that refuse it, as bits.
    refused: u32,
    /// Kinds of guards that find it to name what the question names, as bits.
    agrees: u32,
    /// How many guards lower it.
    pub(super) lowered: u8,
}

/// A kind beside those of the guards.
const OPEN: u32 = 1 << 31;

impl Standing {
    /// Of a candidate with these findings.
    #[must_use]
    pub fn of(guards: &[GuardResult]) -> Self {
        let kinds = |wanted: fn(&GuardResult) -> bool| {
            guards
                .iter()
                .filter(|found| wanted(found))
                .fold(0, |bits, it| bits | 1 << it.kind as u32)
        };
        let lowered = guards.iter().filter(|found| found.effect == Effect::Lower).count();
        Self {
            refused: kinds(|found| found.effect == Effect::Refuse),
            agrees: kinds(|found| found.result == GuardOutcome::Agree),
            lowered: u8::try_from(lowered).unwrap_or(u8::MAX),
        }
    }

    /// Whether `other` is a rival: not where it is refused for the very kind in which this one
    /// agrees. The entry on 2023 says nothing against the one on 2024 for a question on 2024; it
    /// does against one that names no year.
    #[must_use]
    pub fn faces(&self, other: &Self) -> bool {
        self.agrees & other.refused == 0
    }

    /// Takes `others` for no rivals of the candidate at `place`.
    pub(super) fn set_aside(standings: &mut [Self], place: usize, others: &[usize]) {
        standings[place].agrees |= OPEN;
        others.iter().for_each(|other| standings[*other].refused |= OPEN);
    }
}
