//! `calibrate`: thresholds from labelled questions, which are in force, and back.

use std::io::{self, Write};

use goldenset_core::calibration::{Certificate, Outcome, Refusal, RefusalReason};
use goldenset_core::{Code, Error, Result, TenantId};
use goldenset_engine::Author;
use goldenset_engine::calibrate::{Calibrated, CalibrationStatus, Wanted};
use goldenset_engine::eval::LabelledQuery;

use super::args::{Calibrate, CalibrateCommand};
use super::files::read_jsonl_lines;
use super::output::{Bar, actor, print_json, unwritable};
use crate::config::Config;
use crate::wire;

/// Does what the command says; `false` when nothing was certified, or nothing is in force.
pub(super) async fn run(config: &Config, calibrate: Calibrate) -> Result<bool> {
    match calibrate.command {
        Some(CalibrateCommand::Status(of)) => {
            let engine = super::engine(config, wire::store_to_read(config).await?).await?;
            let status = engine.calibrations(&TenantId::new(&of.set.tenant)?).await?;
            match of.json {
                true => print_json(&status)?,
                false => show_status(&status).map_err(unwritable)?,
            }
            Ok(status.all.active.is_some() && !status.stale)
        }
        Some(CalibrateCommand::Undo(of)) => {
            let author = Author::new(TenantId::new(&of.set.tenant)?, actor());
            let engine = super::engine(config, wire::store(config).await?).await?;
            let changed = engine.undo_calibration(author).await?;
            engine.close().await;
            match (of.json, changed.active) {
                (true, _) => print_json(&changed)?,
                (false, Some(version)) => println!("version {version} is in force again"),
                (false, None) => println!("no calibration is in force"),
            }
            Ok(true)
        }
        None => make(config, calibrate).await,
    }
}

async fn make(config: &Config, calibrate: Calibrate) -> Result<bool> {
    let author = Author::new(TenantId::new(&calibrate.set.tenant)?, actor());
    // Without a sub-command the option is required.
    let path = calibrate.queries.unwrap_or_default();
    let (lines, queries): (Vec<_>, Vec<LabelledQuery>) =
        read_jsonl_lines(&path)?.into_iter().unzip();
    if queries.is_empty() {
        return Err(Error::new(Code::BadRows, "there is no labelled question")
            .field(path.display().to_string())
            .fix("give a file with one {\"query\", \"gold\"} object a line"));
    }
    let store = match calibrate.dry_run {
        true => wire::store_to_read(config).await?,
        false => wire::store(config).await?,
    };
    let engine = super::engine(config, store).await?;
    let place =
        |row: usize| format!("{}:{}", path.display(), lines.get(row).copied().unwrap_or_default());
    let wanted = Wanted {
        max_served_error: calibrate.max_served_error,
        confidence: calibrate.confidence,
        method: calibrate.method.into(),
        per_category: calibrate.per_category,
    };
    let bar = Bar::new("asking");
    let progress = |done, all| bar.show(done, all);
    let done =
        engine.recalibrate(author, &queries, &wanted, calibrate.dry_run, &place, &progress).await?;
    drop(bar);
    engine.close().await;
    match calibrate.json {
        true => print_json(&done)?,
        false => show(&done, calibrate.dry_run).map_err(unwritable)?,
    }
    Ok(done.calibration.is_certified())
}

fn show(done: &Calibrated, dry_run: bool) -> io::Result<()> {
    let calibration = &done.calibration;
    let labels = calibration.labels;
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "labels: {} questions, {} of them approved phrasings that no threshold concerns; {} to fit \
         (method {}), {} to certify",
        labels.given,
        labels.approved_phrasings,
        labels.fitting,
        calibration.map.method(),
        labels.certifying,
    )?;
    if labels.unknown_gold > 0 {
        writeln!(out, "        {} name a gold entry that is not published", labels.unknown_gold)?;
    }
    writeln!(
        out,
        "wanted: at most {:.1} % of served answers wrong, with confidence {:.1} %",
        calibration.max_served_error * 100.0,
        calibration.confidence * 100.0
    )?;
    let general = if calibration.categories.is_empty() { "all" } else { "all other" };
    writeln!(out, "{general}: {}", in_words(&calibration.general))?;
    for (category, outcome) in &calibration.categories {
        writeln!(out, "category {category}: {}", in_words(outcome))?;
    }
    match &done.stored {
        Some(changed) => writeln!(
            out,
            "stored as version {}, in force from epoch {} on; `goldenset calibrate undo` takes it back",
            changed.active.unwrap_or_default(),
            changed.epoch.0
        ),
        None if dry_run => writeln!(out, "dry run: nothing was stored"),
        None => writeln!(out, "nothing was stored"),
    }
}

fn in_words(outcome: &Outcome) -> String {
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    match outcome {
        Outcome::Certified(Certificate { threshold, served, wrong, bound, coverage }) => format!(
            "certified from a score of {threshold:.3} on: {served} served, {wrong} wrong (bound {}), \
             {} of the answerable covered",
            percent(*bound),
            percent(*coverage)
        ),
        Outcome::NotCertified(refusal) => {
            let Refusal { reason, threshold, served, wrong, labels_needed, .. } = refusal;
            let seen = threshold.map(|threshold| {
                format!(" ({served} served from a score of {threshold:.3} on, {wrong} wrong)")
            });
            let why = match (reason, labels_needed) {
                (RefusalReason::NothingToServe, _) => {
                    "no best candidate may be served at any threshold".into()
                }
                (RefusalReason::TooManyErrors, _) => {
                    "too many are wrong; more labels of this kind would not help".into()
                }
                (RefusalReason::TooFewLabels, Some(more)) => {
                    format!("about {more} more labels needed")
                }
                (RefusalReason::TooFewLabels, None) => {
                    "more labels needed than anyone will have".into()
                }
            };
            format!("not certified: {why}{}", seen.unwrap_or_default())
        }
    }
}

fn show_status(status: &CalibrationStatus) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match (status.all.active, status.stale) {
        (None, _) => writeln!(out, "no calibration is in force")?,
        (Some(version), false) => writeln!(out, "version {version} is in force")?,
        (Some(version), true) => writeln!(
            out,
            "version {version} is stale: model, score or guards are others since, and scores and \
             thresholds are those of the configuration; calibrate again"
        )?,
    }
    for record in &status.all.calibrations {
        let calibration = &record.calibration;
        writeln!(
            out,
            "version {} of {} by {}: {} labels, at most {:.1} % wrong with confidence {:.1} %",
            record.version,
            record.created_at,
            record.author,
            calibration.labels.given,
            calibration.max_served_error * 100.0,
            calibration.confidence * 100.0
        )?;
        writeln!(out, "    general: {}", in_words(&calibration.general))?;
        for (category, outcome) in &calibration.categories {
            writeln!(out, "    category {category}: {}", in_words(outcome))?;
        }
    }
    Ok(())
}
