//! What a person or a script sees: errors, progress, results.

use std::io::{self, IsTerminal, Write};

use goldenset_core::decision::MatchType;
use goldenset_core::{Code, Error, Kind, Result};
use goldenset_engine::LookupResult;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::gate::write_conflicts;

/// The exit code of an error.
pub(super) fn exit_code(error: &Error) -> u8 {
    match error.code.kind() {
        Kind::Invalid => 2,
        Kind::NotFound => 3,
        Kind::Conflict => 4,
        Kind::Unavailable => 5,
        Kind::Setup => 6,
        Kind::Forbidden => 7,
        // As in sysexits.h: an internal software error.
        Kind::Internal => 70,
    }
}

/// Says on standard error what happened, where, and how to mend it.
pub(super) fn report(error: &Error) {
    eprintln!("error[{}]: {}", error.code.as_str(), error.detail);
    if let Some(field) = &error.field {
        eprintln!("  at:  {field}");
    }
    if let Some(cause) = &error.cause {
        eprintln!("  why: {cause}");
    }
    if let Some((_, conflicts)) = error.members.iter().find(|(name, _)| *name == "conflicts") {
        // Nobody reads it where standard error is closed.
        write_conflicts(&mut io::stderr().lock(), conflicts).ok();
    }
    if let Some(fix) = &error.fix {
        eprintln!("  fix: {fix}");
    }
}

/// Who does it, for the audit log.
pub(super) fn actor() -> String {
    std::env::var("USER").unwrap_or_else(|_| "cli".into())
}

/// Writes a value as one line of JSON.
pub(super) fn json_line(out: &mut impl Write, value: &impl Serialize) -> Result<()> {
    let line = serde_json::to_string(value).map_err(|cause| {
        Error::new(Code::Internal, "a result could not be written as JSON").cause(cause)
    })?;
    writeln!(out, "{line}").map_err(unwritable)
}

/// Prints a value as JSON for people and scripts alike.
pub(super) fn print_json(value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value).map_err(|cause| {
        Error::new(Code::Internal, "a result could not be written as JSON").cause(cause)
    })?;
    writeln!(io::stdout(), "{text}").map_err(unwritable)
}

/// The error of an output that takes no more.
pub(super) fn unwritable(cause: io::Error) -> Error {
    Error::new(Code::FileUnwritable, format!("the output cannot be written: {cause}"))
        .fix("check the disk, and the program that reads the output")
        .cause(cause)
}

/// A progress bar on standard error when a person watches; nothing else.
pub(super) struct Bar(Option<ProgressBar>);

impl Bar {
    /// A bar for a work of unknown length, named by its verb.
    pub(super) fn new(verb: &'static str) -> Self {
        if !io::stderr().is_terminal() {
            return Self(None);
        }
        let bar = ProgressBar::new(0).with_message(verb);
        let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}");
        Self(Some(match style {
            Ok(style) => bar.with_style(style),
            // A plain bar is better than none.
            Err(_) => bar,
        }))
    }

    /// Says what is done now.
    pub(super) fn say(&self, what: &str) {
        if let Some(bar) = &self.0 {
            bar.set_message(what.to_owned());
        }
    }

    /// Shows that `done` of `all` pieces are done.
    pub(super) fn show(&self, done: usize, all: usize) {
        if let Some(bar) = &self.0 {
            bar.set_length(all as u64);
            bar.set_position(done as u64);
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

/// Prints the outcome of a lookup for a person.
pub(super) fn print_result(
    out: &mut impl Write,
    query: &str,
    result: &LookupResult,
) -> io::Result<()> {
    writeln!(out, "? {query}")?;
    let decision = result.decision.as_str().to_uppercase();
    match &result.answer {
        Some(answer) => {
            let how = match result.match_type {
                Some(MatchType::Signature) => "word for word",
                Some(MatchType::Semantic) | None => "by meaning",
            };
            writeln!(
                out,
                "{decision}  entry {} version {}, {how}, score {:.3}, similarity {:.3}",
                answer.entry.id, answer.entry.version, answer.score, answer.similarity
            )?;
            writeln!(out)?;
            for line in answer.entry.content.answer.lines() {
                writeln!(out, "    {line}")?;
            }
            for reference in &answer.entry.content.references {
                writeln!(out, "    - {}", reference.text)?;
            }
        }
        None => {
            writeln!(out, "{decision}  {}", result.reason)?;
            for choice in result.clarify.iter().flat_map(|clarify| &clarify.choices) {
                writeln!(out, "    {}  entry {}", choice.values.join(", "), choice.entry_id)?;
            }
            for candidate in result.matches.iter().take(3) {
                writeln!(
                    out,
                    "    {:.3}  {}  {}\n           {}",
                    candidate.score,
                    candidate.entry.id,
                    candidate.entry.content.question,
                    candidate.reason
                )?;
            }
        }
    }
    if let Some(applied) = &result.calibration {
        let how = if applied.certified { "certified" } else { "not certified" };
        writeln!(
            out,
            "    served from a score of {:.3} on: calibration {}, {how}",
            applied.threshold, applied.version
        )?;
    }
    writeln!(out)
}
