//! Lookups whose embedding is cached: search, guards, score and decision run.

use goldenset_core::Result;
use goldenset_engine::CacheStatus;

use super::{closed, http};
use crate::bench::latency::Unit;
use crate::bench::prepared::without_results;
use crate::bench::{Bench, in_process, synthetic};

/// Calls that are measured, over so many questions.
const CALLS: usize = 4_000;
const QUESTIONS: usize = 200;

impl Bench<'_> {
    /// In process over sets of growing size, and over HTTP over the demo set.
    pub(in crate::bench) fn warm(&mut self) -> Result<()> {
        for entries in self.plan.sizes.clone() {
            self.say(&format!("a set of {entries} entries"));
            let engine = self.synthetic(entries, without_results(&self.prepared.config))?;
            let questions: Vec<_> =
                (0..QUESTIONS).map(|at| synthetic::question(at * entries / QUESTIONS)).collect();
            let found = in_process::lookups(&engine, &questions, CALLS, CacheStatus::EmbeddingHit)?;
            let name = format!("search_{}_us", in_thousands(entries));
            self.report.in_process.insert(name, found.percentiles(Unit::Micros));
        }
        let cases = self.prepared.cases.clone();
        let ground = self.ground(without_results(&self.prepared.config))?;
        self.warm_up(&ground)?;
        let mut rounds = Vec::new();
        for _ in 0..self.plan.rounds {
            let load = closed(ground.address, &cases, 1, self.plan.time());
            rounds.push(self.load(&ground.threads, load)?);
        }
        self.report.http.extend(http(1, &rounds).map(|found| ("warm_c1".to_owned(), found)));
        Ok(())
    }
}

/// 1000 as `1k`, 1,500 as `1500`, a million as `1m`.
fn in_thousands(entries: usize) -> String {
    match entries {
        n if n > 0 && n % 1_000_000 == 0 => format!("{}m", n / 1_000_000),
        n if n > 0 && n % 1_000 == 0 => format!("{}k", n / 1_000),
        n => n.to_string(),
    }
}
