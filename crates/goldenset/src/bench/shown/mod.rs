//! A report for people: tables for a terminal, Markdown, and one page with plots.

mod plots;
mod tables;

use goldenset_core::Result;

use super::Done;
use super::figures::Report;
use crate::report::page::{Part, page};
use plots::plots;
use tables::tables;

const TITLE: &str = "goldenset bench";

impl Done {
    /// For a terminal.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = lead(&self.report).join("\n") + "\n";
        for table in tables(&self.report) {
            text += &format!("\n{table}");
        }
        text
    }

    /// As Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = format!("# {TITLE}\n\n{}\n", lead(&self.report).join("\n\n"));
        for table in tables(&self.report) {
            text += &table.markdown();
        }
        text
    }

    /// As one page that needs nothing else.
    ///
    /// # Errors
    /// `internal` when a plot cannot be drawn.
    pub fn html(&self) -> Result<String> {
        let mut parts: Vec<_> = tables(&self.report).into_iter().map(Part::Table).collect();
        parts.extend(plots(&self.report, &self.plots)?);
        Ok(page(TITLE, &lead(&self.report), &parts))
    }
}

fn lead(report: &Report) -> Vec<String> {
    let Report { machine, answers, version, at, seconds, .. } = report;
    let commit = report.commit.map_or_else(String::new, |commit| format!(" of commit {commit}"));
    let built = if report.optimised { "" } else { ", built without optimisations" };
    let mut lead = vec![
        format!("goldenset {version}{commit}{built}; {at}, {seconds:.0} s."),
        format!(
            "{}, {} cores ({}), {} MiB; load average at the beginning {}.",
            machine.system,
            machine.cores,
            machine.processor.as_deref().unwrap_or("processor unknown"),
            machine.memory_mib.unwrap_or_default(),
            machine.load.as_deref().unwrap_or("unknown"),
        ),
        format!("Measured: {}.", report.against),
        format!(
            "{} answers compared with the right ones, {} wrong; of {} different questions {} have \
             candidates and {} are served.",
            answers.compared,
            answers.wrong,
            answers.questions,
            answers.with_matches,
            answers.served,
        ),
    ];
    lead.extend(report.unchecked.iter().map(|what| format!("Not checked: {what}.")));
    if !answers.are_right() {
        lead.push("The answers were not right, so no figure counts.".into());
    }
    lead
}
