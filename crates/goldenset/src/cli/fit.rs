//! `fit`: the score of an embedding model.

use std::io::{self, Write};
use std::path::Path;

use goldenset_core::{Code, Error, Result};
use goldenset_engine::fit::{FitReport, HeldOut, LabelledSet, fit, from_pairs};

use super::args::Fit;
use super::files::{output, read_entries, read_jsonl};
use super::output::{Bar, print_json, unwritable};
use crate::config::Config;
use crate::wire;

/// Fits and writes the weights.
pub(super) async fn run(config: &Config, args: Fit) -> Result<()> {
    let sets = args.set.iter().map(|folder| read_set(folder));
    let made = args.pairs.iter().map(|file| from_pairs(&name(file), &read_jsonl(file)?));
    let sets = sets.chain(made).collect::<Result<Vec<_>>>()?;
    let embedder = wire::embedder(config)?;
    let judge = wire::judge(config)?;
    let bar = Bar::new("reading");
    let threshold = config.lookup.serve_threshold;
    let (weights, report) =
        fit(&*embedder, judge.as_ref(), &sets, threshold, &|done, all| bar.show(done, all)).await?;
    drop(bar);
    let json = serde_json::to_string_pretty(&weights).map_err(|cause| {
        Error::new(Code::Internal, "the weights could not be written as JSON").cause(cause)
    })?;
    let mut out = output(&args.out)?;
    writeln!(out, "{json}").and_then(|()| out.flush()).map_err(unwritable)?;
    if args.json { print_json(&report) } else { print(&report).map_err(unwritable) }
}

fn read_set(folder: &Path) -> Result<LabelledSet> {
    Ok(LabelledSet {
        name: name(folder),
        share: 1.0,
        opinions: true,
        entries: read_entries(&folder.join("entries.jsonl"))?,
        queries: read_jsonl(&folder.join("queries.jsonl"))?,
    })
}

/// What a set is called in reports: the last part of its path, without an extension.
fn name(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn print(report: &FitReport) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let FitReport { questions, held_out, without_opinion, ablation } = report;
    writeln!(out, "fitted on {questions} questions")?;
    if held_out.is_empty() {
        return writeln!(out, "one set: no held-out figures");
    }
    print_held_out(&mut out, "fitted on the other sets", held_out)?;
    if !without_opinion.is_empty() {
        print_held_out(&mut out, "the same without the second opinion", without_opinion)?;
    }
    writeln!(out, "\nmean change without:\n{:<20} {:>9} {:>12}", "", "AUC", "cover@5%err")?;
    for row in ablation {
        writeln!(out, "{:<20} {:>+9.4} {:>+12.4}", row.feature, row.auc, row.coverage)?;
    }
    Ok(())
}

fn print_held_out(out: &mut impl Write, title: &str, sets: &[HeldOut]) -> io::Result<()> {
    writeln!(
        out,
        "\n{title}:\n{:<20} {:>9} {:>10} {:>6} {:>12} {:>7} {:>6}",
        "", "questions", "answerable", "AUC", "cover@5%err", "served", "right"
    )?;
    for set in sets {
        let auc = set.auc.map_or_else(|| "-".into(), |auc| format!("{auc:.3}"));
        writeln!(
            out,
            "{:<20} {:>9} {:>10} {auc:>6} {:>12.3} {:>7} {:>6}",
            set.set, set.questions, set.answerable, set.coverage, set.served, set.served_right
        )?;
    }
    Ok(())
}
