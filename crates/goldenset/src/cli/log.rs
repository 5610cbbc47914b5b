//! `log`: who did what, and when.

use std::io::{self, Write};

use goldenset_core::Result;
use serde_json::Value;

use super::args::Log;
use super::client::{self, Request};
use super::listing::{cell, columns, more};
use crate::config::Config;

/// Most signs of what else there is to say, in a line.
const DETAIL: usize = 160;

/// Does what the command says.
pub(super) async fn run(config: &Config, log: Log) -> Result<()> {
    let Log { entry, action, actor, before, limit, at } = log;
    let request = Request::get("/v1/log").param("entry_id", entry).param("action", action);
    let request = request.param("actor", actor).param("before", before).param("limit", limit);
    let reply = client::call(config, &at.remote, request.tenant(&at)).await?;
    reply.show(&at.remote, show)
}

/// The server gives the newest line first; a person reads down to it.
fn show(page: &Value, out: &mut dyn Write) -> io::Result<()> {
    let lines: Vec<_> = page["lines"].as_array().into_iter().flatten().rev().collect();
    if lines.is_empty() {
        return writeln!(out, "nothing of this kind was done");
    }
    more(out, "--before", &page["next_before"])?;
    let rows: Vec<_> = lines
        .iter()
        .map(|line| {
            let [id, at, actor, action] =
                ["id", "at", "actor", "action"].map(|field| cell(&line[field]));
            let entry = match (&line["entry"], &line["version"]) {
                (entry, Value::Null) => cell(entry),
                (entry, version) => format!("{} v{version}", cell(entry)),
            };
            vec![id, at, actor, action, entry, detail(&line["detail"])]
        })
        .collect();
    columns(out, &["ID", "AT", "WHO", "ACTION", "ENTRY", "DETAIL"], &rows)
}

/// What else there is to say, `name=value` after `name=value`.
fn detail(detail: &Value) -> String {
    let Some(members) = detail.as_object() else { return cell(detail) };
    let said = members.iter().filter(|(_, value)| !value.is_null());
    let said: Vec<_> = said.map(|(name, value)| format!("{name}={}", cell(value))).collect();
    let said = said.join(" ");
    match said.char_indices().nth(DETAIL) {
        None => said,
        Some((end, _)) => format!("{}...", &said[..end]),
    }
}
