//! A server that runs already, by lookups alone.

use bytes::Bytes;
use goldenset_core::{Code, Error, Result};
use serde_json::Value;

use super::concurrent::{CONNECTIONS, SHARE};
use super::percentiles::{self, REQUESTS};
use super::{closed, http};
use crate::bench::Bench;
use crate::bench::case::{Case, Cases, Order};
use crate::bench::client::{Connection, Reply, Server};
use crate::bench::figures::{Answers, Asked, Stream};
use crate::bench::latency::Unit;
use crate::bench::load::{Arrivals, LOOKUP, Length};
use crate::bench::plan::{Running, Suite};

/// What lookups alone cannot tell.
const UNCHECKED: [&str; 4] = [
    "whether the first answer to each question was right: all later ones are compared with it, to \
     the byte",
    "what was cached before: nothing can be emptied by lookups, so nothing is said of cold ones",
    "what the server's embedding model was asked, and the time of its processors",
    "whether its golden set was changed meanwhile: an answer that a change alters counts as wrong",
];

/// Answers of the first time.
struct First {
    cases: Cases,
    answers: Answers,
    asked: Asked,
}

impl Bench<'_, ()> {
    /// Asks each question for its answer, then loads the server with them.
    pub(in crate::bench) fn running(&mut self, running: &Running) -> Result<()> {
        let server = Server::of(running);
        let (own, asked) = (server.clone(), running.clone());
        let First { cases, answers, asked } =
            self.clients.run(async move { first(&own, &asked).await })?;
        self.answers = answers;
        self.report.server = Some(asked);
        self.report.unchecked.extend(UNCHECKED.map(Into::into));
        let once = |cases: &Cases| {
            let mut load = closed(server.clone(), cases, 1, self.plan.time());
            load.length = Length::Requests(cases.len() as u64);
            load
        };
        // The second time: is the first answer one to rely on?
        let again = once(&cases);
        self.load_of(None, again)?;
        for suite in &self.plan.suites {
            self.say(suite.name());
            match suite {
                Suite::Hot => self.running_hot(&server, &cases)?,
                Suite::Percentiles => self.running_stream(&server, &cases)?,
                Suite::Concurrent => self.running_concurrent(&server, &cases)?,
                // Checked when the plan was made.
                _ => {}
            }
        }
        Ok(())
    }

    fn running_hot(&mut self, server: &Server, cases: &Cases) -> Result<()> {
        for connections in self.plan.connections.clone() {
            let mut rounds = Vec::new();
            for _ in 0..self.plan.rounds {
                let load = closed(server.clone(), cases, connections, self.plan.time());
                rounds.push(self.load_of(None, load)?);
            }
            let found = http(connections, &rounds);
            self.report.http.extend(found.map(|found| (format!("hot_c{connections}"), found)));
        }
        Ok(())
    }

    fn running_stream(&mut self, server: &Server, cases: &Cases) -> Result<()> {
        let connections = percentiles::CONNECTIONS;
        let mut load = closed(server.clone(), cases, connections, self.plan.time());
        (load.order, load.length) = (Order::zipf(cases.len()), Length::Requests(REQUESTS));
        let loaded = self.load_of(None, load)?.loaded;
        self.report.percentiles = Some(Stream {
            connections,
            questions: cases.len(),
            from_empty_caches: false,
            per_second: loaded.per_second(),
            latency_ms: loaded.latencies.percentiles(Unit::Millis),
            embedding_calls: None,
        });
        self.plots.stream = Some(loaded.latencies);
        Ok(())
    }

    fn running_concurrent(&mut self, server: &Server, cases: &Cases) -> Result<()> {
        let mut most = 0.0_f64;
        for connections in CONNECTIONS {
            let mut load = closed(server.clone(), cases, connections, self.plan.time());
            load.order = Order::zipf(cases.len());
            let round = self.load_of(None, load)?;
            most = most.max(round.loaded.per_second());
            let found = http(connections, &[round]);
            self.report.http.extend(found.map(|found| (format!("zipf_c{connections}"), found)));
        }
        let mut load = closed(server.clone(), cases, 50, self.plan.time());
        load.order = Order::zipf(cases.len());
        load.arrivals = Arrivals::Open { per_second: most * SHARE };
        let found = http(50, &[self.load_of(None, load)?]);
        self.report.http.extend(found.map(|found| ("zipf_open_half".to_owned(), found)));
        Ok(())
    }
}

async fn first(server: &Server, running: &Running) -> Result<First> {
    let mut connection = Connection::open(server).await?;
    let mut answers = Answers::default();
    let mut asked = Asked {
        url: running.url.clone(),
        questions: running.questions.len(),
        first_answers: Default::default(),
    };
    let mut cases = Vec::with_capacity(running.questions.len());
    for question in &running.questions {
        let mut case = Case::of(running.tenant.as_deref(), question, Bytes::new())?;
        let reply = connection.post(LOOKUP, case.request.clone()).await?;
        let body = understood(question, &reply)?;
        answers.questions += 1;
        answers.with_matches +=
            u64::from(body["matches"].as_array().is_some_and(|m| !m.is_empty()));
        answers.served += u64::from(body["answer"].is_object());
        let cache = reply.headers.get("x-goldenset-cache").and_then(|value| value.to_str().ok());
        *asked.first_answers.entry(cache.unwrap_or("unknown").into()).or_default() += 1;
        case.expected = reply.body;
        cases.push(case);
    }
    Ok(First { cases: cases.into(), answers, asked })
}

/// The body of a lookup; anything else is no ground for figures.
fn understood(question: &str, reply: &Reply) -> Result<Value> {
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    if reply.status.is_success() && body["decision"].is_string() {
        return Ok(body);
    }
    let said = body["detail"].as_str().unwrap_or("nothing that is understood");
    let detail = format!("the server answered `{question}` with {}: {said}", reply.status);
    Err(Error::new(Code::UnexpectedReply, detail)
        .field("--url")
        .fix("check the address, the key in GOLDENSET_API_KEY, --tenant, and the questions"))
}
