//! Building an index beside the one that is in use, then taking it.

use std::time::Instant;

use goldenset_core::{Code, Error, ModelId, Result};
use jiff::Timestamp;

use super::super::super::sql::Fault;
use super::super::PgVector;
use super::super::connect::set_for_search;
use super::leftovers::indexes;
use super::plan::IndexPlan;
use super::progress::{Step, Told};
use super::recall::{Sample, sample};
use super::room::Room;
use super::session::Work;
use super::state::{Built, State};
use super::status::IndexStatus;

/// Vectors that an index is measured with.
pub(super) const QUESTIONS: u32 = 50;

/// Recall that a new index is searched broadly enough for. More than what it must not fall under:
/// a sample has its chance, and the set goes on changing.
const WANTED: f64 = 0.99;

impl PgVector {
    /// Builds an index of a model's vectors beside the one that is in use, and takes it when it is
    /// whole; `None` as the plan picks one by rows and memory, and [`IndexPlan::None`] removes it.
    /// Searches and changes go on meanwhile. What a run that ended early left goes first.
    ///
    /// # Errors
    /// `index_busy` where somebody else is at it, `invalid_field` for parameters that the extension
    /// does not take, `pgvector_unusable`, `embedding_mismatch`, `store_unavailable`.
    pub async fn build(
        &self,
        model: &ModelId,
        dimensions: usize,
        plan: Option<IndexPlan>,
        told: Told<'_>,
    ) -> Result<IndexStatus> {
        if let Some(fault) = plan.and_then(|plan| plan.fault(dimensions)) {
            return Err(Error::new(Code::InvalidField, fault)
                .fix("give parameters within these bounds, or none"));
        }
        let outcome = async {
            let table = self.table(model, dimensions).await?;
            let (connector, beside) = self.parts();
            let work = Work::begin(connector, beside, (&table, model)).await?;
            let mut work = work.ok_or_else(|| self.busy())?;
            work.build(plan, told).await?;
            work.end().await
        };
        let outcome = outcome.await;
        self.explained(outcome)?;
        self.status_of(model).await
    }

    /// Builds the index that is in use once more, with its parameters.
    ///
    /// # Errors
    /// `index_missing` where there is none; as [`PgVector::build`].
    pub async fn rebuild(
        &self,
        model: &ModelId,
        dimensions: usize,
        told: Told<'_>,
    ) -> Result<IndexStatus> {
        let outcome = async {
            let table = self.table(model, dimensions).await?;
            let (connector, beside) = self.parts();
            let work = Work::begin(connector, beside, (&table, model)).await?;
            let mut work = work.ok_or_else(|| self.busy())?;
            let state = State::load(&mut work.session.db, model).await?;
            let built = state.built.ok_or_else(|| {
                Error::new(Code::IndexMissing, "the model has no index that could be built again")
                    .fix("build one: goldenset index build")
            })?;
            work.replace(built.plan, told).await?;
            work.end().await
        };
        let outcome = outcome.await;
        self.explained(outcome)?;
        self.status_of(model).await
    }
}

impl Work<'_> {
    /// Builds what is asked for, or what fits, and writes down that it was asked for.
    async fn build(&mut self, plan: Option<IndexPlan>, told: Told<'_>) -> Result<(), Fault> {
        let mut state = State::load(&mut self.session.db, self.model).await?;
        state.chosen = plan;
        state.save(&mut self.session.db, self.model).await?;
        let plan = match plan {
            Some(plan) => plan,
            None => {
                let room = Room::of(&mut self.session.db).await?;
                IndexPlan::pick(self.rows().await?, self.table.dimensions, &room).0
            }
        };
        self.replace(plan, told).await
    }

    /// Puts an index of this plan in the place of the one that is in use.
    pub(super) async fn replace(&mut self, plan: IndexPlan, told: Told<'_>) -> Result<(), Fault> {
        let built = match plan.using() {
            None => None,
            Some(using) => Some(self.make(plan, &using, told).await?),
        };
        let mut state = State::load(&mut self.session.db, self.model).await?;
        state.built = built;
        state.sampled = None;
        state.save(&mut self.session.db, self.model).await?;
        // From here on the former one is a leftover, also for whoever comes after a crash. To drop
        // it in one transaction with this would make every search wait for those under way.
        self.remove_leftovers().await?;
        if let Some(built) = state.built.clone() {
            let sampled = self.settle(built, told).await?;
            state.sampled = Some(sampled.1);
            state.built = Some(sampled.0);
            state.save(&mut self.session.db, self.model).await?;
        }
        Ok(())
    }

    async fn make(&mut self, plan: IndexPlan, using: &str, told: Told<'_>) -> Result<Built, Fault> {
        let (rows, table) = (self.rows().await?, self.table);
        let room = Room::of(&mut self.session.db).await?;
        room.give(&mut self.session.db, &plan, (rows, table.dimensions)).await?;
        let begun = Instant::now();
        let number = Timestamp::now().as_microsecond();
        let name = format!("{}_i{number:x}", table.name);
        let create = format!("CREATE INDEX CONCURRENTLY {name} ON {} USING {using}", table.name);
        self.watched(create, "building", told).await?;
        let whole = indexes(&mut self.session.db, &table.name).await?;
        if !whole.iter().any(|(index, valid, _)| *index == name && *valid) {
            self.remove_leftovers().await?;
            return Err(Error::new(Code::Internal, "the index that was built is not valid").into());
        }
        let seconds = begun.elapsed().as_secs_f64();
        Ok(Built { name, plan, rows, at: Timestamp::now(), seconds, recall: 0.0 })
    }

    /// Measures the index that is in use now, and searches it more broadly until it finds enough.
    async fn settle(&mut self, mut built: Built, told: Told<'_>) -> Result<(Built, Sample), Fault> {
        set_for_search(&mut self.session.db).await?;
        loop {
            let what = format!("measuring {}", built.plan);
            told(&Step { what, done: 0, all: 0 });
            let sample = self.sample(Some(built.plan)).await?;
            built.recall = sample.recall;
            match built.plan.broader() {
                Some(broader) if sample.recall < WANTED => built.plan = broader,
                _ => return Ok((built, sample)),
            }
        }
    }

    pub(super) async fn sample(&mut self, plan: Option<IndexPlan>) -> Result<Sample, Fault> {
        sample(&mut self.session.db, self.table, (self.model, QUESTIONS), plan).await
    }
}
