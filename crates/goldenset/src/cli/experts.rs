//! `experts`: who may say what of answers.

use std::io::{self, Write};

use goldenset_core::curation::ExpertRole;
use goldenset_core::{Code, Error, Handle, Result};
use serde::Deserialize;
use serde_json::Value;

use super::args::{Experts, ListExperts, PutExpert, ShowExpert};
use super::client::{self, Request};
use super::lines::{Line, parse, send};
use super::listing::{cell, more, table};
use super::output::print_json;
use crate::config::Config;

/// A line of a file of experts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpertLine {
    handle: Handle,
    role: ExpertRole,
    verified: bool,
    trust: f64,
}

/// Does what the command says; `false` when lines were left out.
pub(super) async fn run(config: &Config, experts: Experts) -> Result<bool> {
    match experts {
        Experts::List(ListExperts { page, at }) => {
            let request = Request::get("/v1/experts").page(&page, "cursor").tenant(&at);
            client::call(config, &at.remote, request).await?.show(&at.remote, show_all)?;
        }
        Experts::Show(ShowExpert { handle, at }) => {
            let request = Request::get("/v1/experts").segment(&handle).tenant(&at);
            client::call(config, &at.remote, request).await?.show(&at.remote, show_one)?;
        }
        Experts::Put(PutExpert { handle, role, verified, not_verified: _, trust, at }) => {
            let request = Request::put("/v1/experts").segment(&handle);
            let request = request.field("role", ExpertRole::from(role));
            let request = request.field("verified", verified).field("trust", trust).tenant(&at);
            client::call(config, &at.remote, request).await?.show(&at.remote, show_one)?;
        }
        Experts::Import(import) => {
            let sent = send(config, &import, |text| {
                let ExpertLine { handle, role, verified, trust } = parse(text)?;
                if !(0.0..=1.0).contains(&trust) {
                    let detail = format!("trust is {trust}, and not from 0 to 1");
                    return Err(Error::new(Code::ThresholdOutOfRange, detail).field("trust"));
                }
                let request = Request::put("/v1/experts").segment(handle.as_str());
                let request = request.field("role", role).field("verified", verified);
                Ok(Line { request: request.field("trust", trust), names: vec![] })
            });
            let sent = sent.await?;
            match import.at.remote.json {
                true => print_json(&sent)?,
                false => println!("{}", sent.summary("experts")),
            }
            return Ok(sent.whole());
        }
    }
    Ok(true)
}

fn show_all(page: &Value, out: &mut dyn Write) -> io::Result<()> {
    let columns = [
        ("HANDLE", "/handle"),
        ("ROLE", "/role"),
        ("VERIFIED", "/verified"),
        ("TRUST", "/trust"),
        ("STATED", "/evidence/stated"),
        ("RIGHT", "/evidence/right"),
        ("WRONG", "/evidence/wrong"),
    ];
    table(out, &page["experts"], &columns, "no expert is named")?;
    more(out, "--after", &page["next_cursor"])
}

fn show_one(expert: &Value, out: &mut dyn Write) -> io::Result<()> {
    let [handle, role, trust] = ["handle", "role", "trust"].map(|field| cell(&expert[field]));
    let verified = if expert["verified"] == true { "verified" } else { "not verified" };
    let evidence = &expert["evidence"];
    let [stated, right, wrong] = ["stated", "right", "wrong"].map(|name| cell(&evidence[name]));
    writeln!(out, "{handle}: {role}, {verified}, trust {trust}")?;
    writeln!(out, "    stated {stated}; since then {right} proposals right, {wrong} wrong")
}
