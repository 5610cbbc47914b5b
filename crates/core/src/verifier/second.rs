//! A second opinion: a model that reads question and entry together is heard where the score is
//! sure neither way.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::Verifier;
use super::features::Features;
use crate::calibration::log_odds;
use crate::ids::ModelId;

/// Opinions are cut to ± this: a probability that is nearer to 0 or 1 than 10⁻⁷ says no more.
const SUREST: f64 = 16.1;

/// Both in log-odds.
pub const OPINION_FEATURES: [&str; 2] = ["score", "opinion"];

/// Whom a verifier hears on which candidates.
#[derive(Debug, Clone, PartialEq)]
pub struct SecondOpinion {
    /// The model that is heard.
    pub model: ModelId,
    /// Scores that are sure neither way; candidates with others are not asked about.
    pub unsure: RangeInclusive<f64>,
    /// How many candidates are asked about, the best score first.
    pub top: usize,
}

impl SecondOpinion {
    pub(super) fn id(&self) -> String {
        let Self { model, unsure, top } = self;
        format!("{model}/{}/{}/{top}", unsure.start(), unsure.end())
    }
}

/// Logistic weights of score and opinion together, fitted for one model's opinions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpinionWeights {
    /// The model whose opinions went in.
    pub model: String,
    /// Coefficient of the log-odds of the score.
    pub score: f64,
    /// Coefficient of the model's log-odds.
    pub opinion: f64,
    /// Log-odds where both are 0.
    pub intercept: f64,
}

impl OpinionWeights {
    /// What makes the weights unusable, if anything does.
    #[must_use]
    pub fn fault(&self) -> Option<&'static str> {
        let Self { score, opinion, intercept, .. } = *self;
        if ![score, opinion, intercept].iter().all(|weight| weight.is_finite()) {
            Some("`opinion` has a weight that is no number")
        } else if score < 0.0 || opinion < 0.0 {
            Some("`opinion` has a negative coefficient: more agreement would count less")
        } else {
            None
        }
    }

    /// The score of a candidate that had `score` and of which the model says `opinion`, in
    /// log-odds.
    #[must_use]
    pub fn probability(&self, score: f64, opinion: f32) -> f64 {
        let [score, opinion] = opinion_features(score, opinion);
        sigmoid(self.intercept + self.score * score + self.opinion * opinion)
    }
}

/// The numbers that [`OpinionWeights`] are fitted on, in the order of [`OPINION_FEATURES`].
#[must_use]
pub fn opinion_features(score: f64, opinion: f32) -> Features<{ OPINION_FEATURES.len() }> {
    [log_odds(score), f64::from(opinion).clamp(-SUREST, SUREST)]
}

impl Verifier {
    /// The same verifier, heeding a second opinion.
    #[must_use]
    pub fn with_second_opinion(self, second: SecondOpinion) -> Self {
        let Self { weights, lexicon, .. } = self;
        Self::of(weights, lexicon, Some(second))
    }

    /// Whom the verifier hears, if anyone.
    #[must_use]
    pub fn second_opinion(&self) -> Option<&SecondOpinion> {
        self.second.as_ref()
    }

    /// The score of a candidate of which the second opinion gives these log-odds. With weights for
    /// that model the two are weighed against each other. Without, nobody knows what its figures
    /// are worth: then a candidate that it takes for wrong gets no more than it says, and none
    /// gets more than it had.
    #[must_use]
    pub fn heeding(&self, score: f64, opinion: f32) -> f64 {
        let fitted = self.weights.as_ref().and_then(|weights| weights.opinion.as_ref());
        let heard = self.second.as_ref().map(|second| second.model.as_str());
        match fitted.filter(|fitted| Some(fitted.model.as_str()) == heard) {
            Some(fitted) => fitted.probability(score, opinion),
            None if opinion < 0.0 => score.min(sigmoid(f64::from(opinion))),
            None => score,
        }
    }
}

fn sigmoid(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verifier::Weights;

    fn verifier(fitted_for: Option<&str>) -> Verifier {
        let opinion = fitted_for.map(|model| OpinionWeights {
            model: model.into(),
            score: 1.0,
            opinion: 0.5,
            intercept: -0.25,
        });
        let weights = Weights { opinion, ..crate::verifier::tests::even() };
        let model = ModelId::new("judge").unwrap();
        Verifier::new(weights, &ModelId::new("m").unwrap())
            .unwrap()
            .with_second_opinion(SecondOpinion { model, unsure: 0.2..=0.95, top: 1 })
    }

    #[test]
    fn an_opinion_of_unknown_worth_can_only_hold_back() {
        for other in [None, Some("another")] {
            let verifier = verifier(other);
            assert_eq!(verifier.heeding(0.8, 9.0), 0.8);
            assert_eq!(verifier.heeding(0.8, 0.0), 0.8);
            assert!((verifier.heeding(0.8, -2.0) - 0.119_202_922).abs() < 1e-9);
            assert_eq!(verifier.heeding(0.1, -2.0), 0.1);
        }
    }

    #[test]
    fn a_fitted_opinion_counts_as_fitted() {
        let verifier = verifier(Some("judge"));
        // Log-odds of one half are 0, so intercept and opinion are left.
        assert!((verifier.heeding(0.5, 0.5) - 0.5).abs() < 1e-12);
        assert!(verifier.heeding(0.5, 4.0) > 0.8);
        assert!(verifier.heeding(0.5, -4.0) < 0.2);
        assert_eq!(verifier.heeding(0.5, 16.1), verifier.heeding(0.5, f32::MAX));
    }

    #[test]
    fn who_is_heard_is_part_of_the_identity() {
        let one = verifier(None);
        let SecondOpinion { model, unsure, top } = one.second_opinion().unwrap().clone();
        let with = |second| verifier(None).with_second_opinion(second).id().to_owned();
        let others = [
            SecondOpinion { model: ModelId::new("other").unwrap(), unsure: unsure.clone(), top },
            SecondOpinion { model: model.clone(), unsure: 0.3..=0.95, top },
            SecondOpinion { model: model.clone(), unsure, top: 2 },
        ];
        assert!(others.into_iter().all(|other| with(other) != one.id()));
    }
}
