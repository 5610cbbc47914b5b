//! Weights set by hand for the test embedder: a paraphrase that keeps nearly all words passes,
//! one that keeps half of them does not.

use goldenset_core::ports::Embedder;
use goldenset_core::verifier::{FORMAT, PAIR_FEATURES, RANKED_FEATURES, Verifier, Weights};
use serde_json::{Value, json};

/// Features that have no coefficient here have no say.
const COEFFICIENTS: [(&str, f64); 3] =
    [("similarity", 16.0), ("similarity_margin", 8.0), ("distinguished", 16.0)];
const INTERCEPT: f64 = -12.5;

pub(crate) fn verifier(embedder: &dyn Embedder) -> Verifier {
    let weights = weights(embedder).to_string();
    Verifier::new(Weights::parse(&weights).unwrap(), embedder.model()).unwrap()
}

pub(crate) fn weights(embedder: &dyn Embedder) -> Value {
    json!({
        "format": FORMAT,
        "model": embedder.model(),
        "fitted_on": "set by hand",
        "word_mean": vec![0.0; embedder.dimensions()],
        "rival": { "similarity": 0.0, "likeness": 0.0 },
        "ranked": logistic(&RANKED_FEATURES),
        "pair": logistic(&PAIR_FEATURES),
        "refuse_factor": 0.0,
        "suggest_only_factor": 0.5,
    })
}

fn logistic(features: &[&str]) -> Value {
    let coefficient = |name: &&str| {
        COEFFICIENTS.iter().find(|(known, _)| known == name).map_or(0.0, |(_, value)| *value)
    };
    let coefficients: Vec<_> = features.iter().map(coefficient).collect();
    json!({ "features": features, "coefficients": coefficients, "intercept": INTERCEPT })
}
