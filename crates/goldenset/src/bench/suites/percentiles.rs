//! A stream of questions as frequent as Zipf's law has it, from empty caches on.

use goldenset_core::Result;

use super::closed;
use crate::bench::Bench;
use crate::bench::case::Order;
use crate::bench::figures::Stream;
use crate::bench::latency::Unit;
use crate::bench::load::Length;

/// Requests, and connections that send them.
pub(in crate::bench) const REQUESTS: u64 = 20_000;
pub(in crate::bench) const CONNECTIONS: usize = 4;

impl Bench<'_> {
    /// The stream over HTTP.
    pub(in crate::bench) fn percentiles(&mut self) -> Result<()> {
        let cases = self.prepared.cases.clone();
        let ground = self.ground(self.prepared.config.clone())?;
        ground.embedder.take_calls();
        let mut load = closed(ground.address, &cases, CONNECTIONS, self.plan.time());
        load.order = Order::zipf(cases.len());
        load.length = Length::Requests(REQUESTS);
        let round = self.load(ground.threads()?, load)?;
        self.report.percentiles = Some(Stream {
            connections: CONNECTIONS,
            questions: cases.len(),
            from_empty_caches: true,
            per_second: round.loaded.per_second(),
            latency_ms: round.loaded.latencies.percentiles(Unit::Millis),
            embedding_calls: Some(ground.embedder.take_calls()),
        });
        self.plots.stream = Some(round.loaded.latencies);
        Ok(())
    }
}
