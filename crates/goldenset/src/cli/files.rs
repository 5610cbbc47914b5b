//! Files in and out, `-` standing for the standard streams.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;

use goldenset_core::{Code, Error, Result};
use goldenset_core::{EntryContent, EntryId};
use goldenset_engine::transfer::{Format, Reading, read_rows};
use serde::de::DeserializeOwned;

use super::output::unwritable;

/// Opens a file to read.
pub(super) fn input(path: &Path) -> Result<Box<dyn BufRead>> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    let file = File::open(path).map_err(|cause| {
        Error::new(Code::FileUnreadable, format!("cannot read {}: {cause}", path.display()))
            .field(path.display().to_string())
            .fix("check the path and the permissions")
            .cause(cause)
    })?;
    Ok(Box::new(BufReader::new(file)))
}

/// The text given in the command line, else that of the file, if one is named.
pub(super) fn text_of(given: Option<String>, file: Option<&Path>) -> Result<Option<String>> {
    let Some(file) = file.filter(|_| given.is_none()) else { return Ok(given) };
    let mut text = String::new();
    input(file)?.read_to_string(&mut text).map_err(|cause| {
        let code = match cause.kind() {
            io::ErrorKind::InvalidData => Code::InvalidUtf8,
            _ => Code::FileUnreadable,
        };
        Error::new(code, format!("cannot read {}", file.display()))
            .field(file.display().to_string())
            .fix("give a file with UTF-8 text")
            .cause(cause)
    })?;
    Ok(Some(text.trim_end().to_owned()))
}

/// Creates a file to write.
pub(super) fn output(path: &Path) -> Result<Box<dyn Write>> {
    if path == Path::new("-") {
        return Ok(Box::new(BufWriter::new(io::stdout())));
    }
    let file = File::create(path).map_err(|cause| {
        Error::new(Code::FileUnwritable, format!("cannot write {}: {cause}", path.display()))
            .field(path.display().to_string())
            .fix("check the path and the permissions")
            .cause(cause)
    })?;
    Ok(Box::new(BufWriter::new(file)))
}

/// Writes a whole file.
pub(super) fn write(path: &Path, text: &str) -> Result<()> {
    let mut out = output(path)?;
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(unwritable)
}

/// Reads one JSON object a line; fields that are not asked for are ignored.
///
/// # Errors
/// `bad_rows` naming the first bad line.
pub(super) fn read_jsonl<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    Ok(read_jsonl_lines(path)?.into_iter().map(|(_, row)| row).collect())
}

/// The same, each object with its line.
///
/// # Errors
/// As [`read_jsonl`].
pub(super) fn read_jsonl_lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<(usize, T)>> {
    let mut rows = Vec::new();
    for (number, line) in input(path)?.lines().enumerate() {
        let place = || format!("{}:{}", path.display(), number + 1);
        let line = line.map_err(|cause| {
            let code = match cause.kind() {
                io::ErrorKind::InvalidData => Code::InvalidUtf8,
                _ => Code::FileUnreadable,
            };
            Error::new(code, "the line cannot be read").field(place()).cause(cause)
        })?;
        if line.trim().is_empty() {
            continue;
        }
        let row = serde_json::from_str(&line).map_err(|cause| {
            Error::new(Code::BadRows, cause.to_string())
                .field(place())
                .fix("give one JSON object a line, with the fields that --help names")
        })?;
        rows.push((number + 1, row));
    }
    Ok(rows)
}

/// Reads entries of a data set that is only measured on: foreign fields are ignored and an answer
/// may be missing.
///
/// # Errors
/// `bad_rows` naming the first fault.
pub(super) fn read_entries(path: &Path) -> Result<Vec<(EntryId, EntryContent)>> {
    let read = read_rows(Format::of_path(path)?, Reading::LENIENT, input(path)?)?;
    match read.faults.first() {
        None => Ok(read.rows),
        Some(fault) => Err(Error::new(Code::BadRows, format!("{}:{fault}", path.display()))
            .field(path.display().to_string())
            .fix("mend the row; `goldenset import --dry-run` names all of them")),
    }
}
