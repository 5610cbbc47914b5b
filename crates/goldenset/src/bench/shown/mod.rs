//! A report for people: tables for a terminal, Markdown, and one page with plots.

use goldenset_core::Result;

use super::figures::{Day, Report};
use super::target::Bound;
use super::{Done, Plots};
use crate::report::page::{Part, page};
use crate::report::plot::{Axis, Mark, Series, lines};
use crate::report::table::Table;

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
    if !answers.are_right() {
        lead.push("The answers were not right, so no figure counts.".into());
    }
    lead
}

fn tables(report: &Report) -> Vec<Table> {
    let mut tables = vec![targets(report)];
    let percentiles = ["", "n", "p50", "p95", "p99", "max"];
    if !report.in_process.is_empty() {
        let note = "through the public call; the unit is in the name; one reading of the clock \
                    included";
        let mut table = Table::new("In process", &percentiles, note);
        for (name, of) in &report.in_process {
            let times = [of.p50, of.p95, of.p99, of.max].map(written);
            table.row(name, std::iter::once(of.n.to_string()).chain(times));
        }
        tables.push(table);
    }
    if !report.http.is_empty() {
        let head = ["", "connections", "requests/s", "p50 µs", "p95 µs", "p99 µs", "CPU µs"];
        let note = "from sending to the whole answer, on the machine of the server; CPU: of the \
                    server's threads a request";
        let mut table = Table::new("Over HTTP", &head, note);
        for (name, of) in &report.http {
            let latency = [of.latency_us.p50, of.latency_us.p95, of.latency_us.p99].map(written);
            let cpu = of.cpu_us.map_or_else(|| "-".into(), written);
            let first = [of.connections.to_string(), format!("{:.0}", of.per_second)];
            table.row(name, first.into_iter().chain(latency).chain([cpu]));
        }
        tables.push(table);
    }
    let ratios = &report.ratios;
    if !ratios.http_hot.is_empty() || ratios.cold_local.is_some() {
        let mut table = Table::new("Ratios within this run", &["", "ratio"], "medians over rounds");
        for (name, ratio) in &ratios.http_hot {
            table.row(format!("requests/s to a bare server, {name}"), [written(*ratio)]);
        }
        for (name, ratio) in &ratios.http_hot_cpu {
            table.row(format!("CPU a request to a bare server, {name}"), [written(*ratio)]);
        }
        if let Some(ratio) = ratios.cold_local {
            table.row("nothing cached, to one bare run of the model", [written(ratio)]);
        }
        tables.push(table);
    }
    if let Some(stream) = &report.percentiles {
        let head = ["", "n", "p50 ms", "p95 ms", "p99 ms", "max ms", "embedding calls"];
        let mut table = Table::new("A Zipf stream from empty caches on", &head, "");
        let of = &stream.latency_ms;
        let times = [of.p50, of.p95, of.p99, of.max].map(written);
        let name = format!("{} questions, {} connections", stream.questions, stream.connections);
        let cells = std::iter::once(of.n.to_string()).chain(times);
        table.row(name, cells.chain([stream.embedding_calls.to_string()]));
        tables.push(table);
    }
    if let Some(days) = &report.day {
        tables.push(day_table(&[
            ("as it was", &days.plain),
            ("a publish a minute", &days.publishing),
        ]));
    }
    if let Some(batch) = &report.batch {
        let head = ["", "cold ms each", "embedding calls", "hot µs each"];
        let mut table = Table::new("Batches", &head, "");
        let cells = [batch.cold_ms_each, batch.embedding_calls, batch.hot_us_each].map(written);
        table.row(format!("{} questions", batch.size), cells);
        tables.push(table);
    }
    tables
}

fn targets(report: &Report) -> Table {
    let mut table = Table::new("Targets", &["", "value", "limit", ""], "");
    for target in &report.targets {
        let sign = match target.bound {
            Bound::AtMost => "≤",
            Bound::AtLeast => "≥",
        };
        let verdict = match target.pass {
            Some(true) => "pass",
            Some(false) => "FAIL",
            None => "not measured",
        };
        let value = target.value.map_or_else(|| "-".into(), written);
        let limit = format!("{sign} {} {}", target.limit, target.unit);
        table.row(&target.name, [value, limit, verdict.into()]);
    }
    table
}

fn day_table(days: &[(&str, &Day)]) -> Table {
    let head = [
        "",
        "lookups",
        "publishes",
        "result hits",
        "embedding hits",
        "model calls",
        "hit rate",
        "calls saved",
        "second half",
        "bodies that differ",
    ];
    let note = "second half: calls saved over the second half of the lookups; bodies are compared \
                with an engine without caches at the same moment";
    let mut table = Table::new("The demo day", &head, note);
    for (name, day) in days {
        let share = |share: f64| format!("{:.1} %", share * 100.0);
        table.row(
            *name,
            [
                day.lookups.to_string(),
                day.publishes.to_string(),
                (day.signature_hits + day.result_hits).to_string(),
                day.embedding_hits.to_string(),
                day.embedding_calls.to_string(),
                share(day.hit_rate),
                share(day.embedding_calls_saved),
                share(day.embedding_calls_saved_second_half),
                day.differing.to_string(),
            ],
        );
    }
    table
}

/// Three digits that mean something.
fn written(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

fn plots(report: &Report, plots: &Plots) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    if let Some(stream) = &plots.stream {
        let quantiles = (0..=999).map(|at| f64::from(at) / 1000.0);
        let points: Vec<_> =
            quantiles.map(|at| (at * 100.0, stream.at(at, super::latency::Unit::Millis))).collect();
        let note = "How many requests took at most so long. Questions that were asked before are \
                    at the left, runs of the model at the right end.";
        let axes = ("per cent of the requests", "milliseconds");
        parts.push(plot("Latency of the Zipf stream", axes, vec![("all", points)], note)?);
    }
    let by_connections: Vec<_> = {
        let of = report.http.iter().filter(|(name, _)| name.starts_with("zipf_c"));
        let mut points: Vec<_> =
            of.map(|(_, of)| ((of.connections as f64).log10(), of.per_second)).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        points
    };
    if !by_connections.is_empty() {
        let axes = ("connections, as a power of ten", "requests a second");
        let note = "A closed loop over cached results; those who ask share the processors.";
        let series = vec![("goldenset", by_connections)];
        parts.push(plot("Throughput by connections", axes, series, note)?);
    }
    if let Some(days) = &report.day {
        let of = |day: &Day| -> Vec<_> {
            let hours = (0_u32..).zip(&day.hit_rate_by_hour);
            hours.filter_map(|(hour, rate)| Some((f64::from(hour), (*rate)? * 100.0))).collect()
        };
        let series =
            vec![("as it was", of(&days.plain)), ("a publish a minute", of(&days.publishing))];
        let axes = ("hour of the log", "per cent of lookups without a call of the model");
        let note = "From empty caches on: the first hours ask for the first time.";
        parts.push(plot("Hit rate over the day", axes, series, note)?);
    }
    Ok(parts)
}

fn plot(
    title: &str,
    (x, y): (&str, &str),
    series: Vec<(&str, Vec<(f64, f64)>)>,
    note: &str,
) -> Result<Part> {
    let points = || series.iter().flat_map(|(_, points)| points);
    let axis = |label: &str, values: &mut dyn Iterator<Item = f64>| {
        let greatest = values.fold(0.0, f64::max);
        Axis { label: label.into(), range: 0.0..(greatest * 1.05).max(1e-3), percent: false }
    };
    let x = axis(x, &mut points().map(|point| point.0));
    let y = axis(y, &mut points().map(|point| point.1));
    let series: Vec<_> = series
        .into_iter()
        .enumerate()
        .map(|(colour, (name, points))| Series {
            name: name.into(),
            points,
            mark: Mark::Line,
            colour,
        })
        .collect();
    Ok(Part::Plot { title: title.into(), svg: lines(&x, &y, &series)?, note: note.into() })
}
