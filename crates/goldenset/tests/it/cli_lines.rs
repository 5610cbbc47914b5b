//! Files of feedback, experts and labelled questions.

use serde_json::{Value, json};

use crate::program::{Place, entry_line};

const EXPERTS: &str = r#"{"handle": "anna", "role": "approver", "verified": true, "trust": 0.9}
{"handle": "bruno", "role": "expert", "verified": true, "trust": 0.6}
"#;

fn place() -> Place {
    let place = Place::with_entries(
        &(entry_line("a", "Quanto costa il servizio?", "Dieci euro.")
            + &entry_line("b", "Chi è il referente?", "Il capo.")),
    );
    place.write("experts.jsonl", EXPERTS);
    assert_eq!(place.run(&["experts", "import", "experts.jsonl", "--data", "data"]).code, 0);
    place
}

fn feedback() -> Vec<Value> {
    let said = |expert: &str, confidence: f64| {
        json!({ "query": "Quanto costa il servizio?", "type": "incorrect", "expert": expert,
            "confidence": confidence, "time_spent_seconds": 40, "category": null })
    };
    let with = |mut line: Value, more: Value| {
        line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        line
    };
    vec![
        with(
            said("anna", 0.9),
            json!({ "served_entry_id": "a", "expert_answer": "Venti.", "references": ["Listino"] }),
        ),
        with(said("bruno", 0.9), json!({ "entry_id": "b", "answer": "Trenta." })),
        json!({ "query": "Chi è il referente?", "entry_id": "b", "type": "correct",
            "expert": "anna", "confidence": 0.95 }),
    ]
}

fn jsonl(lines: &[Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn importing_feedback_twice_adds_nothing() {
    let place = place();
    let run = |args: &[&str]| place.run(&[args, &["--data", "data"]].concat());
    place.write("said.jsonl", jsonl(&feedback()));
    let dry = run(&["feedback", "import", "said.jsonl", "--dry-run"]);
    assert_eq!((dry.code, dry.out.as_str()), (0, "would send 3 feedback\n"));
    let kept = || run(&["feedback", "list", "--json"]).json()["feedback"].clone();
    assert_eq!(kept(), json!([]));
    let first = run(&["feedback", "import", "said.jsonl"]);
    assert_eq!(
        (first.code, first.out.as_str()),
        (0, "sent 3 feedback; 2 counted; 1 candidates: 1 pending\n")
    );
    let before = (kept(), run(&["candidates", "list", "--json"]).json());
    assert_eq!(before.0.as_array().unwrap().len(), 3);
    assert_eq!(before.0[0]["entry_id"], "a");
    assert_eq!(before.0[0]["answer"], "Venti.");
    assert_eq!(before.1["candidates"][0]["frequency"], 1);
    let again = run(&["feedback", "import", "said.jsonl", "--json"]).json();
    let expected = json!({
        "lines": 3, "bad_lines": 0, "dry_run": false, "sent": 3, "known_already": 3, "faults": [],
        "counted": 2, "candidates": { "pending": 1 },
    });
    assert_eq!(again, expected);
    assert_eq!((kept(), run(&["candidates", "list", "--json"]).json()), before);
    // A line more is only that line.
    let more = json!({ "query": "E il parcheggio?", "type": "incorrect", "answer": "Gratis.",
        "expert": "anna", "confidence": 0.9 });
    place.write("said.jsonl", jsonl(&[feedback(), vec![more]].concat()));
    let ran = run(&["feedback", "import", "said.jsonl"]);
    assert_eq!(ran.out.split(';').next(), Some("sent 4 feedback, 3 of them known already"));
    assert_eq!((ran.code, kept().as_array().unwrap().len()), (0, 4));
}

#[test]
fn bad_lines_are_named_and_nothing_is_sent() {
    let place = place();
    let run = |args: &[&str]| place.run(&[args, &["--data", "data"]].concat());
    let change = |field: &str, value: Value| {
        let mut line = feedback().remove(0);
        line[field] = value;
        line
    };
    let lines = [
        feedback().remove(0),
        change("type", "wrong".into()),
        change("confidence", 2.into()),
        change("category", "no_such".into()),
        change("expert", "nobody".into()),
        change("served_entry_id", "none".into()),
        change("anwser", "x".into()),
    ];
    place.write("bad.jsonl", jsonl(&lines) + "\nno json\n");
    let args = ["feedback", "import", "bad.jsonl"];
    for args in [&args[..], &[&args[..], &["--dry-run"]].concat()] {
        let ran = run(args);
        ran.failed(2, "bad_rows", &["7 of 8 lines are wrong", "nothing was sent", "--partial"]);
        for said in [
            "bad.jsonl:line 2: ",
            "bad.jsonl:line 3: `confidence` ",
            "bad.jsonl:line 4: `category` ",
            "bad.jsonl:line 5: `expert` there is no expert nobody (unknown_expert)",
            "bad.jsonl:line 6: `entry_id` there is no entry none (unknown_entry)",
            "bad.jsonl:line 7: ",
            "anwser",
            "bad.jsonl:line 9: ",
        ] {
            assert!(ran.err.contains(said), "{said}: {}", ran.err);
        }
        assert!(!ran.err.contains("bad.jsonl:line 1:"), "{}", ran.err);
    }
    let kept = || run(&["feedback", "list", "--json"]).json()["feedback"].as_array().unwrap().len();
    assert_eq!(kept(), 0);
    let report = run(&[&args[..], &["--json"]].concat());
    assert_eq!((report.code, &report.json()["faults"][3]["code"]), (2, &json!("unknown_expert")));
    let partial = run(&[&args[..], &["--partial"]].concat());
    assert_eq!(
        (partial.code, partial.out.as_str()),
        (1, "sent 1 feedback, 7 bad lines left out; 1 counted; 1 candidates: 1 pending\n")
    );
    assert_eq!(kept(), 1);
    place.write("empty.jsonl", "\n");
    run(&["feedback", "import", "empty.jsonl"]).failed(2, "bad_rows", &["empty.jsonl"]);
    run(&["feedback", "import", "gone.jsonl"]).failed(6, "file_unreadable", &["gone.jsonl"]);
    place
        .write("experts.jsonl", r#"{"handle": "x", "role": "boss", "verified": true, "trust": 1}"#);
    run(&["experts", "import", "experts.jsonl"]).failed(2, "bad_rows", &["line 1", "boss"]);
}

#[test]
fn labelled_questions_are_recorded() {
    let place = place();
    let run = |args: &[&str]| place.run(&[args, &["--data", "data"]].concat());
    let labels = [
        json!({ "query": "Il servizio quanto viene?", "gold": ["a"], "split": "test" }),
        json!({ "query": "Che tempo fa?", "gold": [] }),
    ];
    place.write("labels.jsonl", jsonl(&labels));
    let import = ["questions", "import", "labels.jsonl", "--by", "anna"];
    for _ in 0..2 {
        assert_eq!(run(&import).out, "sent 2 questions\n");
    }
    let known = run(&["questions", "list", "--json"]).json()["questions"].clone();
    let mut known: Vec<_> = known
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["query"].as_str().unwrap(), one["entry_id"].as_str()))
        .collect();
    known.sort_unstable();
    assert_eq!(known, [("Che tempo fa?", None), ("Il servizio quanto viene?", Some("a"))]);
    let bad = [
        json!({ "query": "Chi?", "gold": ["a", "b"] }),
        json!({ "query": "?!", "gold": [] }),
        json!({ "query": "Chi?", "gold": ["none"] }),
    ];
    place.write("labels.jsonl", jsonl(&bad));
    let parts =
        ["line 1: `gold` 2 entries", "line 2: `query` ", "line 3: `gold` there is no entry"];
    run(&import).failed(2, "bad_rows", &parts);
    // Whose word does not count is told by the first line that is sent.
    place.write("labels.jsonl", jsonl(&labels));
    let ran = run(&["questions", "import", "labels.jsonl", "--by", "bruno"]);
    ran.failed(7, "not_an_approver", &["labels.jsonl:1", "0 lines before it were sent"]);
}
