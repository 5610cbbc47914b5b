//! `questions`: of which it is known what answers them.

use std::io::{self, Write};

use goldenset_core::{Code, EntryId, Error, Result};
use serde::Deserialize;
use serde_json::Value;

use super::args::{ImportQuestions, ListQuestions, Questions, RecordQuestion};
use super::client::{self, Request};
use super::lines::{Line, parse, send};
use super::listing::{cell, table};
use super::output::print_json;
use crate::config::Config;

/// A labelled question; other fields are for other commands.
#[derive(Deserialize)]
struct Labelled {
    query: String,
    gold: Vec<EntryId>,
}

/// Does what the command says; `false` when lines were left out.
pub(super) async fn run(config: &Config, questions: Questions) -> Result<bool> {
    match questions {
        Questions::List(ListQuestions { at }) => {
            let request = Request::get("/v1/questions").tenant(&at);
            client::call(config, &at.remote, request).await?.show(&at.remote, show_all)?;
        }
        Questions::Record(RecordQuestion { query, entry, by, at }) => {
            let request = Request::post("/v1/questions").field("query", query);
            let request = request.field("entry_id", entry).field("by", by).tenant(&at);
            client::call(config, &at.remote, request).await?.show(&at.remote, show_one)?;
        }
        Questions::Import(ImportQuestions { by, lines }) => {
            let sent = send(config, &lines, |text| line(text, by.as_deref())).await?;
            match lines.at.remote.json {
                true => print_json(&sent)?,
                false => println!("{}", sent.summary("questions")),
            }
            return Ok(sent.whole());
        }
    }
    Ok(true)
}

fn line(text: &str, by: Option<&str>) -> Result<Line> {
    let Labelled { query, mut gold } = parse(text)?;
    if gold.len() > 1 {
        let detail = format!("{} entries are named; one answers a question, or none", gold.len());
        return Err(Error::new(Code::TooMany, detail).field("gold"));
    }
    if goldenset_core::Canonical::of(&query).as_str().is_empty() {
        let detail = "the question has no letter and no digit";
        return Err(Error::new(Code::EmptyQuery, detail).field("query"));
    }
    let entry = gold.pop();
    let mut names = vec![];
    names.extend(entry.as_ref().map(|id| ("gold", "/v1/entries", id.to_string())));
    names.extend(by.map(|by| ("by", "/v1/experts", by.to_owned())));
    let request = Request::post("/v1/questions").field("query", query);
    Ok(Line { request: request.field("entry_id", entry).field("by", by), names })
}

fn show_all(list: &Value, out: &mut dyn Write) -> io::Result<()> {
    let columns = [
        ("ENTRY", "/entry_id"),
        ("SOURCE", "/source"),
        ("BY", "/by"),
        ("AT", "/at"),
        ("QUESTION", "/query"),
    ];
    table(out, &list["questions"], &columns, "no question is recorded")
}

fn show_one(question: &Value, out: &mut dyn Write) -> io::Result<()> {
    let [query, by] = ["query", "by"].map(|field| cell(&question[field]));
    match &question["entry_id"] {
        Value::Null => writeln!(out, "nothing may answer \"{query}\", says {by}"),
        entry => writeln!(out, "{} answers \"{query}\", says {by}", cell(entry)),
    }
}
