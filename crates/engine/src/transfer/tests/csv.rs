//! CSV as spreadsheets write it, and every fault of it.

use super::*;

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
