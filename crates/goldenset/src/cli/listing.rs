//! What a reply says, in lines for a person.

use std::io::{self, Write};

use serde_json::Value;

/// The cells of every item of a list: what stands at each JSON pointer, `-` where nothing does.
pub(super) fn rows(list: &Value, pointers: &[&str]) -> Vec<Vec<String>> {
    let row = |item: &Value| {
        let cell = |pointer: &&str| cell(item.pointer(pointer).unwrap_or(&Value::Null));
        pointers.iter().map(cell).collect()
    };
    list.as_array().into_iter().flatten().map(row).collect()
}

/// A value in one line.
pub(super) fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".into(),
        Value::String(text) => one_line(text),
        other => one_line(&other.to_string()),
    }
}

/// Text without what a terminal takes for a command or for another line.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Columns as wide as their widest cell.
pub(super) fn columns(out: &mut dyn Write, head: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
    let head = head.iter().map(ToString::to_string).collect();
    let lines = || std::iter::once(&head).chain(rows);
    let width = |column: usize| {
        lines()
            .filter_map(|line: &Vec<_>| line.get(column))
            .map(|cell: &String| cell.chars().count())
            .max()
    };
    let widths: Vec<_> = (0..head.len()).filter_map(width).collect();
    for line in lines() {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_cells() {
        let list = serde_json::json!([
            { "id": "città", "n": 1, "of": { "who": "a\n\u{1b}[31mb" } },
            { "id": "b", "n": null },
        ]);
        let mut out = Vec::new();
        columns(&mut out, &["ID", "N", "WHO"], &rows(&list, &["/id", "/n", "/of/who"])).unwrap();
        let expected = "ID     N  WHO\ncittà  1  a  [31mb\nb      -  -\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
