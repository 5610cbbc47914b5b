//! The fitted weights: a small versioned file that belongs to one embedding model.

use serde::{Deserialize, Serialize};

use super::features::{Features, PAIR_FEATURES, RANKED_FEATURES, Rival};
use super::second::OpinionWeights;
use crate::error::{Code, Error, Result};
use crate::ids::ModelId;

/// Version of the file's format and of the features behind it. Weights of another version are
/// refused: the same names may mean other numbers.
pub const FORMAT: u32 = 2;

/// Logistic regression: `1 / (1 + exp(-(intercept + Σ coefficient × feature)))`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logistic {
    /// Names of the features, in order.
    pub features: Vec<String>,
    /// One a feature.
    pub coefficients: Vec<f64>,
    /// Log-odds where all features are 0.
    pub intercept: f64,
}

impl Logistic {
    /// The probability of yes.
    #[must_use]
    pub fn probability<const N: usize>(&self, features: &Features<N>) -> f64 {
        let products = self.coefficients.iter().zip(features).map(|(weight, value)| weight * value);
        let log_odds = self.intercept + products.sum::<f64>();
        1.0 / (1.0 + (-log_odds).exp())
    }

    fn fault(&self, names: &[&str]) -> Option<&'static str> {
        let finite = self.coefficients.iter().chain([&self.intercept]).all(|w| w.is_finite());
        if self.features != names {
            Some("has other features than this version computes")
        } else if self.coefficients.len() != names.len() {
            Some("has not one coefficient a feature")
        } else if !finite {
            Some("has a coefficient that is no number")
        } else {
            None
        }
    }
}

/// All that was fitted, with what it was fitted for and on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// [`FORMAT`].
    pub format: u32,
    /// The model whose similarities went in.
    pub model: String,
    /// What it was fitted on, for readers.
    pub fitted_on: String,
    /// Mean of the model's word vectors over the texts of the fit, one number a dimension; empty
    /// for a model without word vectors, whose words are compared by their spelling.
    pub word_mean: Vec<f32>,
    /// The rival that every candidate has at least: in a small or filtered set the next entry is
    /// far away for want of entries, which says nothing for the first.
    pub rival: Rival,
    /// For a candidate among rivals.
    pub ranked: Logistic,
    /// For two texts alone.
    pub pair: Logistic,
    /// What is left of the score when a guard refuses, 0 to 1.
    pub refuse_factor: f64,
    /// What is left of the score when a guard lets nothing but a suggestion pass, 0 to 1.
    pub suggest_only_factor: f64,
    /// For the opinions of a pair model, if one was there to fit on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opinion: Option<OpinionWeights>,
}

impl Weights {
    /// Reads and checks a weights file.
    ///
    /// # Errors
    /// `model_unusable` naming what is wrong.
    pub fn parse(json: &str) -> Result<Self> {
        let weights: Self = serde_json::from_str(json)
            .map_err(|cause| unusable(format!("the weights cannot be read: {cause}")))?;
        let fault = |name, logistic: &Logistic, names| {
            logistic.fault(names).map(|fault| format!("`{name}` {fault}"))
        };
        let fault = if weights.format == FORMAT {
            let factors = [weights.refuse_factor, weights.suggest_only_factor];
            let factor = factors.iter().any(|factor| !(0.0..=1.0).contains(factor));
            let mean = weights.word_mean.iter().any(|value| !value.is_finite());
            fault("ranked", &weights.ranked, &RANKED_FEATURES)
                .or_else(|| fault("pair", &weights.pair, &PAIR_FEATURES))
                .or_else(|| factor.then(|| "a factor is not from 0 to 1".into()))
                .or_else(|| mean.then(|| "`word_mean` has a value that is no number".into()))
                .or_else(|| weights.opinion.as_ref()?.fault().map(str::to_owned))
        } else {
            Some(format!("the weights have format {}, this version reads {FORMAT}", weights.format))
        };
        fault.map_or(Ok(weights), |fault| Err(unusable(fault)))
    }

    /// Identity: equal for equal weights only.
    #[must_use]
    pub fn id(&self) -> String {
        // A struct of numbers and texts is always JSON.
        let json = serde_json::to_string(self).unwrap_or_default();
        blake3::hash(json.as_bytes()).to_hex()[..16].to_owned()
    }

    pub(super) fn check_model(&self, model: &ModelId) -> Result<()> {
        if self.model == model.as_str() {
            return Ok(());
        }
        let detail =
            format!("the weights were fitted for model `{}`, not for `{model}`", self.model);
        Err(unusable(detail))
    }
}

fn unusable(detail: String) -> Error {
    Error::new(Code::ModelUnusable, detail)
        .field("verifier.weights")
        .fix("make weights for this model and version with `goldenset fit`")
}
