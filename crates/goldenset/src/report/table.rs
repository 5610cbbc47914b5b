//! Tables that a terminal and a page show alike.

use std::fmt;

/// A table; its first column names the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What it is about.
    pub title: String,
    /// The names of the columns.
    pub head: Vec<String>,
    /// The cells of each row, as many as there are columns.
    pub rows: Vec<Vec<String>>,
    /// What the columns mean, where the names do not say it.
    pub note: String,
}

impl Table {
    /// A table without rows.
    #[must_use]
    pub fn new(title: &str, head: &[&str], note: &str) -> Self {
        Self {
            title: title.into(),
            head: head.iter().map(ToString::to_string).collect(),
            rows: Vec::new(),
            note: note.into(),
        }
    }

    /// Adds a row: its name and the other cells.
    pub fn row(&mut self, name: impl Into<String>, cells: impl IntoIterator<Item = String>) {
        self.rows.push(std::iter::once(name.into()).chain(cells).collect());
    }
}

impl Table {
    /// The table as Markdown, under its title.
    #[must_use]
    pub fn markdown(&self) -> String {
        let line = |cells: &[String]| {
            let cells: Vec<_> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
            format!("| {} |\n", cells.join(" | "))
        };
        let mut text = format!("\n## {}\n\n{}", self.title, line(&self.head));
        text += &format!("|{}\n", "---|".repeat(self.head.len()));
        self.rows.iter().for_each(|row| text += &line(row));
        if !self.note.is_empty() {
            text += &format!("\n{}\n", self.note);
        }
        text
    }
}

/// Columns as wide as their widest cell, the first to the left, the others to the right.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = || std::iter::once(&self.head).chain(&self.rows);
        let width = |column: usize| {
            lines().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max()
        };
        let widths: Vec<_> = (0..self.head.len()).filter_map(width).collect();
        writeln!(f, "{}", self.title)?;
        for line in lines() {
            let mut text = String::new();
            for (column, (cell, width)) in line.iter().zip(&widths).enumerate() {
                text += &match column {
                    0 => format!("  {cell:<width$}"),
                    _ => format!("  {cell:>width$}"),
                };
            }
            writeln!(f, "{}", text.trim_end())?;
        }
        if !self.note.is_empty() {
            writeln!(f, "  ({})", self.note)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_cells() {
        let mut table = Table::new("Things", &["", "n", "più"], "n: how many");
        table.row("all", ["12".into(), "1/12 8.3 %".into()]);
        table.row("città", ["3".into(), "-".into()]);
        let expected = "Things\n          n         più\n  all    12  1/12 8.3 %\n  città   3           -\n  (n: how many)\n";
        assert_eq!(table.to_string(), expected);
        table.row("a|b", ["".into(), "".into()]);
        let expected = "\n## Things\n\n|  | n | più |\n|---|---|---|\n| all | 12 | 1/12 8.3 % |\n\
                        | città | 3 | - |\n| a\\|b |  |  |\n\nn: how many\n";
        assert_eq!(table.markdown(), expected);
    }
}
