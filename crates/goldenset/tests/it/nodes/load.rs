//! Nodes under load while something goes wrong: what is answered, how late, and whether it is what
//! was acknowledged last.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::future::join_all;
use reqwest::Response;
use serde_json::{Value, json};

use super::kit::BOUND;
use crate::http::{RUNTIME, client};
use crate::server::Server;

/// Callers that ask one after the other, for each node.
const CALLERS: usize = 3;
/// Time between two publishes.
const PAUSE: Duration = Duration::from_millis(40);

/// Of the entry that changes.
const QUESTION: &str = "Qual è la versione attuale?";
/// They find it by its meaning or by its words; some find others, some nothing.
const ASKED: [&str; 8] = [
    QUESTION,
    "vorrei sapere qual è la versione attuale",
    "qual è ora la versione attuale?",
    "Chi paga la mensa?",
    "vorrei sapere chi paga la mensa",
    "Quanto dura il periodo di prova?",
    "per favore, quanto dura il periodo di prova?",
    "dove dormono gli uccelli?",
];

/// A lookup as it went.
struct Lookup {
    phase: usize,
    /// Whether the node is the one that publishes.
    publishes: bool,
    began: Instant,
    took: Duration,
    /// The version that it served, if it served the entry that changes.
    served: Option<usize>,
    error: Option<String>,
}

/// What a phase came to.
#[derive(Debug)]
pub(super) struct Phase {
    pub(super) name: &'static str,
    pub(super) lookups: usize,
    pub(super) errors: Vec<String>,
    pub(super) stale: usize,
    /// Publishes that were acknowledged, and that were refused for a while.
    pub(super) published: usize,
    pub(super) refused: usize,
    latencies: Vec<Duration>,
}

impl Phase {
    fn percentile(&self, share: f64) -> f64 {
        let place = ((self.latencies.len() - 1) as f64 * share).round() as usize;
        self.latencies[place].as_secs_f64() * 1e3
    }

    /// One row of a table.
    fn row(&self) -> String {
        format!(
            "| {} | {} | {} | {} | {} / {} | {:.1} | {:.1} | {:.1} |",
            self.name,
            self.lookups,
            self.errors.len(),
            self.stale,
            self.published,
            self.refused,
            self.percentile(0.5),
            self.percentile(0.99),
            self.percentile(1.0),
        )
    }
}

/// What acknowledged publishes there were.
#[derive(Default)]
struct Published {
    acknowledged: Vec<(usize, Instant, usize)>,
    refused: Vec<usize>,
    faults: Vec<String>,
}

impl Published {
    fn came(&mut self, reply: Sent, number: usize, during: usize) {
        match reply {
            Ok((200, ..)) => self.acknowledged.push((number, Instant::now(), during)),
            Ok((503, _, Some(_))) => self.refused.push(during),
            other => self.faults.push(format!("{other:?}")),
        }
    }
}

/// Runs the phases, each for so long after what begins it, while callers ask all nodes and the
/// first one publishes. `cut` is the phase in which nodes cannot hear of each other, if any: what
/// was acknowledged less than the bound before it, or since, others may learn of only afterwards.
pub(super) fn under_load(
    title: &str,
    nodes: &[Server],
    phases: &[(&'static str, Duration, &dyn Fn())],
    cut: Option<usize>,
) -> Vec<Phase> {
    let first = &nodes[0];
    for (id, question, answer) in [
        ("a", QUESTION, "versione 0"),
        ("b", "Chi paga la mensa?", "Il datore."),
        ("c", "Quanto dura il periodo di prova?", "Sei mesi."),
    ] {
        assert!(first.publishes(id, question, answer).status < 300);
    }
    let epoch = first.asks(QUESTION).epoch();
    for node in nodes {
        crate::process::eventually("it follows", || node.asks(QUESTION).epoch() == epoch);
    }
    let phase = Arc::new(AtomicUsize::new(0));
    let done = Arc::new(AtomicBool::new(false));
    let lookups = Arc::new(Mutex::new(Vec::new()));
    let mut callers = Vec::new();
    for (number, node) in nodes.iter().enumerate() {
        for caller in 0..CALLERS {
            let (phase, done, lookups) =
                (Arc::clone(&phase), Arc::clone(&done), Arc::clone(&lookups));
            let (url, publishes) = (node.url("/v1/lookup"), number == 0);
            callers.push(RUNTIME.spawn(async move {
                let client = client();
                let mut turn = caller;
                while !done.load(Ordering::Relaxed) {
                    let phase = phase.load(Ordering::Relaxed);
                    let began = Instant::now();
                    let body = json!({ "query": ASKED[turn % ASKED.len()] });
                    let answered = send(client.post(&url), &body).await;
                    let took = began.elapsed();
                    let (served, error) = match answered {
                        Ok((200, body, _)) => (version(&body), None),
                        Ok((status, body, _)) => (None, Some(format!("{status} {body}"))),
                        Err(error) => (None, Some(error)),
                    };
                    let lookup = Lookup { phase, publishes, began, took, served, error };
                    lookups.lock().unwrap().push(lookup);
                    turn += 1;
                }
            }));
        }
    }
    let published = Arc::new(Mutex::new(Published::default()));
    let publisher = {
        let (phase, done, published) =
            (Arc::clone(&phase), Arc::clone(&done), Arc::clone(&published));
        let url = first.url("/v1/entries/a");
        RUNTIME.spawn(async move {
            let client = client();
            let mut number = 0;
            while !done.load(Ordering::Relaxed) {
                number += 1;
                let answer = format!("versione {number}");
                let body = json!({ "question": QUESTION, "answer": answer, "publish": true });
                let reply = send(client.put(&url), &body).await;
                let during = phase.load(Ordering::Relaxed);
                published.lock().unwrap().came(reply, number, during);
                tokio::time::sleep(PAUSE).await;
            }
        })
    };
    let mut began = Vec::new();
    for (number, (_, length, begin)) in phases.iter().enumerate() {
        phase.store(number, Ordering::Relaxed);
        let start = Instant::now();
        begin();
        began.push((start, Instant::now()));
        std::thread::sleep(*length);
    }
    done.store(true, Ordering::Relaxed);
    RUNTIME.block_on(async {
        join_all(callers).await.into_iter().for_each(|caller| caller.unwrap());
        publisher.await.unwrap();
    });
    let published = std::mem::take(&mut *published.lock().unwrap());
    assert_eq!(published.faults, Vec::<String>::new());
    let lookups = std::mem::take(&mut *lookups.lock().unwrap());
    let cut = cut.map(|phase| (began[phase].0, began[phase + 1].1));
    let mut told: Vec<_> = phases.iter().map(|(name, ..)| empty(name)).collect();
    for (_, _, phase) in &published.acknowledged {
        told[*phase].published += 1;
    }
    published.refused.iter().for_each(|phase| told[*phase].refused += 1);
    for lookup in lookups {
        let phase = &mut told[lookup.phase];
        phase.lookups += 1;
        phase.latencies.push(lookup.took);
        phase.stale += usize::from(is_stale(&lookup, &published, cut));
        phase.errors.extend(lookup.error);
    }
    println!("\n{title}\n");
    println!("| | lookups | errors | stale | published / refused | p50 ms | p99 ms | max ms |");
    println!("|---|---|---|---|---|---|---|---|");
    for phase in &mut told {
        assert!(phase.lookups > 0, "nothing was asked {}", phase.name);
        phase.latencies.sort_unstable();
        println!("{}", phase.row());
    }
    // Nothing that was acknowledged is lost.
    let last = published.acknowledged.last().unwrap().0;
    for node in nodes {
        crate::process::eventually("it has what was acknowledged", || {
            version(&node.asks(QUESTION).with(200)) >= Some(last)
        });
    }
    told
}

fn empty(name: &'static str) -> Phase {
    Phase {
        name,
        lookups: 0,
        errors: Vec::new(),
        stale: 0,
        published: 0,
        refused: 0,
        latencies: Vec::new(),
    }
}

/// Whether it served less than what was acknowledged before it began: at once on the node that
/// published, within the bound on others unless they were cut off.
fn is_stale(lookup: &Lookup, published: &Published, cut: Option<(Instant, Instant)>) -> bool {
    let Some(served) = lookup.served else { return false };
    let known = published.acknowledged.iter().rev().find(|(_, at, _)| {
        let heard = match cut {
            Some((from, until)) if lookup.began < until + BOUND => *at + BOUND < from,
            _ => true,
        };
        let others = *at + BOUND < lookup.began && heard;
        if lookup.publishes { *at < lookup.began } else { others }
    });
    known.is_some_and(|(acknowledged, ..)| served < *acknowledged)
}

fn version(body: &Value) -> Option<usize> {
    body["answer"]["answer"].as_str()?.strip_prefix("versione ")?.parse().ok()
}

/// Status, body, and when to come again.
type Sent = Result<(u16, Value, Option<String>), String>;

async fn send(request: reqwest::RequestBuilder, body: &Value) -> Sent {
    let request = request.header("content-type", "application/json").body(body.to_string());
    let reply: Response = request.send().await.map_err(|error| error.to_string())?;
    let status = reply.status().as_u16();
    let again = reply.headers().get("retry-after");
    let again = again.map(|value| value.to_str().unwrap().to_owned());
    let bytes = reply.bytes().await.map_err(|error| error.to_string())?;
    Ok((status, serde_json::from_slice(&bytes).map_err(|error| error.to_string())?, again))
}
