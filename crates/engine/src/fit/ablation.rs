//! What each feature is worth: the held-out figures of fits without it.

use goldenset_core::Result;
use goldenset_core::verifier::RANKED_FEATURES;
use serde::Serialize;

use super::Trial;
use super::held_out::HeldOut;

/// The means over the sets left out, of fits without one feature, less those with all of them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ablation {
    /// The feature left out.
    pub feature: String,
    /// Change of the mean area under the ROC curve; below 0, the feature helps.
    pub auc: f64,
    /// Change of the mean coverage at ≤ 5 % wrong among served; below 0, the feature helps.
    pub coverage: f64,
}

/// One row a feature.
pub(super) fn without_each(trial: &Trial<'_>, with_all: &[HeldOut]) -> Result<Vec<Ablation>> {
    let features = RANKED_FEATURES.iter().enumerate().map(|(place, feature)| {
        let without = trial.held_out(Some(place))?;
        Ok(Ablation {
            feature: (*feature).to_owned(),
            auc: mean(&without, |set| set.auc.unwrap_or(0.5))
                - mean(with_all, |set| set.auc.unwrap_or(0.5)),
            coverage: mean(&without, |set| set.coverage) - mean(with_all, |set| set.coverage),
        })
    });
    features.collect()
}

fn mean(sets: &[HeldOut], value: impl Fn(&HeldOut) -> f64) -> f64 {
    sets.iter().map(value).sum::<f64>() / sets.len().max(1) as f64
}
