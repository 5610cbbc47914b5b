//! What a reply says, in lines for a person.

use std::io::{self, Write};

use serde_json::Value;

/// Most signs of a long text in a table.
const SHORT: usize = 60;

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
        Value::String(text) => match moment(text) {
            Some(moment) => moment,
            None => one_line(text),
        },
        Value::Number(number) if number.is_f64() => rounded(number),
        other => one_line(&other.to_string()),
    }
}

/// A moment to the second; none where the text is something else.
fn moment(text: &str) -> Option<String> {
    // Shorter ones have no fraction, and longer ones are no moments.
    let candidate = text.ends_with('Z') && (21..=30).contains(&text.len());
    let moment: jiff::Timestamp = candidate.then(|| text.parse().ok()).flatten()?;
    jiff::Timestamp::from_second(moment.as_second()).ok().map(|moment| moment.to_string())
}

/// A number to four places.
fn rounded(number: &serde_json::Number) -> String {
    match number.as_f64() {
        Some(value) => ((value * 1e4).round() / 1e4).to_string(),
        None => number.to_string(),
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

/// A list as a table, the last column shortened; `empty` where it has no items.
pub(super) fn table(
    out: &mut dyn Write,
    list: &Value,
    columns_of: &[(&str, &str)],
    empty: &str,
) -> io::Result<()> {
    let (head, pointers): (Vec<_>, Vec<_>) = columns_of.iter().copied().unzip();
    let mut rows = rows(list, &pointers);
    if rows.is_empty() {
        return writeln!(out, "{empty}");
    }
    for last in rows.iter_mut().filter_map(|row| row.last_mut()) {
        *last = short(last);
    }
    columns(out, &head, &rows)
}

/// Says how a list goes on that is longer than what is shown.
pub(super) fn more(out: &mut dyn Write, flag: &str, next: &Value) -> io::Result<()> {
    match next {
        Value::Null => Ok(()),
        next => writeln!(out, "there is more: {flag} {}", cell(next)),
    }
}

/// The beginning of a text.
pub(super) fn short(text: &str) -> String {
    match text.char_indices().nth(SHORT) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}...", &text[..end]),
    }
}

/// A text of several lines, indented and harmless to a terminal.
pub(super) fn block(out: &mut dyn Write, text: &str) -> io::Result<()> {
    text.lines().try_for_each(|line| writeln!(out, "    {}", one_line(line).trim_end()))
}

/// `name: value` in a line, where there is a value.
pub(super) fn named(out: &mut dyn Write, name: &str, value: &Value) -> io::Result<()> {
    match value {
        Value::Null => Ok(()),
        Value::Array(items) => {
            items.iter().try_for_each(|item| writeln!(out, "{name:<11} {}", cell(item)))
        }
        value => writeln!(out, "{name:<11} {}", cell(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_short() {
        let cells = |value: serde_json::Value| cell(&value);
        assert_eq!(cells("2026-11-23T03:25:50.783676Z".into()), "2026-11-23T03:25:50Z");
        assert_eq!(cells("2026-11-23T03:25:50Z".into()), "2026-11-23T03:25:50Z");
        assert_eq!(cells("Da chi va comprata la Z".into()), "Da chi va comprata la Z");
        assert_eq!(cells(0.84_f64.next_up().into()), "0.84");
        assert_eq!(cells(7.into()), "7");
    }

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
