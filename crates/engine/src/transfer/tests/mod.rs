//! What is written reads back the same, and what cannot be read is named.

mod any;
mod both;
mod csv;
mod jsonl;

use goldenset_core::{Code, EntryContent, EntryId, Reference, Validity};
use jiff::civil::Date;

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
