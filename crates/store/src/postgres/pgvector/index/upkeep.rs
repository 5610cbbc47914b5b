//! Keeping an index good by itself.

use goldenset_core::{ModelId, Result};
use jiff::{SignedDuration, Timestamp};

use super::super::PgVector;
use super::super::connect::set_for_search;
use super::plan::{IndexPlan, is_large};
use super::progress::Told;
use super::recall::Sample;
use super::room::Room;
use super::session::Work;
use super::state::State;
use super::status::{IndexStatus, look};

/// Least share of the ten nearest that an index has to find.
pub(super) const LEAST: f64 = 0.98;

/// How many times the rows of its build an index may have.
const GROWTH: u64 = 2;

/// How long a sample is good for.
const FRESH: SignedDuration = SignedDuration::from_hours(1);

/// What upkeep did.
#[derive(Debug, Clone)]
pub enum Upkept {
    /// Nothing was due.
    Nothing,
    /// Somebody else is at it.
    Busy,
    /// The index was measured, and is good.
    Sampled(Sample),
    /// An index was built.
    Built {
        /// Why.
        why: String,
        /// What there is now.
        status: Box<IndexStatus>,
    },
}

/// Why an index is to be built, or built again.
pub(super) fn due(status: &IndexStatus) -> Option<String> {
    let IndexStatus { rows, dimensions, .. } = status;
    let Some(built) = &status.built else {
        return match status.chosen {
            Some(IndexPlan::None) => None,
            Some(plan) => Some(format!("the index that was decided on is not there: {plan}")),
            None => is_large(*rows, *dimensions)
                .then(|| format!("comparing all of {rows} rows takes long")),
        };
    };
    if !status.valid {
        return Some("the index is not whole".into());
    }
    if *rows >= built.rows.saturating_mul(GROWTH).max(1) && *rows > built.rows {
        return Some(format!("it was built on {} rows and there are {rows}", built.rows));
    }
    let sample = status.sampled.as_ref()?;
    // One that found too little from the start would be built for ever.
    (sample.recall < LEAST && built.recall >= LEAST).then(|| {
        format!("it finds {:.3} of the nearest, and found {:.3}", sample.recall, built.recall)
    })
}

impl PgVector {
    /// Measures the index of a model where that was done long ago, and builds it where that is due:
    /// where the set has become too large to be compared row by row, where it has twice the rows
    /// that the index was built on, where a sample finds less than 0.98 of the nearest.
    ///
    /// # Errors
    /// As [`PgVector::build`], but `index_busy`.
    pub async fn keep(&self, model: &ModelId, dimensions: usize, told: Told<'_>) -> Result<Upkept> {
        let outcome = async {
            let table = self.table(model, dimensions).await?;
            let (connector, beside) = self.parts();
            let is_to_do = |status: &IndexStatus| {
                let old = |sample: &Sample| sample.at.duration_until(Timestamp::now()) > FRESH;
                let sample = status.sampled.as_ref();
                let sampling = status.built.is_some() && sample.is_none_or(old);
                (sampling, status.due.clone())
            };
            let mut beside_db = beside.acquire().await?;
            let Some(status) = look(&mut beside_db, model).await? else {
                return Ok(Upkept::Nothing);
            };
            drop(beside_db);
            if is_to_do(&status) == (false, None) && status.leftovers.is_empty() {
                return Ok(Upkept::Nothing);
            }
            let Some(mut work) = Work::begin(connector, beside, (&table, model)).await? else {
                return Ok(Upkept::Busy);
            };
            // Somebody may have done it since.
            let Some(mut status) = look(&mut work.session.db, model).await? else {
                return Ok(Upkept::Nothing);
            };
            let mut upkept = Upkept::Nothing;
            if let (true, None) = is_to_do(&status) {
                set_for_search(&mut work.session.db).await?;
                let sample = work.sample(None).await?;
                let mut state = State::load(&mut work.session.db, model).await?;
                state.sampled = Some(sample.clone());
                state.save(&mut work.session.db, model).await?;
                status.sampled = Some(sample.clone());
                status.due = due(&status);
                upkept = Upkept::Sampled(sample);
            }
            if let Some(why) = status.due.take() {
                let plan = match status.built.map(|built| built.plan).or(status.chosen) {
                    Some(plan) => plan.grown(status.rows),
                    None => {
                        let room = Room::of(&mut work.session.db).await?;
                        IndexPlan::pick(status.rows, dimensions, &room).0
                    }
                };
                work.replace(plan, told).await?;
                if let Some(status) = look(&mut work.session.db, model).await? {
                    upkept = Upkept::Built { why, status: Box::new(status) };
                }
            }
            work.end().await?;
            Ok(upkept)
        };
        let outcome = outcome.await;
        self.explained(outcome)
    }
}
