//! What a page shows beside its tables.

use goldenset_core::Result;

use crate::bench::Plots;
use crate::bench::figures::{Day, Report};
use crate::bench::latency::{Latencies, Unit};
use crate::report::page::Part;
use crate::report::plot::{Axis, Bars, Mark, Series, lines, stacked_bars};

/// Bins of a distribution, over so many powers of ten of milliseconds.
const BINS: usize = 60;
const POWERS: std::ops::Range<f64> = -2.0..3.0;

type Points = Vec<(f64, f64)>;

/// Those that there are figures for.
pub(super) fn plots(report: &Report, plots: &Plots) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    if let Some(stream) = &plots.stream {
        parts.push(distribution(stream)?);
        let quantiles = (0..=999).map(|at| f64::from(at) / 1000.0);
        let points = quantiles.map(|at| (at * 100.0, stream.at(at, Unit::Millis))).collect();
        let note = "How many requests took at most so long. Questions that were asked before are \
                    at the left, runs of the model at the right end.";
        let axes = ("per cent of the requests", "milliseconds");
        parts.push(plot("Percentiles of the Zipf stream", axes, vec![("all", points)], note)?);
    }
    let by_connections: Points = {
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
        let of = |day: &Day| -> Points {
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

/// How many took how long, by powers of ten: hits and runs of the model are far from each other.
fn distribution(latencies: &Latencies) -> Result<Part> {
    let width = (POWERS.end - POWERS.start) / BINS as f64;
    let edge = |bin: usize| 10_f64.powf(POWERS.start + bin as f64 * width);
    let all = latencies.count().max(1) as f64;
    // What is beyond an end is in the last bin there.
    let below = |bin: usize| match bin {
        0 => 0,
        BINS => latencies.count(),
        bin => latencies.below(edge(bin), Unit::Millis),
    };
    let heights: Vec<_> = (0..BINS)
        .map(|bin| below(bin + 1).saturating_sub(below(bin)) as f64 / all * 100.0)
        .collect();
    let highest = heights.iter().copied().fold(1.0, f64::max);
    let x = Axis { label: "milliseconds, as a power of ten".into(), range: POWERS, percent: false };
    let y = Axis {
        label: "per cent of the requests".into(),
        range: 0.0..highest * 1.05,
        percent: false,
    };
    let svg = stacked_bars(&x, &y, &[Bars { name: "all".into(), heights }])?;
    let note = "Hits are at the left, runs of the model at the right.".into();
    Ok(Part::Plot { title: "Latency of the Zipf stream".into(), svg, note })
}

fn plot(
    title: &str,
    (x, y): (&str, &str),
    series: Vec<(&str, Points)>,
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
