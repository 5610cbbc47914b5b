use goldenset_core::{Code, EntryContent, EntryId, Validity};
use jiff::civil::Date;
use proptest::prelude::*;

use super::*;

fn read_text(format: Format, reading: Reading, text: impl AsRef<[u8]>) -> Import {
    read_rows(format, reading, text.as_ref()).unwrap()
}

fn shown(import: &Import) -> Vec<String> {
    import.faults.iter().map(ToString::to_string).collect()
}

fn ids(import: &Import) -> Vec<&str> {
    import.rows.iter().map(|(id, _)| id.as_str()).collect()
}

fn written<'a>(
    format: Format,
    rows: impl IntoIterator<Item = &'a (EntryId, EntryContent)>,
) -> Vec<u8> {
    let mut file = Vec::new();
    write_rows(format, rows.into_iter().map(|(id, content)| (id, content)), &mut file).unwrap();
    file
}

#[test]
fn the_demo_set_survives_both_formats() {
    let demo = include_bytes!("../../../../demo/entries.jsonl");
    let import = read_text(Format::Jsonl, Reading::default(), demo);
    assert_eq!(shown(&import), [""; 0]);
    assert!(import.rows.len() > 100);
    assert_eq!((import.total, import.lines), (import.rows.len() as u64, import.total));
    let mut sorted = import.rows.clone();
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    for format in Format::ALL {
        let file = written(format, import.rows.iter().rev());
        let again = read_text(format, Reading::default(), &file);
        assert_eq!(shown(&again), [""; 0], "{format}");
        assert_eq!(again.rows, sorted, "{format}");
        assert_eq!(written(format, &again.rows), file, "{format}");
    }
}

#[test]
fn a_written_row_reads_like_the_documentation_says() {
    let content = EntryContent {
        question: "Q".into(),
        alternatives: vec!["one".into(), "two".into()],
        answer: "=1+1, \"so\"".into(),
        references: vec!["[1] act".into()],
        category: None,
        tags: vec!["two\nlines".into()],
        lang: Some("it".into()),
        validity: Validity { valid_from: Some(jiff::civil::date(2024, 1, 2)), valid_until: None },
    };
    let rows = [(EntryId::new("a").unwrap(), content)];
    let text = |format| String::from_utf8(written(format, &rows)).unwrap();
    assert_eq!(
        text(Format::Jsonl),
        concat!(
            r#"{"id":"a","question":"Q","alternatives":["one","two"],"answer":"=1+1, \"so\"","#,
            r#""category":null,"tags":["two\nlines"],"references":["[1] act"],"lang":"it","#,
            r#""valid_from":"2024-01-02","valid_until":null}"#,
            "\n"
        )
    );
    assert_eq!(
        text(Format::Csv),
        concat!(
            "id,question,alternatives,answer,category,tags,references,lang,valid_from,valid_until\n",
            "a,Q,\"one\ntwo\",\"=1+1, \"\"so\"\"\",,\"[\"\"two\\nlines\"\"]\",\"[\"\"[1] act\"\"]\",",
            "it,2024-01-02,\n"
        )
    );
}

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
         tags, references, lang, valid_from, valid_until",
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

#[test]
fn csv_is_read_as_spreadsheets_write_it() {
    let check = |text: &str| {
        let import = read_text(Format::Csv, Reading::default(), text);
        assert_eq!(shown(&import), [""; 0], "{text}");
        let [(id, content)] = import.rows.as_slice() else { panic!("{text}: {import:?}") };
        assert_eq!(id.as_str(), "a");
        assert_eq!(content.question, "Q, è?");
        assert_eq!(content.answer, "A; b");
        assert_eq!(content.tags, ["x", "y z"]);
        assert!(content.references.is_empty() && content.lang.is_none());
        assert_eq!(content.validity.valid_until, Some(jiff::civil::date(2024, 12, 31)));
    };
    let rows =
        "id,tags,question,answer,lang,valid_until\na,\"x\ny z\",\"Q, è?\",A; b,,2024-12-31\n";
    check(rows);
    check(&format!("\u{feff}{rows}"));
    check(&rows.replace('\n', "\r\n"));
    check(rows.trim_end());
    check(&format!("\n\n{rows}\n,,,,,\n\n"));
    check("id;tags;question;answer;lang;valid_until\na;\"x\ny z\";Q, è?;\"A; b\";; 2024-12-31 \n");
    check(
        "valid_until;answer;question;tags;id;;\n2024-12-31;\"A; b\";Q, è?;\"x\n\n y z\";a;;;\n"
            .replace(" y z", "y z")
            .as_str(),
    );
    check(
        "id,tags,question,answer,valid_until\na,\"[\"\"x\"\", \"\"y z\"\"]\",\"Q, è?\",A; b,2024-12-31",
    );
}

#[test]
fn every_fault_of_a_csv_file_is_named() {
    let check = |text: &[u8], expected: &[&str], good: &[&str]| {
        let import = read_text(Format::Csv, Reading::default(), text);
        let text = String::from_utf8_lossy(text);
        assert_eq!(shown(&import), expected, "{text}");
        assert_eq!(ids(&import), good, "{text}");
    };
    check(b"", &["line 1: the row that names the columns is missing"], &[]);
    check(b" \n\n", &["line 1: the row that names the columns is missing"], &[]);
    check(
        b"PK\x03\x04...",
        &["line 1: the row begins as a workbook or zip file: save it as CSV in UTF-8"],
        &[],
    );
    check(b"\xff\xfei\0d\0", &["line 1: the row begins as UTF-16: save the file as UTF-8"], &[]);
    check(
        b"id,question\na,Q\nb,\n",
        &["line 1: `answer` is missing in the header", "line 3: `question` is empty"],
        &[],
    );
    check(
        b"\nid;question;asnwer;answer;answer;tag\na;Q;;A;;\n",
        &[
            "line 2: `asnwer` is not a field; did you mean `answer`?",
            "line 2: `answer` is the name of two columns",
            "line 2: `tag` is not a field; did you mean `tags`?",
        ],
        &[],
    );
    let header = "id,question,answer,tags,valid_from\n";
    let body = |rows: &str| format!("{header}{rows}").into_bytes();
    check(
        &body("a,Q,A\nb,Q,A,,\nc,Q,A,,,x\nd,Q,A,,,\n"),
        &[
            "line 2: the row has 3 cells, the header has 5",
            "line 4: the row has 6 cells, the header has 5",
        ],
        &["b", "d"],
    );
    // The second bad row begins on line 5, because the first good one has three lines.
    check(
        &body("a,\"Q\n\nQ\",A,,\n,Q,,[x],1/2/24\na,Q,A,,\n"),
        &[
            "line 5: `id` is empty",
            "line 5: `answer` is empty",
            "line 5: `tags` begins with `[` and is not a JSON list: write `[\"…\", \"…\"]`",
            "line 5: `valid_from` is not a day written as 2024-12-31: `1/2/24`",
            "line 6: `id` is the same as on line 2",
        ],
        &["a"],
    );
    check(
        &body("a,Q,A,\"[1]\",\nb,\"say \"hi\" now\",A,,\nc,Q,A,,\nd,Q,\"A,,\n\ne,Q,A,,\n"),
        &[
            "line 2: `tags[0]` must be text, is a number",
            "line 3: `question` goes on after its closing quote: write a quote inside a cell twice",
            "line 5: `answer` begins with a quote that is never closed",
        ],
        &["c"],
    );
    let latin1 = [body("a,citt\u{e0},A,,\n").as_slice(), b"b,citt\xe0,,,\nc,Q,A,,\n"].concat();
    check(
        &latin1,
        &[
            "line 3: `question` is not UTF-8: save the file as CSV in UTF-8",
            "line 3: `answer` is empty",
        ],
        &["a", "c"],
    );
    let long = format!("{header}a,Q,\"{}\n\",,\nb,Q,A,,\n", "x".repeat(MAX_ROW_BYTES));
    check(
        long.as_bytes(),
        &[&format!(
            "line 2: the row is longer than {MAX_ROW_BYTES} bytes; is there a quote that is never closed?"
        )],
        &["b"],
    );
}

#[test]
fn foreign_data_sets_may_lack_answers_and_bring_more() {
    let lenient = Reading::LENIENT;
    let jsonl = "{\"id\":\"a\",\"question\":\"Q\",\"split\":\"test\"}\n\
                 {\"id\":\"b\",\"question\":\"Q\",\"answer\":\"\",\"gold\":[1]}\n\
                 {\"id\":\"c\",\"question\":\"\",\"answer\":null}\n";
    let csv = "id,split,question\na,test,Q\nb,,Q\nc,,\n";
    for (format, text, line) in [(Format::Jsonl, jsonl, 3), (Format::Csv, csv, 4)] {
        let import = read_text(format, lenient, text);
        assert_eq!(ids(&import), ["a", "b"], "{format}");
        assert!(import.rows.iter().all(|(_, content)| content.answer.is_empty()));
        assert_eq!(shown(&import), [format!("line {line}: `question` is empty")]);
        assert!(read_text(format, Reading::default(), text).rows.is_empty(), "{format}");
    }
    let too_long = format!(r#"{{"id":"a","question":"Q","answer":"{}"}}"#, " ".repeat(300_000));
    assert!(read_text(Format::Jsonl, lenient, &too_long).faults.is_empty());
}

#[test]
fn the_format_is_told_from_the_name() {
    let check = |path: &str, expected: Option<Format>| {
        assert_eq!(Format::of_path(Path::new(path)).ok(), expected, "{path}");
    };
    check("a/b.jsonl", Some(Format::Jsonl));
    check("b.CSV", Some(Format::Csv));
    check("b.json", None);
    check("csv", None);
}

#[test]
fn a_failing_file_is_an_error() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("gone"))
        }
    }
    impl std::io::Write for Broken {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("full"))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Err(std::io::Error::other("full"))
        }
    }
    for format in Format::ALL {
        let error = read_rows(format, Reading::default(), std::io::BufReader::new(Broken));
        assert_eq!(error.unwrap_err().code, Code::FileUnreadable);
        assert_eq!(write_rows(format, [], Broken).unwrap_err().code, Code::FileUnwritable);
    }
}

#[test]
fn the_longest_row_fits_the_limit() {
    let longest = |bytes: usize| "\u{1}".repeat(bytes - 1) + "x";
    let content = EntryContent {
        question: longest(MAX_QUESTION_BYTES),
        alternatives: vec![longest(MAX_QUESTION_BYTES); MAX_ITEMS],
        answer: longest(MAX_ANSWER_BYTES),
        references: vec![longest(MAX_ITEM_BYTES); MAX_ITEMS],
        category: Some(longest(MAX_ITEM_BYTES)),
        tags: vec![longest(MAX_ITEM_BYTES); MAX_ITEMS],
        lang: Some(longest(MAX_ITEM_BYTES)),
        validity: Validity { valid_from: Some(Date::MIN), valid_until: Some(Date::MAX) },
    };
    let rows = [(EntryId::new("\"".repeat(EntryId::MAX_BYTES)).unwrap(), content)];
    for format in Format::ALL {
        let again = read_text(format, Reading::default(), written(format, &rows));
        assert_eq!(shown(&again), [""; 0], "{format}");
        assert!(again.rows == rows, "{format}");
    }
}

/// Text that is not blank, of all Unicode and of what the formats give a meaning to.
fn text() -> impl Strategy<Value = String> {
    let special = prop::sample::select(
        [
            '"', ',', ';', '\n', '\r', '[', ']', ' ', '\t', '\\', '=', '\u{feff}', '\u{2028}',
            '\u{85}', '\u{301}', '\u{202e}', '\u{1}', '😀', 'è', 'a', '0',
        ]
        .to_vec(),
    );
    let one = prop_oneof![4 => special, 1 => any::<char>().prop_filter("NUL", |c| *c != '\0')];
    prop::collection::vec(one, 1..12)
        .prop_map(String::from_iter)
        .prop_filter("blank", |text| !text.trim().is_empty())
}

fn day() -> impl Strategy<Value = Option<Date>> {
    prop::option::of(
        (-9999i16..=9999, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| Date::constant(y, m, d)),
    )
}

fn content() -> impl Strategy<Value = EntryContent> {
    let list = || prop::collection::vec(text(), 0..4);
    let optional = || prop::option::of(text());
    (text(), list(), text(), list(), optional(), list(), optional(), day(), day())
        .prop_map(|(question, alternatives, answer, references, category, tags, lang, a, b)| {
            let (valid_from, valid_until) =
                if matches!((a, b), (Some(a), Some(b)) if a > b) { (b, a) } else { (a, b) };
            EntryContent {
                question,
                alternatives,
                answer,
                references,
                category,
                tags,
                lang,
                validity: Validity { valid_from, valid_until },
            }
        })
        .prop_filter("must be storable", |content| content.faults().is_empty())
}

proptest! {
    #[test]
    fn export_then_import_is_the_same_set(
        contents in prop::collection::vec((text(), content()), 0..5),
    ) {
        let rows: std::collections::BTreeMap<_, _> = contents
            .into_iter()
            .filter_map(|(id, content)| Some((EntryId::new(id).ok()?, content)))
            .collect();
        let rows: Vec<_> = rows.into_iter().collect();
        for format in Format::ALL {
            let file = written(format, rows.iter().rev());
            let again = read_text(format, Reading::default(), &file);
            prop_assert_eq!(shown(&again), [""; 0]);
            prop_assert_eq!(&again.rows, &rows);
            prop_assert_eq!(written(format, &again.rows), file);
        }
    }

    #[test]
    fn no_file_breaks_the_reader(
        parts in prop::collection::vec(prop_oneof![
            text().prop_map(String::into_bytes),
            prop::collection::vec(any::<u8>(), 0..5),
            Just(b"id,question,answer\n".to_vec()),
            Just(b"a,b,c\n".to_vec()),
            Just(b"{\"id\":\"a\",\"question\":\"q\",\"answer\":\"a\"}\n".to_vec()),
        ], 0..8),
        lenient: bool,
    ) {
        let file = parts.concat();
        let reading = if lenient { Reading::LENIENT } else { Reading::default() };
        for format in Format::ALL {
            let import = read_text(format, reading, &file);
            prop_assert!(import.rows.len() as u64 <= import.total);
            for fault in &import.faults {
                prop_assert!(1 <= fault.line && fault.line <= import.lines.max(1), "{fault}");
            }
            for (_, content) in &import.rows {
                prop_assert!(lenient || content.faults().is_empty());
            }
        }
    }
}
