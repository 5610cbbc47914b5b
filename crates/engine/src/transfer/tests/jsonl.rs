//! Rows of JSON Lines: every fault by its line and field.

use super::*;

#[test]
fn every_fault_of_a_jsonl_file_is_named() {
    let check = |text: &str, expected: &[&str]| {
        let import = read_text(Format::Jsonl, Reading::default(), text);
        assert_eq!(shown(&import), expected, "{text}");
        assert!(import.rows.is_empty(), "{text}");
    };
    // A good row with some fields replaced, or left out when they are to be `undefined`.
    let row = |changes: &str| {
        let good = r#""id":"a","question":"Q","answer":"A""#;
        let replaced = |field: &&str| {
            let name = field.split_once(':').unwrap().0;
            !changes.contains(&format!("{name}:"))
        };
        let kept: Vec<_> = good.split(',').filter(replaced).collect();
        let changes = changes.split(", ").filter(|c| !c.ends_with(":undefined"));
        format!("{{{}}}", kept.into_iter().chain(changes).collect::<Vec<_>>().join(","))
    };
    check("{", &["line 1: the row is not valid JSON at column 1: EOF while parsing an object"]);
    check("\n\n{} x", &["line 3: the row is not valid JSON at column 4: trailing characters"]);
    check("[]", &["line 1: the row is not a JSON object: write one `{…}` a line"]);
    check("\"x\"", &["line 1: the row is not a JSON object: write one `{…}` a line"]);
    check(
        "{}",
        &[
            "line 1: `id` is missing",
            "line 1: `question` is missing",
            "line 1: `answer` is missing",
        ],
    );
    check(&row(r#""id":null"#), &["line 1: `id` is missing"]);
    check(&row(r#""id":7"#), &["line 1: `id` must be text, is a number"]);
    check(&row(r#""id":"""#), &["line 1: `id` is empty"]);
    check(&row(r#""id":" a""#), &["line 1: `id` begins or ends with white space"]);
    check(&row(r#""id":"a\u0000""#), &["line 1: `id` holds control characters"]);
    check(
        &row(&format!(r#""id":"{}""#, "x".repeat(257))),
        &["line 1: `id` is longer than 256 bytes"],
    );
    check(&row(r#""question":"  ""#), &["line 1: `question` is empty"]);
    check(
        &row(&format!(r#""question":"{}""#, "x".repeat(8193))),
        &["line 1: `question` is 8193 bytes long, the limit is 8192"],
    );
    check(&row(r#""answer":[]"#), &["line 1: `answer` must be text, is a list"]);
    check(&row(r#""answer":"""#), &["line 1: `answer` is empty"]);
    check(&row(r#""tags":"x""#), &["line 1: `tags` must be a list of texts, is text"]);
    check(
        &row(r#""tags":["x",3,"",null]"#),
        &[
            "line 1: `tags[1]` must be text, is a number",
            "line 1: `tags[3]` must be text, is null",
            "line 1: `tags[2]` is empty",
        ],
    );
    check(
        &row(r#""references":["x",3,{"text":"y"},{"text":1},{"document":"d"},{}]"#),
        &[
            "line 1: `references[1]` must be text or an object with `text`, is a number",
            "line 1: `references[3].text` must be text, is a number",
            "line 1: `references[4].text` is an object without `text`",
            "line 1: `references[5]` is an object without `text`",
        ],
    );
    check(
        &row(r#""references":[{"text":"","version":"","document":7,"url":"u"}]"#),
        &[
            "line 1: `references[0].document` must be text or null, is a number",
            "line 1: `references[0].url` is not a field; the fields are text, document, version",
            "line 1: `references[0].text` is empty",
            "line 1: `references[0].version` is empty",
        ],
    );
    check(
        &row(r#""review_by":"soon""#),
        &["line 1: `review_by` is not a day written as 2024-12-31: `soon`"],
    );
    check(&row(r#""lang":false"#), &["line 1: `lang` must be text or null, is true or false"]);
    check(&row(r#""lang":"""#), &["line 1: `lang` is empty"]);
    let bad_day = |day: &str| {
        check(
            &row(&format!(r#""valid_from":"{day}""#)),
            &[&format!("line 1: `valid_from` is not a day written as 2024-12-31: `{day}`")],
        );
    };
    for day in ["31/12/2024", "2024-02-30", "2024-1-2", "20240102", "2024-01-02T00:00", "", " "] {
        bad_day(day);
    }
    check(
        &row(r#""valid_from":{}"#),
        &["line 1: `valid_from` must be a day (`2024-12-31`) or null, is an object"],
    );
    check(
        &row(r#""valid_from":"2024-02-02", "valid_until":"2024-02-01""#),
        &["line 1: `valid_until` lies before valid_from"],
    );
    check(
        &row(r#""anwser":"A", "Question":"Q", "x":1"#),
        &[
            "line 1: `anwser` is not a field; did you mean `answer`?",
            "line 1: `Question` is not a field; did you mean `question`?",
            "line 1: `x` is not a field; the fields are id, question, alternatives, answer, category, \
         tags, references, lang, valid_from, valid_until, review_by",
        ],
    );
    check(&row(r#""lang":"it", "lang":"en""#), &["line 1: `lang` is given twice"]);
    check(
        &row(r#""id":"", "question":undefined, "answer":1, "tags":[1], "lag":0"#),
        &[
            "line 1: `id` is empty",
            "line 1: `question` is missing",
            "line 1: `answer` must be text, is a number",
            "line 1: `tags[0]` must be text, is a number",
            "line 1: `lag` is not a field; did you mean `lang`?",
        ],
    );
}

#[test]
fn bad_rows_do_not_hide_good_ones() {
    let good = |id: &str| format!(r#"{{"id":"{id}","question":"Q","answer":"A"}}"#);
    let mut file = b"\xef\xbb\xbf".to_vec();
    file.extend_from_slice(good("a").as_bytes());
    file.extend_from_slice(b"\r\n  \r\n{\"id\":\"\xff\"}\n");
    file.extend_from_slice(format!("{}\n", good("a")).as_bytes());
    file.extend_from_slice(&vec![b'x'; MAX_ROW_BYTES + 1]);
    file.extend_from_slice(format!("\n{{\"id\":\"c\"}}\n{}\n{}", good("b"), good("c")).as_bytes());
    let import = read_text(Format::Jsonl, Reading::default(), &file);
    assert_eq!(ids(&import), ["a", "b"]);
    assert_eq!(
        shown(&import),
        [
            "line 3: the row is not UTF-8".to_owned(),
            "line 4: `id` is the same as on line 1".to_owned(),
            format!("line 5: the row is longer than {MAX_ROW_BYTES} bytes"),
            "line 6: `question` is missing".to_owned(),
            "line 6: `answer` is missing".to_owned(),
            "line 8: `id` is the same as on line 6".to_owned(),
        ]
    );
    assert_eq!(import.faults[0].code, Code::InvalidUtf8);
    assert_eq!((import.lines, import.total), (8, 7));
}
