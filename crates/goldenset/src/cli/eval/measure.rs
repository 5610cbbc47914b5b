//! One configuration on all sets.

use std::sync::Arc;

use goldenset_core::{Result, TenantId};
use goldenset_engine::eval::{
    self, Compared, Configuration, Judgement, Outcome, Pairs, Questions, Report,
};
use goldenset_engine::{Author, Engine, ImportMode};
use jiff::civil::Date;

use super::super::output::Bar;
use super::sets::{GoldenSet, Sets};
use crate::config::Config;
use crate::wire;

/// What one configuration did.
pub(super) struct Measured {
    /// One a question, in the order of the sets.
    pub(super) outcomes: Vec<Outcome>,
    /// The same, judged.
    pub(super) judgements: Vec<Judgement>,
    /// The figures.
    pub(super) report: Report,
}

impl Measured {
    /// Asks and compares everything under a configuration of this name.
    pub(super) async fn new(
        config: &Config,
        name: String,
        sets: &Sets,
        as_of: Option<Date>,
    ) -> Result<Self> {
        let engine = super::super::engine(config, wire::store_in_memory().await?).await?;
        let (mut outcomes, mut judgements) = (Vec::new(), Vec::new());
        for (number, set) in sets.golden.iter().enumerate() {
            // Each set has a tenant of its own, so that none is asked for another's entries.
            let tenant = TenantId::new(format!("set-{number}"))?;
            publish(&engine, &tenant, set).await?;
            let bar = Bar::new("asking");
            let place = |row| set.queries.place(row);
            let queries = &set.queries.rows;
            let progress = |done, all| bar.show(done, all);
            let asked = eval::run(&engine, &tenant, queries, as_of, &place, &progress).await?;
            for (labelled, asked) in queries.iter().zip(asked) {
                judgements.push(Judgement::new(&set.name, labelled, &asked));
                outcomes.push(asked.outcome);
            }
        }
        let compared = compare(&engine, sets).await?;
        let report = Report {
            configuration: Configuration::of(&engine, name),
            questions: Questions::new(&judgements),
            pairs: Pairs::new(&compared),
        };
        Ok(Self { outcomes, judgements, report })
    }
}

async fn publish(engine: &Arc<Engine>, tenant: &TenantId, set: &GoldenSet) -> Result<()> {
    let author = Author::new(tenant.clone(), "eval");
    let mode = ImportMode { publish: true, dry_run: false };
    let bar = Bar::new("embedding entries");
    let progress = |done, all| bar.show(done, all);
    engine.import(author, set.entries.clone(), mode, &progress).await.map(|_| ())
}

async fn compare(engine: &Engine, sets: &Sets) -> Result<Vec<Compared>> {
    let mut compared = Vec::new();
    for (name, pairs) in &sets.pairs {
        let bar = Bar::new("comparing");
        let place = |row| pairs.place(row);
        let progress = |done, all| bar.show(done, all);
        compared.extend(eval::run_pairs(engine, name, &pairs.rows, &place, &progress).await?);
    }
    Ok(compared)
}
