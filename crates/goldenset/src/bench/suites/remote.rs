//! Lookups that nothing is cached for, with an embedding provider that is somewhere else.

use std::net::SocketAddr;
use std::sync::Arc;

use goldenset_core::{Code, Error, Result};
use goldenset_engine::CacheStatus;
use goldenset_engine::scope::Options;

use super::closed;
use crate::bench::case::{Case, Cases};
use crate::bench::figures::{Equal, Remote, RemoteAt};
use crate::bench::ground::Ground;
use crate::bench::latency::Unit;
use crate::bench::load::{Arrivals, Length, Loaded};
use crate::bench::prepared::{plain_engine, without_caches};
use crate::bench::provider::{AT_ONCE, Provider};
use crate::bench::threads::Threads;
use crate::bench::{Bench, bare, ground};

/// Connections, and requests that they send together in a round.
const LOADS: [(usize, u64); 2] = [(1, 10), (CROWD, 400)];
/// Of the requests that connections could send at most, each waiting for the provider alone, so
/// many are sent, evenly over time: a connection that waited for each answer would soon ask
/// together with others, and measure how they wait for each other.
const BUSY: f64 = 0.9;
/// And no more a second, however quick the provider is: what waits for a processor is another
/// question.
const MOST: f64 = 500.0;
/// Of the most frequent questions so many, without those that are approved phrasings.
const QUESTIONS: usize = 200;
/// Who ask the same at once.
const CROWD: usize = 50;

impl Bench<'_> {
    /// What a lookup costs above the provider, and how often the provider is asked by many who want
    /// the same.
    pub(in crate::bench) fn remote(&mut self) -> Result<()> {
        let prepared = Arc::clone(&self.prepared);
        let model = Arc::clone(&prepared.remembering) as _;
        let provider = Provider::start(model, self.plan.workers, &self.plan.stop)?;
        let config = provider.configured(&prepared.config);
        let (rows, plain) = (prepared.rows.clone(), config.clone());
        let cases = self.clients.run(async move {
            let embedder = crate::wire::embedder(&plain)?;
            let plain = plain_engine(&plain, embedder, rows).await?;
            let mut cases = Vec::new();
            for case in prepared.cases.iter().take(QUESTIONS) {
                let looked = plain.lookup(&case.query, Options::default()).await?;
                // An approved phrasing asks nobody.
                if looked.facts.cache != CacheStatus::SignatureHit {
                    cases.push(Case::new(&case.query, looked.answer.body().clone())?);
                }
            }
            Ok(Cases::from(cases))
        })?;
        let ground = |bench: &Self, config| {
            let embedder = crate::wire::embedder(&config)?;
            bench.ground_of(&config, embedder, bench.prepared.rows.clone())
        };
        let cold = ground(self, without_caches(&config))?;
        let own = ground(self, config)?;
        provider.set_latency(self.plan.provider_latency);
        let mut remote = Remote {
            latency_ms: self.plan.provider_latency.as_secs_f64() * 1e3,
            requests_at_once: AT_ONCE,
            by_connections: Default::default(),
            equal: self.equal(&own, &provider, &cases)?,
        };
        let bare =
            if self.plan.reference { Some(self.forwarding(&cases, &provider)?) } else { None };
        for (connections, requests) in LOADS {
            let (mut ours, mut theirs) = (Loaded::new()?, Loaded::new()?);
            for _ in 0..self.plan.rounds {
                let one = (cold.threads()?, cold.address);
                ours.merge(&self.above(one, (&cases, &provider), (connections, requests))?);
                if let Some((threads, address)) = &bare {
                    let one = (threads, *address);
                    theirs.merge(&self.above(one, (&cases, &provider), (connections, requests))?);
                }
            }
            let above = |loaded: &Loaded| loaded.above.percentiles(Unit::Millis);
            let at = RemoteAt {
                connections,
                per_second: ours.per_second(),
                latency_ms: ours.latencies.percentiles(Unit::Millis),
                above_ms: above(&ours),
                bare_above_ms: bare.as_ref().map(|_| above(&theirs)),
            };
            remote.by_connections.insert(format!("c{connections}"), at);
        }
        self.report.remote = Some(remote);
        Ok(())
    }

    fn above(
        &mut self,
        (threads, address): (&Threads, SocketAddr),
        (cases, provider): (&Cases, &Provider),
        (connections, requests): (usize, u64),
    ) -> Result<Loaded> {
        let mut load = closed(address, cases, connections, self.plan.time());
        load.length = Length::Requests(requests);
        if connections > 1 {
            let most = connections as f64 / self.plan.provider_latency.as_secs_f64();
            load.arrivals = Arrivals::Open { per_second: (BUSY * most).min(MOST) };
        }
        load.took = Some(provider.took());
        self.load(threads, load).map(|round| round.loaded)
    }

    /// A bare server that asks the provider, and where it is.
    fn forwarding(&self, cases: &Cases, provider: &Provider) -> Result<(Threads, SocketAddr)> {
        let threads = Threads::start("bench-bare", self.plan.workers, &self.plan.stop)?;
        let router = bare::forwarding(cases, &provider.base_url())?;
        let address = threads.run(async move { ground::serve(router).await })?;
        Ok((threads, address))
    }

    /// Asks a question that was never asked, from all connections at once.
    fn equal(&mut self, ground: &Ground, provider: &Provider, cases: &Cases) -> Result<Equal> {
        let mut equal = Equal { questions: CROWD, calls: 0 };
        for case in cases.iter().take(self.plan.rounds) {
            provider.take_calls();
            let one = Cases::from(vec![case.clone()]);
            let mut load = closed(ground.address, &one, CROWD, self.plan.time());
            load.length = Length::Requests(CROWD as u64);
            self.load(ground.threads()?, load)?;
            equal.calls = equal.calls.max(provider.take_calls().0);
        }
        match equal.calls {
            0 => Err(Error::new(Code::Internal, "the provider was not asked at all")),
            _ => Ok(equal),
        }
    }
}
