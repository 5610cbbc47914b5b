//! `import` and `export`.

use std::fs;

use serde_json::json;

use crate::program::{Place, entry_line};

const CSV: &str = "\
id;question;answer;alternatives;tags;valid_from
p1;Quanto costa?;\"Dieci; o venti.\";\"Qual è il prezzo?
Prezzo?\";soldi;2024-01-01
p2;Chi paga?;Il cliente.;;;
";

fn rows() -> String {
    entry_line("a", "Chi?", "Io.") + &entry_line("b", "Quando?", "Oggi.")
}

#[test]
fn importing_twice_changes_nothing() {
    let place = Place::new();
    place.write("set.jsonl", rows());
    let import =
        |args: &[&str]| place.run(&[&["import", "set.jsonl", "--data", "data"], args].concat());
    let dry = import(&["--dry-run"]);
    assert_eq!((dry.code, dry.out.as_str()), (0, "would import: 2 new, 0 changed, 0 unchanged\n"));
    assert!(!place.path().join("data").exists(), "a dry run leaves nothing behind");
    fs::create_dir(place.path().join("data")).unwrap();
    assert_eq!(import(&["--dry-run"]).code, 0);
    assert_eq!(fs::read_dir(place.path().join("data")).unwrap().count(), 0);
    let first = import(&[]);
    assert_eq!(
        (first.code, first.out.as_str()),
        (0, "published: 2 new, 0 changed, 0 unchanged (epoch 1)\n")
    );
    let before = place.database();
    let second = import(&["--json"]);
    let report = json!({
        "rows": 2, "bad_rows": 0, "dry_run": false, "created": 0, "updated": 0, "unchanged": 2,
        "epoch": 1, "faults": [], "conflicts": [],
    });
    assert_eq!((second.code, second.json()), (0, report));
    assert_eq!(place.database(), before);
    place.write("set.jsonl", rows() + &entry_line("c", "Dove?", "Qui."));
    assert_eq!(import(&["--dry-run"]).out, "would import: 1 new, 0 changed, 2 unchanged\n");
    assert_eq!(place.database(), before);
    place.write("set.jsonl", entry_line("a", "Chi?", "Lui."));
    assert_eq!(import(&[]).out, "published: 0 new, 1 changed, 0 unchanged (epoch 2)\n");
    let ask = place.run(&["ask", "Chi?", "--data", "data"]);
    assert!(ask.out.contains("Lui.") && ask.out.contains("version 2"), "{ask:?}");
}

#[test]
fn bad_rows_are_named_and_nothing_is_written() {
    let place = Place::new();
    let lines = [
        entry_line("good", "Chi?", "Io."),
        "\n".into(),
        entry_line("empty", "", "x"),
        "{\"id\": \"x\", \"question\": \"Q?\"\n".into(),
        "{\"id\": \"typo\", \"question\": \"Q?\", \"anwser\": \"A\"}\n".into(),
        entry_line("good", "Ancora?", "No."),
        "{\"id\": \"day\", \"question\": \"Q?\", \"answer\": \"A\", \"valid_from\": \"01/02/2024\"}\n".into(),
        "{\"id\": \"list\", \"question\": \"Q?\", \"answer\": \"A\", \"tags\": [\"a\", 1]}\n".into(),
    ];
    place.write("bad.jsonl", lines.concat());
    let args = ["import", "bad.jsonl", "--data", "data"];
    let ran = place.run(&args);
    ran.failed(2, "bad_rows", &["6 of 7 rows are wrong", "nothing was written", "--partial"]);
    for said in [
        "bad.jsonl:line 3: `question` is empty",
        "bad.jsonl:line 4: ",
        "bad.jsonl:line 5: `anwser` is not a field; did you mean `answer`?",
        "bad.jsonl:line 5: `answer` is missing",
        "bad.jsonl:line 6: `id` is the same as on line 1",
        "bad.jsonl:line 7: `valid_from` is not a day",
        "bad.jsonl:line 8: `tags[1]` must be text, is a number",
    ] {
        assert!(ran.err.contains(said), "{said}: {}", ran.err);
    }
    assert!(!place.path().join("data").exists());
    let report = place.run(&[&args[..], &["--json"]].concat());
    assert_eq!((report.code, &report.json()["bad_rows"]), (2, &json!(6)));
    assert_eq!(report.json()["faults"][0]["line"], 3);
    assert_eq!(report.json()["faults"][0]["field"], "question");
    let partial = place.run(&[&args[..], &["--partial"]].concat());
    assert_eq!(partial.code, 1, "{partial:?}");
    assert!(
        partial.out.contains("published: 1 new") && partial.out.contains("6 bad rows left out")
    );
    assert_eq!(place.run(&["export", "--data", "data"]).lines().len(), 1);
}

#[test]
fn import_reads_csv_and_standard_input() {
    let place = Place::new();
    place.write("set.csv", CSV);
    let ran = place.run(&["import", "set.csv", "--data", "data"]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (0, "published: 2 new, 0 changed, 0 unchanged (epoch 1)\n")
    );
    let rows = place.run(&["export", "-", "--data", "data"]).lines();
    assert_eq!(rows[0]["answer"], "Dieci; o venti.");
    assert_eq!(rows[0]["alternatives"], json!(["Qual è il prezzo?", "Prezzo?"]));
    assert_eq!(rows[0]["valid_from"], "2024-01-01");
    let piped =
        ["import", "-", "--format", "jsonl", "--data", "data", "--tenant", "acme", "--draft"];
    let ran = place.run_with(&piped, crate::cli_transfer::rows().as_bytes(), &[]);
    assert!(ran.out.starts_with("imported as drafts: 2 new"), "{ran:?}");
    assert_eq!(place.run(&["export", "--data", "data", "--tenant", "acme"]).out, "");
    let ran = place.run_with(&["import", "-", "--data", "data"], b"", &[]);
    assert_eq!(ran.code, 2, "{ran:?}");
    let ran = place.run(&["import", "gone.jsonl", "--data", "data"]);
    ran.failed(6, "file_unreadable", &["gone.jsonl"]);
    place.write("empty.jsonl", "");
    let ran = place.run(&["import", "empty.jsonl", "--data", "data"]);
    ran.failed(2, "bad_rows", &["empty.jsonl"]);
    place
        .write("latin.jsonl", b"{\"id\": \"a\", \"question\": \"perch\xe8\", \"answer\": \"x\"}\n");
    let ran = place.run(&["import", "latin.jsonl", "--data", "data"]);
    assert!(ran.code == 2 && ran.err.contains("latin.jsonl:line 1"), "{ran:?}");
}

#[test]
fn export_and_import_give_the_same_set() {
    let place = Place::new();
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/../../demo/entries.jsonl");
    assert_eq!(place.run(&["import", demo, "--data", "data"]).code, 0);
    for (name, again) in [("out.jsonl", "again.jsonl"), ("out.csv", "again.csv")] {
        let other = format!("{name}.data");
        let ran = place.run(&["export", name, "--data", "data"]);
        assert_eq!(ran.out, format!("exported 120 entries to {name}\n"));
        let ran = place.run(&["import", name, "--data", &other]);
        assert!(ran.out.starts_with("published: 120 new"), "{ran:?}");
        assert_eq!(place.run(&["export", again, "--data", &other]).code, 0);
        assert_eq!(place.read(again), place.read(name));
        // And into the set that it came from: nothing to do.
        let ran = place.run(&["import", name, "--data", "data", "--dry-run"]);
        assert_eq!(ran.out, "would import: 0 new, 0 changed, 120 unchanged\n", "{name}");
    }
    let ran = place.run(&["export", "--data", "data", "--tenant", "ghost"]);
    ran.failed(3, "unknown_tenant", &["--tenant"]);
    let ran = place.run(&["export", "--data", "nowhere"]);
    ran.failed(6, "data_dir_unusable", &["nowhere"]);
    assert!(!place.path().join("nowhere").exists());
}
