//! `eval`: golden sets on labelled questions and pairs.

mod gate;
mod measure;
mod plots;
mod sets;
mod tables;

use std::io::Write;

use goldenset_core::Result;
use goldenset_engine::eval::{Paired, Report, SEED};
use serde::Serialize;

use super::args::Eval;
use super::files::{output, write};
use super::output::{json_line, print_json, unwritable};
use crate::config::Config;
use crate::report::page::{Part, page};
use measure::Measured;
use sets::Sets;

/// What is printed as JSON: the keys of the report of the first configuration, and the second.
#[derive(Serialize)]
struct Printed {
    #[serde(flatten)]
    report: Report,
    /// The report of the other configuration; `null` without one.
    against: Option<Report>,
    /// What of the difference is more than chance; `null` without another configuration.
    paired: Option<Paired>,
}

/// Evaluates over golden sets that end with the process; `false` when a figure misses its bound.
pub(super) async fn run(
    config: &Config,
    name: String,
    against: Option<(Config, String)>,
    eval: Eval,
) -> Result<bool> {
    let sets = Sets::read(&eval)?;
    let first = Measured::new(config, name, &sets, eval.as_of).await?;
    let second = match &against {
        Some((config, name)) => Some(Measured::new(config, name.clone(), &sets, eval.as_of).await?),
        None => None,
    };
    if let Some(path) = &eval.raw {
        let mut out = output(path)?;
        first.outcomes.iter().try_for_each(|outcome| json_line(&mut out, outcome))?;
        out.flush().map_err(unwritable)?;
    }
    let paired = second
        .as_ref()
        .map(|second| Paired::new(&first.judgements, &second.judgements, eval.resamples, SEED));
    let paired = paired.transpose()?;
    let printed =
        Printed { report: first.report, against: second.map(|second| second.report), paired };
    write_files(&printed, &eval)?;
    if eval.json {
        print_json(&printed)?
    } else {
        print(&printed)?
    }
    let missed = gate::missed(printed.report.questions.as_ref(), &eval);
    for figure in &missed {
        eprintln!("missed: {figure}");
    }
    Ok(missed.is_empty())
}

fn write_files(printed: &Printed, eval: &Eval) -> Result<()> {
    let Printed { report, against, paired } = printed;
    let curve = || plots::curve(report, against.as_ref());
    if let Some(path) = &eval.svg {
        write(path, &curve()?)?;
    }
    if let Some(path) = &eval.html {
        let mut parts = Vec::new();
        parts.extend(paired.iter().map(|paired| Part::Table(tables::differences(paired))));
        if let Some(questions) = &report.questions {
            parts.push(Part::Plot {
                title: "Risk and coverage".into(),
                svg: curve()?,
                note: plots::CURVE_NOTE.into(),
            });
            parts.push(Part::Plot {
                title: "Scores of the best candidates".into(),
                svg: plots::histogram(questions)?,
                note: plots::HISTOGRAM_NOTE.into(),
            });
        }
        parts.extend(tables::all(report).into_iter().map(Part::Table));
        let lead: Vec<_> = std::iter::once(tables::configuration("Configuration", report))
            .chain(against.iter().map(|against| tables::configuration("Against", against)))
            .collect();
        write(path, &page("goldenset: evaluation", &lead, &parts))?;
    }
    Ok(())
}

fn print(printed: &Printed) -> Result<()> {
    let Printed { report, against, paired } = printed;
    let mut text = tables::configuration("Configuration", report) + "\n";
    if let Some(against) = against {
        text += &(tables::configuration("Against", against) + "\n");
    }
    for table in tables::all(report).iter().chain(&paired.as_ref().map(tables::differences)) {
        text += &format!("\n{table}");
    }
    write!(std::io::stdout(), "{text}").map_err(unwritable)
}
