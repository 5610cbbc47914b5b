//! Loads a server over HTTP/1.1 and looks at every answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use goldenset_core::{Code, Error, Result};
use hyper::StatusCode;

use super::case::{Cases, Order};
use super::client::{Connection, Server};
use super::latency::Latencies;
use super::provider::Took;

/// Where lookups are.
pub(super) const LOOKUP: &str = "/v1/lookup";

/// When requests are sent.
#[derive(Debug, Clone, Copy)]
pub(super) enum Arrivals {
    /// Each connection sends its next request when it has the answer to the last one.
    Closed,
    /// So many a second, whether answers come or not. A request that has to wait because answers
    /// are late is measured from when it was due: nothing is left out because the server was slow
    /// (coordinated omission).
    Open { per_second: f64 },
}

/// What is asked of whom, and how.
#[derive(Debug, Clone)]
pub(super) struct Load {
    pub(super) server: Server,
    pub(super) cases: Cases,
    pub(super) order: Order,
    pub(super) connections: usize,
    pub(super) arrivals: Arrivals,
    pub(super) length: Length,
    pub(super) seed: u64,
    /// Where the embedding provider says how long it took for a question: to tell what is above.
    pub(super) took: Option<Took>,
}

/// How long is asked.
#[derive(Debug, Clone, Copy)]
pub(super) enum Length {
    For(Duration),
    Requests(u64),
}

/// What came of it.
#[derive(Debug, Clone)]
pub(super) struct Loaded {
    pub(super) latencies: Latencies,
    /// What of each was not the embedding provider's; nothing where that is not asked for.
    pub(super) above: Latencies,
    /// Answers with another status than 200, or another body than the right one.
    pub(super) wrong: u64,
    pub(super) lasted: Duration,
}

impl Loaded {
    pub(super) fn new() -> Result<Self> {
        Ok(Self {
            latencies: Latencies::new()?,
            above: Latencies::new()?,
            wrong: 0,
            lasted: Duration::ZERO,
        })
    }

    /// With what came of another load, one after the other.
    pub(super) fn merge(&mut self, other: &Self) {
        self.latencies.merge(&other.latencies);
        self.above.merge(&other.above);
        self.wrong += other.wrong;
        self.lasted += other.lasted;
    }

    pub(super) fn per_second(&self) -> f64 {
        self.latencies.count() as f64 / self.lasted.as_secs_f64()
    }
}

/// What the connections share.
struct Shared {
    load: Load,
    started: Instant,
    next: AtomicU64,
}

impl Load {
    /// Loads the server.
    ///
    /// # Errors
    /// `server_unreachable` when a connection fails, whatever was measured until then: no figure
    /// may rest on the part that happened to work.
    pub(super) async fn run(self) -> Result<Loaded> {
        let connections = self.connections.max(1);
        let mut open = Vec::with_capacity(connections);
        for _ in 0..connections {
            open.push(Connection::open(&self.server).await?);
        }
        let shared =
            Arc::new(Shared { load: self, started: Instant::now(), next: AtomicU64::new(0) });
        let started = shared.started;
        let tasks: Vec<_> = (0..)
            .zip(open)
            .map(|(number, connection)| tokio::spawn(Arc::clone(&shared).drive(number, connection)))
            .collect();
        let mut all = Loaded::new()?;
        for task in tasks {
            let one = task.await.map_err(|cause| {
                Error::new(Code::Internal, "a connection of the benchmark ended early").cause(cause)
            })??;
            all.merge(&one);
        }
        all.lasted = started.elapsed();
        Ok(all)
    }
}

impl Shared {
    async fn drive(self: Arc<Self>, number: u64, mut connection: Connection) -> Result<Loaded> {
        let (load, mut loaded) = (&self.load, Loaded::new()?);
        let mut dice = fastrand::Rng::with_seed(load.seed ^ (number << 32));
        loop {
            let turn = self.next.fetch_add(1, Ordering::Relaxed);
            let due = match load.arrivals {
                Arrivals::Closed => self.started,
                Arrivals::Open { per_second } => {
                    self.started + Duration::from_secs_f64(turn as f64 / per_second)
                }
            };
            let over = match load.length {
                Length::For(time) => due.max(Instant::now()) >= self.started + time,
                Length::Requests(most) => turn >= most,
            };
            if over {
                return Ok(loaded);
            }
            // Where nothing held the connection up, a late timer is no fault of the server.
            let waits = due > Instant::now();
            if waits {
                tokio::time::sleep_until(due.into()).await;
            }
            let place = load.order.place(turn as usize, load.cases.len(), &mut dice);
            let Some(case) = load.cases.get(place) else { return Ok(loaded) };
            let sent = Instant::now();
            let reply = connection.post(LOOKUP, case.request.clone()).await?;
            let latency = match load.arrivals {
                Arrivals::Open { .. } if !waits => due.elapsed(),
                _ => sent.elapsed(),
            };
            loaded.latencies.record(latency);
            if let Some(took) = &load.took {
                loaded.above.record(latency.saturating_sub(took.of(&case.query)));
            }
            loaded.wrong +=
                u64::from(reply.status != StatusCode::OK || reply.body != case.expected);
        }
    }
}
