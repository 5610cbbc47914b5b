//! CSV records out of bytes, by RFC 4180.
//!
//! Not the `csv` crate's reader: that holds a record until its quote closes, so one missing quote
//! reads the rest of the file into memory, and it takes broken quoting for text without a word.
//! The tests compare the two on what both accept.

use std::io::{self, BufRead, ErrorKind};

/// A record as it stands in the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// Line that it begins on, from 1.
    pub(super) line: u64,
    /// Its cells without their quotes; none when it is too long.
    pub(super) cells: Vec<Vec<u8>>,
    /// What is wrong with its form.
    pub(super) fault: Option<Broken>,
}

/// What can be wrong with the form of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// It is longer than the limit.
    TooLong,
    /// The file ends within the quotes of this cell.
    NeverClosed {
        /// Index of the cell.
        cell: usize,
    },
    /// Text follows the closing quote of this cell: a quote inside was not doubled.
    TextAfterQuote {
        /// Index of the cell.
        cell: usize,
    },
}

/// Where the reader stands within a cell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Start,
    Plain,
    Quoted,
    /// After a quote within quotes: the end of the cell, or the first half of a doubled one.
    Quote,
}

/// Reads one record after the other. Blank lines are passed over.
pub(super) struct Records<R> {
    reader: R,
    separator: u8,
    limit: usize,
    line: u64,
    after_cr: bool,
    within_line: bool,
}

impl<R: BufRead> Records<R> {
    /// Reads from `line` on, at most `limit` bytes of one record.
    pub(super) fn new(reader: R, separator: u8, limit: usize, line: u64) -> Self {
        Self { reader, separator, limit, line, after_cr: false, within_line: false }
    }

    /// Lines read so far.
    pub(super) fn lines(&self) -> u64 {
        self.line - u64::from(!self.within_line)
    }

    /// The next record, none at the end of the file.
    pub(super) fn next(&mut self) -> io::Result<Option<Record>> {
        let mut record = Record { line: self.line, cells: Vec::new(), fault: None };
        let mut cell = Vec::new();
        let mut at = At::Start;
        let mut begun = false;
        let mut bytes = 0;
        loop {
            let buffer = match self.reader.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if buffer.is_empty() {
                if !begun {
                    return Ok(None);
                }
                let index = record.cells.len();
                record.cells.push(cell);
                if at == At::Quoted {
                    record.fault.get_or_insert(Broken::NeverClosed { cell: index });
                }
                return Ok(Some(finished(record)));
            }
            let mut used = 0;
            let mut ended = false;
            for &byte in buffer {
                used += 1;
                let line_end = matches!(byte, b'\n' | b'\r');
                if line_end && at != At::Quoted {
                    ended = true;
                } else {
                    if !begun {
                        begun = true;
                        record.line = self.line;
                    }
                    bytes += 1;
                }
                if line_end && !(byte == b'\n' && self.after_cr) {
                    self.line += 1;
                }
                self.after_cr = byte == b'\r';
                self.within_line = !line_end;
                if ended {
                    break;
                }
                if bytes > self.limit {
                    record.fault = Some(Broken::TooLong);
                    record.cells.clear();
                    cell.clear();
                }
                let separates = byte == self.separator;
                at = match (at, byte) {
                    (At::Start, b'"') => At::Quoted,
                    (At::Quoted, b'"') => At::Quote,
                    (At::Start | At::Plain | At::Quote, _) if separates => {
                        record.cells.push(std::mem::take(&mut cell));
                        At::Start
                    }
                    (At::Quote, b'"') => {
                        cell.push(byte);
                        At::Quoted
                    }
                    (At::Quoted, _) => {
                        cell.push(byte);
                        At::Quoted
                    }
                    (At::Quote, _) => {
                        let index = record.cells.len();
                        record.fault.get_or_insert(Broken::TextAfterQuote { cell: index });
                        cell.push(byte);
                        At::Plain
                    }
                    (At::Start | At::Plain, _) => {
                        cell.push(byte);
                        At::Plain
                    }
                };
            }
            self.reader.consume(used);
            if ended && begun {
                record.cells.push(cell);
                return Ok(Some(finished(record)));
            }
        }
    }
}

/// The cells of a record that is too long are not those of the file.
fn finished(mut record: Record) -> Record {
    if record.fault == Some(Broken::TooLong) {
        record.cells = Vec::new();
    }
    record
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(text: &[u8], separator: u8, limit: usize) -> Vec<Record> {
        let mut records = Records::new(text, separator, limit, 1);
        std::iter::from_fn(|| records.next().unwrap()).collect()
    }

    #[test]
    fn records_and_their_lines() {
        let check = |text: &str, expected: &[(u64, &[&str], Option<Broken>)]| {
            let expected: Vec<_> = expected
                .iter()
                .map(|(line, cells, fault)| Record {
                    line: *line,
                    cells: cells.iter().map(|cell| cell.as_bytes().to_vec()).collect(),
                    fault: *fault,
                })
                .collect();
            assert_eq!(all(text.as_bytes(), b',', 30), expected, "{text:?}");
        };
        check("", &[]);
        check("\n\r\n\r", &[]);
        check("a,b\nc", &[(1, &["a", "b"], None), (2, &["c"], None)]);
        check("\r\n\r\na,\r\n\r\n,b\r\n", &[(3, &["a", ""], None), (5, &["", "b"], None)]);
        check("a\rb\r\rc", &[(1, &["a"], None), (2, &["b"], None), (4, &["c"], None)]);
        check(
            "\"x\r\ny\nz\",\"\"\"q\"\"\"\nnext",
            &[(1, &["x\r\ny\nz", "\"q\""], None), (4, &["next"], None)],
        );
        check("5\" disk, b \n", &[(1, &["5\" disk", " b "], None)]);
        check("\"\"\n", &[(1, &[""], None)]);
        let torn = Some(Broken::TextAfterQuote { cell: 1 });
        check("a,\"b \"c\" d\"\ne", &[(1, &["a", "b c\" d\""], torn), (2, &["e"], None)]);
        let open = Some(Broken::NeverClosed { cell: 1 });
        check("a\nb,\"c\nd\n", &[(1, &["a"], None), (2, &["b", "c\nd\n"], open)]);
        let long = "x,".repeat(20);
        let text = format!("a\n{long}\n\"{long}\n\"\nb");
        let too_long = Some(Broken::TooLong);
        check(
            &text,
            &[(1, &["a"], None), (2, &[], too_long), (3, &[], too_long), (5, &["b"], None)],
        );
    }

    #[test]
    fn a_quote_that_never_closes_is_not_held() {
        let endless = io::Read::take(io::repeat(b'x'), 1 << 24);
        let reader = io::BufReader::new(io::Read::chain(&b"a,\""[..], endless));
        let record = Records::new(reader, b',', 100, 1).next().unwrap().unwrap();
        assert_eq!(record.fault, Some(Broken::TooLong));
    }

    proptest! {
        #[test]
        fn reads_what_the_csv_crate_writes(
            rows in prop::collection::vec(
                prop::collection::vec("[\u{feff}a-c;,\"\r\n =\\[à]{0,6}", 3), 0..6),
            semicolon: bool,
        ) {
            let separator = if semicolon { b';' } else { b',' };
            let mut writer = ::csv::WriterBuilder::new().delimiter(separator).from_writer(vec![]);
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let text = writer.into_inner().unwrap();
            let read: Vec<_> = all(&text, separator, 1000)
                .into_iter()
                .map(|record| {
                    assert_eq!(record.fault, None);
                    record.cells.into_iter().map(|c| String::from_utf8(c).unwrap()).collect::<Vec<_>>()
                })
                .collect();
            prop_assert_eq!(read, rows);
        }
    }
}
