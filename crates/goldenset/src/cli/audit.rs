//! `audit`: served answers that were drawn by chance, and what experts say of them.

use std::io::{self, Write};

use goldenset_core::ports::Clock;
use goldenset_core::watch::{AuditId, AuditItem, AuditStatus, Judgement};
use goldenset_core::{EntryId, Result, TenantId};
use goldenset_engine::audit::{self, PromiseVerdict};

use super::args::{Audit, AuditExport, AuditJudge, AuditList, AuditReport};
use super::drift::in_words;
use super::files::output;
use super::output::{actor, json_line, print_json, unwritable};
use crate::config::Config;
use crate::wire::{self, SystemClock};

/// Does what the command says; `false` when a promise is broken.
pub(super) async fn run(config: &Config, audit: Audit) -> Result<bool> {
    match audit {
        Audit::List(args) => list(config, args).await,
        Audit::Judge(args) => judge(config, args).await,
        Audit::Report(args) => report(config, args).await,
        Audit::Export(args) => export(config, args).await,
    }
}

async fn list(config: &Config, args: AuditList) -> Result<bool> {
    let store = wire::store_to_read(config).await?;
    let tenant = TenantId::new(&args.set.tenant)?;
    let (status, after) = (AuditStatus::from(args.status), args.after.map(AuditId));
    let items = audit::items(&*store, &tenant, status, after, args.limit).await?;
    if args.json {
        print_json(&items)?;
        return Ok(true);
    }
    let mut out = io::stdout().lock();
    let shown = items.iter().try_for_each(|item| show(&mut out, item));
    shown
        .and_then(|()| match items.last() {
            Some(last) if items.len() == args.limit => {
                writeln!(out, "more may follow: --after {}", last.id)
            }
            Some(_) => Ok(()),
            None => writeln!(out, "no item"),
        })
        .map_err(unwritable)?;
    Ok(true)
}

fn show(out: &mut impl Write, item: &AuditItem) -> io::Result<()> {
    let times = match item.times {
        1 => "once".into(),
        times => format!("{times} times"),
    };
    writeln!(out, "{}  {}", item.id, item.question)?;
    writeln!(
        out,
        "    entry {} version {}, score {:.3}, drawn {times}, last {}",
        item.entry_id, item.version, item.score, item.last_at
    )?;
    writeln!(out, "    asked there: {}", item.entry_question)?;
    for line in item.entry_answer.lines() {
        writeln!(out, "    | {line}")?;
    }
    if let Some(judgement) = &item.judgement {
        writeln!(out, "    {}", said(judgement))?;
    }
    Ok(())
}

fn said(judgement: &Judgement) -> String {
    let better = match (&judgement.entry, judgement.unanswerable) {
        (Some(entry), _) => format!(", {entry} is right"),
        (None, true) => ", no entry answers it".into(),
        (None, false) => String::new(),
    };
    let comment = judgement.comment.as_ref().map_or(String::new(), |text| format!(": {text}"));
    format!(
        "{} by {} at {}{better}{comment}",
        judgement.verdict.as_str(),
        judgement.by,
        judgement.at
    )
}

async fn judge(config: &Config, args: AuditJudge) -> Result<bool> {
    let tenant = TenantId::new(&args.set.tenant)?;
    let judgement = Judgement {
        verdict: args.verdict.into(),
        entry: args.entry.map(EntryId::new).transpose()?,
        unanswerable: args.unanswerable,
        by: args.by.unwrap_or_else(actor),
        comment: args.comment,
        at: SystemClock.now(),
    };
    let store = wire::store(config).await?;
    let judged = audit::judge(&*store, &tenant, AuditId(args.id), judgement, None).await;
    store.close().await;
    let judged = judged?;
    match (&judged.judgement, args.json) {
        (Some(judgement), false) => println!("{}  {}", judged.id, said(judgement)),
        _ => print_json(&judged)?,
    }
    Ok(true)
}

async fn report(config: &Config, args: AuditReport) -> Result<bool> {
    let store = wire::store_to_read(config).await?;
    let tenant = TenantId::new(&args.set.tenant)?;
    let report = audit::report(&*store, &tenant, SystemClock.now(), args.days).await?;
    match args.json {
        true => print_json(&report)?,
        false => show_report(&report).map_err(unwritable)?,
    }
    Ok(report.promise.is_none_or(|promise| promise.verdict != PromiseVerdict::Broken))
}

fn show_report(report: &audit::AuditReport) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{} judged of what was served in the last {} days, {} open",
        report.wrong.rate.whole, report.days, report.open
    )?;
    for (what, wrong) in [
        ("all", &report.wrong),
        ("approved phrasings", &report.wrong_by_phrasing),
        ("by meaning", &report.wrong_by_meaning),
    ] {
        match (wrong.rate.part, wrong.rate.whole) {
            (_, 0) => writeln!(out, "    {what}: none judged")?,
            (part, whole) => {
                writeln!(out, "    {what}: {part} of {whole} wrong, {}", in_words(wrong))?;
            }
        }
    }
    match &report.promise {
        Some(promise) => writeln!(out, "calibration {}: {}", promise.calibration, promise.reason),
        None => writeln!(out, "no calibration promises anything: goldenset calibrate"),
    }
}

async fn export(config: &Config, args: AuditExport) -> Result<bool> {
    let store = wire::store_to_read(config).await?;
    let labels = audit::labels(&*store, &TenantId::new(&args.set.tenant)?).await?;
    let mut out = output(&args.file)?;
    labels.labels.iter().try_for_each(|label| json_line(&mut out, label))?;
    out.flush().map_err(unwritable)?;
    eprintln!("wrote {} labelled questions", labels.labels.len());
    if labels.left_out > 0 {
        eprintln!(
            "left out {} that were judged wrong without saying what is right (--entry, --unanswerable)",
            labels.left_out
        );
    }
    Ok(true)
}
