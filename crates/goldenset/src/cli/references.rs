//! `references`: documents that change, and the entries that rest on them.

use std::io::{self, Write};

use goldenset_core::Result;
use serde_json::Value;

use super::args::{ListReferences, ReferenceChanged, References, UndoReference};
use super::client::{self, Request};
use super::listing::{cell, more, table};
use crate::config::Config;

/// Does what the command says.
pub(super) async fn run(config: &Config, references: References) -> Result<()> {
    match references {
        References::List(ListReferences { page, at }) => {
            let request = Request::get("/v1/references").page(&page, "cursor").tenant(&at);
            client::call(config, &at.remote, request).await?.show(&at.remote, show_all)
        }
        References::Changed(ReferenceChanged { document, version, by, reason, dry_run, at }) => {
            let request = Request::post("/v1/references").segment(&document).segment("changed");
            let request = request.field("version", version).field("by", by);
            let request = request.field("reason", reason).field("dry_run", dry_run).tenant(&at);
            let reply = client::call(config, &at.remote, request).await?;
            reply.show(&at.remote, |body, out| show_change(body, ["has", "would have"], out))
        }
        References::Undo(UndoReference { document, version, by, reason, dry_run, at }) => {
            let request = Request::post("/v1/references").segment(&document).segment("undo");
            let request = request.field("version", version).field("by", by);
            let request = request.field("reason", reason).field("dry_run", dry_run).tenant(&at);
            let reply = client::call(config, &at.remote, request).await?;
            let verbs = ["no longer has", "would no longer have"];
            reply.show(&at.remote, |body, out| show_change(body, verbs, out))
        }
    }
}

fn show_all(page: &Value, out: &mut dyn Write) -> io::Result<()> {
    let columns = [
        ("NUMBER", "/number"),
        ("DOCUMENT", "/document"),
        ("VERSION", "/version"),
        ("AT", "/at"),
        ("BY", "/by"),
        ("AFFECTED", "/affected"),
        ("HELD BACK", "/suspended"),
        ("UNDONE", "/undone_at"),
        ("REASON", "/reason"),
    ];
    table(out, &page["changes"], &columns, "no document has changed")?;
    more(out, "--after", &page["next_cursor"])
}

/// `verbs`: what the document does with the version, and what it would do.
fn show_change(change: &Value, verbs: [&str; 2], out: &mut dyn Write) -> io::Result<()> {
    let [document, version] = ["document", "version"].map(|field| cell(&change[field]));
    if change["changed"] == false {
        let number = cell(&change["number"]);
        return writeln!(out, "{document} has version {version} since change {number}; as it was");
    }
    let verb = verbs[usize::from(change["dry_run"] == true)];
    let affected = change["affected"].as_array().map_or(0, Vec::len);
    writeln!(out, "{document} {verb} version {version}; {affected} entries rest on it")?;
    if affected == 0 {
        return Ok(());
    }
    let columns = [
        ("ENTRY", "/id"),
        ("VERSION", "/version"),
        ("BEFORE", "/decision/before"),
        ("AFTER", "/decision/after"),
        ("REFERENCE", "/reference"),
    ];
    table(out, &change["affected"], &columns, "")
}
