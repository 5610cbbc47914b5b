//! The numbers by which feedback counts and proposals are decided.

use std::collections::BTreeMap;

use super::{Expert, ExpertRole};
use crate::error::{Code, Error, Result};

/// From which quality on a proposal is approved, and below which it is rejected, by itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Approved from here on, 0 to 1.
    pub approve_from: f64,
    /// Rejected below, 0 to 1, at most `approve_from`.
    pub reject_below: f64,
}

/// What is done with a proposal of some quality.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is good enough to be approved by itself.
    Approve,
    /// A person has to decide.
    ByHand,
    /// It is too weak.
    Reject,
}

/// How feedback counts, and who decides.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// What feedback may name as its reason.
    pub categories: Vec<String>,
    /// Least trust of an expert whose feedback counts, 0 to 1.
    pub least_trust: f64,
    /// What the trust of an administrator counts as, 0 to 1.
    pub admin_trust: f64,
    /// How many proposals a stated trust counts as, see [`super::Trust`].
    pub trust_strength: f64,
    /// Of categories without their own.
    pub thresholds: Thresholds,
    /// Of single categories.
    pub by_category: BTreeMap<String, Thresholds>,
    /// Whether who proposed may not approve.
    pub four_eyes: bool,
    /// So many experts who say that a served version is not right make a proposal to look at it.
    pub contradictions: usize,
    /// How often a question must have missed before it is proposed.
    pub propose_from: u64,
}

impl Policy {
    /// Checks what the numbers may be.
    ///
    /// # Errors
    /// `config_invalid` naming the category.
    pub fn check(&self) -> Result<()> {
        let all = self.by_category.iter().map(|(category, own)| (category.as_str(), own));
        for (category, thresholds) in all.chain([("", &self.thresholds)]) {
            let Thresholds { approve_from, reject_below } = thresholds;
            if !category.is_empty() && !self.categories.iter().any(|known| known == category) {
                let detail = format!("there is no feedback category `{category}`");
                return Err(Error::new(Code::ConfigInvalid, detail)
                    .field("curation.thresholds")
                    .fix(format!("name one of {}", self.categories.join(", "))));
            }
            // Also refuses what is no number.
            let good = (0.0..=1.0).contains(approve_from)
                && (0.0..=1.0).contains(reject_below)
                && reject_below <= approve_from;
            if !good {
                let detail = format!(
                    "approves from {approve_from} on and rejects below {reject_below}{}",
                    if category.is_empty() { String::new() } else { format!(" in {category}") }
                );
                return Err(Error::new(Code::ConfigInvalid, detail)
                    .field("curation.approve_from")
                    .fix("give numbers from 0 to 1, the first not below the second"));
            }
        }
        Ok(())
    }

    /// What an expert's trust counts as, 0 to 1.
    #[must_use]
    pub fn trust(&self, expert: &Expert) -> f64 {
        match expert.role {
            ExpertRole::Admin => self.admin_trust,
            ExpertRole::Expert | ExpertRole::Approver => expert.trust.estimate(),
        }
    }

    /// Why what an expert says has no effect; none where it has.
    #[must_use]
    pub fn not_counted(&self, expert: &Expert) -> Option<String> {
        let trust = self.trust(expert);
        if !expert.verified {
            return Some(format!("the expert {} is not verified", expert.handle));
        }
        (trust < self.least_trust).then(|| {
            format!(
                "the trust of {} is {}, and feedback counts from {} on",
                expert.handle,
                rounded(trust),
                self.least_trust
            )
        })
    }

    /// The thresholds of a category.
    #[must_use]
    pub fn thresholds(&self, category: Option<&str>) -> Thresholds {
        category
            .and_then(|category| self.by_category.get(category))
            .copied()
            .unwrap_or(self.thresholds)
    }

    /// What is done with a proposal of this quality.
    #[must_use]
    pub fn verdict(&self, category: Option<&str>, quality: f64) -> Verdict {
        let Thresholds { approve_from, reject_below } = self.thresholds(category);
        if quality >= approve_from {
            Verdict::Approve
        } else if quality < reject_below {
            Verdict::Reject
        } else {
            Verdict::ByHand
        }
    }
}

impl Default for Policy {
    /// The numbers of the compiled configuration.
    fn default() -> Self {
        let categories = [
            "missing_case",
            "too_generic",
            "outdated_law",
            "wrong_interpretation",
            "wrong_calculation",
        ];
        Self {
            categories: categories.map(str::to_owned).to_vec(),
            least_trust: 0.7,
            admin_trust: 1.0,
            trust_strength: 20.0,
            thresholds: Thresholds { approve_from: 0.95, reject_below: 0.85 },
            by_category: BTreeMap::new(),
            four_eyes: true,
            contradictions: 2,
            propose_from: 3,
        }
    }
}

/// How urgent a proposal is: confidence × trust × frequency × 100.
#[must_use]
pub(super) fn priority(confidence: f64, trust: f64, frequency: u64) -> f64 {
    rounded(confidence * trust * frequency as f64 * 100.0)
}

/// How good a proposal is, 0 to 1: the mean of confidence and trust.
#[must_use]
pub(super) fn quality(confidence: f64, trust: f64) -> f64 {
    rounded(f64::midpoint(confidence, trust))
}

/// Nine decimals: what the last bits of a sum say must not decide between 0.95 and not quite.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 1e9).round() / 1e9
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::super::Trust;
    use super::*;
    use crate::ids::Handle;

    fn expert(role: ExpertRole, verified: bool, trust: f64) -> Expert {
        Expert {
            handle: Handle::new("anna").unwrap(),
            role,
            verified,
            trust: Trust::stated(trust, 20.0).unwrap(),
            created_at: Timestamp::UNIX_EPOCH,
            changed_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn who_counts() {
        let policy = Policy::default();
        let check = |role, verified, trust, counts: bool| {
            let reason = policy.not_counted(&expert(role, verified, trust));
            assert_eq!(reason.is_none(), counts, "{reason:?}");
        };
        check(ExpertRole::Expert, true, 0.7, true);
        check(ExpertRole::Expert, true, 0.699, false);
        check(ExpertRole::Approver, true, 0.6, false);
        check(ExpertRole::Admin, true, 0.1, true);
        check(ExpertRole::Admin, false, 1.0, false);
        check(ExpertRole::Expert, false, 0.9, false);
    }

    #[test]
    fn thresholds_are_by_category() {
        let strict = Thresholds { approve_from: 0.99, reject_below: 0.9 };
        let policy = Policy {
            by_category: BTreeMap::from([("outdated_law".into(), strict)]),
            ..Policy::default()
        };
        policy.check().unwrap();
        for (category, quality, verdict) in [
            (None, 0.95, Verdict::Approve),
            (None, 0.949_999, Verdict::ByHand),
            (None, 0.85, Verdict::ByHand),
            (None, 0.849_999, Verdict::Reject),
            (Some("missing_case"), 0.95, Verdict::Approve),
            (Some("outdated_law"), 0.95, Verdict::ByHand),
            (Some("outdated_law"), 0.89, Verdict::Reject),
            (Some("outdated_law"), 0.99, Verdict::Approve),
        ] {
            assert_eq!(policy.verdict(category, quality), verdict, "{category:?} {quality}");
        }
    }

    #[test]
    fn contradictory_thresholds_are_refused() {
        let wrong = Thresholds { approve_from: 0.8, reject_below: 0.9 };
        let policy = Policy { thresholds: wrong, ..Policy::default() };
        assert_eq!(policy.check().unwrap_err().code, Code::ConfigInvalid);
        let unknown = BTreeMap::from([("other".into(), Policy::default().thresholds)]);
        let policy = Policy { by_category: unknown, ..Policy::default() };
        assert_eq!(policy.check().unwrap_err().code, Code::ConfigInvalid);
    }

    #[test]
    fn the_formulas() {
        assert_eq!(priority(0.9, 0.91, 1), 81.9);
        assert_eq!(priority(0.9, 0.91, 3), 245.7);
        assert_eq!(quality(0.99, 0.91), 0.95);
        assert_eq!(quality(0.98, 0.92), 0.95);
    }
}
