//! Lookups that a cache answers, or an approved phrasing.

use std::net::SocketAddr;

use goldenset_core::Result;
use goldenset_engine::CacheStatus;

use super::{closed, http};
use crate::bench::case::Cases;
use crate::bench::figures::Http;
use crate::bench::latency::{Unit, median};
use crate::bench::threads::Threads;
use crate::bench::{Bench, bare, ground, in_process, synthetic};

/// Calls that are measured in process.
const CALLS: usize = 200_000;
/// Entries of the set that they are measured over.
const ENTRIES: usize = 1_000;

impl Bench<'_> {
    /// Hits in process, and over HTTP, beside the bare server where that is wanted.
    pub(in crate::bench) fn hot(&mut self) -> Result<()> {
        self.hits_in_process()?;
        let cases = self.prepared.cases.clone();
        let ground = self.ground(self.prepared.config.clone())?;
        let bare = if self.plan.reference { Some(self.bare(&cases)?) } else { None };
        self.warm_up(&ground)?;
        for connections in self.plan.connections.clone() {
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            for _ in 0..self.plan.rounds {
                let load = closed(ground.address, &cases, connections, self.plan.time());
                ours.push(self.load(&ground.threads, load)?);
                if let Some((threads, address)) = &bare {
                    let load = closed(*address, &cases, connections, self.plan.time());
                    theirs.push(self.load(threads, load)?);
                }
            }
            let name = format!("c{connections}");
            let (ours, theirs) = (http(connections, &ours), http(connections, &theirs));
            if let (Some(ours), Some(theirs)) = (&ours, &theirs) {
                self.ratios(&name, ours, theirs);
            }
            self.report.http.extend(ours.map(|ours| (format!("hot_{name}"), ours)));
            self.report.http.extend(theirs.map(|theirs| (format!("bare_{name}"), theirs)));
        }
        Ok(())
    }

    fn bare(&self, cases: &Cases) -> Result<(Threads, SocketAddr)> {
        let threads = Threads::start("bench-bare", self.plan.workers)?;
        let router = bare::router(cases);
        let address = threads.run(async move { ground::serve(router).await })?;
        Ok((threads, address))
    }

    fn ratios(&mut self, name: &str, ours: &Http, theirs: &Http) {
        let ratios = &mut self.report.ratios;
        ratios.http_hot.insert(name.into(), ours.per_second / theirs.per_second);
        if let (Some(ours), Some(theirs)) = (ours.cpu_us, theirs.cpu_us) {
            ratios.http_hot_cpu.insert(name.into(), ours / theirs);
        }
    }

    fn hits_in_process(&mut self) -> Result<()> {
        let engine = self.synthetic(ENTRIES, self.prepared.config.clone())?;
        let phrasings: Vec<_> = (0..100).map(synthetic::phrasing).collect();
        let questions: Vec<_> = (0..100).map(synthetic::question).collect();
        for (name, queries, status) in [
            ("signature_hit_ns", phrasings, CacheStatus::SignatureHit),
            ("result_hit_ns", questions, CacheStatus::ResultHit),
        ] {
            let mut rounds = Vec::new();
            for _ in 0..self.plan.rounds {
                rounds.push(in_process::lookups(
                    &engine,
                    &queries,
                    CALLS / self.plan.rounds,
                    status,
                )?);
            }
            // The middle round by its median.
            let middle = median(rounds.iter().map(|round| round.at(0.5, Unit::Nanos)));
            rounds.retain(|round| Some(round.at(0.5, Unit::Nanos)) == middle);
            let round = rounds.pop().map(|round| round.percentiles(Unit::Nanos));
            self.report.in_process.extend(round.map(|round| (name.to_owned(), round)));
        }
        Ok(())
    }
}
