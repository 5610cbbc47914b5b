//! `goldenset bench`: how fast it is, in one command, held against targets.
//!
//! Everything is measured over golden sets of its own that end with it; no figure counts unless
//! the answers were right.

mod bare;
mod case;
mod child;
mod client;
pub mod demo_day;
mod figures;
mod folder;
mod ground;
mod in_process;
mod latency;
mod load;
mod machine;
mod place;
mod plan;
mod prepared;
mod provider;
mod scan;
mod shown;
mod stop;
mod suites;
mod synthetic;
mod target;
mod threads;
mod verification;

use std::sync::Arc;
use std::time::Instant;

use goldenset_core::ports::Embedder;
use goldenset_core::{Code, Error, Result};
use goldenset_engine::Engine;

use crate::config::Config;
use crate::wire;
pub use figures::Report;
use figures::{Answers, Ratios};
use folder::remove_leftovers;
use ground::{Ground, Rows, publish};
use latency::Latencies;
use machine::Machine;
pub use plan::{Plan, Running, Suite};
use prepared::Prepared;
pub use stop::{Stop, Stopper, stop};
use synthetic::Synthetic;
pub use target::Target;
use threads::Threads;

/// A run under way; `prepared` is what it is measured on, nothing where that is a running server.
struct Bench<'a, P = Arc<Prepared>> {
    plan: &'a Plan,
    prepared: P,
    /// Those that ask.
    clients: Threads,
    report: Report,
    answers: Answers,
    plots: Plots,
    said: &'a dyn Fn(&str),
}

/// What plots are drawn of beside the report.
#[derive(Debug, Default)]
struct Plots {
    stream: Option<Latencies>,
}

/// A report with what people read of it.
pub struct Done {
    /// The figures.
    pub report: Report,
    plots: Plots,
}

/// Runs the suites of a plan, some minutes; blocks its thread. `said` is told what is done. Nothing
/// that it made is left when it returns, also with an error.
///
/// # Errors
/// Faults of the model and of the machine; `config_invalid` for a target that no report has.
pub fn run(config: &Config, plan: &Plan, said: &dyn Fn(&str)) -> Result<Done> {
    let started = Instant::now();
    let mut report = empty();
    report.against = plan.places();
    // A target that cannot be judged is said before minutes are spent.
    let value = as_json(&report)?;
    plan.targets.iter().try_for_each(|target| target.check(&value))?;
    remove_leftovers();
    let clients = Threads::start("bench-load", plan.workers, &plan.stop)?;
    said("the right answers");
    let answers = Answers::default();
    let plots = Plots::default();
    let bench = Bench { plan, prepared: (), clients, report, answers, plots, said };
    let Bench { mut report, answers, plots, .. } = match &plan.running {
        Some(running) => bench.of_server(running)?,
        None => bench.of_own_sets(config)?,
    };
    report.answers = answers;
    report.seconds = started.elapsed().as_secs_f64();
    let value = as_json(&report)?;
    report.targets = plan.targets.iter().map(|target| target.judge(&value)).collect();
    Ok(Done { report, plots })
}

impl<'a> Bench<'a, ()> {
    fn of_server(mut self, running: &Running) -> Result<Self> {
        self.running(running)?;
        Ok(self)
    }

    fn of_own_sets(self, config: &Config) -> Result<Self> {
        let own = config.clone();
        let prepared = Arc::new(self.clients.run(async move { Prepared::new(&own).await })?);
        let answers = prepared.answers;
        let mut bench = Bench { answers, ..self.with(prepared) };
        for suite in &bench.plan.suites {
            bench.say(suite.name());
            match suite {
                Suite::Cold => bench.cold()?,
                Suite::Warm => bench.warm()?,
                Suite::Hot => bench.hot()?,
                Suite::Percentiles => bench.percentiles()?,
                Suite::Concurrent => bench.concurrent()?,
                Suite::Batch => bench.batch()?,
                Suite::Day => bench.day()?,
                Suite::Start => bench.start()?,
            }
        }
        Ok(bench.with(()))
    }
}

fn as_json(report: &Report) -> Result<serde_json::Value> {
    serde_json::to_value(report).map_err(|cause| {
        Error::new(Code::Internal, "the report could not be written as JSON").cause(cause)
    })
}

impl Done {
    /// Whether figures may be believed, and no target that was measured was missed, and one was
    /// measured.
    #[must_use]
    pub fn passed(&self) -> bool {
        let mut judged = self.report.targets.iter().filter_map(|target| target.pass).peekable();
        self.report.answers.are_right() && judged.peek().is_some() && judged.all(|pass| pass)
    }
}

impl Bench<'_> {
    /// A server of its own over the demo set, with the model as it is configured.
    fn ground(&self, config: Config) -> Result<Ground> {
        let Prepared { model, rows, .. } = &*self.prepared;
        self.ground_of(&config, Arc::clone(model), rows.clone())
    }

    /// A server of its own over any set.
    fn ground_of(
        &self,
        config: &Config,
        embedder: Arc<dyn Embedder>,
        rows: Rows,
    ) -> Result<Ground> {
        Ground::start(config, embedder, rows, self.plan)
    }

    /// An engine over a synthetic set.
    fn synthetic(&self, entries: usize, config: Config) -> Result<Arc<Engine>> {
        let embedder = Arc::new(Synthetic::like(&*self.prepared.model));
        self.clients.run(async move {
            let store = wire::store_in_memory().await?;
            let engine = wire::engine(&config, store, embedder, None, &|_, _| ()).await?;
            publish(&engine, synthetic::rows(entries)).await?;
            engine.index_grown().await?;
            Ok(engine)
        })
    }
}

impl<'a, P> Bench<'a, P> {
    /// The same, measured on something else.
    fn with<Q>(self, prepared: Q) -> Bench<'a, Q> {
        let Self { plan, clients, report, answers, plots, said, .. } = self;
        Bench { plan, prepared, clients, report, answers, plots, said }
    }

    fn compare(&mut self, is_right: bool) {
        self.answers.compared += 1;
        self.answers.wrong += u64::from(!is_right);
    }

    fn say(&self, what: &str) {
        (self.said)(what);
    }
}

fn empty() -> Report {
    Report {
        version: env!("CARGO_PKG_VERSION"),
        commit: option_env!("GOLDENSET_COMMIT"),
        optimised: !cfg!(debug_assertions),
        machine: Machine::look(),
        against: "golden sets of its own, in a folder and in memory".into(),
        at: jiff::Timestamp::now().to_string(),
        seconds: 0.0,
        targets: Vec::new(),
        ratios: Ratios::default(),
        in_process: Default::default(),
        scans: Default::default(),
        http: Default::default(),
        remote: None,
        shared: None,
        percentiles: None,
        cache: None,
        day: None,
        batch: None,
        start: None,
        server: None,
        growth: Vec::new(),
        unchecked: Vec::new(),
        answers: Answers::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::figures::Answers;
    use super::target::{Bound, Judged};
    use super::*;

    fn done(answers: Answers, passes: &[Option<bool>]) -> Done {
        let judged = |pass: &Option<bool>| Judged {
            name: "t".into(),
            value: pass.map(|_| 1.0),
            limit: 1.0,
            bound: Bound::AtMost,
            unit: "ms".into(),
            pass: *pass,
        };
        let targets = passes.iter().map(judged).collect();
        Done { report: Report { targets, answers, ..empty() }, plots: Plots::default() }
    }

    #[test]
    fn nothing_passes_on_wrong_or_empty_answers() {
        let right = Answers { compared: 9, wrong: 0, questions: 4, with_matches: 3, served: 1 };
        assert!(done(right, &[Some(true), None]).passed());
        assert!(!done(right, &[Some(true), Some(false)]).passed());
        assert!(!done(right, &[None]).passed() && !done(right, &[]).passed());
        for not in [
            Answers { compared: 0, ..right },
            Answers { wrong: 1, ..right },
            Answers { served: 0, ..right },
            Answers { with_matches: 2, ..right },
        ] {
            let done = done(not, &[Some(true)]);
            assert!(!done.passed() && done.text().contains("no figure counts"), "{not:?}");
        }
    }
}
