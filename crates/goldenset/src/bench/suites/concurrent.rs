//! Throughput and latency by the number of connections, and at a fixed rate.

use goldenset_core::Result;

use super::{closed, http};
use crate::bench::Bench;
use crate::bench::case::Order;
use crate::bench::load::Arrivals;

/// Connections, up to more than there is work for.
pub(in crate::bench) const CONNECTIONS: [usize; 6] = [1, 2, 5, 10, 50, 200];
/// Share of the greatest throughput that is sent at a fixed rate.
pub(in crate::bench) const SHARE: f64 = 0.5;

impl Bench<'_> {
    /// A Zipf stream of cached results.
    pub(in crate::bench) fn concurrent(&mut self) -> Result<()> {
        let cases = self.prepared.cases.clone();
        let ground = self.ground(self.prepared.config.clone())?;
        self.warm_up(&ground, &cases)?;
        let mut most = 0.0_f64;
        for connections in CONNECTIONS {
            let mut load = closed(ground.address, &cases, connections, self.plan.time());
            load.order = Order::zipf(cases.len());
            let round = self.load(ground.threads()?, load)?;
            most = most.max(round.loaded.per_second());
            let found = http(connections, &[round]);
            self.report.http.extend(found.map(|found| (format!("zipf_c{connections}"), found)));
        }
        let mut load = closed(ground.address, &cases, 50, self.plan.time());
        load.order = Order::zipf(cases.len());
        load.arrivals = Arrivals::Open { per_second: most * SHARE };
        let round = self.load(ground.threads()?, load)?;
        let found = http(50, &[round]);
        self.report.http.extend(found.map(|found| ("zipf_open_half".to_owned(), found)));
        Ok(())
    }
}
