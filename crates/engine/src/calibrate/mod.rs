//! From labelled questions to calibrated scores and certified thresholds.
//!
//! [`Engine::calibrate`] asks the questions and finds a calibration, [`Engine::store_calibration`]
//! puts it in force for all later lookups, [`Engine::recalibrate`] does both, and
//! [`Engine::undo_calibration`] takes it back.

mod bound;
mod certify;
mod change;
mod find;
mod in_force;
mod isotonic;
mod platt;
mod reference;
mod rows;
#[cfg(test)]
mod simulation;

use goldenset_core::calibration::{Calibration, JudgedBy, LabelCounts};
use goldenset_core::canonical::Canonical;
use goldenset_core::{Code, Error, Result, TenantId};
use serde::{Deserialize, Serialize};

use crate::engine::{Engine, Progress};
use crate::eval::{self, Asked, LabelledQuery};
use crate::lookup::signature_match;
use crate::scope::Options;

pub(crate) use bound::fewest;
pub use change::{Calibrated, CalibrationChanged, CalibrationStatus};
pub use in_force::Applied;
pub(crate) use in_force::InForce;
use reference::reference;
use rows::{Row, distinct, is_for_fitting};

/// How scores are mapped to probabilities. Where labels are too few for any of them, or show no
/// connection between score and rightness, scores stay as they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Isotonic regression from a thousand labels for fitting on, else Platt scaling.
    #[default]
    Auto,
    /// Platt scaling.
    Platt,
    /// Isotonic regression.
    Isotonic,
}

/// What a calibration is to show.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Largest share of wrong answers among served ones, more than 0, less than 1.
    pub max_served_error: f64,
    /// How sure that is to be, more than 0, less than 1.
    pub confidence: f64,
    /// How scores are mapped.
    pub method: Method,
    /// Whether large categories get a threshold of their own. The confidence is then that of all
    /// thresholds together, so each needs more labels.
    pub per_category: bool,
}

impl Wanted {
    /// # Errors
    /// `invalid_field` naming the field.
    fn check(&self) -> Result<()> {
        for (name, value) in
            [("max_served_error", self.max_served_error), ("confidence", self.confidence)]
        {
            // NaN is in no range.
            if !(value > 0.0 && value < 1.0) {
                return Err(Error::new(Code::InvalidField, format!("{name} is {value}"))
                    .field(name)
                    .fix("give a number of more than 0 and less than 1"));
            }
        }
        Ok(())
    }
}

impl Engine {
    /// Asks labelled questions and finds thresholds that they certify. Nothing is stored. The
    /// labels should be a sample of the questions that will be asked: what is certified holds for
    /// questions like them. Progress is that of the asking.
    ///
    /// # Errors
    /// `invalid_field`, also for a question with two labels, `unknown_tenant`, and the first fault of
    /// a lookup; rows are named by `place` (counted from 0).
    pub async fn calibrate(
        &self,
        tenant: &TenantId,
        queries: &[LabelledQuery],
        wanted: &Wanted,
        place: &(dyn Fn(usize) -> String + Sync),
        progress: Progress<'_>,
    ) -> Result<Calibration> {
        wanted.check()?;
        let epoch = self.published(tenant)?.epoch();
        let distinct = distinct(queries, place)?;
        let asked: Vec<_> = distinct.iter().map(|(row, _)| queries[*row].clone()).collect();
        let place_of = |row: usize| place(distinct.get(row).map_or(row, |(row, _)| *row));
        let outcomes = eval::run(self, tenant, &asked, None, &place_of, progress).await?;
        let mut seen = Vec::with_capacity(asked.len());
        for ((labelled, outcome), (_, signature)) in asked.iter().zip(&outcomes).zip(&distinct) {
            let row = self.row(tenant, labelled, outcome)?;
            let row = row.map(|row| Row { fitting: is_for_fitting(signature), ..row });
            seen.push((outcome.seen, row));
        }
        let rows: Vec<_> = seen.iter().filter_map(|(_, row)| row.clone()).collect();
        let fitting = rows.iter().filter(|row| row.fitting).count();
        let labels = LabelCounts {
            given: asked.len(),
            approved_phrasings: asked.len() - rows.len(),
            fitting,
            certifying: rows.len() - fitting,
            unknown_gold: self.unknown_gold(tenant, &asked)?,
        };
        let find::Found { map, general, categories } = find::find(rows, wanted);
        let calibration = Calibration {
            judged_by: self.judged_by(tenant),
            epoch,
            min_similarity: self.settings.defaults.min_similarity,
            max_served_error: wanted.max_served_error,
            confidence: wanted.confidence,
            map,
            labels,
            general,
            categories,
            reference: None,
        };
        let reference = reference(&seen, &calibration, self.settings.serve_threshold);
        Ok(Calibration { reference: Some(reference), ..calibration })
    }

    /// Who judges the candidates of a tenant: a calibration that names another is stale.
    #[must_use]
    pub fn judged_by(&self, tenant: &TenantId) -> JudgedBy {
        JudgedBy {
            model: self.embeddings.embedder().model().clone(),
            verifier: self.verifier_id(tenant).to_owned(),
        }
    }

    fn unknown_gold(&self, tenant: &TenantId, queries: &[LabelledQuery]) -> Result<usize> {
        let set = self.published(tenant)?;
        let unknown = |query: &&LabelledQuery| query.gold.iter().any(|id| set.entry(id).is_none());
        Ok(queries.iter().filter(unknown).count())
    }

    /// `None` for an approved phrasing: no threshold has a say in it.
    fn row(
        &self,
        tenant: &TenantId,
        labelled: &LabelledQuery,
        asked: &Asked,
    ) -> Result<Option<Row>> {
        let set = self.published(tenant)?;
        let scope = self.scope(Options { tenant: Some(tenant.clone()), ..Options::default() })?;
        let signature = Canonical::of(&labelled.query).signature();
        if signature_match(&set, &signature, &scope).is_some() {
            return Ok(None);
        }
        let best = asked.candidates.first();
        let entry = best.and_then(|best| set.entry(&best.entry_id));
        Ok(Some(Row {
            fitting: false,
            score: best.map_or(0.0, |best| best.raw_score),
            // A score of 0 is none: no weights were fitted for the model.
            passes: best.is_some_and(|best| {
                best.listed && best.effect.may_be_served() && best.raw_score > 0.0
            }),
            right: best.is_some_and(|best| labelled.gold.contains(&best.entry_id)),
            answerable: !labelled.gold.is_empty(),
            category: entry.and_then(|entry| entry.content.category.clone()),
        }))
    }
}
