//! From rows to a map and thresholds. Nothing here asks or stores anything.

use std::collections::BTreeMap;

use goldenset_core::calibration::{Outcome, ScoreMap};

use super::certify::{Level, best_chance, certify};
use super::rows::Row;
use super::{Method, Wanted, isotonic, platt};

/// Fewest right and fewest wrong candidates that a map is fitted on.
const FEWEST_OF_EACH: usize = 5;
/// A category gets a threshold of its own if that is more likely than not.
const LIKELY: f64 = 0.5;
/// From so many labels on isotonic regression is at least as good as Platt scaling (Niculescu-Mizil
/// and Caruana, Predicting Good Probabilities with Supervised Learning, ICML 2005).
const ENOUGH_FOR_ISOTONIC: usize = 1000;

/// What the rows showed.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) map: ScoreMap,
    pub(super) general: Outcome,
    pub(super) categories: BTreeMap<String, Outcome>,
}

/// Fits the map on the fitting part and certifies thresholds on its scores.
pub(super) fn find(mut rows: Vec<Row>, wanted: &Wanted) -> Found {
    let map = fit(&rows, wanted.method);
    rows.iter_mut().for_each(|row| row.score = map.apply(row.score));
    let alpha = 1.0 - wanted.confidence;
    let large = if wanted.per_category { large(&rows, wanted) } else { Vec::new() };
    // Bonferroni: all groups together fail with probability alpha.
    let level = Level { error: wanted.max_served_error, alpha: alpha / (large.len() + 1) as f64 };
    let is = |row: &Row, name: &String| row.category.as_ref() == Some(name);
    let categories = large.iter().map(|name| {
        let own: Vec<_> = rows.iter().filter(|row| is(row, name)).collect();
        (name.clone(), certify(&own, level))
    });
    let rest: Vec<_> = rows.iter().filter(|row| !large.iter().any(|name| is(row, name))).collect();
    Found { general: certify(&rest, level), categories: categories.collect(), map }
}

/// The map that fits the candidates that may be served. Guards have their own say.
fn fit(rows: &[Row], method: Method) -> ScoreMap {
    let fitting = rows.iter().filter(|row| row.fitting && row.passes);
    let scored: Vec<_> = fitting.map(|row| (row.score, row.right)).collect();
    let right = scored.iter().filter(|(_, right)| *right).count();
    if right.min(scored.len() - right) < FEWEST_OF_EACH {
        return ScoreMap::Identity;
    }
    let isotonic = match method {
        Method::Platt => false,
        Method::Isotonic => true,
        Method::Auto => scored.len() >= ENOUGH_FOR_ISOTONIC,
    };
    let fitted = if isotonic { isotonic::fit(&scored) } else { platt::fit(&scored) };
    fitted.unwrap_or(ScoreMap::Identity)
}

/// The categories that likely get a certificate of their own, told by the fitting part alone, so
/// that the choice does not depend on what certifies.
fn large(rows: &[Row], wanted: &Wanted) -> Vec<String> {
    let mut by_category: BTreeMap<&String, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        if let Some(category) = &row.category {
            by_category.entry(category).or_default().push(row);
        }
    }
    // More groups make each need more, so there may be fewer of them than would do alone.
    let mut groups = by_category.len();
    loop {
        let alpha = (1.0 - wanted.confidence) / (groups + 1) as f64;
        let level = Level { error: wanted.max_served_error, alpha };
        by_category.retain(|_, rows| best_chance(rows, level) >= LIKELY);
        if by_category.len() == groups {
            return by_category.into_keys().cloned().collect();
        }
        groups = by_category.len();
    }
}
