//! `bench`: how fast it is, held against targets.

use std::io::Write;
use std::thread::available_parallelism;

use goldenset_core::{Code, Error, Result};

use super::args::Bench;
use super::files::write;
use super::output::{Bar, print_json, unwritable};
use crate::bench::{Done, Plan, Suite, Target, run as measure};
use crate::config::Config;

/// Measures; `false` when a target was missed, or answers were wrong.
pub(super) async fn run(config: &Config, bench: Bench) -> Result<bool> {
    let mut suites = if bench.suite.is_empty() { Suite::ALL.to_vec() } else { bench.suite };
    suites.sort_unstable();
    suites.dedup();
    let plan = Plan {
        suites,
        rounds: bench.rounds,
        seconds: bench.seconds,
        connections: bench.connections,
        sizes: bench.sizes,
        reference: bench.reference,
        workers: available_parallelism().map_or(1, usize::from),
        targets: Target::read(bench.targets.as_deref())?,
    };
    let config = config.clone();
    // It has threads of its own for each thing that it measures.
    let done = tokio::task::spawn_blocking(move || {
        let bar = Bar::new("bench");
        measure(&config, &plan, &|what| bar.say(what))
    });
    let done = done
        .await
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
