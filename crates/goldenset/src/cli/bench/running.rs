//! The running server of `bench --url`, and what it is asked.

use std::collections::HashSet;
use std::path::Path;

use goldenset_core::{Code, Error, Result};
use serde_json::Value;

use super::super::args::{Bench, Remote};
use super::super::client::{self, Request};
use crate::bench::Running;
use crate::config::Config;

/// Questions of entries that a server is asked at most.
const LISTED: usize = 2_000;

/// The running server that is meant, with what it is asked.
pub(super) async fn running(config: &Config, bench: &Bench) -> Result<Option<Running>> {
    let Some(url) = &bench.url else { return Ok(None) };
    let wrong = |what: &str| {
        Error::new(Code::InvalidField, format!("the address of the server {what}"))
            .field("--url")
            .fix("give the server itself, such as http://127.0.0.1:8420")
    };
    let place = client::place(url)?;
    if place.url.scheme() != "http" {
        return Err(wrong("is not http: what is measured would be the work of TLS"));
    }
    let host = place.url.host_str().ok_or_else(|| wrong("has no host"))?;
    let port = place.url.port_or_known_default().unwrap_or(80);
    let found = tokio::net::lookup_host((host.trim_matches(['[', ']']), port)).await;
    let found = found.map_err(|cause| wrong("is not known").cause(cause))?.next();
    let mut questions = match &bench.questions {
        Some(path) => read_questions(path)?,
        None => listed_questions(config, bench).await?,
    };
    let mut known = HashSet::new();
    questions.retain(|question| known.insert(question.clone()));
    if questions.is_empty() {
        return Err(Error::new(Code::InvalidField, "there is no question to ask")
            .field("--questions")
            .fix("give a file with one question a line"));
    }
    Ok(Some(Running {
        url: url.clone(),
        address: found.ok_or_else(|| wrong("is not known"))?,
        host: place.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
        base: place.url.path().trim_end_matches('/').to_owned(),
        authorization: place.authorization,
        tenant: bench.tenant.clone(),
        questions,
    }))
}

/// One a line: plain text, or an object that has it.
fn read_questions(path: &Path) -> Result<Vec<String>> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|cause| {
        Error::new(Code::FileUnreadable, format!("cannot read {name}: {cause}"))
            .field("--questions")
            .fix("check the path and the permissions")
            .cause(cause)
    })?;
    let mut questions = Vec::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        if !line.trim_start().starts_with('{') {
            questions.push(line.trim().to_owned());
            continue;
        }
        let object: Value = serde_json::from_str(line).unwrap_or_default();
        let question = ["query", "question"].iter().find_map(|key| object[*key].as_str());
        let question = question.ok_or_else(|| {
            Error::new(Code::InvalidField, format!("line {number} has no `query` or `question`"))
                .field(format!("{name}:{number}"))
                .fix("write one question a line, as it is or as {\"query\": \"…\"}")
        })?;
        questions.push(question.to_owned());
    }
    Ok(questions)
}

/// The questions of the entries that the server serves.
async fn listed_questions(config: &Config, bench: &Bench) -> Result<Vec<String>> {
    let remote = Remote { url: bench.url.clone(), data: None, json: false };
    client::with(config, &remote, async |client| {
        let (mut questions, mut cursor) = (Vec::new(), None);
        while questions.len() < LISTED {
            let request = Request::get("/v1/entries")
                .param("limit", Some(500))
                .param("cursor", cursor)
                .param("tenant", bench.tenant.as_ref());
            let reply = client.send(request).await?;
            let entries = reply.body()["entries"].as_array().cloned().unwrap_or_default();
            let question = |entry: &Value| entry["question"].as_str().map(str::to_owned);
            questions.extend(entries.iter().filter_map(question));
            cursor = reply.body()["next_cursor"].as_str().map(str::to_owned);
            if cursor.is_none() {
                break;
            }
        }
        questions.truncate(LISTED);
        Ok(questions)
    })
    .await
}
