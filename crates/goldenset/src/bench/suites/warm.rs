//! Lookups whose embedding is cached: search, guards, score and decision run.

use std::sync::Arc;

use goldenset_core::Result;
use goldenset_engine::scope::Options;
use goldenset_engine::{CacheStatus, Engine};

use crate::bench::case::{Case, Cases};
use crate::bench::latency::Unit;
use crate::bench::prepared::without_results;
use crate::bench::scan::Scanned;
use crate::bench::verification::Verification;
use crate::bench::{Bench, in_process, synthetic};
use crate::wire;

/// Calls that are measured, over so many questions.
const CALLS: usize = 4_000;
const QUESTIONS: usize = 200;
/// Sets up to this size are searched over HTTP too; a larger one takes its time to publish once
/// more, and says nothing new of HTTP.
const OVER_HTTP: usize = 10_000;

impl Bench<'_> {
    /// In process over sets of growing size, and over HTTP; then its parts.
    pub(in crate::bench) fn warm(&mut self) -> Result<()> {
        for entries in self.plan.sizes.clone() {
            self.say(&format!("a set of {entries} entries"));
            self.searched(entries)?;
        }
        self.verification()?;
        for rows in self.plan.sizes.clone() {
            self.say(&format!("{rows} vectors"));
            self.scan(rows)?;
        }
        let cases = self.prepared.cases.clone();
        let ground = self.ground(without_results(&self.prepared.config))?;
        self.warm_up(&ground, &cases)?;
        self.one_by_one("warm_c1", &ground, &cases)
    }

    /// A synthetic set.
    fn searched(&mut self, entries: usize) -> Result<()> {
        let config = without_results(&self.prepared.config);
        let questions: Vec<_> =
            (0..QUESTIONS).map(|at| synthetic::question(at * entries / QUESTIONS)).collect();
        let engine = self.synthetic(entries, config.clone())?;
        let found = in_process::lookups(&engine, &questions, CALLS, CacheStatus::EmbeddingHit)?;
        let found = self.counted(found);
        let name = format!("search_{}", in_thousands(entries));
        self.report.in_process.insert(format!("{name}_us"), found.percentiles(Unit::Micros));
        let cases = self.cases(engine, questions)?;
        if entries > OVER_HTTP {
            return Ok(());
        }
        let embedder = Arc::new(synthetic::Synthetic::like(&*self.prepared.model));
        let ground = self.ground_of(&config, embedder, synthetic::rows(entries))?;
        self.warm_up(&ground, &cases)?;
        self.one_by_one(&format!("{name}_c1"), &ground, &cases)
    }

    /// The bodies that an engine gives for questions.
    fn cases(&self, engine: Arc<Engine>, questions: Vec<String>) -> Result<Cases> {
        self.clients.run(async move {
            let mut cases = Vec::with_capacity(questions.len());
            for question in questions {
                let looked = engine.lookup(&question, Options::default()).await?;
                cases.push(Case::new(&question, looked.answer.body().clone())?);
            }
            Ok(cases.into())
        })
    }

    /// Guards and score, over the demo set and its vectors.
    fn verification(&mut self) -> Result<()> {
        let prepared = Arc::clone(&self.prepared);
        let verification = self.clients.run(async move {
            let verifier = wire::verifier(&prepared.config, prepared.model.model())?;
            let model = &*prepared.remembering;
            Verification::new(verifier, model, &prepared.rows, &prepared.cases, QUESTIONS).await
        })?;
        let found = verification.measure(CALLS)?;
        let figures = &mut self.report.in_process;
        figures.insert("guards_verifier_us".into(), found.percentiles(Unit::Micros));
        Ok(())
    }

    /// The search over vectors alone.
    fn scan(&mut self, rows: usize) -> Result<()> {
        let vectors = synthetic::Synthetic::like(&*self.prepared.model);
        let found = Scanned::new(&vectors, rows).measure(self.plan.rounds, self.plan.reference)?;
        let name = in_thousands(rows);
        let figures = &mut self.report.in_process;
        figures.insert(format!("scan_{name}_us"), found.search.percentiles(Unit::Micros));
        if let Some(ratio) = found.figures.to_stream {
            figures.insert(format!("stream_{name}_us"), found.stream.percentiles(Unit::Micros));
            self.report.ratios.scan_to_stream.insert(name.clone(), ratio);
        }
        self.report.scans.insert(name, found.figures);
        let (compared, differing) = found.compared;
        self.answers.compared += compared;
        self.answers.wrong += differing;
        Ok(())
    }
}

/// 1000 as `1k`, 1,500 as `1500`, a million as `1m`.
pub(in crate::bench) fn in_thousands(entries: usize) -> String {
    match entries {
        n if n > 0 && n % 1_000_000 == 0 => format!("{}m", n / 1_000_000),
        n if n > 0 && n % 1_000 == 0 => format!("{}k", n / 1_000),
        n => n.to_string(),
    }
}
