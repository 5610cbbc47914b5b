//! Golden sets as files: what `import`, `export` and `eval` read and write.
//!
//! Two formats with the same eleven fields: `id`, `question`, `alternatives`, `answer`, `category`,
//! `tags`, `references`, `lang`, `valid_from`, `valid_until`, `review_by`. `id`, `question` and
//! `answer` are required. A reference is a text, or an object with `text`, `document`, `version`
//! where it says more than its text.
//!
//! - **JSONL**: one object a line.
//! - **CSV**: UTF-8 with or without a byte order mark, columns by header in any order, separated
//!   by `,` or, when the header shows it, by `;`. A cell of a list field holds one item a line, or
//!   a JSON list when it begins with `[`: the form in which references with a document or version
//!   are written. An empty cell is an empty list or nothing.
//!
//! Reading reports every bad field of every bad row with the line that the row begins on, and
//! holds at most one row of [`MAX_ROW_BYTES`] beside its result. What is written reads back as
//! exactly the same set. For this reason CSV cells are never altered, also not those that a
//! spreadsheet would run as a formula (`=`, `+`, `-`, `@`): whoever opens an export of texts that
//! others wrote turns formulas off.

mod csv;
mod fault;
mod jsonl;
mod lines;
mod records;
mod row;

use std::fmt;
use std::io::{BufRead, Read as _, Write};
use std::path::Path;
use std::str::FromStr;

use goldenset_core::entry::{MAX_ANSWER_BYTES, MAX_ITEM_BYTES, MAX_ITEMS, MAX_QUESTION_BYTES};
use goldenset_core::{Code, EntryContent, EntryId, Error, Result};

pub use fault::RowFault;

/// Longest row, in bytes as it stands in the file. The largest entry that the rules allow fits in
/// it even when every byte is a control character, which JSON writes as six (`\u0001`).
pub const MAX_ROW_BYTES: usize = 6
    * (MAX_QUESTION_BYTES * (1 + MAX_ITEMS)
        + MAX_ANSWER_BYTES
        + MAX_ITEM_BYTES * (4 * MAX_ITEMS + 2)
        + EntryId::MAX_BYTES)
    + 16 * 1024;

/// How a golden set is written to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// Comma or semicolon separated values with a header.
    Csv,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 2] = [Self::Jsonl, Self::Csv];

    /// The name of the format, which is also the extension of its files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
        }
    }

    /// The format that the extension of a file's name says.
    ///
    /// # Errors
    /// `invalid_field` when it says none.
    pub fn of_path(path: &Path) -> Result<Self> {
        path.extension().and_then(|extension| extension.to_str()).unwrap_or_default().parse()
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let same = |format: &Self| name.eq_ignore_ascii_case(format.as_str());
        Self::ALL.into_iter().find(same).ok_or_else(|| {
            Error::new(Code::InvalidField, format!("`{name}` is not a known file format"))
                .field("format")
                .fix("use a file name that ends in .jsonl or .csv, or give the format jsonl or csv")
        })
    }
}

/// How strictly rows are read. The default refuses everything that it can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reading {
    /// What becomes of fields that an entry does not have.
    pub unknown_fields: UnknownFields,
    /// What becomes of rows without an answer.
    pub empty_answers: EmptyAnswers,
}

impl Reading {
    /// For data sets that others made, which `eval` only measures on: unknown fields are ignored
    /// and an answer may be empty or missing.
    pub const LENIENT: Self =
        Self { unknown_fields: UnknownFields::Ignore, empty_answers: EmptyAnswers::Allow };
}

/// What becomes of fields that an entry does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnknownFields {
    /// They are faults: a misspelt name would lose what stands in it.
    #[default]
    Refuse,
    /// They are left out.
    Ignore,
}

/// What becomes of rows without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EmptyAnswers {
    /// They are faults.
    #[default]
    Refuse,
    /// They are read with the empty answer. Such a content must not be published.
    Allow,
}

/// What a file holds.
#[derive(Debug, Default)]
pub struct Import {
    /// The rows without a fault, in the order of the file. No id occurs twice.
    pub rows: Vec<(EntryId, EntryContent)>,
    /// Every fault of every other row, in the order of the file.
    pub faults: Vec<RowFault>,
    /// Lines of the file.
    pub lines: u64,
    /// Rows of the file, good or bad, without blank ones and the header.
    pub total: u64,
}

/// Reads a golden set. Bad rows are no error: they are in the result, each with its faults.
///
/// # Errors
/// `file_unreadable` when the reader fails.
pub fn read_rows(format: Format, reading: Reading, reader: impl BufRead) -> Result<Import> {
    let mut collector = row::Collector::new(reading);
    read(format, reader, &mut collector).map_err(|cause| {
        Error::new(Code::FileUnreadable, format!("reading failed: {cause}")).cause(cause)
    })?;
    Ok(collector.import)
}

fn read(
    format: Format,
    mut reader: impl BufRead,
    collector: &mut row::Collector,
) -> std::io::Result<()> {
    match lines::Start::read(&mut reader)? {
        lines::Start::NotText(detail) => {
            collector.import.lines = 1;
            collector.import.faults.push(RowFault::of_row(1, Code::InvalidUtf8, detail));
            Ok(())
        }
        lines::Start::Text(start) => {
            let reader = start.chain(reader);
            match format {
                Format::Jsonl => jsonl::read(reader, collector),
                Format::Csv => csv::read(reader, collector),
            }
        }
    }
}

/// Writes a golden set, ordered by id, every field of every row in the same order. CSV is written
/// with commas and without a byte order mark.
///
/// # Errors
/// `file_unwritable` when the writer fails.
pub fn write_rows<'a>(
    format: Format,
    rows: impl IntoIterator<Item = (&'a EntryId, &'a EntryContent)>,
    mut writer: impl Write,
) -> Result<()> {
    let mut rows: Vec<_> = rows.into_iter().collect();
    rows.sort_by_key(|(id, _)| *id);
    match format {
        Format::Jsonl => jsonl::write(&rows, &mut writer),
        Format::Csv => csv::write(&rows, &mut writer),
    }
    .and_then(|()| writer.flush())
    .map_err(|cause| {
        Error::new(Code::FileUnwritable, format!("writing failed: {cause}")).cause(cause)
    })
}

#[cfg(test)]
mod tests;
