//! `feedback`: what experts say of answers.

use std::collections::BTreeMap;
use std::io::{self, Write};

use goldenset_core::curation::{Feedback, FeedbackKind};
use goldenset_core::{EntryId, Handle, Reference, Result, VersionNumber};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::args::{FeedbackCommand, GiveFeedback, ImportLines, ListFeedback};
use super::client::{self, Request};
use super::files::text_of;
use super::lines::{Line, Sent, parse, send};
use super::listing::{cell, more, table};
use super::output::print_json;
use crate::config::Config;

/// A line of a file of feedback, with the names of HTTP or with those that say whose they are.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FeedbackLine {
    query: String,
    #[serde(alias = "served_entry_id")]
    entry_id: Option<EntryId>,
    version: Option<VersionNumber>,
    #[serde(rename = "type")]
    kind: FeedbackKind,
    category: Option<String>,
    confidence: f64,
    #[serde(default)]
    time_spent_seconds: f64,
    expert: Handle,
    #[serde(alias = "expert_answer")]
    answer: Option<String>,
    #[serde(default)]
    references: Vec<Reference>,
}

/// What came of a file of feedback.
#[derive(Serialize)]
struct Summary {
    #[serde(flatten)]
    sent: Sent,
    /// Feedback that has an effect.
    counted: usize,
    /// Candidates that the feedback made or went into, by where they stood last.
    candidates: BTreeMap<String, usize>,
}

/// Does what the command says; `false` when lines were left out.
pub(super) async fn run(config: &Config, feedback: FeedbackCommand) -> Result<bool> {
    match feedback {
        FeedbackCommand::Give(give) => give_one(config, *give).await?,
        FeedbackCommand::List(ListFeedback { entry, candidate, page, at }) => {
            let request = Request::get("/v1/feedback").param("entry_id", entry);
            let request = request.param("candidate", candidate).page(&page, "after").tenant(&at);
            client::call(config, &at.remote, request).await?.show(&at.remote, show_all)?;
        }
        FeedbackCommand::Import(import) => return import_all(config, &import).await,
    }
    Ok(true)
}

async fn give_one(config: &Config, give: GiveFeedback) -> Result<()> {
    let answer = text_of(give.answer, give.answer_file.as_deref())?;
    let request = Request::post("/v1/feedback").field("query", give.query);
    let request = request.field("type", FeedbackKind::from(give.kind));
    let request = request.field("entry_id", give.entry).field("answer", answer);
    let request = request.field("references", give.references).field("category", give.category);
    let request = request.field("confidence", give.confidence).field("expert", give.expert);
    let request = request.field("time_spent_seconds", give.seconds).tenant(&give.at);
    client::call(config, &give.at.remote, request).await?.show(&give.at.remote, show_taken)
}

async fn import_all(config: &Config, import: &ImportLines) -> Result<bool> {
    // A server has categories of its own, and says so.
    let here = import.at.remote.url.as_deref().is_none_or(str::is_empty);
    let categories = here.then_some(config.curation.categories.as_slice());
    let tenant = import.at.tenant.as_deref();
    let sent = send(config, import, |text| line(text, tenant, categories)).await?;
    let counted = sent.replies.iter().filter(|taken| taken["counted"] == true).count();
    let candidates = sent.replies.iter().map(|taken| &taken["candidate"]);
    let last: BTreeMap<_, _> = candidates
        .filter(|candidate| !candidate.is_null())
        .map(|candidate| (cell(&candidate["id"]), cell(&candidate["status"])))
        .collect();
    let mut candidates = BTreeMap::new();
    for status in last.into_values() {
        *candidates.entry(status).or_default() += 1;
    }
    let summary = Summary { sent, counted, candidates };
    match import.at.remote.json {
        true => print_json(&summary)?,
        false => println!("{}", summary.text(import.dry_run)),
    }
    Ok(summary.sent.whole())
}

impl Summary {
    fn text(&self, dry_run: bool) -> String {
        let sent = self.sent.summary("feedback");
        if dry_run {
            return sent;
        }
        let made: usize = self.candidates.values().sum();
        let by_status: Vec<_> =
            self.candidates.iter().map(|(status, count)| format!("{count} {status}")).collect();
        let by_status = match by_status.is_empty() {
            true => String::new(),
            false => format!(": {}", by_status.join(", ")),
        };
        format!("{sent}; {} counted; {made} candidates{by_status}", self.counted)
    }
}

/// # Errors
/// `bad_rows`, and those of [`Feedback::check`].
fn line(text: &str, tenant: Option<&str>, categories: Option<&[String]>) -> Result<Line> {
    let line: FeedbackLine = parse(text)?;
    let feedback = Feedback {
        query: line.query,
        entry_id: line.entry_id,
        version: line.version,
        kind: line.kind,
        category: line.category,
        confidence: line.confidence,
        time_spent_seconds: line.time_spent_seconds,
        expert: line.expert,
        answer: line.answer,
        references: line.references,
    };
    let own: Vec<_> = feedback.category.iter().cloned().collect();
    feedback.check(categories.unwrap_or(&own))?;
    let entry = feedback.entry_id.as_ref().map(|id| ("entry_id", "/v1/entries", id.to_string()));
    let mut names = vec![("expert", "/v1/experts", feedback.expert.to_string())];
    names.extend(entry);
    let request = Request::post("/v1/feedback").fields(&feedback);
    Ok(Line { request: request.idempotency_key(Some(key(text, tenant))), names })
}

/// Names a line, so that it is counted once however often the file is sent.
fn key(text: &str, tenant: Option<&str>) -> String {
    let mut hash = blake3::Hasher::new();
    // The same line may be said in several golden sets.
    if let Some(tenant) = tenant.filter(|tenant| *tenant != "default") {
        hash.update(tenant.as_bytes()).update(b"\n");
    }
    format!("import/{}", hash.update(text.trim().as_bytes()).finalize().to_hex())
}

fn show_taken(taken: &Value, out: &mut dyn Write) -> io::Result<()> {
    let [id, reason] = ["feedback_id", "reason"].map(|field| cell(&taken[field]));
    let counted = if taken["counted"] == true { "counted" } else { "kept without effect" };
    writeln!(out, "feedback {id}: {counted}; {reason}")?;
    let candidate = &taken["candidate"];
    if candidate.is_null() {
        return Ok(());
    }
    let [id, status, priority, quality] =
        ["id", "status", "priority", "quality"].map(|field| cell(&candidate[field]));
    writeln!(out, "candidate {id}: {status}, priority {priority}, quality {quality}")
}

fn show_all(page: &Value, out: &mut dyn Write) -> io::Result<()> {
    let columns = [
        ("ID", "/id"),
        ("AT", "/at"),
        ("EXPERT", "/expert"),
        ("TYPE", "/type"),
        ("CONFIDENCE", "/confidence"),
        ("COUNTED", "/counted"),
        ("CANDIDATE", "/candidate"),
        ("ENTRY", "/entry_id"),
        ("QUESTION", "/query"),
    ];
    table(out, &page["feedback"], &columns, "nobody has said anything of this kind")?;
    more(out, "--after", &page["next_after"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_line_has_the_same_key_in_one_golden_set() {
        let keys = [Some("acme"), None, Some("default")].map(|tenant| key("{}\n", tenant));
        assert_eq!(keys[1], key("{}", None));
        assert_eq!(keys[1], keys[2]);
        assert_ne!(keys[0], keys[1]);
        assert!(keys[0].len() <= 200);
    }
}
