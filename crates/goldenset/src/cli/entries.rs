//! `entries`: what experts approved, with its versions.

use std::io::{self, Write};

use goldenset_core::Result;
use serde_json::Value;

use super::args::{
    DiffEntry, Entries, ListEntries, PublishEntry, RetireEntry, RollBackEntry, ShowEntry,
};
use super::client::{self, Request};
use super::gate::write_gate;
use super::listing::{block, cell, more, named, table};
use super::word_diff::write_changes;
use crate::config::Config;

const ENTRIES: &str = "/v1/entries";

/// Does what the command says.
pub(super) async fn run(config: &Config, entries: Entries) -> Result<()> {
    match entries {
        Entries::List(ListEntries { page, at }) => {
            let request = Request::get(ENTRIES).page(&page, "cursor").tenant(&at);
            client::call(config, &at.remote, request).await?.show(&at.remote, show_all)
        }
        Entries::Show(ShowEntry { id, at }) => {
            let request = Request::get(ENTRIES).segment(&id).tenant(&at);
            client::call(config, &at.remote, request).await?.show(&at.remote, show_one)
        }
        Entries::Versions(ShowEntry { id, at }) => {
            let request = Request::get(ENTRIES).segment(&id).segment("versions").tenant(&at);
            client::call(config, &at.remote, request).await?.show(&at.remote, show_versions)
        }
        Entries::Diff(DiffEntry { id, from, to, at }) => {
            let request = Request::get(ENTRIES).segment(&id).segment("diff");
            let request = request.param("from", from).param("to", to).tenant(&at);
            client::call(config, &at.remote, request).await?.show(&at.remote, |diff, out| {
                let [id, from, to] = ["id", "from", "to"].map(|field| cell(&diff[field]));
                writeln!(out, "{id}: version {from} to {to}")?;
                write_changes(out, diff)
            })
        }
        Entries::Publish(PublishEntry {
            id,
            version,
            reapprove,
            reason,
            overrides,
            dry_run,
            at,
        }) => {
            let request = Request::post(ENTRIES).segment(&id).segment("publish");
            let request = request.field("version", version).field("reapprove", reapprove);
            let request = request.field("reason", reason).field("override", overrides);
            let request = request.field("dry_run", dry_run).tenant(&at);
            client::call(config, &at.remote, request).await?.show(&at.remote, show_changed)
        }
        Entries::Retire(RetireEntry { id, reason, dry_run, at }) => {
            let request = Request::post(ENTRIES).segment(&id).segment("retire");
            let request = request.field("reason", reason).field("dry_run", dry_run).tenant(&at);
            client::call(config, &at.remote, request).await?.show(&at.remote, show_changed)
        }
        Entries::Rollback(RollBackEntry { id, to, by, reason, overrides, dry_run, at }) => {
            let request = Request::post(ENTRIES).segment(&id).segment("rollback");
            let request = request.field("to_version", to).field("by", by).field("reason", reason);
            let request = request.field("override", overrides).field("dry_run", dry_run);
            let request = request.tenant(&at);
            client::call(config, &at.remote, request).await?.show(&at.remote, show_changed)
        }
    }
}

fn show_all(page: &Value, out: &mut dyn Write) -> io::Result<()> {
    let columns = [
        ("ID", "/id"),
        ("STATUS", "/status"),
        ("SERVED", "/published_version"),
        ("NEWEST", "/version"),
        ("CATEGORY", "/category"),
        ("QUESTION", "/question"),
    ];
    table(out, &page["entries"], &columns, "there is no entry")?;
    more(out, "--after", &page["next_cursor"])
}

fn show_one(entry: &Value, out: &mut dyn Write) -> io::Result<()> {
    let [id, version, status] = ["id", "version", "status"].map(|field| cell(&entry[field]));
    let served = match &entry["published_version"] {
        Value::Null => "no version is served".into(),
        served => format!("version {} is served", cell(served)),
    };
    writeln!(out, "{id} version {version}: {status}; {served}\n")?;
    named(out, "question", &entry["question"])?;
    named(out, "also", &entry["alternatives"])?;
    writeln!(out, "answer")?;
    block(out, entry["answer"].as_str().unwrap_or_default())?;
    for reference in entry["references"].as_array().into_iter().flatten() {
        write_reference(out, reference)?;
    }
    for name in ["category", "lang", "valid_from", "valid_until", "review_by"] {
        named(out, name, &entry[name])?;
    }
    let tags: Vec<_> = entry["tags"].as_array().into_iter().flatten().map(cell).collect();
    if !tags.is_empty() {
        named(out, "tags", &tags.join(", ").into())?;
    }
    let [author, at] = ["author", "created_at"].map(|field| cell(&entry[field]));
    writeln!(out, "written     {at} by {author}")?;
    if !entry["published_at"].is_null() {
        let [by, at] = ["published_by", "published_at"].map(|field| cell(&entry[field]));
        writeln!(out, "published   {at} by {by}")?;
    }
    named(out, "reason", &entry["reason"])
}

/// A reference, with its document where that is not all there is to it.
pub(super) fn write_reference(out: &mut dyn Write, reference: &Value) -> io::Result<()> {
    let text = reference.get("text").unwrap_or(reference);
    write!(out, "    - {}", cell(text))?;
    match [&reference["document"], &reference["version"]] {
        [Value::Null, Value::Null] => writeln!(out),
        [document, version] => writeln!(out, " ({}, {})", cell(document), cell(version)),
    }
}

fn show_versions(list: &Value, out: &mut dyn Write) -> io::Result<()> {
    let columns = [
        ("VERSION", "/version"),
        ("WRITTEN", "/created_at"),
        ("BY", "/author"),
        ("PUBLISHED", "/published_at"),
        ("BY", "/published_by"),
        ("REASON", "/reason"),
    ];
    table(out, &list["versions"], &columns, "there is no version")?;
    match list["versions"].pointer("/0/published_version") {
        None | Some(Value::Null) => writeln!(out, "no version is served"),
        Some(version) => writeln!(out, "version {} is served", cell(version)),
    }
}

fn show_changed(changed: &Value, out: &mut dyn Write) -> io::Result<()> {
    let id = cell(&changed["id"]);
    let would = changed["dry_run"] == true;
    match (&changed["published_version"], would) {
        (Value::Null, true) => writeln!(out, "would retire {id}")?,
        (Value::Null, false) => writeln!(out, "{id} is not served")?,
        (version, true) => writeln!(out, "would serve {id} version {}", cell(version))?,
        (version, false) => writeln!(out, "{id} version {} is served", cell(version))?,
    }
    write_gate(out, &changed["gate"])
}
