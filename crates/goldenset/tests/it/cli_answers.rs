//! `ask`, `compare`, `doctor`.

use serde_json::{Value, json};

use crate::description::DESCRIPTION;
use crate::program::{Place, entry_line};
use crate::server::Server;

fn place() -> Place {
    let rows = entry_line("iva", "Quanto è l'IVA sui libri al 22 %?", "**Nulla.**")
        + &entry_line("reset", "How do I reset my password?", "Use *Forgot password*.")
        + &entry_line("2024", "Quali sono le aliquote IRPEF nel 2024?", "Tre.");
    Place::with_entries(&rows)
}

#[test]
fn ask_tells_scripts_whether_it_served() {
    let place = place();
    let ask = |args: &[&str], input: &str| {
        place.run_with(&[&["ask", "--data", "data"], args].concat(), input.as_bytes(), &[])
    };
    let served = ask(&["quanto è l'iva sui libri al 22%"], "");
    assert_eq!(served.code, 0, "{served:?}");
    for part in ["SERVE", "iva", "word for word", "**Nulla.**"] {
        assert!(served.out.contains(part), "{part}: {served:?}");
    }
    let refused = ask(&["Quali sono le aliquote IRPEF nel 2022?"], "");
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(!refused.out.contains("Tre."), "{refused:?}");
    let piped = ask(&["--json"], "how do i reset my password\n\nche tempo fa a Napoli?\n");
    let decisions: Vec<_> = piped.lines().iter().map(|line| line["decision"].clone()).collect();
    assert_eq!((piped.code, decisions), (0, vec![json!("serve"), json!("miss")]));
    let none = ask(&[], "che tempo fa a Napoli?\nHow long should I boil an egg?\n");
    assert_eq!(none.code, 1, "{none:?}");
    ask(&["?!"], "").failed(2, "empty_query", &["query"]);
    ask(&["a", "--min-similarity", "2"], "").failed(
        2,
        "threshold_out_of_range",
        &["min_similarity"],
    );
    ask(&["a", "--min-similarity", "NaN"], "").failed(
        2,
        "threshold_out_of_range",
        &["min_similarity"],
    );
    ask(&["a", "--tenant", "ghost"], "").failed(3, "unknown_tenant", &["ghost"]);
    ask(&[], "Chi?\n?!\n").failed(2, "empty_query", &["standard input, line 2"]);
    let elsewhere = place.run(&["ask", "Chi?", "--data", "nowhere"]);
    elsewhere.failed(6, "data_dir_unusable", &["nowhere"]);
}

#[test]
fn ask_says_what_the_caller_knows() {
    let place = Place::with_entries(
        &(json!({ "id": "a", "question": "Quanto è l'IVA?", "answer": "22 %.", "category": "fisco",
            "tags": ["2023"] })
        .to_string() + "\n"),
    );
    let ask = |args: &[&str]| {
        let ran = place.run(&[&["ask", "Quanto è l'IVA?", "--data", "data"], args].concat());
        (ran.code, ran.out.split_whitespace().nth(4).unwrap_or_default().to_owned())
    };
    let (served, context) = ((0, "SERVE".to_owned()), (1, "CONTEXT".to_owned()));
    assert_eq!(ask(&[]), served);
    assert_eq!(ask(&["--kb-epoch", "2000-01-01"]), served);
    for new in ["2100-01-01", "2100-01-01T00:00:00Z", "4102444800", "*=2100-01-01"] {
        assert_eq!(ask(&["--kb-epoch", new]), context, "{new}");
    }
    assert_eq!(ask(&["--kb-epoch", "fisco=2100-01-01"]), context);
    assert_eq!(ask(&["--kb-epoch", "fisco=2000-01-01", "--kb-epoch", "2100-01-01"]), served);
    assert_eq!(ask(&["--superseded-tag", "2022", "--superseded-tag", "2023"]), context);
    assert_eq!(ask(&["--superseded-tag", "2022"]), served);
    let refused =
        |args: &[&str]| place.run(&[&["ask", "Quanto è l'IVA?", "--data", "data"], args].concat());
    assert_eq!(refused(&["--kb-epoch", "soon"]).code, 2);
    let twice = refused(&["--kb-epoch", "fisco=1", "--kb-epoch", "fisco=2"]);
    twice.failed(2, "invalid_field", &["--kb-epoch fisco"]);
}

#[test]
fn ask_prints_the_body_of_the_server() {
    let place = place();
    let queries = ["how do i reset my password", "reset password please", "2022 aliquote IRPEF"];
    let asked: Vec<_> = queries
        .iter()
        .map(|query| {
            let args = ["ask", query, "--json", "--data", "data", "--min-similarity", "0.5"];
            place.run(&args).out
        })
        .collect();
    let server = Server::start(place.path());
    for (query, asked) in queries.iter().zip(asked) {
        let body = json!({ "query": query, "min_similarity": 0.5 });
        let served = server.post("/v1/lookup", &body);
        assert_eq!(format!("{}\n", served.text()), asked, "{query}");
    }
}

#[test]
fn ask_explains_the_best_candidates() {
    let place = place();
    let query = "Quali sono le aliquote IRPEF nel «2022»?";
    let ask = |args: &[&str]| place.run(&[&["ask", "--data", "data"], args].concat());
    let explained = ask(&["--explain", query]);
    assert_eq!(explained.code, 1, "{explained:?}");
    for part in [
        "entry 2024  score",
        "it asks about 2022 and this entry is about 2024",
        "nel «[2022]»",
        "nel [2024]?",
        "entry iva  score",
        "entry reset  score",
    ] {
        assert!(explained.out.contains(part), "{part}: {explained:?}");
    }
    let mut body = ask(&["--json", "--explain", query]).json();
    let explanations = body.as_object_mut().unwrap().remove("explanations").unwrap();
    assert_eq!(body, ask(&["--json", query]).json(), "the body is as it is without");
    assert_eq!(explanations.as_array().unwrap().len(), 3);
    let schema = json!({ "$ref": "#/components/schemas/Explanation" });
    for (explained, listed) in
        explanations.as_array().unwrap().iter().zip(body["matches"].as_array().unwrap())
    {
        assert_eq!(explained["entry_id"], listed["entry_id"]);
        assert_eq!(explained["explanation"]["score"], listed["score"]);
        let faults = DESCRIPTION.faults(&schema, &explained["explanation"]);
        assert!(faults.is_empty(), "{faults:?}");
    }
    let served = ask(&["--explain", "how do i reset my password"]);
    assert!(served.out.contains("it is an approved phrasing, word for word"), "{served:?}");
}

#[test]
fn compare_takes_an_entry() {
    let place = place();
    let compare = |args: &[&str]| place.run(&[&["compare", "--data", "data"], args].concat());
    let other = compare(&["Aliquote IRPEF nel 2023?", "--entry", "2024"]);
    assert_eq!(other.code, 1, "{other:?}");
    for part in ["NOT THE SAME", "year conflict: 2023 / 2024", "nel [2024]"] {
        assert!(other.out.contains(part), "{part}: {other:?}");
    }
    let own = compare(&["how do i reset my password", "--entry", "reset", "--json"]);
    assert_eq!((own.code, &own.json()["same"]), (0, &json!(true)));
    compare(&["Chi?", "--entry", "none"]).failed(3, "unknown_entry", &["none", "--entry"]);
    assert_eq!(compare(&["Chi?", "Dove?", "--entry", "2024"]).code, 2);
    assert_eq!(compare(&["Chi?"]).code, 2);
}

#[test]
fn compare_takes_two_texts_or_a_file() {
    let place = Place::new();
    let same = place.run(&["compare", "IVA al 22 %", "iva al 22%"]);
    assert_eq!(same.code, 0, "{same:?}");
    assert!(same.out.starts_with("SAME"), "{same:?}");
    let other = place.run(&["compare", "IVA al 22 %", "IVA al 10 %"]);
    assert_eq!(other.code, 1, "{other:?}");
    for part in [
        "percentage conflict: 22% / 10%",
        "[22 %]",
        "[10 %]",
        "it asks about 22% and the approved question is about 10%",
        "guard factor",
        "< 0.800",
    ] {
        assert!(other.out.contains(part), "{part}: {other:?}");
    }
    let json = place.run(&["compare", "--json", "Aliquote 2023", "Aliquote 2024"]);
    assert_eq!((json.code, &json.json()["same"]), (1, &json!(false)));
    let pairs: Vec<_> =
        (0..150).map(|n| (format!("Modulo {n}"), format!("modulo {}", n / 2 * 2))).collect();
    let lines = |pairs: &[(String, String)]| -> String {
        let line =
            |(a, b): &(String, String)| format!("{}\n", json!({ "a": a, "b": b, "note": 1 }));
        pairs.iter().map(line).collect()
    };
    place.write("pairs.jsonl", lines(&pairs));
    let ran = place.run(&["compare", "--pairs", "pairs.jsonl"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let results = ran.lines();
    assert_eq!(results.len(), pairs.len());
    for ((a, b), result) in pairs.iter().zip(&results) {
        assert_eq!(result["same"], a.to_lowercase() == *b, "{a} / {b}: {result}");
        let fields: Vec<_> = result.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, ["explanation", "guards", "reason", "same", "score", "similarity"]);
    }
    let piped = place.run_with(&["compare", "--pairs", "-"], lines(&pairs[..2]).as_bytes(), &[]);
    assert_eq!(piped.lines(), results[..2]);
    place.write("bad.jsonl", "{\"a\": \"x\", \"b\": \"y\"}\n{\"a\": \"x\"}\n");
    let ran = place.run(&["compare", "--pairs", "bad.jsonl"]);
    ran.failed(2, "bad_rows", &["bad.jsonl:2", "`b`"]);
    place.write("empty.jsonl", "{\"a\": \"x\", \"b\": \"y\"}\n{\"a\": \"x\", \"b\": \"?\"}\n");
    let ran = place.run(&["compare", "--pairs", "empty.jsonl"]);
    ran.failed(2, "empty_query", &["pair 2, `b`"]);
}

#[test]
fn doctor_says_what_to_mend() {
    let place = place();
    // A port of its own: another process may have the default one.
    let listen = [("GOLDENSET__SERVER__LISTEN", "127.0.0.1:0")];
    let doctor = |data: &str, more: &[(&str, &str)]| {
        let environment = [&listen[..], more].concat();
        place.run_with(&["doctor", "--json", "--data", data], b"", &environment)
    };
    let ok = |checks: &Value, name: &str| {
        let checks = checks.as_array().unwrap();
        let check = checks.iter().find(|check| check["name"] == name).unwrap().clone();
        let fix = check["fix"].as_str().unwrap_or_default().to_owned();
        (check["ok"].as_bool().unwrap(), fix)
    };
    let good = doctor("data", &[]);
    assert_eq!(good.code, 0, "{good:?}");
    for name in ["configuration", "embedding", "verification", "data folder", "address"] {
        assert!(ok(&good.json(), name).0, "{name}: {good:?}");
    }
    assert!(!good.out.contains("\"judge\""), "none is configured: {good:?}");
    // A port that nobody listens on.
    let away = [
        ("GOLDENSET__JUDGE__KIND", "rerank"),
        ("GOLDENSET__JUDGE__BASE_URL", "http://127.0.0.1:9"),
    ];
    let judge = doctor("data", &away);
    assert!(judge.code == 1 && !ok(&judge.json(), "judge").0, "{judge:?}");
    let none = doctor("nowhere", &[]);
    assert_eq!(none.code, 1, "{none:?}");
    let (fine, fix) = ok(&none.json(), "data folder");
    assert!(!fine && fix.contains("import"), "{none:?}");
    assert!(!place.path().join("nowhere").exists(), "it only looks");
    place.break_database();
    let broken = doctor("data", &[]);
    let (fine, fix) = ok(&broken.json(), "data folder");
    assert!(broken.code == 1 && !fine && fix.contains("backup"), "{broken:?}");
    let model = doctor("data", &[("GOLDENSET__EMBEDDING__MODEL_DIR", "no-model")]);
    assert!(model.code == 1 && !ok(&model.json(), "embedding").0, "{model:?}");
    let person = place.run_with(&["doctor", "--data", "nowhere"], b"", &listen);
    assert!(person.out.contains("FAIL  data folder") && person.out.contains("fix: "), "{person:?}");
}
