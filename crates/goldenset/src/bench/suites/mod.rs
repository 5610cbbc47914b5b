//! What is measured, each kind in the file of its name.

pub(super) mod batch;
pub(super) mod cold;
pub(super) mod concurrent;
pub(super) mod day;
pub(super) mod hot;
pub(super) mod percentiles;
pub(super) mod warm;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use goldenset_core::Result;

use super::Bench;
use super::case::{Cases, Order};
use super::figures::Http;
use super::ground::Ground;
use super::latency::{Unit, median};
use super::load::{Arrivals, Length, Load, Loaded};
use super::threads::Threads;

/// A closed loop over some cases for a time.
pub(super) fn closed(
    address: SocketAddr,
    cases: &Cases,
    connections: usize,
    time: Duration,
) -> Load {
    Load {
        address,
        path: "/v1/lookup",
        authorization: None,
        cases: Arc::clone(cases),
        order: Order::Turns,
        connections,
        arrivals: Arrivals::Closed,
        length: Length::For(time),
        seed: 1,
    }
}

/// A round of load, and the time of processors that the server's threads used a request.
pub(super) struct Round {
    pub(super) loaded: Loaded,
    pub(super) cpu_us: Option<f64>,
}

impl Bench<'_> {
    /// Asks each question once, so that what can be cached is.
    pub(super) fn warm_up(&mut self, ground: &Ground) -> Result<()> {
        let cases = self.prepared.cases.clone();
        let mut load = closed(ground.address, &cases, 1, Duration::ZERO);
        load.length = Length::Requests(cases.len() as u64);
        self.load(&ground.threads, load).map(|_| ())
    }

    /// Loads a server from threads of their own; every answer is compared.
    pub(super) fn load(&mut self, server: &Threads, load: Load) -> Result<Round> {
        let before = server.cpu();
        let loaded = self.clients.run(load.run())?;
        let used = before.zip(server.cpu()).map(|(before, after)| after.saturating_sub(before));
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
