//! The golden loop by commands alone: on a data folder, and at a running server.

use crate::program::{Place, Ran};
use crate::server::Server;

const ENTRIES: &str = include_str!("../../../../demo/entries.jsonl");
const EXPERTS: &str = r#"
{"handle": "anna", "role": "approver", "verified": true, "trust": 0.95}
{"handle": "bruno", "role": "expert", "verified": true, "trust": 0.9}
{"handle": "carla", "role": "expert", "verified": false, "trust": 0.9}
"#;
/// A question word for word, and its entry.
const QUESTION: &str = "Come si calcola il TFR annuo?";
const ENTRY: &str = "o012";
const ANSWER: &str = "Si divide la retribuzione utile per 13,5 e si toglie lo 0,50%.";

/// A place with twelve entries and three experts.
fn place() -> Place {
    let place = Place::new();
    place.write("entries.jsonl", ENTRIES.lines().take(12).collect::<Vec<_>>().join("\n"));
    place.write("experts.jsonl", EXPERTS);
    assert!(done(&place, &["import", "entries.jsonl"]).out.starts_with("published: 12 new"));
    let dry = done(&place, &["experts", "import", "experts.jsonl", "--dry-run"]);
    assert_eq!(dry.out, "would send 3 experts\n");
    assert_eq!(done(&place, &["experts", "list"]).out, "no expert is named\n");
    let named = done(&place, &["experts", "import", "experts.jsonl"]);
    assert_eq!(named.out, "sent 3 experts\n");
    place
}

fn run(place: &Place, args: &[&str]) -> Ran {
    place.run(&[args, &["--data", "data"]].concat())
}

#[track_caller]
fn done(place: &Place, args: &[&str]) -> Ran {
    let ran = run(place, args);
    assert_eq!(ran.code, 0, "{args:?}: {ran:?}");
    ran
}

/// That the output has all this, in this order.
#[track_caller]
fn says(ran: &Ran, parts: &[&str]) {
    let mut rest = ran.out.as_str();
    for part in parts {
        let (_, after) = rest.split_once(part).unwrap_or_else(|| panic!("{part:?}: {ran:?}"));
        rest = after;
    }
}

/// What says that the answer is wrong and what is right, in the name of `--expert`.
fn correction<'a>(expert: &[&'a str]) -> Vec<&'a str> {
    let give = ["feedback", "give", "--query", QUESTION, "--entry", ENTRY, "--type", "incorrect"];
    let answer = ["--answer", ANSWER, "--reference", "art. 2120 c.c.", "--confidence", "0.9"];
    [&give[..], &answer, expert].concat()
}

#[test]
fn a_wrong_answer_is_corrected_and_rolled_back() {
    let place = place();
    let run = |args: &[&str]| run(&place, args);
    let done = |args: &[&str]| done(&place, args);
    let asked = || done(&["ask", QUESTION]).out;
    let shown =
        done(&["experts", "put", "bruno", "--role", "expert", "--verified", "--trust", "0.91"]);
    says(&shown, &["bruno: expert, verified, trust 0.91"]);
    says(&done(&["experts", "list"]), &["anna", "approver", "bruno", "0.91", "carla", "false"]);
    assert!(asked().contains("version 1") && !asked().contains(ANSWER));

    says(&done(&correction(&["--expert", "carla"])), &["kept without effect"]);
    says(&done(&correction(&["--expert", "bruno"])), &["counted", "candidate 1: pending"]);
    says(&done(&["feedback", "list", "--entry", ENTRY]), &["carla", "false", "bruno", "true"]);
    let list = ["candidates", "list", "--status", "pending", "--kind", "feedback"];
    says(&done(&list), &["ID", "QUESTION", "pending", "update", ENTRY, QUESTION]);
    assert_eq!(done(&["candidates", "list", "--status", "approved"]).out, "nothing is proposed\n");
    let shown = done(&["candidates", "show", "1"]);
    says(&shown, &["proposed by bruno", ANSWER, "art. 2120 c.c.", "[-", "{+", "bruno", "0.91"]);

    let approve = |args: &[&str]| run(&[&["candidates", "approve", "1"], args].concat());
    approve(&["--by", "bruno"]).failed(7, "not_an_approver", &["bruno"]);
    approve(&[]).failed(2, "missing_field", &["by"]);
    approve(&["--by", "anna", "--base-version", "7"]).failed(4, "version_conflict", &[]);
    let dry = approve(&["--by", "anna", "--dry-run"]);
    says(&dry, &["approval would make o012 version 2", "no conflicts"]);
    assert!(asked().contains("version 1"), "a dry run changes nothing");
    says(&approve(&["--by", "anna"]), &["approved: o012 version 2"]);
    assert!(asked().contains("version 2") && asked().contains(ANSWER));
    approve(&["--by", "anna"]).failed(4, "candidate_decided", &["anna"]);
    let shown = done(&["candidates", "show", "1", "--json"]).json();
    assert_eq!((&shown["status"], &shown["published_version"]), (&"approved".into(), &2.into()));
    assert!(!done(&["candidates", "show", "1"]).out.contains("against what is served"));

    let diff = done(&["entries", "diff", ENTRY, "--from", "1", "--to", "2"]);
    says(&diff, &["o012: version 1 to 2", "answer:", "{+", "references: [-"]);
    assert!(!diff.out.contains('\u{1b}'), "colours are for terminals");
    run(&["entries", "diff", ENTRY, "--from", "9"]).failed(3, "unknown_version", &["from"]);
    let to_one =
        ["entries", "rollback", ENTRY, "--to", "1", "--by", "anna", "--reason", "was right"];
    says(&done(&[&to_one[..], &["--dry-run"]].concat()), &["would serve o012 version 1"]);
    assert!(asked().contains("version 2"), "a dry run changes nothing");
    says(&done(&to_one), &["o012 version 1 is served"]);
    assert!(asked().contains("version 1") && !asked().contains(ANSWER));
    says(&done(&["entries", "versions", ENTRY]), &["2", "1", "was right", "version 1 is served"]);
    says(&done(&["experts", "show", "bruno"]), &["1 wrong"]);

    let log = done(&["log", "--entry", ENTRY, "--action", "published"]);
    says(&log, &["o012 v1", "o012 v2", "candidate=1"]);
    assert!(!log.out.contains("rolled_back"), "{}", log.out);
    let back = done(&["log", "--entry", ENTRY, "--action", "rolled_back"]);
    says(&back, &["rolled_back", "o012 v1", "was right"]);
    let one = done(&["log", "--entry", ENTRY, "--limit", "1"]);
    says(&one, &["there is more: --before", "rolled_back"]);
}

#[test]
fn entries_are_published_and_retired_and_held_back() {
    let place = place();
    let run = |args: &[&str]| run(&place, args);
    let done = |args: &[&str]| done(&place, args);
    says(&done(&["entries", "show", ENTRY]), &["version 1 is served", QUESTION, "    - "]);
    let page = done(&["entries", "list", "--limit", "5"]).out;
    let next = page.lines().last().unwrap().strip_prefix("there is more: --after ").unwrap();
    assert_eq!(done(&["entries", "list", "--after", next]).out.lines().count(), 1 + 7);
    says(&done(&["entries", "retire", ENTRY, "--dry-run"]), &["would retire o012"]);
    says(&done(&["entries", "retire", ENTRY, "--reason", "old"]), &["o012 is not served"]);
    run(&["entries", "retire", ENTRY]).failed(4, "not_published", &[ENTRY]);
    assert_eq!(run(&["ask", QUESTION]).code, 1);
    says(&done(&["entries", "publish", ENTRY]), &["o012 version 1 is served", "no conflicts"]);
    run(&["entries", "show", "none"]).failed(3, "unknown_entry", &["id"]);
    let none = run(&["entries", "diff", ENTRY]);
    none.failed(3, "unknown_version", &["nothing before version 1"]);
    run(&["entries", "list", "--tenant", "ghost"]).failed(3, "unknown_tenant", &[]);

    let changed = ["references", "changed", "art. 2120 c.c.", "--version", "2027"];
    let dry = done(&[&changed[..], &["--dry-run"]].concat());
    says(&dry, &["would have version 2027; 1 entries", ENTRY, "serve", "context"]);
    says(&done(&changed), &["has version 2027", ENTRY, "context"]);
    says(&done(&changed), &["has version 2027 since change 1; as it was"]);
    assert_eq!(run(&["ask", QUESTION]).code, 1);
    says(&done(&["references", "list"]), &["art. 2120 c.c.", "2027"]);
    let dry = done(&["references", "undo", "art. 2120 c.c.", "--dry-run"]);
    says(&dry, &["would no longer have version 2027; 1 entries", ENTRY, "context", "serve"]);
    assert_eq!(run(&["ask", QUESTION]).code, 1, "a dry run changes nothing");
    says(&done(&["references", "undo", "art. 2120 c.c."]), &["no longer has version 2027"]);
    assert_eq!(run(&["ask", QUESTION]).code, 0);
    run(&["references", "undo", "art. 2120 c.c."]).failed(4, "nothing_to_undo", &[]);
    run(&["cache", "stats"]).failed(2, "missing_field", &["--url", "memory"]);
}

#[test]
fn what_would_take_questions_is_refused_with_the_list() {
    let place = place();
    let run = |args: &[&str]| run(&place, args);
    let done = |args: &[&str]| done(&place, args);
    let query = "Quanto costa il parcheggio aziendale?";
    let recorded = done(&["questions", "record", "--query", query, "--by", "anna"]);
    says(&recorded, &["nothing may answer", query, "anna"]);
    let give = ["feedback", "give", "--query", query, "--type", "incorrect", "--confidence", "0.9"];
    place.write("answer.md", "Trenta euro al mese.\n\nSi paga in busta.\n");
    done(&[&give[..], &["--answer-file", "answer.md", "--expert", "anna"]].concat());
    let approve = |args: &[&str]| run(&[&["candidates", "approve", "1"], args].concat());
    approve(&["--by", "anna"]).failed(7, "four_eyes", &[]);
    let amend = ["candidates", "amend", "1", "--by", "bruno", "--answer", "Venti euro."];
    says(&done(&amend), &["candidate 1: pending", "bruno"]);
    let revise = ["candidates", "revise", "1", "--by", "anna", "--reason", "cite the rules"];
    says(&done(&[&revise[..], &["--dry-run"]].concat()), &["candidate 1 would be needs_revision"]);
    says(&done(&revise), &["candidate 1: needs_revision", "cite the rules"]);
    says(&done(&[&amend[..], &["--reference", "Rules, 3"]].concat()), &["pending"]);
    says(&done(&["candidates", "show", "1"]), &["proposed by bruno", "Venti euro.", "Rules, 3"]);
    done(&["experts", "put", "dora", "--role", "admin", "--verified", "--trust", "1"]);
    let dry = approve(&["--by", "dora", "--dry-run"]);
    says(&dry, &["conflicts; ", "blocks  answers_refused", query]);
    approve(&["--by", "dora"]).failed(4, "publish_conflict", &["blocks  answers_refused", query]);
    approve(&["--by", "dora", "--override"]).failed(2, "missing_field", &["reason"]);
    let all = ["--by", "dora", "--override", "--reason", "it may be answered now"];
    says(&approve(&all), &["approved: ", "version 1"]);
    assert!(done(&["ask", query]).out.contains("Venti euro."));
    let reject = ["candidates", "reject", "2", "--by", "dora"];
    run(&reject).failed(3, "unknown_candidate", &["id"]);
    says(&done(&correction(&["--expert", "bruno"])), &["candidate 2"]);
    says(&done(&reject), &["candidate 2: rejected", "dora"]);
}

#[test]
fn the_loop_at_a_server_by_those_whose_keys_they_are() {
    let place = place();
    let key = |name: &str, role: &str, expert: &[&str]| {
        let args = [&["keys", "create", "--json", "--name", name, "--role", role], expert].concat();
        done(&place, &args).json()["key"].as_str().unwrap().to_owned()
    };
    let admin = key("ops", "admin", &[]);
    let bruno = key("bruno-laptop", "expert", &["--expert", "bruno"]);
    let anna = key("anna-laptop", "approver", &["--expert", "anna"]);
    let server = Server::start(place.path());
    let url = format!("http://{}", server.address);
    let at = |key: &str, args: &[&str]| {
        let environment = [("GOLDENSET_URL", url.as_str()), ("GOLDENSET_API_KEY", key)];
        place.run_with(args, b"", &environment)
    };
    run(&place, &["candidates", "list"]).failed(6, "data_dir_busy", &["--url"]);
    at("", &["candidates", "list"]).failed(7, "key_missing", &["GOLDENSET_API_KEY"]);
    at(&bruno, &correction(&["--expert", "anna"])).failed(2, "invalid_field", &["bruno alone"]);
    let said = at(&bruno, &correction(&[]));
    says(&said, &["counted", "candidate 1: pending"]);
    at(&bruno, &["candidates", "approve", "1"]).failed(7, "role_too_low", &["approver"]);
    says(&at(&bruno, &["candidates", "show", "1"]), &["proposed by bruno", "[-", "{+"]);
    says(&at(&anna, &["candidates", "approve", "1", "--dry-run"]), &["would make o012 version 2"]);
    says(&at(&anna, &["candidates", "approve", "1"]), &["approved: o012 version 2"]);
    at(&anna, &["candidates", "approve", "1"]).failed(4, "candidate_decided", &["anna"]);
    let entry = at(&anna, &["entries", "show", ENTRY, "--json"]).json();
    assert_eq!((&entry["published_version"], &entry["answer"]), (&2.into(), &ANSWER.into()));
    says(&at(&anna, &["entries", "diff", ENTRY]), &["version 1 to 2", "{+"]);
    let back = ["entries", "rollback", ENTRY, "--to", "1", "--reason", "was right"];
    says(&at(&anna, &back), &["o012 version 1 is served"]);
    says(&at(&anna, &["log", "--entry", ENTRY]), &["bruno", "anna", "rolled_back"]);
    at(&anna, &["cache", "stats"]).failed(7, "role_too_low", &["admin"]);
    says(&at(&admin, &["cache", "stats"]), &["results: ", "embeddings: ", "entry_changed"]);
    let invalidate = ["cache", "invalidate", "--all", "everything"];
    says(&at(&admin, &[&invalidate[..], &["--dry-run"]].concat()), &["would drop: "]);
    says(&at(&admin, &invalidate), &["dropped: "]);
    says(&at(&admin, &["cache", "invalidate", "--query", QUESTION]), &["dropped: 0 results"]);
    let bad = at(&admin, &["cache", "invalidate"]);
    assert_eq!(bad.code, 2, "{bad:?}");
}
