//! Lookups that nothing is cached for, beside bare runs of the model on the same texts.

use std::sync::Arc;
use std::time::Instant;

use goldenset_core::Result;
use goldenset_engine::scope::Options;

use super::{closed, http};
use crate::bench::Bench;
use crate::bench::latency::{Latencies, Unit, median};
use crate::bench::load::Length;
use crate::bench::prepared::{text, without_caches};

/// Questions a round.
const QUESTIONS: usize = 100;

impl Bench<'_> {
    /// With the model that is configured, then with a provider that is somewhere else.
    pub(in crate::bench) fn cold(&mut self) -> Result<()> {
        self.cold_here()?;
        self.say("cold, with a remote provider");
        self.remote()
    }

    /// In process by turns with the model, then over HTTP.
    fn cold_here(&mut self) -> Result<()> {
        let ground = self.ground(without_caches(&self.prepared.config))?;
        let (engine, model) = (ground.app.engine(), Arc::clone(&self.prepared.model));
        let cases = self.prepared.cases.clone();
        let (mut ratios, mut lookups, mut runs) =
            (Vec::new(), Latencies::new()?, Latencies::new()?);
        for round in 0..self.plan.rounds {
            let mut of_round = (Latencies::new()?, Latencies::new()?);
            for case in cases.iter().cycle().skip(round * QUESTIONS).take(QUESTIONS) {
                let (engine, query) = (Arc::clone(&engine), case.query.clone());
                let (looked, took) = ground.threads()?.run(async move {
                    let started = Instant::now();
                    let looked = engine.lookup(&query, Options::default()).await?;
                    Ok((looked, started.elapsed()))
                })?;
                self.compare(looked.answer.body() == &case.expected);
                of_round.0.record(took);
                let (model, text) = (Arc::clone(&model), text(&case.query));
                of_round.1.record(ground.threads()?.run(async move {
                    let started = Instant::now();
                    model.embed(&[text]).await?;
                    Ok(started.elapsed())
                })?);
            }
            let p50 = |of: &Latencies| of.at(0.5, Unit::Nanos);
            ratios.push(p50(&of_round.0) / p50(&of_round.1));
            lookups.merge(&of_round.0);
            runs.merge(&of_round.1);
        }
        self.report.ratios.cold_local = median(ratios);
        let figures = &mut self.report.in_process;
        figures.insert("cold_us".into(), lookups.percentiles(Unit::Micros));
        figures.insert("model_run_us".into(), runs.percentiles(Unit::Micros));
        let mut load = closed(ground.address, &cases, 1, self.plan.time());
        load.length = Length::Requests(cases.len() as u64);
        let round = self.load(ground.threads()?, load)?;
        self.report.http.extend(http(1, &[round]).map(|found| ("cold_c1".to_owned(), found)));
        Ok(())
    }
}
