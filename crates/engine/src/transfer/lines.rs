//! Lines of a file, read without holding more of one than a row may have.

use std::io::{self, BufRead, Cursor, ErrorKind, Read};

/// What a file begins with.
pub(super) enum Start {
    /// Text, with these first bytes of it.
    Text(Cursor<Vec<u8>>),
    /// Something that is not UTF-8 text, said as a [`super::RowFault`] says it.
    NotText(&'static str),
}

impl Start {
    /// Reads the first bytes, and drops the byte order mark of UTF-8.
    pub(super) fn read(reader: &mut impl Read) -> io::Result<Self> {
        let mut start = Vec::new();
        reader.take(4).read_to_end(&mut start)?;
        if start.starts_with(b"PK\x03\x04") {
            return Ok(Self::NotText("begins as a workbook or zip file: save it as CSV in UTF-8"));
        }
        if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
            return Ok(Self::NotText("begins as UTF-16: save the file as UTF-8"));
        }
        if start.starts_with("\u{feff}".as_bytes()) {
            start.drain(..3);
        }
        Ok(Self::Text(Cursor::new(start)))
    }
}

/// What [`next_line`] found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A line, now in the buffer, with its end.
    Read,
    /// A line longer than the limit; the buffer is empty and the line is passed over.
    TooLong,
    /// The end of the file.
    End,
}

/// Reads up to the next `\n` into the buffer.
pub(super) fn next_line(
    reader: &mut impl BufRead,
    buffer: &mut Vec<u8>,
    limit: usize,
) -> io::Result<Line> {
    buffer.clear();
    let mut found = Line::End;
    loop {
        let available = match reader.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if available.is_empty() {
            return Ok(found);
        }
        let end = available.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(available.len(), |end| end + 1);
        if found == Line::TooLong || buffer.len() + used > limit {
            found = Line::TooLong;
            buffer.clear();
        } else {
            found = Line::Read;
            buffer.extend_from_slice(&available[..used]);
        }
        reader.consume(used);
        if end.is_some() {
            return Ok(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_passed_over_without_being_held() {
        let endless = io::repeat(b'x').take(1 << 24);
        let file = b"short\n".chain(endless).chain(&b"\nlast"[..]);
        let mut reader = io::BufReader::new(file);
        let mut buffer = Vec::new();
        let mut next = |buffer: &mut Vec<u8>| next_line(&mut reader, buffer, 1024).unwrap();
        assert_eq!((next(&mut buffer), buffer.as_slice()), (Line::Read, &b"short\n"[..]));
        assert_eq!(next(&mut buffer), Line::TooLong);
        assert!(buffer.is_empty() && buffer.capacity() <= 2048);
        assert_eq!((next(&mut buffer), buffer.as_slice()), (Line::Read, &b"last"[..]));
        assert_eq!(next(&mut buffer), Line::End);
    }
}
