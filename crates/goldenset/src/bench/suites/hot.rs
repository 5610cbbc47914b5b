//! Lookups that a cache answers, or an approved phrasing.

use std::net::SocketAddr;
use std::time::Duration;

use goldenset_core::Result;
use goldenset_engine::CacheStatus;

use super::{closed, http};
use crate::bench::case::Cases;
use crate::bench::figures::{Http, Shared};
use crate::bench::ground::Ground;
use crate::bench::latency::{Unit, median};
use crate::bench::load::Length;
use crate::bench::threads::Threads;
use crate::bench::{Bench, bare, ground, in_process, synthetic};

/// Calls that are measured in process.
const CALLS: usize = 200_000;
/// Far longer than it takes until Redis has what was asked.
const WRITTEN: Duration = Duration::from_secs(1);
/// Entries of the set that they are measured over.
const ENTRIES: usize = 1_000;

impl Bench<'_> {
    /// Hits in process, and over HTTP, beside the bare server where that is wanted.
    pub(in crate::bench) fn hot(&mut self) -> Result<()> {
        self.hits_in_process()?;
        let cases = self.prepared.cases.clone();
        let ground = self.ground(self.prepared.config.clone())?;
        let bare = if self.plan.reference { Some(self.bare(&cases)?) } else { None };
        self.warm_up(&ground, &cases)?;
        if self.plan.is_shared() {
            self.shared(&ground, &cases)?;
        }
        for connections in self.plan.connections.clone() {
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            for _ in 0..self.plan.rounds {
                let load = closed(ground.address, &cases, connections, self.plan.time());
                ours.push(self.load(ground.threads()?, load)?);
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

    /// What another node answers out of Redis: each question once, as the own caches are empty.
    fn shared(&mut self, ground: &Ground, cases: &Cases) -> Result<()> {
        // Writing there waits for nobody, and nobody is told when it is done.
        ground.threads()?.run(async {
            tokio::time::sleep(WRITTEN).await;
            Ok(())
        })?;
        let node = ground.second_node()?;
        ground.embedder.take_calls();
        let mut load = closed(node, cases, 1, self.plan.time());
        load.length = Length::Requests(cases.len() as u64);
        let round = self.load(ground.threads()?, load)?;
        self.report.shared = Some(Shared {
            lookups: round.loaded.latencies.count(),
            embedding_calls: ground.embedder.take_calls(),
        });
        self.report.http.extend(http(1, &[round]).map(|found| ("shared_c1".to_owned(), found)));
        Ok(())
    }

    fn bare(&self, cases: &Cases) -> Result<(Threads, SocketAddr)> {
        let threads = Threads::start("bench-bare", self.plan.workers, &self.plan.stop)?;
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

    /// Through the public call, as who embeds goldenset makes it: a figure of what it is made of
    /// would leave out what the caller waits for.
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
                let calls = CALLS / self.plan.rounds;
                let round = in_process::lookups(&engine, &queries, calls, status)?;
                rounds.push(self.counted(round));
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
