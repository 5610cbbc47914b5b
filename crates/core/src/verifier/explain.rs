//! How a verdict came about, figure by figure: for those who ask why, not for every lookup.

use serde::{Serialize, Serializer};

use super::features::{Features, PAIR_FEATURES, RANKED_FEATURES};
use super::hearing::Hearing;
use super::profile::QuestionProfile;
use super::weights::{Logistic, Weights};
use super::{Candidate, Checked, Verifier, heard_pair};
use crate::guards::{self, Case, Effect, EntrySlots, GuardResult, Length, Nearness};

/// What a score was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The question is an approved phrasing, word for word; nothing was computed.
    ApprovedPhrasing,
    /// The candidate among its rivals.
    Rivals,
    /// The two texts alone.
    Texts,
    /// No weights were fitted for the embedding model.
    Unfitted,
}

/// One feature with what it adds to the log-odds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Feature {
    /// Its name in the weights.
    pub name: &'static str,
    /// Its value for this candidate.
    #[serde(serialize_with = "six_decimals")]
    pub value: f64,
    /// Its fitted coefficient.
    #[serde(serialize_with = "six_decimals")]
    pub coefficient: f64,
    /// Coefficient × value, in log-odds.
    #[serde(serialize_with = "six_decimals")]
    pub contribution: f64,
    /// What the value means, in one sentence.
    pub words: String,
}

fn six_decimals<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    // Adding zero makes a negative zero a plain one.
    serializer.serialize_f64((value * 1e6).round() / 1e6 + 0.0)
}

/// A probability before guards, with its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Reckoning {
    /// One a feature, in the order of the weights.
    pub features: Vec<Feature>,
    /// Log-odds where all features are 0.
    pub intercept: f64,
    /// Of `intercept` and all contributions together, 0 to 1.
    pub probability: f64,
    /// What the guards leave of it, 0 to 1.
    pub factor: f64,
}

/// A finding with the reason of the row that says what it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonedGuard {
    /// The finding.
    pub found: GuardResult,
    /// Why it leads to its effect.
    pub reason: &'static str,
}

/// How a verdict came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// What the score was made from.
    pub basis: Basis,
    /// The probability before guards; none without weights.
    pub reckoning: Option<Reckoning>,
    /// The score, as in the verdict.
    pub score: f64,
    /// What each guard found.
    pub guards: Vec<ReasonedGuard>,
    /// The strongest guard against the candidate.
    pub effect: Effect,
    /// Place of the most similar rival: of the other candidates, but for those that a guard refuses
    /// where it agrees with this one.
    pub rival: Option<usize>,
}

impl Verifier {
    /// How the verdict of [`Verifier::judge`] on the candidate at `place` came about; none where
    /// there is no candidate.
    #[must_use]
    pub fn account(
        &self,
        question: &QuestionProfile,
        candidates: &[Candidate<'_>],
        place: usize,
    ) -> Option<Account> {
        let slots = &candidates.get(place)?.profile.slots;
        let mut hearing = Hearing::of(question, candidates);
        let reckoned = self.weights.as_ref().map(|weights| {
            let estimate = hearing.estimate(weights, place, hearing.standings());
            let reckoned = match estimate.basis {
                Basis::Texts => reckoned(&weights.pair, PAIR_FEATURES, &estimate.alone),
                _ => reckoned(&weights.ranked, RANKED_FEATURES, &estimate.ranked),
            };
            (estimate.basis, reckoned)
        });
        let rival = hearing.closest(place, hearing.standings());
        let checked = hearing.checks.swap_remove(place);
        Some(self.accounted(question, slots, checked, reckoned, rival))
    }

    /// How the verdict of [`Verifier::judge_pair`] came about.
    #[must_use]
    pub fn account_pair(
        &self,
        a: &QuestionProfile,
        b: &QuestionProfile,
        similarity: f32,
    ) -> Account {
        let slots = b.as_entry_slots(&self.lexicon);
        let (checked, features) = heard_pair(a, b, &slots, similarity);
        let reckoned = self
            .weights
            .as_ref()
            .map(|weights| (Basis::Texts, reckoned(&weights.pair, PAIR_FEATURES, &features)));
        self.accounted(a, &slots, checked, reckoned, None)
    }

    fn accounted(
        &self,
        question: &QuestionProfile,
        entry: &EntrySlots,
        Checked { guards, effect }: Checked,
        reckoned: Option<(Basis, Reckoning)>,
        rival: Option<usize>,
    ) -> Account {
        let near = guards::nearest(&question.slots, entry);
        let case = Case {
            length: Length::of(question.slots.content_words()),
            nearness: near.map_or(Nearness::Far, |near| near.nearness()),
        };
        let reasoned = guards.into_iter().map(|found| {
            let reason = guards::reason(found.kind, found.result, case);
            ReasonedGuard { found, reason }
        });
        let (basis, reckoning) = reckoned.unzip();
        let factor = self.weights.as_ref().map_or(1.0, |weights| weights.factor(effect));
        let reckoning = reckoning.map(|reckoning| Reckoning { factor, ..reckoning });
        Account {
            basis: basis.unwrap_or(Basis::Unfitted),
            score: reckoning.as_ref().map_or(0.0, |of| of.probability * of.factor),
            reckoning,
            guards: reasoned.collect(),
            effect,
            rival,
        }
    }
}

impl Weights {
    /// What is left of a score where this is the strongest effect of a guard.
    pub(super) fn factor(&self, effect: Effect) -> f64 {
        match effect {
            Effect::Explain | Effect::Lower => 1.0,
            Effect::SuggestOnly => self.suggest_only_factor,
            Effect::Refuse => self.refuse_factor,
        }
    }
}

fn reckoned<const N: usize>(
    fitted: &Logistic,
    names: [&'static str; N],
    values: &Features<N>,
) -> Reckoning {
    let each = names.into_iter().zip(values).zip(&fitted.coefficients);
    let features = each.map(|((name, value), coefficient)| Feature {
        name,
        value: *value,
        coefficient: *coefficient,
        // Adding zero makes a negative zero a plain one.
        contribution: coefficient * value + 0.0,
        words: in_words(name, *value),
    });
    Reckoning {
        features: features.collect(),
        intercept: fitted.intercept,
        probability: fitted.probability(values),
        factor: 1.0,
    }
}

/// What a value of a feature means.
fn in_words(name: &str, value: f64) -> String {
    let share = format!("{:.0} %", value * 100.0);
    let margin = |what: &str| {
        let way = if value < 0.0 { "less" } else { "more" };
        format!("{what} {way} like the question than its closest rival, by {:.3}.", value.abs())
    };
    match name {
        "similarity_margin" => margin("The entry as a whole is"),
        "likeness_margin" => margin("The entry's words, taken together, are"),
        "distinguished" => {
            format!("What tells the entry from its closest rival finds its like to {share}.")
        }
        "weakest" => format!("The question's word that fits worst finds its like to {share}."),
        "similarity" => format!("The two texts as a whole are alike to {share}."),
        "aligned" => format!("The approved words find their like in the question to {share}."),
        _ => match value as u32 {
            0 => "No guard lowers it.".into(),
            1 => "One guard lowers it.".into(),
            guards => format!("{guards} guards lower it."),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ModelId;
    use crate::verifier::Rival;
    use crate::verifier::tests::{asked, entry, even};

    fn fitted(names: [&str; 4], coefficients: [f64; 4], intercept: f64) -> Logistic {
        let features = names.map(str::to_owned).into();
        Logistic { features, coefficients: coefficients.into(), intercept }
    }

    fn verifier() -> Verifier {
        let weights = Weights {
            rival: Rival { similarity: 0.5, likeness: 0.25 },
            ranked: fitted(RANKED_FEATURES, [20.0, 8.0, 1.5, -1.25], -2.5),
            pair: fitted(PAIR_FEATURES, [11.0, 2.5, 1.5, -0.5], -12.0),
            ..even()
        };
        Verifier::new(weights, &ModelId::new("m").unwrap()).unwrap()
    }

    #[track_caller]
    fn adds_up(account: &Account) {
        let Reckoning { features, intercept, probability, factor } =
            account.reckoning.as_ref().unwrap();
        let log_odds: f64 = features.iter().map(|feature| feature.contribution).sum();
        let of_probability = (probability / (1.0 - probability)).ln();
        assert!((log_odds + intercept - of_probability).abs() < 1e-9, "{account:?}");
        assert!((probability * factor - account.score).abs() < 1e-12, "{account:?}");
        for feature in features {
            assert_eq!(feature.contribution, feature.coefficient * feature.value);
        }
    }

    #[test]
    fn accounts_are_of_the_verdicts_and_add_up() {
        let verifier = verifier();
        let asked = asked("Quanto spetta di bonus nel 2023?");
        let texts = [
            "Quanto spetta di bonus?",
            "Quanto spetta di bonus nel 2024?",
            "Quanto spetta di bonus nel 2023?",
            "Quando spetta il bonus nel 2023?",
            "Bonus 2023 per chi non lavora",
        ];
        let others = ["ferie", "mutuo", "casa", "lavoro", "tassa", "spesa"];
        let all: Vec<_> = texts.iter().chain(&others).map(|text| entry(text)).collect();
        let mut bases = Vec::new();
        for count in [1, 3, 9, all.len()] {
            let candidates = all[..count].iter().enumerate().map(|(place, profile)| Candidate {
                profile,
                similarity: 0.95 - 0.03 * place as f32,
            });
            let candidates: Vec<_> = candidates.collect();
            for (place, verdict) in verifier.judge(&asked, &candidates, count).iter().enumerate() {
                let account = verifier.account(&asked, &candidates, place).unwrap();
                let guards: Vec<_> =
                    account.guards.iter().map(|guard| guard.found.clone()).collect();
                assert_eq!((account.score, account.effect), (verdict.score, verdict.effect));
                assert_eq!(guards, verdict.guards);
                assert_ne!(account.rival, Some(place));
                assert!(account.guards.iter().all(|guard| !guard.reason.is_empty()));
                adds_up(&account);
                bases.push(account.basis);
            }
            assert!(verifier.account(&asked, &candidates, count).is_none());
        }
        assert!(bases.contains(&Basis::Rivals) && bases.contains(&Basis::Texts));
    }

    #[test]
    fn a_pair_and_what_was_not_fitted() {
        let verifier = verifier();
        for (a, b) in [("IVA al 22 %", "IVA al 10 %"), ("IVA", "IVA al 10 %"), ("IVA", "L'IVA")] {
            let (a, b) = (asked(a), asked(b));
            let verdict = verifier.judge_pair(&a, &b, 0.9);
            let account = verifier.account_pair(&a, &b, 0.9);
            assert_eq!((account.score, account.effect), (verdict.score, verdict.effect));
            assert_eq!(account.basis, Basis::Texts);
            adds_up(&account);
        }
        let unfitted = Verifier::without_weights();
        let asked = asked("Chi?");
        let account = unfitted.account_pair(&asked, &asked, 1.0);
        assert_eq!((account.basis, account.reckoning, account.score), (Basis::Unfitted, None, 0.0));
    }
}
