//! Questions in batches.

use std::sync::Arc;
use std::time::Instant;

use goldenset_core::Result;
use goldenset_engine::scope::Options;

use crate::bench::Bench;
use crate::bench::figures::Batch;
use crate::bench::ground::Ground;
use crate::bench::latency::median;
use crate::bench::prepared::without_caches;

impl Bench<'_> {
    /// Batches of the configured size, with nothing cached and with everything cached.
    pub(in crate::bench) fn batch(&mut self) -> Result<()> {
        let size = self.prepared.config.embedding.batch_size.min(self.prepared.cases.len());
        let cold = self.ground(without_caches(&self.prepared.config))?;
        let hot = self.ground(self.prepared.config.clone())?;
        self.batch_of(&hot, size, 0)?;
        cold.embedder.take_calls();
        let (mut cold_ms, mut hot_us) = (Vec::new(), Vec::new());
        for round in 0..self.plan.rounds {
            cold_ms.push(self.batch_of(&cold, size, round)? * 1e3);
            hot_us.push(self.batch_of(&hot, size, 0)? * 1e6);
        }
        let calls = cold.embedder.take_calls() as f64 / self.plan.rounds as f64;
        self.report.batch =
            median(cold_ms).zip(median(hot_us)).map(|(cold_ms_each, hot_us_each)| Batch {
                size,
                cold_ms_each,
                embedding_calls: calls,
                hot_us_each,
            });
        Ok(())
    }

    /// Seconds a question.
    fn batch_of(&mut self, ground: &Ground, size: usize, round: usize) -> Result<f64> {
        let cases = self.prepared.cases.clone();
        let asked: Vec<_> = cases.iter().cycle().skip(round * size).take(size).collect();
        let queries: Vec<_> = asked.iter().map(|case| case.query.clone()).collect();
        let engine = Arc::clone(&ground.app.engine());
        let (results, took) = ground.threads()?.run(async move {
            let started = Instant::now();
            let results = engine.lookup_batch(&queries, Options::default()).await?;
            Ok((results, started.elapsed()))
        })?;
        for (case, result) in asked.into_iter().zip(results) {
            self.compare(result?.answer.body() == &case.expected);
        }
        Ok(took.as_secs_f64() / size.max(1) as f64)
    }
}
