//! `bench --url`: a server that runs already is asked, and stays as it was.

use serde_json::{Value, json};

use super::{any_limit, bench, measured};
use crate::program::{Place, entry_line};
use crate::server::Server;

/// Everything that a server says of its golden set and of who did what.
fn state(server: &Server) -> Vec<Value> {
    ["/v1/entries", "/v1/log", "/v1/experts", "/v1/feedback", "/v1/candidates"]
        .map(|path| server.get(path).with(200).clone())
        .into()
}

#[test]
fn a_running_server_is_asked_and_stays_as_it_was() {
    let questions = ["Quanto dura il preavviso?", "Come si chiedono le ferie?", "Chi paga l'INPS?"];
    let lines: String = (0..)
        .zip(questions)
        .map(|(number, question)| entry_line(&format!("e{number}"), question, "Dipende."))
        .collect();
    let place = Place::with_entries(&lines);
    let server = Server::start(place.path());
    let url = format!("http://{}/", server.address);
    let before = state(&server);
    place.write("any.toml", any_limit(&["/percentiles/latency_ms/p50", "/cache/hit_rate"]));
    let targets = ["--targets", "any.toml", "--url", &url];

    // Without a file, its own questions.
    let ran = bench(&place, &[&targets[..], &["--json", "--html", "b.html"]].concat());
    assert_eq!(ran.code, 0, "{ran:?}");
    let report = ran.json();
    measured(
        &report,
        &[
            "/http/hot_c2/per_second",
            "/http/zipf_c200/per_second",
            "/http/zipf_open_half/latency_us/p99",
            "/percentiles/latency_ms/p99",
        ],
    );
    assert_eq!(report["server"]["first_answers"], json!({ "signature_hit": 3 }));
    let answers = &report["answers"];
    assert_eq!((&answers["questions"], &answers["served"]), (&3.into(), &3.into()));
    assert!(answers["compared"].as_u64() > Some(20_000) && answers["wrong"] == 0, "{answers}");
    assert!(report["unchecked"].as_array().unwrap().len() >= 4, "{report}");
    assert!(place.read("b.html").contains("Not checked: "));
    assert_eq!(state(&server), before, "nothing was changed");

    // What is asked comes from a file; nothing passes on questions that find no answer.
    place.write("q.txt", "Che ore sono?\n\n{\"query\": \"Dove si mangia bene?\"}\n");
    let from_file = ["--suite", "hot", "--questions", "q.txt", "--json"];
    place.write("hot.toml", any_limit(&["/http/hot_c2/per_second"]));
    let targets = ["--targets", "hot.toml", "--url", &url];
    let ran = bench(&place, &[&targets[..], &from_file].concat());
    assert_eq!((ran.code, &ran.json()["answers"]["questions"]), (1, &2.into()), "{ran:?}");
    assert!(ran.err.contains("answers were not right"), "{ran:?}");
}

#[test]
fn what_cannot_be_asked_is_said() {
    let place = Place::new();
    let server = Server::shared();
    let url = format!("http://{}", server.address);
    let refused = |more: &[&str], code, error, says: &[&str]| {
        bench(&place, &[&["--url", &url], more].concat()).failed(code, error, says);
    };
    refused(&["--suite", "cold"], 2, "invalid_field", &["cold", "hot, percentiles, concurrent"]);
    place.write("none.txt", "\n");
    refused(&["--questions", "none.txt"], 2, "invalid_field", &["no question", "--questions"]);
    place.write("bad.txt", "una domanda\n{\"text\": \"x\"}\n");
    refused(&["--questions", "bad.txt"], 2, "invalid_field", &["bad.txt:2"]);
    place.write("one.txt", "una domanda\n");
    let unknown = ["--questions", "one.txt", "--tenant", "nobody"];
    refused(&unknown, 6, "unexpected_reply", &["una domanda", "404"]);
    for (bad, says) in [("https://127.0.0.1:1", "TLS"), ("127.0.0.1", "address")] {
        let ran = bench(&place, &["--url", bad, "--questions", "one.txt"]);
        ran.failed(2, "invalid_field", &[says]);
    }
    let ran = bench(&place, &["--url", &url, "--large"]);
    assert!(ran.code == 2 && ran.err.contains("cannot be used with"), "{ran:?}");
}
