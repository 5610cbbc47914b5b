//! What is measured, each kind in the file of its name.

pub(super) mod batch;
pub(super) mod cold;
pub(super) mod concurrent;
pub(super) mod day;
pub(super) mod hot;
pub(super) mod percentiles;
pub(super) mod remote;
pub(super) mod running;
pub(super) mod start;
pub(super) mod warm;

use std::sync::Arc;
use std::time::Duration;

use goldenset_core::Result;

use super::Bench;
use super::case::{Cases, Order};
use super::client::Server;
use super::figures::Http;
use super::ground::Ground;
use super::in_process::Lookups;
use super::latency::{Latencies, Unit, median};
use super::load::{Arrivals, Length, Load, Loaded};
use super::threads::Threads;

/// A closed loop over some cases for a time.
pub(super) fn closed(
    server: impl Into<Server>,
    cases: &Cases,
    connections: usize,
    time: Duration,
) -> Load {
    Load {
        server: server.into(),
        cases: Arc::clone(cases),
        order: Order::Turns,
        connections,
        arrivals: Arrivals::Closed,
        length: Length::For(time),
        seed: 1,
        took: None,
    }
}

/// A round of load, and the time of processors that the server's threads used a request.
pub(super) struct Round {
    pub(super) loaded: Loaded,
    pub(super) cpu_us: Option<f64>,
}

impl Bench<'_> {
    /// Asks each question once, so that what can be cached is.
    pub(super) fn warm_up(&mut self, ground: &Ground, cases: &Cases) -> Result<()> {
        let mut load = closed(ground.address, cases, 1, Duration::ZERO);
        load.length = Length::Requests(cases.len() as u64);
        self.load(ground.threads()?, load).map(|_| ())
    }

    /// Rounds of one connection, as a figure of this name.
    pub(super) fn one_by_one(&mut self, name: &str, ground: &Ground, cases: &Cases) -> Result<()> {
        let mut rounds = Vec::new();
        for _ in 0..self.plan.rounds {
            let load = closed(ground.address, cases, 1, self.plan.time());
            rounds.push(self.load(ground.threads()?, load)?);
        }
        self.report.http.extend(http(1, &rounds).map(|found| (name.to_owned(), found)));
        Ok(())
    }

    /// Lookups in process, their answers counted.
    pub(super) fn counted(&mut self, lookups: Lookups) -> Latencies {
        self.answers.compared += lookups.latencies.count();
        self.answers.wrong += lookups.wrong;
        lookups.latencies
    }
}

impl<P> Bench<'_, P> {
    /// Loads a server of this process from threads of their own; every answer is compared.
    pub(super) fn load(&mut self, server: &Threads, load: Load) -> Result<Round> {
        self.load_of(Some(server), load)
    }

    /// The same with a server of which nothing else is known.
    pub(super) fn load_of(&mut self, server: Option<&Threads>, load: Load) -> Result<Round> {
        let cpu = || server.and_then(Threads::cpu);
        let before = cpu();
        let loaded = self.clients.run(load.run())?;
        let used = before.zip(cpu()).map(|(before, after)| after.saturating_sub(before));
        self.answers.compared += loaded.latencies.count();
        self.answers.wrong += loaded.wrong;
        let requests = loaded.latencies.count().max(1) as f64;
        let cpu_us = used.map(|used| used.as_secs_f64() * 1e6 / requests);
        Ok(Round { loaded, cpu_us })
    }
}

/// What rounds come to: their medians, and the latencies of the round in the middle.
pub(super) fn http(connections: usize, rounds: &[Round]) -> Option<Http> {
    let per_second = median(rounds.iter().map(|round| round.loaded.per_second()))?;
    let middle = rounds.iter().min_by(|a, b| {
        let off = |round: &Round| (round.loaded.per_second() - per_second).abs();
        off(a).total_cmp(&off(b))
    })?;
    Some(Http {
        connections,
        per_second,
        latency_us: middle.loaded.latencies.percentiles(Unit::Micros),
        cpu_us: median(rounds.iter().filter_map(|round| round.cpu_us)),
    })
}
