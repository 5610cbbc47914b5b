//! `goldenset bench`: how fast it is, in one command, held against targets.
//!
//! Everything is measured over golden sets of its own that end with it; no figure counts unless
//! the answers were right.

mod bare;
mod case;
pub mod demo_day;
mod figures;
mod ground;
mod in_process;
mod latency;
mod load;
mod machine;
mod plan;
mod prepared;
mod shown;
mod suites;
mod synthetic;
mod target;
mod threads;

use std::sync::Arc;
use std::time::Instant;

use goldenset_core::{Code, Error, Result};
use goldenset_engine::Engine;

use crate::config::Config;
use crate::wire;
pub use figures::Report;
use figures::{Answers, Ratios};
use ground::{Ground, publish};
use latency::Latencies;
use machine::Machine;
pub use plan::{Plan, Suite};
use prepared::Prepared;
use synthetic::Synthetic;
pub use target::Target;
use threads::Threads;

/// A run under way.
struct Bench<'a> {
    plan: &'a Plan,
    prepared: Arc<Prepared>,
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

/// Runs the suites of a plan, some minutes; blocks its thread. `said` is told what is done.
///
/// # Errors
/// Faults of the model and of the machine; `config_invalid` for a target that no report has.
pub fn run(config: &Config, plan: &Plan, said: &dyn Fn(&str)) -> Result<Done> {
    let started = Instant::now();
    let report = empty();
    // A target that cannot be judged is said before minutes are spent.
    let value = as_json(&report)?;
    plan.targets.iter().try_for_each(|target| target.check(&value))?;
    let clients = Threads::start("bench-load", plan.workers)?;
    said("the right answers");
    let own = config.clone();
    let prepared = Arc::new(clients.run(async move { Prepared::new(&own).await })?);
    let answers = prepared.answers;
    let mut bench =
        Bench { plan, prepared, clients, report, answers, plots: Plots::default(), said };
    for suite in &plan.suites {
        said(suite.name());
        match suite {
            Suite::Cold => bench.cold()?,
            Suite::Warm => bench.warm()?,
            Suite::Hot => bench.hot()?,
            Suite::Percentiles => bench.percentiles()?,
            Suite::Concurrent => bench.concurrent()?,
            Suite::Batch => bench.batch()?,
            Suite::Day => bench.day()?,
        }
    }
    let Bench { mut report, answers, plots, .. } = bench;
    report.answers = answers;
    report.seconds = started.elapsed().as_secs_f64();
    let value = as_json(&report)?;
    report.targets = plan.targets.iter().map(|target| target.judge(&value)).collect();
    Ok(Done { report, plots })
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
        Ground::start(&config, Arc::clone(model), rows.clone(), self.plan.workers)
    }

    /// An engine over a synthetic set.
    fn synthetic(&self, entries: usize, config: Config) -> Result<Arc<Engine>> {
        let embedder = Arc::new(Synthetic::like(&*self.prepared.model));
        self.clients.run(async move {
            let store = wire::store_in_memory().await?;
            let engine = wire::engine(&config, store, embedder, None, &|_, _| ()).await?;
            publish(&engine, synthetic::rows(entries)).await?;
            Ok(engine)
        })
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
        at: jiff::Timestamp::now().to_string(),
        seconds: 0.0,
        targets: Vec::new(),
        ratios: Ratios::default(),
        in_process: Default::default(),
        http: Default::default(),
        percentiles: None,
        cache: None,
        day: None,
        batch: None,
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
