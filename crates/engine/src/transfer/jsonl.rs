//! JSONL: one object a line.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, BufRead, Write};

use goldenset_core::{Code, EntryContent, EntryId};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::lines::{Line, next_line};
use super::row::{Collector, FIELDS, Written, unknown_field};
use super::{MAX_ROW_BYTES, RowFault};

pub(super) fn read(mut reader: impl BufRead, collector: &mut Collector) -> io::Result<()> {
    let mut buffer = Vec::new();
    loop {
        let line = collector.import.lines + 1;
        match next_line(&mut reader, &mut buffer, MAX_ROW_BYTES)? {
            Line::End => return Ok(()),
            Line::TooLong => {
                let detail = format!("is longer than {MAX_ROW_BYTES} bytes");
                collector.unreadable(RowFault::of_row(line, Code::InvalidField, detail));
            }
            Line::Read => read_line(line, &buffer, collector),
        }
        collector.import.lines = line;
    }
}

fn read_line(line: u64, bytes: &[u8], collector: &mut Collector) {
    let bytes = bytes.trim_ascii();
    if bytes.is_empty() {
        return;
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        let fault = RowFault::of_row(line, Code::InvalidUtf8, "is not UTF-8");
        return collector.unreadable(fault);
    };
    let Object(fields) = match serde_json::from_str(text) {
        Ok(object) => object,
        Err(error) if error.is_data() => {
            let detail = "is not a JSON object: write one `{…}` a line";
            return collector.unreadable(RowFault::of_row(line, Code::InvalidField, detail));
        }
        Err(error) => {
            // The error counts lines within the row.
            let message = error.to_string();
            let reason = message.rsplit_once(" at line ").map_or(message.as_str(), |(m, _)| m);
            let detail = format!("is not valid JSON at column {}: {reason}", error.column());
            return collector.unreadable(RowFault::of_row(line, Code::InvalidJson, detail));
        }
    };
    let mut faults = Vec::new();
    let mut values = HashMap::new();
    for (name, value) in fields {
        let Some((known, _)) = FIELDS.iter().find(|(known, _)| *known == name) else {
            if collector.refuses_unknown_fields() {
                faults.push(unknown_field(line, &name));
            }
            continue;
        };
        if values.insert(*known, value).is_some() {
            let fault = RowFault::of_field(line, *known, Code::InvalidField, "is given twice");
            faults.push(fault);
        }
    }
    collector.row(line, values, faults);
}

/// An object with its fields as they stand, so that one that is given twice can be told.
struct Object(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Object;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut fields = Vec::with_capacity(FIELDS.len());
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Object(fields))
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

pub(super) fn write(rows: &[(&EntryId, &EntryContent)], writer: &mut impl Write) -> io::Result<()> {
    for (id, content) in rows {
        serde_json::to_writer(&mut *writer, &Written::new(id, content))?;
        writer.write_all(b"\n")?;
    }
    Ok(())
}
