//! What holds for both formats.

use super::*;

#[test]
fn the_demo_set_survives_both_formats() {
    let demo = include_bytes!("../../../../../demo/entries.jsonl");
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
        review_by: Some(jiff::civil::date(2025, 1, 2)),
    };
    let rows = [(EntryId::new("a").unwrap(), content)];
    let text = |format| String::from_utf8(written(format, &rows)).unwrap();
    assert_eq!(
        text(Format::Jsonl),
        concat!(
            r#"{"id":"a","question":"Q","alternatives":["one","two"],"answer":"=1+1, \"so\"","#,
            r#""category":null,"tags":["two\nlines"],"references":["[1] act"],"lang":"it","#,
            r#""valid_from":"2024-01-02","valid_until":null,"review_by":"2025-01-02"}"#,
            "\n"
        )
    );
    assert_eq!(
        text(Format::Csv),
        concat!(
            "id,question,alternatives,answer,category,tags,references,lang,valid_from,valid_until,",
            "review_by\n",
            "a,Q,\"one\ntwo\",\"=1+1, \"\"so\"\"\",,\"[\"\"two\\nlines\"\"]\",\"[\"\"[1] act\"\"]\",",
            "it,2024-01-02,,2025-01-02\n"
        )
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
    let reference = Reference {
        text: longest(MAX_ITEM_BYTES),
        document: Some(longest(MAX_ITEM_BYTES)),
        version: Some(longest(MAX_ITEM_BYTES)),
    };
    let content = EntryContent {
        question: longest(MAX_QUESTION_BYTES),
        alternatives: vec![longest(MAX_QUESTION_BYTES); MAX_ITEMS],
        answer: longest(MAX_ANSWER_BYTES),
        references: vec![reference; MAX_ITEMS],
        category: Some(longest(MAX_ITEM_BYTES)),
        tags: vec![longest(MAX_ITEM_BYTES); MAX_ITEMS],
        lang: Some(longest(MAX_ITEM_BYTES)),
        validity: Validity { valid_from: Some(Date::MIN), valid_until: Some(Date::MAX) },
        review_by: Some(Date::MAX),
    };
    let rows = [(EntryId::new("\"".repeat(EntryId::MAX_BYTES)).unwrap(), content)];
    for format in Format::ALL {
        let again = read_text(format, Reading::default(), written(format, &rows));
        assert_eq!(shown(&again), [""; 0], "{format}");
        assert!(again.rows == rows, "{format}");
    }
}
