//! `eval`: a golden set on labelled questions.

use std::io::{self, Write};

use goldenset_core::{Result, TenantId, Validity};
use goldenset_engine::eval::{self, Counts, LabelledQuery, Report};
use goldenset_engine::{Author, ImportMode};

use super::args::Eval;
use super::files::{output, read_entries, read_jsonl};
use super::output::{Bar, json_line, print_json, unwritable};
use crate::config::Config;
use crate::wire;

/// Evaluates over a golden set that ends with the process.
pub(super) async fn run(config: &Config, eval: Eval) -> Result<()> {
    let mut entries = read_entries(&eval.entries)?;
    if eval.as_of.is_none() {
        entries.iter_mut().for_each(|(_, content)| content.validity = Validity::default());
    }
    let queries: Vec<LabelledQuery> = read_jsonl(&eval.queries)?;
    let engine = super::engine(config, wire::store_in_memory().await?).await?;
    let author = Author { tenant: TenantId::default(), actor: "eval".into() };
    let mode = ImportMode { publish: true, dry_run: false };
    let bar = Bar::new("embedding entries");
    engine.import(author, entries, mode, &|done, all| bar.show(done, all)).await?;
    drop(bar);
    let bar = Bar::new("asking");
    let outcomes =
        eval::run(&engine, &queries, eval.as_of, &|done, all| bar.show(done, all)).await?;
    drop(bar);
    if let Some(path) = &eval.raw {
        let mut out = output(path)?;
        outcomes.iter().try_for_each(|outcome| json_line(&mut out, outcome))?;
        out.flush().map_err(unwritable)?;
    }
    let report = Report::new(&queries, &outcomes);
    if eval.json { print_json(&report) } else { print(&report).map_err(unwritable) }
}

fn print(report: &Report) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let percent = |share: Option<f64>| {
        share.map_or_else(|| "    -".into(), |share| format!("{:>5.1}", share * 100.0))
    };
    writeln!(
        out,
        "{:<24} {:>7} {:>10} {:>7} {:>6} {:>9} {:>8} {:>6}",
        "", "queries", "answerable", "served", "right", "suggested", "cover %", "err %"
    )?;
    let mut row = |name: &str, counts: &Counts| {
        writeln!(
            out,
            "{name:<24} {:>7} {:>10} {:>7} {:>6} {:>9} {:>8} {:>6}",
            counts.queries,
            counts.answerable,
            counts.served,
            counts.served_right,
            counts.suggested,
            percent(counts.coverage()),
            percent(counts.served_error()),
        )
    };
    row("all", &report.all)?;
    for (kind, counts) in &report.by_kind {
        row(kind, counts)?;
    }
    if report.by_lang.len() > 1 {
        for (lang, counts) in &report.by_lang {
            row(&format!("lang {lang}"), counts)?;
        }
    }
    writeln!(out, "\nbest candidate right: {} % of answerable", percent(report.top1).trim())?;
    writeln!(out, "cover: served right / answerable; err: wrong or unanswerable / served")
}
