//! Loads a server over HTTP/1.1 and looks at every answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use goldenset_core::{Code, Error, Result};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::case::{Cases, Order};
use super::latency::Latencies;

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
    pub(super) address: SocketAddr,
    pub(super) path: &'static str,
    /// Sent with each request.
    pub(super) authorization: Option<String>,
    pub(super) cases: Cases,
    pub(super) order: Order,
    pub(super) connections: usize,
    pub(super) arrivals: Arrivals,
    pub(super) length: Length,
    pub(super) seed: u64,
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
    /// Answers with another status than 200, or another body than the right one.
    pub(super) wrong: u64,
    pub(super) lasted: Duration,
}

impl Loaded {
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
            open.push(connect(self.address).await?);
        }
        let shared =
            Arc::new(Shared { load: self, started: Instant::now(), next: AtomicU64::new(0) });
        let started = shared.started;
        let tasks: Vec<_> = (0..)
            .zip(open)
            .map(|(number, connection)| tokio::spawn(Arc::clone(&shared).drive(number, connection)))
            .collect();
        let mut all = Loaded { latencies: Latencies::new()?, wrong: 0, lasted: Duration::ZERO };
        for task in tasks {
            let (latencies, wrong) = task.await.map_err(|cause| {
                Error::new(Code::Internal, "a connection of the benchmark ended early").cause(cause)
            })??;
            all.latencies.merge(&latencies);
            all.wrong += wrong;
        }
        all.lasted = started.elapsed();
        Ok(all)
    }
}

async fn connect(address: SocketAddr) -> Result<SendRequest<Full<Bytes>>> {
    let refused = |cause: std::io::Error| unreachable_at(address).cause(cause);
    let stream = TcpStream::connect(address).await.map_err(refused)?;
    stream.set_nodelay(true).map_err(refused)?;
    let (sender, connection) = handshake(TokioIo::new(stream))
        .await
        .map_err(|cause| unreachable_at(address).cause(cause))?;
    tokio::spawn(async move {
        // Whoever sends on it is told.
        connection.await.ok();
    });
    Ok(sender)
}

fn unreachable_at(address: SocketAddr) -> Error {
    Error::new(Code::ServerUnreachable, format!("the server at {address} broke a connection off"))
        .fix("see its log; is the address right, and does it take so many connections?")
}

impl Shared {
    async fn drive(
        self: Arc<Self>,
        number: u64,
        mut connection: SendRequest<Full<Bytes>>,
    ) -> Result<(Latencies, u64)> {
        let (load, mut latencies, mut wrong) = (&self.load, Latencies::new()?, 0);
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
                return Ok((latencies, wrong));
            }
            // Where nothing held the connection up, a late timer is no fault of the server.
            let waits = due > Instant::now();
            if waits {
                tokio::time::sleep_until(due.into()).await;
            }
            let place = load.order.place(turn as usize, load.cases.len(), &mut dice);
            let Some(case) = load.cases.get(place) else { return Ok((latencies, wrong)) };
            let sent = Instant::now();
            let (status, body) = self.ask(&mut connection, case.request.clone()).await?;
            latencies.record(match load.arrivals {
                Arrivals::Open { .. } if !waits => due.elapsed(),
                _ => sent.elapsed(),
            });
            wrong += u64::from(status != StatusCode::OK || body != case.expected);
        }
    }

    async fn ask(
        &self,
        connection: &mut SendRequest<Full<Bytes>>,
        body: Bytes,
    ) -> Result<(StatusCode, Bytes)> {
        let Load { address, path, authorization, .. } = &self.load;
        let mut request = Request::post(*path)
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(key) = authorization {
            request = request.header(header::AUTHORIZATION, key);
        }
        let request = request.body(Full::new(body)).map_err(|cause| {
            Error::new(Code::Internal, "a request could not be made").cause(cause)
        })?;
        let broke = |cause: hyper::Error| unreachable_at(*address).cause(cause);
        connection.ready().await.map_err(broke)?;
        let answer = connection.send_request(request).await.map_err(broke)?;
        let status = answer.status();
        let body = answer.into_body().collect().await.map_err(broke)?.to_bytes();
        Ok((status, body))
    }
}
