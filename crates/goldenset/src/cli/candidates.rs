//! `candidates`: what is proposed, and who decides.

use std::io::{self, Write};

use goldenset_core::curation::{Action, CandidateKind, CandidateStatus};
use goldenset_core::{Code, Result};
use serde_json::Value;

use super::args::{
    AmendCandidate, ApproveCandidate, At, Candidates, DecideCandidate, ListCandidates,
    ShowCandidate,
};
use super::client::{self, Request};
use super::entries::write_reference;
use super::files::text_of;
use super::gate::write_gate;
use super::listing::{block, cell, more, named, table};
use super::word_diff::{proposed, write_changes};
use crate::config::Config;

const CANDIDATES: &str = "/v1/candidates";

/// Does what the command says.
pub(super) async fn run(config: &Config, candidates: Candidates) -> Result<()> {
    match candidates {
        Candidates::List(ListCandidates { status, kind, page, at }) => {
            let status = status.map(|status| CandidateStatus::from(status).as_str());
            let kind = kind.map(|kind| CandidateKind::from(kind).as_str());
            let request = Request::get(CANDIDATES).param("status", status).param("kind", kind);
            let request = request.page(&page, "after").tenant(&at);
            client::call(config, &at.remote, request).await?.show(&at.remote, show_all)
        }
        Candidates::Show(ShowCandidate { id, at }) => show(config, id, &at).await,
        Candidates::Approve(ApproveCandidate {
            id,
            by,
            reason,
            overrides,
            base_version,
            dry_run,
            at,
        }) => {
            let request = Request::post(CANDIDATES).segment(&id.to_string()).segment("approve");
            let request = request.field("by", by).field("reason", reason);
            let request = request.field("override", overrides).field("dry_run", dry_run);
            let request = request.field("base_version", base_version).tenant(&at);
            client::call(config, &at.remote, request).await?.show(&at.remote, show_approved)
        }
        Candidates::Reject(decide) => decided(config, decide, "reject").await,
        Candidates::Revise(decide) => decided(config, decide, "revise").await,
        Candidates::Amend(amend) => amended(config, amend).await,
    }
}

async fn decided(config: &Config, decide: DecideCandidate, verb: &str) -> Result<()> {
    let DecideCandidate { id, by, reason, dry_run, at } = decide;
    let request = Request::post(CANDIDATES).segment(&id.to_string()).segment(verb);
    let request = request.field("by", by).field("reason", reason).field("dry_run", dry_run);
    let reply = client::call(config, &at.remote, request.tenant(&at)).await?;
    reply.show(&at.remote, |candidate, out| match dry_run {
        true => {
            let [id, status] = ["id", "status"].map(|field| cell(&candidate[field]));
            writeln!(out, "candidate {id} would be {status}")
        }
        false => show_brief(candidate, out),
    })
}

async fn amended(config: &Config, amend: AmendCandidate) -> Result<()> {
    let answer = text_of(amend.answer, amend.answer_file.as_deref())?;
    let references = (!amend.references.is_empty()).then_some(amend.references);
    let request = Request::put(CANDIDATES).segment(&amend.id.to_string()).field("by", amend.by);
    let request = request.field("action", amend.action.map(Action::from));
    let request = request.field("entry_id", amend.entry).field("question", amend.question);
    let request = request.field("answer", answer).field("references", references);
    let reply = client::call(config, &amend.at.remote, request.tenant(&amend.at)).await?;
    reply.show(&amend.at.remote, show_brief)
}

/// Shows a candidate; one that would change an entry, with the words that it would change.
async fn show(config: &Config, id: u32, at: &At) -> Result<()> {
    let request = Request::get(CANDIDATES).segment(&id.to_string()).tenant(at);
    let (reply, changes) = client::with(config, &at.remote, async |client| {
        let reply = client.send(request).await?;
        let candidate = reply.body();
        let entry = match (&candidate["entry_id"], &candidate["proposal"]) {
            (Value::String(entry), Value::Object(_))
                if candidate["action"] == "update" && candidate["published_version"].is_null() =>
            {
                entry
            }
            _ => return Ok((reply, None)),
        };
        let request = Request::get("/v1/entries").segment(entry).segment("versions").tenant(at);
        let versions = match client.send(request).await {
            Ok(versions) => versions,
            Err(error) if error.code == Code::UnknownEntry => return Ok((reply, None)),
            Err(error) => return Err(error),
        };
        let all = versions.body()["versions"].as_array();
        let served =
            all.into_iter().flatten().find(|one| one["version"] == one["published_version"]);
        let changes = served.map(|served| proposed(served, &candidate["proposal"])).transpose()?;
        Ok((reply, changes))
    })
    .await?;
    reply.show(&at.remote, |candidate, out| show_whole(candidate, changes.as_ref(), out))
}

fn show_all(page: &Value, out: &mut dyn Write) -> io::Result<()> {
    let columns = [
        ("ID", "/id"),
        ("STATUS", "/status"),
        ("KIND", "/kind"),
        ("ACTION", "/action"),
        ("PRIORITY", "/priority"),
        ("QUALITY", "/quality"),
        ("TIMES", "/frequency"),
        ("ENTRY", "/entry_id"),
        ("QUESTION", "/question"),
    ];
    table(out, &page["candidates"], &columns, "nothing is proposed")?;
    more(out, "--after", &page["next_after"])
}

fn show_brief(candidate: &Value, out: &mut dyn Write) -> io::Result<()> {
    let [id, status, reason] = ["id", "status", "reason"].map(|field| cell(&candidate[field]));
    writeln!(out, "candidate {id}: {status}; {reason}")
}

fn show_whole(candidate: &Value, changes: Option<&Value>, out: &mut dyn Write) -> io::Result<()> {
    show_brief(candidate, out)?;
    writeln!(out)?;
    for name in ["kind", "action"] {
        named(out, name, &candidate[name])?;
    }
    named(out, "entry", &candidate["entry_id"])?;
    for name in ["question", "category", "priority", "quality"] {
        named(out, name, &candidate[name])?;
    }
    named(out, "times", &candidate["frequency"])?;
    named(out, "asked as", &candidate["examples"])?;
    for near in candidate["nearest"].as_array().into_iter().flatten() {
        let [entry, similarity] = ["entry_id", "similarity"].map(|field| cell(&near[field]));
        writeln!(out, "near        {entry} ({similarity})")?;
    }
    let proposal = &candidate["proposal"];
    if !proposal.is_null() {
        writeln!(out, "\nproposed by {}:", cell(&proposal["author"]))?;
        block(out, proposal["answer"].as_str().unwrap_or_default())?;
        for reference in proposal["references"].as_array().into_iter().flatten() {
            write_reference(out, reference)?;
        }
    }
    if let Some(changes) = changes {
        writeln!(out, "\nagainst what is served:")?;
        write_changes(out, changes)?;
    }
    if candidate["feedback"].as_array().is_some_and(|said| !said.is_empty()) {
        writeln!(out, "\nwhat experts said:")?;
        let columns = [
            ("AT", "/at"),
            ("EXPERT", "/expert"),
            ("TRUST", "/trust"),
            ("TYPE", "/type"),
            ("CATEGORY", "/category"),
            ("CONFIDENCE", "/confidence"),
            ("COUNTED", "/counted"),
            ("ANSWER", "/answer"),
        ];
        table(out, &candidate["feedback"], &columns, "")?;
    }
    if !candidate["decided_at"].is_null() {
        let [by, at] = ["decided_by", "decided_at"].map(|field| cell(&candidate[field]));
        writeln!(out, "\ndecided     {at} by {by}")?;
        named(out, "published", &candidate["published_version"])?;
    }
    Ok(())
}

fn show_approved(approved: &Value, out: &mut dyn Write) -> io::Result<()> {
    let [entry, version] = ["entry_id", "version"].map(|field| cell(&approved[field]));
    match approved["dry_run"] == true {
        true => writeln!(out, "approval would make {entry} version {version}")?,
        false => writeln!(out, "approved: {entry} version {version}")?,
    }
    write_gate(out, &approved["gate"])
}
