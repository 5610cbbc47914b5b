//! CSV: columns by header, list fields with one item a line inside their cell.

use std::collections::HashMap;
use std::io::{self, BufRead, Cursor, Read, Write};

use goldenset_core::{Code, EntryContent, EntryId, Reference};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::lines::{Line, next_line};
use super::records::{Broken, Record, Records};
use super::row::{Collector, FIELDS, Kind, Written, kind_of, unknown_field};
use super::{MAX_ROW_BYTES, RowFault};

pub(super) fn read(mut reader: impl BufRead, collector: &mut Collector) -> io::Result<()> {
    let mut header = Vec::new();
    let mut blank = 0;
    loop {
        match next_line(&mut reader, &mut header, MAX_ROW_BYTES)? {
            Line::Read if header.trim_ascii().is_empty() => blank += 1,
            Line::Read | Line::End => break,
            Line::TooLong => {
                collector.import.lines = blank + 1;
                collector.import.faults.push(form_fault(blank + 1, Broken::TooLong, column));
                return Ok(());
            }
        }
    }
    let separator = separator_of(&header);
    let reader = Cursor::new(header).chain(reader);
    let mut records = Records::new(reader, separator, MAX_ROW_BYTES, blank + 1);
    let Some(header) = records.next()? else {
        collector.import.lines = blank;
        let fault = RowFault::of_row(1, Code::MissingField, "that names the columns is missing");
        collector.import.faults.push(fault);
        return Ok(());
    };
    let columns = columns_of(&header, collector);
    // Without a column of that name every row would lose something in silence.
    let usable = collector.import.faults.is_empty();
    while let Some(record) = records.next()? {
        if record.fault.is_some() || record.cells.iter().any(|cell| !cell.trim_ascii().is_empty()) {
            read_record(record, &columns, collector);
        }
    }
    if !usable {
        collector.import.rows.clear();
    }
    collector.import.lines = records.lines();
    Ok(())
}

/// The separator that the header shows: no field has one in its name.
fn separator_of(header: &[u8]) -> u8 {
    let count = |wanted: u8| header.iter().filter(|byte| **byte == wanted).count();
    if count(b';') > count(b',') { b';' } else { b',' }
}

/// The field of each column, none where the column is not read.
fn columns_of(header: &Record, collector: &mut Collector) -> Vec<Option<&'static str>> {
    let mut faults = Vec::new();
    let mut columns = Vec::new();
    if let Some(broken) = header.fault {
        faults.push(form_fault(header.line, broken, column));
    }
    for cell in &header.cells {
        let name = String::from_utf8_lossy(cell);
        let name = name.trim();
        let mut known = FIELDS.iter().map(|(known, _)| *known).find(|known| *known == name);
        // Spreadsheets leave columns without a name at the end.
        if known.is_none() && !name.is_empty() && collector.refuses_unknown_fields() {
            faults.push(unknown_field(header.line, name));
        }
        if let Some(field) = known
            && columns.contains(&known)
        {
            let detail = "is the name of two columns";
            faults.push(RowFault::of_field(header.line, field, Code::InvalidField, detail));
            known = None;
        }
        columns.push(known);
    }
    for (field, _) in FIELDS {
        if collector.requires(field) && !columns.contains(&Some(field)) {
            let detail = "is missing in the header";
            faults.push(RowFault::of_field(header.line, field, Code::MissingField, detail));
            collector.absent.push(field);
        }
    }
    collector.import.faults.append(&mut faults);
    columns
}

/// The name of a column that has none.
fn column(cell: usize) -> String {
    format!("column {}", cell + 1)
}

fn form_fault(line: u64, broken: Broken, name: impl Fn(usize) -> String) -> RowFault {
    match broken {
        Broken::TooLong => {
            let detail = format!(
                "is longer than {MAX_ROW_BYTES} bytes; is there a quote that is never closed?"
            );
            RowFault::of_row(line, Code::InvalidField, detail)
        }
        Broken::NeverClosed { cell } => {
            let detail = "begins with a quote that is never closed";
            RowFault::of_field(line, name(cell), Code::InvalidField, detail)
        }
        Broken::TextAfterQuote { cell } => {
            let detail = "goes on after its closing quote: write a quote inside a cell twice";
            RowFault::of_field(line, name(cell), Code::InvalidField, detail)
        }
    }
}

fn read_record(record: Record, columns: &[Option<&'static str>], collector: &mut Collector) {
    let line = record.line;
    let mut faults = Vec::new();
    if let Some(broken) = record.fault {
        let fault = form_fault(line, broken, |cell| match columns.get(cell) {
            Some(Some(field)) => (*field).to_owned(),
            _ => column(cell),
        });
        // What follows a broken quote may stand in the wrong column.
        return collector.unreadable(fault);
    }
    let cells = record.cells.len();
    let beyond = record.cells.iter().skip(columns.len()).any(|cell| !cell.trim_ascii().is_empty());
    if cells < columns.len() || beyond {
        let detail = format!("has {cells} cells, the header has {}", columns.len());
        return collector.unreadable(RowFault::of_row(line, Code::InvalidField, detail));
    }
    let mut values = HashMap::new();
    for (cell, field) in record.cells.into_iter().zip(columns) {
        let Some(field) = field else { continue };
        let Ok(text) = String::from_utf8(cell) else {
            let detail = "is not UTF-8: save the file as CSV in UTF-8";
            faults.push(RowFault::of_field(line, *field, Code::InvalidUtf8, detail));
            continue;
        };
        match value_of(field, text) {
            Ok(value) => {
                values.insert(*field, value);
            }
            Err(detail) => {
                faults.push(RowFault::of_field(line, *field, Code::InvalidField, detail));
            }
        }
    }
    collector.row(line, values, faults);
}

/// A cell as the same field of a JSON row.
fn value_of(field: &str, text: String) -> Result<Value, &'static str> {
    Ok(match kind_of(field) {
        Some(Kind::Optional) if text.is_empty() => Value::Null,
        Some(Kind::List | Kind::References) if text.starts_with('[') => {
            match serde_json::from_str(&text) {
                Ok(Value::Array(items)) => Value::Array(items),
                _ => return Err("begins with `[` and is not a JSON list: write `[\"…\", \"…\"]`"),
            }
        }
        Some(Kind::List | Kind::References) => {
            let items = text.lines().filter(|line| !line.trim().is_empty());
            Value::Array(items.map(Value::from).collect())
        }
        Some(Kind::Day) => match text.trim() {
            "" => Value::Null,
            day => Value::from(day),
        },
        _ => Value::String(text),
    })
}

pub(super) fn write(rows: &[(&EntryId, &EntryContent)], writer: &mut impl Write) -> io::Result<()> {
    let mut csv = ::csv::Writer::from_writer(writer);
    csv.write_record(FIELDS.map(|(name, _)| name))?;
    for (id, content) in rows {
        let row = Written::new(id, content);
        csv.write_record([
            row.id,
            row.question,
            &list_cell(row.alternatives),
            row.answer,
            row.category.unwrap_or_default(),
            &list_cell(row.tags),
            &references_cell(row.references),
            row.lang.unwrap_or_default(),
            &row.valid_from.as_ref().map(Date::to_string).unwrap_or_default(),
            &row.valid_until.as_ref().map(Date::to_string).unwrap_or_default(),
            &row.review_by.as_ref().map(Date::to_string).unwrap_or_default(),
        ])?;
    }
    csv.flush()
}

/// Texts as any list; JSON where a reference has a document or a version.
fn references_cell(references: &[Reference]) -> String {
    if references.iter().any(|reference| !reference.is_plain()) {
        return json!(references).to_string();
    }
    let texts: Vec<_> = references.iter().map(|reference| reference.text.clone()).collect();
    list_cell(&texts)
}

/// One item a line where that reads back as the same list, else JSON.
fn list_cell(items: &[String]) -> String {
    let plain = |item: &String| !item.trim().is_empty() && !item.contains(['\n', '\r']);
    let as_lines = items.iter().all(plain) && !items.first().is_some_and(|i| i.starts_with('['));
    if as_lines { items.join("\n") } else { Value::from(items.to_vec()).to_string() }
}
