//! The demo set: entries, experts, and what they said of answers.

use std::sync::Arc;

use goldenset_core::curation::{
    CandidateFilter, CandidateStatus, ExpertRole, Feedback, FeedbackFilter, FeedbackKind,
};
use goldenset_core::ports::Once;
use goldenset_core::{Code, EntryId, Error, Handle, Reference, Result, TenantId};
use goldenset_engine::curation::Stated;
use goldenset_engine::transfer::{Format, Reading, read_rows};
use goldenset_engine::{Author, Engine, ImportMode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::super::output::Bar;

const ENTRIES: &str = include_str!("../../../../../demo/entries.jsonl");
const EXPERTS: &str = include_str!("../../../../../demo/experts.jsonl");
const FEEDBACK: &str = include_str!("../../../../../demo/feedback.jsonl");

/// More than the demo set makes.
const ALL: usize = 1000;

/// What came of filling a golden set with the demo.
pub(in crate::cli) enum Filled {
    /// It was there already, and stays as it has become.
    Before {
        /// Entries that are served.
        entries: usize,
    },
    /// It was empty before.
    Now {
        /// Entries that were published.
        entries: usize,
        /// Remarks of experts.
        feedback: usize,
        /// Candidates that wait for a person.
        candidates: usize,
    },
}

#[derive(Deserialize)]
struct ExpertRow {
    handle: Handle,
    role: ExpertRole,
    verified: bool,
    trust: f64,
}

#[derive(Deserialize)]
struct FeedbackRow {
    query: String,
    served_entry_id: Option<EntryId>,
    #[serde(rename = "type")]
    kind: FeedbackKind,
    category: Option<String>,
    expert: Handle,
    confidence: f64,
    time_spent_seconds: f64,
    expert_answer: Option<String>,
    references: Vec<Reference>,
}

/// Fills the default tenant with what it has not had yet: what somebody approved since the first
/// start must not be taken back by the second, and a start that was cut off is made whole.
pub(in crate::cli) async fn fill(engine: &Arc<Engine>) -> Result<Filled> {
    let tenant = TenantId::default();
    let author = Author::new(tenant.clone(), "demo");
    let before = engine.tenants().get(&tenant).map_or(0, |state| state.entries);
    let lines: Vec<&str> = FEEDBACK.lines().collect();
    let store = engine.store();
    let heard = store.feedback(&tenant, &FeedbackFilter::default(), None, ALL).await?.len();
    if before > 0 && heard >= lines.len() {
        return Ok(Filled::Before { entries: before });
    }
    let entries = if before > 0 { before } else { publish(engine, author.clone()).await? };
    for line in EXPERTS.lines() {
        let ExpertRow { handle, role, verified, trust } = row(line)?;
        engine.put_expert(author.clone(), handle, Stated { role, verified, trust }).await?;
    }
    let bar = Bar::new("reading what experts said");
    for (place, line) in lines.iter().enumerate() {
        let key = format!("demo/{place}");
        let once = Once::new(key, *blake3::hash(line.as_bytes()).as_bytes());
        let author = Author { once: Some(once), ..author.clone() };
        let said = row::<FeedbackRow>(line)?;
        // Whoever tries the demo decides what is published of it.
        engine.feedback_for_review(author, said.into()).await?;
        bar.show(place + 1, lines.len());
    }
    let pending =
        CandidateFilter { status: Some(CandidateStatus::Pending), ..CandidateFilter::default() };
    let candidates = store.candidates(&tenant, &pending, ALL).await?.len();
    Ok(Filled::Now { entries, feedback: lines.len(), candidates })
}

async fn publish(engine: &Arc<Engine>, author: Author) -> Result<usize> {
    let read = read_rows(Format::Jsonl, Reading::default(), ENTRIES.as_bytes())?;
    if let Some(fault) = read.faults.first() {
        return Err(damaged(fault));
    }
    let entries = read.rows.len();
    let mode = ImportMode { publish: true, dry_run: false };
    let bar = Bar::new("embedding the demo set");
    engine.import(author, read.rows, mode, &|done, all| bar.show(done, all)).await?;
    Ok(entries)
}

impl From<FeedbackRow> for Feedback {
    fn from(row: FeedbackRow) -> Self {
        Self {
            query: row.query,
            entry_id: row.served_entry_id,
            version: None,
            kind: row.kind,
            category: row.category,
            confidence: row.confidence,
            time_spent_seconds: row.time_spent_seconds,
            expert: row.expert,
            answer: row.expert_answer,
            references: row.references,
        }
    }
}

fn row<T: DeserializeOwned>(line: &str) -> Result<T> {
    serde_json::from_str(line).map_err(damaged)
}

fn damaged(fault: impl std::fmt::Display) -> Error {
    Error::new(Code::Internal, format!("the demo set is damaged: {fault}"))
}
