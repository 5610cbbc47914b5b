//! Nodes that sleep or die.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use super::kit::{BOUND, Nodes};

const QUESTION: &str = "Quanto dura la prova?";

/// A node that was stopped does not know how long; what it says when it goes on is no older than
/// the bound all the same.
#[test]
fn a_node_that_slept_answers_as_of_now() {
    let nodes = &Nodes::start(2);
    let (awake, asleep) = (nodes.node(0), nodes.node(1));
    awake.publishes("a", QUESTION, "Prima.").with(201);
    asleep.follows(QUESTION, "Prima.", Instant::now());
    for round in 0..4 {
        asleep.signal("STOP");
        let answer = format!("Dopo {round}.");
        awake.publishes("a", QUESTION, &answer).with(200);
        std::thread::sleep(BOUND + Duration::from_millis(100));
        std::thread::scope(|scope| {
            // Some arrive while it sleeps, some when it goes on.
            let asked: Vec<_> = (0..4).map(|_| scope.spawn(|| asleep.answers(QUESTION))).collect();
            std::thread::sleep(Duration::from_millis(50));
            asleep.signal("CONT");
            for _ in 0..4 {
                assert_eq!(asleep.answers(QUESTION).as_deref(), Some(answer.as_str()));
            }
            for served in asked {
                assert_eq!(served.join().unwrap().as_deref(), Some(answer.as_str()));
            }
        });
    }
}

/// A node that dies in the middle of its changes leaves none half done, and holds nobody up.
#[test]
fn what_a_killed_node_acknowledged_all_others_have() {
    let mut nodes = Nodes::start(1);
    for round in 0..6_u64 {
        nodes.add(&[]);
        let doomed = nodes.all.pop().unwrap();
        let acknowledged = std::thread::scope(|scope| {
            let publishing = scope.spawn(|| {
                let mut acknowledged = 0;
                for number in 0_u64.. {
                    let body = json!({
                        "question": format!("Che cosa dice {round}?"),
                        "answer": format!("{number}"),
                        "publish": true,
                    });
                    let (path, key) =
                        (format!("/v1/entries/round-{round}"), format!("{round}-{number}"));
                    match doomed.attempt(Method::PUT, &path, &body, &key) {
                        Some(reply) if reply.status < 300 => acknowledged = number + 1,
                        _ => return acknowledged,
                    }
                }
                acknowledged
            });
            std::thread::sleep(Duration::from_millis(150 + 130 * round));
            doomed.crash();
            publishing.join().unwrap()
        });
        let survivor = nodes.node(0);
        let versions = survivor.get(&format!("/v1/entries/round-{round}/versions"));
        let written = match versions.status {
            404 => 0,
            _ => versions.with(200)["versions"].as_array().unwrap().len() as u64,
        };
        // One more may have been committed without its acknowledgement.
        assert!(
            written == acknowledged || written == acknowledged + 1,
            "{acknowledged} acknowledged, {written} written"
        );
        // The lock of the dead node's last change is free.
        survivor.publishes("after", "Chi resta?", &format!("Io, {round}.")).with(if round == 0 {
            201
        } else {
            200
        });
    }
}
