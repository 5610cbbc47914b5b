//! `kill -9` at random moments, while an expert and approvers are at work: what was acknowledged is
//! there afterwards, and what is sent again with its key is done once.

use std::collections::BTreeMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::thread;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{name_experts, served};
use crate::program::{Place, entry_line};
use crate::server::Server;

const ROUNDS: u64 = 12;
/// And at most.
const MOST_ROUNDS: u64 = 80;
const ENTRIES: [(&str, &str); 3] = [
    ("prova", "Quanto dura il periodo di prova?"),
    ("iva", "Quanto è l'IVA sui libri?"),
    ("reset", "How do I reset my password?"),
];

/// What waits to be acknowledged, with its key.
struct Sent {
    path: String,
    body: Value,
    key: String,
}

/// What an entry is to be like.
#[derive(Default)]
struct Entry {
    /// The answers of its versions.
    answers: Vec<String>,
    /// The version that is served, from 1.
    served: usize,
}

/// What a client does next; each step takes what the one before was answered.
#[derive(Clone, Copy)]
enum Next {
    Feedback,
    Agreement(u64),
    Decision(u64),
    RollBack,
}

/// One after the other: feedback, agreement, decision, and now and then a roll-back.
struct Client {
    number: usize,
    next: Next,
    pending: Option<Sent>,
    entries: Vec<Entry>,
    /// How often each candidate came up, and what became of it.
    candidates: BTreeMap<u64, (u64, &'static str)>,
    feedback: usize,
    /// What the proposals of the expert turned out as.
    evidence: (u64, u64),
    acknowledged: usize,
    again: usize,
}

impl Client {
    fn new() -> Self {
        let entry = || Entry { answers: vec!["Prima.".into()], served: 1 };
        Self {
            number: 0,
            next: Next::Feedback,
            pending: None,
            entries: ENTRIES.iter().map(|_| entry()).collect(),
            candidates: BTreeMap::new(),
            feedback: 0,
            evidence: (0, 0),
            acknowledged: 0,
            again: 0,
        }
    }

    fn place(&self) -> usize {
        self.number % ENTRIES.len()
    }

    fn rejects(&self) -> bool {
        self.number % 5 == 4
    }

    fn rolls_back(&self) -> bool {
        self.number % 4 == 3 && !self.rejects()
    }

    fn request(&self) -> Sent {
        let (id, question) = ENTRIES[self.place()];
        let feedback = |expert: &str| {
            let body = json!({ "query": question, "entry_id": id, "type": "incorrect",
                "confidence": 0.9, "time_spent_seconds": 5, "expert": expert,
                "answer": format!("Risposta {}.", self.number) });
            ("/v1/feedback".to_owned(), body)
        };
        let (path, body) = match self.next {
            Next::Feedback => feedback("esther"),
            Next::Agreement(_) => feedback("emil"),
            Next::Decision(candidate) => {
                let how = if self.rejects() { "reject" } else { "approve" };
                (format!("/v1/candidates/{candidate}/{how}"), json!({ "by": "anna" }))
            }
            Next::RollBack => {
                let to = self.entries[self.place()].answers.len() - 1;
                let body =
                    json!({ "to_version": to, "by": "aldo", "override": true, "reason": "prova" });
                (format!("/v1/entries/{id}/rollback"), body)
            }
        };
        Sent { path, body, key: format!("{}-{}", self.number, self.acknowledged) }
    }

    /// One request; whether the server is still there.
    fn step(&mut self, server: &Server) -> bool {
        self.again += usize::from(self.pending.is_some());
        let sent = self.pending.take().unwrap_or_else(|| self.request());
        let Some(reply) = server.attempt(Method::POST, &sent.path, &sent.body, &sent.key) else {
            self.pending = Some(sent);
            return false;
        };
        self.acknowledged += 1;
        let told = reply.with(200);
        let (place, rejects) = (self.place(), self.rejects());
        self.next = match self.next {
            Next::Feedback => {
                self.feedback += 1;
                let id = told["candidate"]["id"].as_u64().unwrap();
                assert!(self.candidates.insert(id, (1, "pending")).is_none(), "{told}");
                Next::Agreement(id)
            }
            Next::Agreement(id) => {
                self.feedback += 1;
                assert_eq!(told["candidate"]["id"], id, "{told}");
                self.candidates.insert(id, (2, "pending"));
                Next::Decision(id)
            }
            Next::Decision(id) => {
                let status = if rejects { "rejected" } else { "approved" };
                self.candidates.insert(id, (2, status));
                if rejects {
                    self.evidence.1 += 1;
                } else {
                    self.evidence.0 += 1;
                    let entry = &mut self.entries[place];
                    entry.answers.push(format!("Risposta {}.", self.number));
                    entry.served = entry.answers.len();
                    assert_eq!(told["version"], entry.served, "{told}");
                }
                if self.rolls_back() { Next::RollBack } else { self.done() }
            }
            Next::RollBack => {
                let entry = &mut self.entries[place];
                entry.served = entry.answers.len() - 1;
                assert_eq!(told["published_version"], entry.served, "{told}");
                self.evidence = (self.evidence.0 - 1, self.evidence.1 + 1);
                self.done()
            }
        };
        true
    }

    fn done(&mut self) -> Next {
        self.number += 1;
        Next::Feedback
    }

    /// That all is there that was acknowledged, once.
    fn check(&self, server: &Server) {
        let list = |path: &str, name: &str| -> Vec<Value> {
            let page = server.get(&format!("{path}limit=500")).with(200);
            assert!(page["next_after"].is_null(), "more than a page of {path}");
            page[name].as_array().unwrap().clone()
        };
        assert_eq!(list("/v1/feedback?", "feedback").len(), self.feedback);
        // What rules find contradicted is proposed beside them.
        let kept = list("/v1/candidates?kind=feedback&", "candidates");
        let kept: BTreeMap<_, _> = kept
            .iter()
            .map(|one| {
                let status = one["status"].as_str().unwrap();
                (one["id"].as_u64().unwrap(), (one["frequency"].as_u64().unwrap(), status))
            })
            .collect();
        assert_eq!(kept, self.candidates);
        for ((id, question), entry) in ENTRIES.iter().zip(&self.entries) {
            let kept = server.get(&format!("/v1/entries/{id}/versions")).with(200);
            let kept = kept["versions"].as_array().unwrap();
            let kept: Vec<_> = kept
                .iter()
                .rev()
                .map(|one| (one["version"].as_u64().unwrap(), one["answer"].as_str().unwrap()))
                .collect();
            let expected: Vec<_> = (1..).zip(entry.answers.iter().map(String::as_str)).collect();
            assert_eq!(kept, expected, "{id}");
            assert_eq!(served(server, question), entry.answers[entry.served - 1], "{id}");
        }
        for expert in ["esther", "emil"] {
            let evidence = &server.get(&format!("/v1/experts/{expert}")).with(200)["evidence"];
            let told = (evidence["right"].as_u64().unwrap(), evidence["wrong"].as_u64().unwrap());
            assert_eq!(told, self.evidence, "{expert}");
        }
        let approved = log(server, "candidate_approved");
        let approvals = self.candidates.values().filter(|(_, status)| *status == "approved");
        assert_eq!(approved, approvals.count());
    }
}

/// How many lines of the log tell of this action.
fn log(server: &Server, action: &str) -> usize {
    let (mut count, mut before) = (0, String::new());
    loop {
        let page = server.get(&format!("/v1/log?action={action}&limit=100{before}")).with(200);
        let lines = page["lines"].as_array().unwrap();
        count += lines.len();
        match lines.last() {
            Some(last) => before = format!("&before={}", last["id"]),
            None => return count,
        }
    }
}

#[test]
fn nothing_is_lost_and_nothing_done_twice() {
    let lines: String =
        ENTRIES.iter().map(|(id, question)| entry_line(id, question, "Prima.")).collect();
    let place = Place::with_entries(&lines);
    // A person decides on everything, however the trust of the experts moves.
    let by_hand = [
        ("GOLDENSET__CURATION__APPROVE_FROM", "1"),
        ("GOLDENSET__CURATION__REJECT_BELOW", "0"),
        ("GOLDENSET__CURATION__LEAST_TRUST", "0"),
    ];
    let start = || Server::configured(place.path(), &by_hand);
    let server = start();
    name_experts(&server);
    server.kill();
    let mut client = Client::new();
    // On a busy machine little is done in a round, so there are more of them.
    let enough = |client: &Client| client.again >= 10 && client.acknowledged >= 50;
    for round in 0..MOST_ROUNDS {
        if round >= ROUNDS && enough(&client) {
            break;
        }
        let server = start();
        // At a random moment, and not before something was under way.
        let delay = Duration::from_micros(2_000 + RandomState::new().hash_one(round) % 150_000);
        thread::scope(|scope| {
            let killer = scope.spawn(|| {
                thread::sleep(delay);
                server.crash();
            });
            while client.step(&server) {}
            killer.join().unwrap();
        });
        server.kill();
    }
    let server = start();
    while client.pending.is_some() {
        assert!(client.step(&server));
    }
    client.check(&server);
    let (again, acknowledged) = (client.again, client.acknowledged);
    assert!(enough(&client), "{acknowledged} requests were acknowledged, {again} sent again");
}
