//! The day of a log, compressed: its questions one after the other by a clock that goes by it.

use std::sync::Arc;

use goldenset_core::ports::Embedder;
use goldenset_core::{Code, EntryContent, Error, Result};
use goldenset_engine::scope::Options;
use goldenset_engine::{CacheStatus, Engine, Looked, Parts};
use jiff::{SignedDuration, Timestamp};

use crate::bench::Bench;
use crate::bench::demo_day::{LogClock, MIDNIGHT};
use crate::bench::figures::{CacheFigures, Cost, Day, Days, RemoteDay};
use crate::bench::ground::{Counted, author, publish};
use crate::bench::prepared::{Prepared, text, without_caches};
use crate::bench::provider::{Provider, tokens};
use crate::config::Config;
use crate::wire;

/// Seconds of log time from one publish to the next.
const PUBLISH_EVERY: f64 = 60.0;

/// An engine with caches, one without over the same changes, and their clock.
struct Replay {
    clock: Arc<LogClock>,
    midnight: Timestamp,
    cached: Arc<Engine>,
    plain: Arc<Engine>,
    calls: Arc<Counted>,
}

impl Bench<'_> {
    /// Without changes, and with one entry edited each minute of the log.
    pub(in crate::bench) fn day(&mut self) -> Result<()> {
        let prepared = Arc::clone(&self.prepared);
        let (plain, publishing) = self.clients.run(async move {
            let plain = replay(&prepared, Models::here(&prepared), false).await?;
            Ok((plain, replay(&prepared, Models::here(&prepared), true).await?))
        })?;
        let remote = self.remote_day()?;
        for day in [&plain, &publishing, &remote.day] {
            self.answers.compared += day.lookups;
            self.answers.wrong += day.differing;
        }
        self.report.cache = Some(CacheFigures {
            hit_rate: plain.hit_rate,
            embedding_calls: plain.embedding_calls,
            lookups: plain.lookups,
        });
        self.report.day = Some(Days { plain, publishing, remote });
        Ok(())
    }

    /// The day with a provider that answers at once: what waiting for it comes to is known without
    /// waiting.
    fn remote_day(&self) -> Result<RemoteDay> {
        let prepared = Arc::clone(&self.prepared);
        let provider = || {
            let model = Arc::clone(&prepared.remembering) as _;
            Provider::start(model, self.plan.workers, &self.plan.stop)
        };
        let (asked, beside) = (provider()?, provider()?);
        let config = asked.configured(&prepared.config);
        let models = Models {
            embedder: wire::embedder(&config)?,
            beside: wire::embedder(&beside.configured(&prepared.config))?,
        };
        let all = prepared.log.iter().map(|line| tokens(&text(&line.query))).sum();
        let lookups = prepared.log.len() as u64;
        let day = {
            let prepared = Arc::clone(&prepared);
            self.clients.run(async move { replay(&prepared, models, false).await })?
        };
        let (_, tokens) = asked.take_calls();
        let latency = self.plan.provider_latency.as_secs_f64();
        let cost = |calls, tokens| Cost { calls, tokens, waited_seconds: calls as f64 * latency };
        let cost = (cost(day.embedding_calls, tokens), cost(lookups, all));
        Ok(RemoteDay { day, cost: cost.0, without_caches: cost.1 })
    }
}

/// What makes vectors for the engine with caches, and for the one without.
struct Models {
    embedder: Arc<dyn Embedder>,
    beside: Arc<dyn Embedder>,
}

impl Models {
    fn here(prepared: &Prepared) -> Self {
        let model = || Arc::clone(&prepared.remembering) as Arc<dyn Embedder>;
        Self { embedder: model(), beside: model() }
    }
}

impl Replay {
    async fn new(prepared: &Prepared, models: Models) -> Result<Self> {
        let midnight: Timestamp = MIDNIGHT.parse().map_err(|cause: jiff::Error| {
            Error::new(Code::Internal, "the day of the log has no midnight").cause(cause)
        })?;
        let clock = Arc::new(LogClock::at(midnight));
        let calls = Arc::new(Counted::new(models.embedder));
        let engine = async |config: &Config, embedder| {
            let parts = Parts {
                store: wire::store_in_memory().await?,
                verifier: wire::verifier(config, prepared.model.model())?,
                embedder,
                lexicons: vec![],
                pair_judge: None,
                search: None,
                shared: None,
                clock: Arc::clone(&clock) as _,
            };
            let engine = Arc::new(Engine::start(parts, wire::settings(config), &|_, _| ()).await?);
            publish(&engine, prepared.rows.clone()).await?;
            Ok::<_, Error>(engine)
        };
        let cached = engine(&prepared.config, Arc::clone(&calls) as _).await?;
        let off = without_caches(&prepared.config);
        let plain = engine(&off, models.beside).await?;
        calls.take_calls();
        Ok(Self { clock, midnight, cached, plain, calls })
    }

    fn go_to(&self, seconds: f64) {
        self.clock.set(self.midnight + SignedDuration::from_secs_f64(seconds));
    }

    /// The answer, and whether it is that of the engine without caches.
    async fn ask(&self, query: &str) -> Result<(Looked, bool)> {
        let looked = self.cached.lookup(query, Options::default()).await?;
        let plain = self.plain.lookup(query, Options::default()).await?;
        let same = looked.answer.body() == plain.answer.body();
        Ok((looked, same))
    }
}

async fn replay(prepared: &Prepared, models: Models, publishing: bool) -> Result<Day> {
    let replay = Replay::new(prepared, models).await?;
    let mut rows = prepared.rows.clone();
    let mut turns: Vec<_> = (0..rows.len()).collect();
    fastrand::Rng::with_seed(15).shuffle(&mut turns);
    let mut day = Day::default();
    let mut hours = [(0_u64, 0_u64); 24];
    let mut calls_in_first_half = 0;
    for (number, line) in prepared.log.iter().enumerate() {
        while publishing && (day.publishes + 1) as f64 * PUBLISH_EVERY <= line.t {
            let number = day.publishes as usize;
            day.publishes += 1;
            replay.go_to(day.publishes as f64 * PUBLISH_EVERY);
            let Some((id, content)) = rows.get_mut(turns[number % turns.len()]) else { break };
            edit(content, number, turns.len());
            for engine in [&replay.cached, &replay.plain] {
                engine.save(author(), id.clone(), content.clone(), true).await?;
            }
        }
        // Calls for texts of entries are not the day's questions.
        replay.calls.take_calls();
        replay.go_to(line.t);
        let (looked, same) = replay.ask(&line.query).await?;
        let called = replay.calls.take_calls();
        day.lookups += 1;
        day.differing += u64::from(!same);
        day.embedding_calls += called;
        match looked.facts.cache {
            CacheStatus::SignatureHit => day.signature_hits += 1,
            CacheStatus::ResultHit => day.result_hits += 1,
            _ if called == 0 => day.embedding_hits += 1,
            _ => {}
        }
        if let Some((lookups, hits)) = hours.get_mut((line.t / 3600.0) as usize) {
            *lookups += 1;
            *hits += u64::from(called == 0);
        }
        if number < prepared.log.len() / 2 {
            calls_in_first_half = day.embedding_calls;
        }
    }
    let lookups = day.lookups.max(1) as f64;
    let second = (prepared.log.len() - prepared.log.len() / 2).max(1) as f64;
    let late = day.embedding_calls - calls_in_first_half;
    day.hit_rate = (day.signature_hits + day.result_hits + day.embedding_hits) as f64 / lookups;
    day.embedding_calls_saved = 1.0 - day.embedding_calls as f64 / lookups;
    day.embedding_calls_saved_second_half = 1.0 - late as f64 / second;
    let rate =
        |(lookups, hits): &(u64, u64)| (*lookups > 0).then(|| *hits as f64 / *lookups as f64);
    day.hit_rate_by_hour = hours.iter().map(rate).collect();
    Ok(day)
}

/// Each entry by turns: its answer, then one phrasing more, then one less.
fn edit(content: &mut EntryContent, number: usize, entries: usize) {
    if (number + number / entries).is_multiple_of(2) {
        content.answer = format!("{} Rev. {number}.", content.answer);
        return;
    }
    let added = format!("Vorrei sapere: {}", content.question);
    match content.alternatives.iter().position(|known| *known == added) {
        Some(place) => {
            content.alternatives.remove(place);
        }
        None => content.alternatives.push(added),
    }
}
