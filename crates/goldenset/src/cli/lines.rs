//! Files of lines that are sent one by one, every line as a request.

use std::collections::HashMap;
use std::io::{self, BufRead};
use std::path::Path;

use goldenset_core::{Code, Error, Kind, Result};
use serde::Serialize;
use serde_json::Value;

use super::args::{At, ImportLines};
use super::client::{self, Client, Request};
use super::files::input;
use super::output::{Bar, print_json};
use crate::config::Config;

/// Faults shown one by one; of more, the rest is counted. With `--json` all are in the report.
const FAULTS_SHOWN: usize = 50;

/// A line that can be sent.
pub(super) struct Line {
    pub(super) request: Request,
    /// What it names, and must be there before anything is sent: field, path of its list, id.
    pub(super) names: Vec<(&'static str, &'static str, String)>,
}

/// A line that cannot.
#[derive(Debug, Serialize)]
struct LineFault {
    /// From 1.
    line: usize,
    code: &'static str,
    detail: String,
    field: Option<String>,
}

/// What became of the lines.
#[derive(Debug, Serialize)]
pub(super) struct Sent {
    lines: usize,
    bad_lines: usize,
    dry_run: bool,
    /// Lines that were sent, or could be.
    pub(super) sent: usize,
    /// Those of them that had been sent before: nothing was done again.
    known_already: usize,
    faults: Vec<LineFault>,
    /// The replies, in the order of the lines.
    #[serde(skip)]
    pub(super) replies: Vec<Value>,
}

impl LineFault {
    fn new(line: usize, error: Error) -> Self {
        Self { line, code: error.code.as_str(), detail: error.detail, field: error.field }
    }
}

impl Sent {
    /// Whether no line was left out.
    pub(super) fn whole(&self) -> bool {
        self.bad_lines == 0
    }

    /// How many lines were sent, or would be, how many were known, and how many were left out.
    pub(super) fn summary(&self, what: &str) -> String {
        let verb = if self.dry_run { "would send" } else { "sent" };
        let left_out = match self.bad_lines {
            0 => String::new(),
            bad => format!(", {bad} bad lines left out"),
        };
        let known = match self.known_already {
            0 => String::new(),
            known => format!(", {known} of them known already"),
        };
        format!("{verb} {} {what}{known}{left_out}", self.sent)
    }
}

/// Checks every line of a file, then sends them in order. Nothing is sent when a line is bad,
/// unless that is allowed. `line` is given the text and what it holds.
///
/// # Errors
/// `bad_rows`; what sending a line fails with, naming it; those of the client.
pub(super) async fn send(
    config: &Config,
    import: &ImportLines,
    line: impl Fn(&str) -> Result<Line>,
) -> Result<Sent> {
    let (mut ready, mut faults) = (Vec::new(), Vec::new());
    for (number, text) in read(&import.file)? {
        match text.and_then(|text| line(&text)) {
            Ok(line) => ready.push((number, line)),
            Err(error) => faults.push(LineFault::new(number, error)),
        }
    }
    let lines = ready.len() + faults.len();
    if lines == 0 {
        return Err(Error::new(Code::BadRows, "the file has no lines")
            .field(import.file.display().to_string())
            .fix("give one JSON object a line, with the fields that --help names"));
    }
    client::with(config, &import.at.remote, async |client| {
        let ready = there(client, &import.at, ready, &mut faults).await?;
        refuse(import, lines, &mut faults)?;
        let mut replies = Vec::new();
        let (mut sent, mut known_already) = (ready.len(), 0);
        if !import.dry_run {
            let (bar, all) = (Bar::new("sending"), ready.len());
            for (done, (number, line)) in ready.into_iter().enumerate() {
                match client.send(line.request.tenant(&import.at)).await {
                    Ok(reply) => {
                        known_already += usize::from(reply.is_replayed());
                        replies.push(reply.body().clone());
                    }
                    Err(error) if import.partial && is_of_the_line(&error) => {
                        sent -= 1;
                        faults.push(LineFault::new(number, error));
                    }
                    Err(error) => return Err(stopped(import, number, replies.len(), error)),
                }
                bar.show(done + 1, all);
            }
        }
        faults.sort_by_key(|fault| fault.line);
        if !import.at.remote.json {
            show(&import.file, &faults);
        }
        let (bad_lines, dry_run) = (faults.len(), import.dry_run);
        Ok(Sent { lines, bad_lines, dry_run, sent, known_already, faults, replies })
    })
    .await
}

/// Whether the fault is what a line says, and not the state of the server.
fn is_of_the_line(error: &Error) -> bool {
    matches!(error.code.kind(), Kind::Invalid | Kind::NotFound | Kind::Conflict)
}

/// The error of a line that was refused although nothing seemed wrong with it.
fn stopped(import: &ImportLines, line: usize, sent: usize, error: Error) -> Error {
    let detail = format!("{}; {sent} lines before it were sent", error.detail);
    let field = match &error.field {
        Some(field) => format!("{}:{line} {field}", import.file.display()),
        None => format!("{}:{line}", import.file.display()),
    };
    Error { detail, field: Some(field), ..error }
}

/// The lines with a number and text that is not empty.
fn read(path: &Path) -> Result<Vec<(usize, Result<String>)>> {
    let mut lines = Vec::new();
    for (number, line) in input(path)?.lines().enumerate() {
        let line = match line {
            Err(cause) if cause.kind() == io::ErrorKind::InvalidData => {
                Err(Error::new(Code::InvalidUtf8, "the line is not UTF-8").cause(cause))
            }
            Err(cause) => {
                return Err(Error::new(Code::FileUnreadable, "the file cannot be read to its end")
                    .field(path.display().to_string())
                    .fix("check the disk, or the program that writes it")
                    .cause(cause));
            }
            Ok(line) if line.trim().is_empty() => continue,
            Ok(line) => Ok(line),
        };
        lines.push((number + 1, line));
    }
    Ok(lines)
}

/// The lines that name only what is there. Everything is asked for once.
async fn there(
    client: &Client,
    at: &At,
    lines: Vec<(usize, Line)>,
    faults: &mut Vec<LineFault>,
) -> Result<Vec<(usize, Line)>> {
    let mut known: HashMap<(&str, String), Option<Error>> = HashMap::new();
    let mut ready = Vec::new();
    for (number, line) in lines {
        let mut missing = None;
        for (field, path, id) in &line.names {
            let key = (*path, id.clone());
            if !known.contains_key(&key) {
                let request = Request::get(path).segment(id).tenant(at);
                let fault = match client.send(request).await {
                    Ok(_) => None,
                    Err(error) if error.code == Code::UnknownTenant => return Err(error),
                    Err(error) if is_of_the_line(&error) => Some(error),
                    Err(error) => return Err(error),
                };
                known.insert(key.clone(), fault);
            }
            if let Some(Some(error)) = known.get(&key) {
                missing = Some(error.share().field(*field));
            }
        }
        match missing {
            None => ready.push((number, line)),
            Some(error) => faults.push(LineFault::new(number, error)),
        }
    }
    Ok(ready)
}

/// # Errors
/// `bad_rows` where lines are bad and that is not allowed.
fn refuse(import: &ImportLines, lines: usize, faults: &mut Vec<LineFault>) -> Result<()> {
    if faults.is_empty() || import.partial {
        return Ok(());
    }
    faults.sort_by_key(|fault| fault.line);
    let (bad_lines, dry_run) = (faults.len(), import.dry_run);
    if import.at.remote.json {
        let faults = std::mem::take(faults);
        let (sent, known_already, replies) = (0, 0, vec![]);
        print_json(&Sent { lines, bad_lines, dry_run, sent, known_already, faults, replies })?;
    } else {
        show(&import.file, faults);
    }
    Err(Error::new(
        Code::BadRows,
        format!("{bad_lines} of {lines} lines are wrong; nothing was sent"),
    )
    .field(import.file.display().to_string())
    .fix("mend the lines, or give --partial to send the good ones"))
}

fn show(file: &Path, faults: &[LineFault]) {
    for LineFault { line, code, detail, field } in faults.iter().take(FAULTS_SHOWN) {
        let field = field.as_ref().map(|field| format!(" `{field}`")).unwrap_or_default();
        eprintln!("{}:line {line}:{field} {detail} ({code})", file.display());
    }
    match faults.len().saturating_sub(FAULTS_SHOWN) {
        0 => {}
        more => eprintln!("and {more} more bad lines; --json lists all"),
    }
}

/// Reads a line as an object of JSON.
///
/// # Errors
/// `bad_rows`.
pub(super) fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|cause| Error::new(Code::BadRows, cause.to_string()))
}
