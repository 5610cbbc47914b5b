//! `cache`: what the caches of a running server hold, and having it dropped.

use std::io::{self, Write};

use goldenset_core::{Code, Error, Result};
use serde_json::Value;

use super::args::{Cache, CacheStats, InvalidateCache};
use super::client::{self, Request};
use super::listing::{cell, table};
use crate::config::Config;

/// Does what the command says.
///
/// # Errors
/// `missing_field` without a server: caches are in its memory.
pub(super) async fn run(config: &Config, cache: Cache) -> Result<()> {
    if cache.remote().url.as_deref().is_none_or(str::is_empty) {
        return Err(Error::new(
            Code::MissingField,
            "caches are in the memory of a running server, and none is named",
        )
        .field("--url")
        .fix("name the server: --url http://127.0.0.1:8420, with its key in GOLDENSET_API_KEY"));
    }
    match cache {
        Cache::Stats(CacheStats { remote }) => {
            let reply = client::call(config, &remote, Request::get("/v1/cache")).await?;
            reply.show(&remote, show_state)
        }
        Cache::Invalidate(InvalidateCache { entry, signature, query, all, dry_run, at }) => {
            let request = Request::post("/v1/cache/invalidate").field("entry_id", entry);
            let request = request.field("signature", signature).field("query", query);
            let request = request.field("all", all).field("dry_run", dry_run).tenant(&at);
            client::call(config, &at.remote, request).await?.show(&at.remote, show_gone)
        }
    }
}

fn show_state(state: &Value, out: &mut dyn Write) -> io::Result<()> {
    for name in ["results", "embeddings", "profiles"] {
        let cache = &state[name];
        let [items, bytes, limit] =
            ["items", "bytes", "limit_bytes"].map(|field| cell(&cache[field]));
        writeln!(out, "{name}: {items}, {bytes} of {limit} bytes")?;
    }
    let results = &state["results"];
    let [hits, kept] = ["hits", "kept"].map(|field| cell(&results[field]));
    writeln!(out, "lookups answered from results: {hits}")?;
    writeln!(out, "results kept over a change: {kept}")?;
    writeln!(out, "results dropped:")?;
    for (reason, count) in results["dropped"].as_object().into_iter().flatten() {
        writeln!(out, "    {reason:<14} {}", cell(count))?;
    }
    match &state["shared"] {
        Value::Null => Ok(()),
        shared => show_shared(shared, out),
    }
}

fn show_shared(shared: &Value, out: &mut dyn Write) -> io::Result<()> {
    let word = match (&shared["reads"], &shared["writes"]) {
        (Value::Bool(true), Value::Bool(true)) => "answers",
        (Value::Bool(true), _) => "takes no values",
        _ => "is away",
    };
    match shared["fault"].as_str() {
        Some(fault) => writeln!(out, "Redis {word}: {fault}")?,
        None => writeln!(out, "Redis {word}")?,
    }
    for name in ["results", "embeddings"] {
        let [hits, misses, stale] =
            ["hits", "misses", "stale"].map(|field| cell(&shared[name][field]));
        writeln!(out, "    {name}: {hits} found, {misses} not there, {stale} out of date")?;
    }
    let [written, lost, unusable] =
        ["written", "lost", "unusable"].map(|field| cell(&shared[field]));
    writeln!(out, "    values: {written} written, {lost} lost, {unusable} unusable")
}

fn show_gone(gone: &Value, out: &mut dyn Write) -> io::Result<()> {
    let [results, embeddings] = ["results", "embeddings"].map(|field| cell(&gone[field]));
    let verb = if gone["dry_run"] == true { "would drop" } else { "dropped" };
    writeln!(out, "{verb}: {results} results, {embeddings} embeddings")?;
    if let shared @ Value::Object(_) = &gone["shared"] {
        let [results, embeddings] = ["results", "embeddings"].map(|field| cell(&shared[field]));
        writeln!(out, "{verb} in Redis: {results} results, {embeddings} embeddings")?;
        if let Some(fault) = shared["fault"].as_str() {
            writeln!(out, "not all of Redis could be reached: {fault}")?;
        }
    }
    match gone["listed"].as_array() {
        Some(listed) if !listed.is_empty() => {
            let columns = [
                ("TENANT", "/tenant"),
                ("DECISION", "/decision"),
                ("AGE", "/age_seconds"),
                ("SIGNATURE", "/signature"),
                ("REASON", "/reason"),
            ];
            table(out, &gone["listed"], &columns, "")
        }
        _ => Ok(()),
    }
}
