//! `bench`: how fast it is, held against targets.

mod running;

use std::io::Write;
use std::thread::available_parallelism;
use std::time::Duration;

use goldenset_core::{Code, Error, Result};

use super::args::Bench;
use super::files::write;
use super::output::{Bar, print_json, unwritable};
use crate::bench::{Done, Plan, Stopper, Suite, Target, run as measure, stop};
use crate::config::{Config, Secret};
use crate::http::server::asked_to_stop;
use running::running;

/// Sizes of the sets that `--large` adds.
const LARGE: [usize; 2] = [100_000, 1_000_000];
const GROWTH: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];

/// Measures; `false` when a target was missed, or answers were wrong, or it was stopped.
pub(super) async fn run(config: &Config, bench: Bench) -> Result<bool> {
    let (stopper, stop) = stop();
    let secret = |text: &Option<String>| Secret::from(text.clone().unwrap_or_default());
    let mut plan = Plan {
        suites: suites(&bench)?,
        rounds: bench.rounds,
        seconds: bench.seconds,
        connections: bench.connections.clone(),
        sizes: bench.sizes.clone(),
        growth: Vec::new(),
        reference: bench.reference,
        provider_latency: Duration::from_secs_f64(bench.provider_latency / 1e3),
        store: secret(&bench.store),
        redis: secret(&bench.redis),
        running: running(config, &bench).await?,
        stop: stop.clone(),
        workers: available_parallelism().map_or(1, usize::from),
        targets: Target::read(bench.targets.as_deref())?,
    };
    if bench.large {
        plan.sizes.extend(LARGE);
        plan.sizes.sort_unstable();
        plan.sizes.dedup();
        plan.growth.extend(GROWTH);
    }
    let config = config.clone();
    let asked = asked_to_stop();
    // It has threads of its own for each thing that it measures.
    let measuring = tokio::task::spawn_blocking(move || {
        let bar = Bar::new("bench");
        measure(&config, &plan, &|what| bar.say(what))
    });
    let stopping = tokio::spawn(stop_when_asked(asked, stopper));
    let done = measuring.await;
    stopping.abort();
    if stop.is_asked() {
        eprintln!(
            "stopped: nothing counts; what it made is removed, unless the log says otherwise"
        );
        return Ok(false);
    }
    let done = done
        .map_err(|cause| Error::new(Code::Internal, "the benchmark ended early").cause(cause))??;
    if let Some(path) = &bench.markdown {
        write(path, &done.markdown())?;
    }
    if let Some(path) = &bench.html {
        write(path, &done.html()?)?;
    }
    if bench.json {
        print_json(&done.report)?;
    } else {
        write!(std::io::stdout(), "{}", done.text()).map_err(unwritable)?;
    }
    say_what_was_missed(&done);
    Ok(done.passed())
}

/// What was asked for, in the order in which it runs.
fn suites(bench: &Bench) -> Result<Vec<Suite>> {
    let can = match bench.url {
        Some(_) => &Suite::BY_LOOKUPS[..],
        None => &Suite::ALL[..],
    };
    if let Some(not) = bench.suite.iter().find(|suite| !can.contains(suite)) {
        let detail = format!("`{}` cannot be measured by lookups alone", not.name());
        return Err(Error::new(Code::InvalidField, detail)
            .field("--suite")
            .fix("with --url: hot, percentiles, concurrent; leave --url out for the others"));
    }
    let all = |suite: &&Suite| bench.suite.is_empty() || bench.suite.contains(suite);
    Ok(can.iter().filter(all).copied().collect())
}

/// Asked once, it ends and takes away what it made; asked twice, it ends at once.
async fn stop_when_asked(asked: impl Future<Output = ()>, stopper: Stopper) {
    asked.await;
    let again = asked_to_stop();
    eprintln!("stopping");
    stopper.stop();
    again.await;
    eprintln!("stopped at once: see docs/performance.md for what may be left behind");
    std::process::exit(1);
}

fn say_what_was_missed(done: &Done) {
    let report = &done.report;
    if !report.answers.are_right() {
        eprintln!("missed: the answers were not right: {:?}", report.answers);
    }
    for target in report.targets.iter().filter(|target| target.pass == Some(false)) {
        let value = target.value.unwrap_or_default();
        eprintln!(
            "missed: {}: {value:.3} {}, the limit is {}",
            target.name, target.unit, target.limit
        );
    }
    if report.targets.iter().all(|target| target.pass.is_none()) {
        eprintln!("missed: no target was measured");
    }
}
