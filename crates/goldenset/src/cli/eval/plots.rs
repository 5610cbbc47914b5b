//! The curve of risk and coverage, and the scores of right and wrong answers.

use goldenset_core::Result;
use goldenset_engine::eval::{Questions, Report};

use crate::report::plot::{Axis, Bars, Mark, Series, lines, stacked_bars};

/// How the curve is read.
pub(super) const CURVE_NOTE: &str = "Each point of a line is a serve threshold: what it covers of \
    the answerable questions, and how much of what it serves is wrong or unanswerable. The dot is \
    the configured threshold. Lower and further right is better; at the left end few answers make \
    the error jump.";
/// How the histogram is read.
pub(super) const HISTOGRAM_NOTE: &str = "The score of the best candidate of every question, served \
    or not. Wrong: another entry answers the question. Unanswerable: none does.";

/// Risk and coverage under one configuration or two.
pub(super) fn curve(report: &Report, against: Option<&Report>) -> Result<String> {
    let mut series = Vec::new();
    for (colour, report) in std::iter::once(report).chain(against).enumerate() {
        let Some(questions) = &report.questions else { continue };
        let name = &report.configuration.name;
        let points = questions.curve.iter();
        let all = &questions.all;
        let dot = all.coverage.share().zip(all.served_error.share());
        series.push(Series {
            name: name.clone(),
            points: points.filter_map(|at| Some((at.coverage?, at.served_error))).collect(),
            mark: Mark::Line,
            colour,
        });
        series.push(Series {
            name: format!("{name} at {}", report.configuration.serve_threshold),
            points: dot.into_iter().collect(),
            mark: Mark::Dots,
            colour,
        });
    }
    let points = || series.iter().flat_map(|series| &series.points);
    let x = axis("covered: served right / answerable", points().map(|point| point.0));
    let y = axis("served error: wrong or unanswerable / served", points().map(|point| point.1));
    lines(&x, &y, &series)
}

/// A little more than the greatest share.
fn axis(label: &str, shares: impl Iterator<Item = f64>) -> Axis {
    let greatest = shares.fold(0.05, f64::max);
    Axis { label: label.into(), range: 0.0..(greatest * 1.05).min(1.0), percent: true }
}

/// Right, wrong and unanswerable by score.
pub(super) fn histogram(questions: &Questions) -> Result<String> {
    let bins = &questions.histogram;
    let of = |count: fn(&goldenset_engine::eval::Bin) -> usize| -> Vec<f64> {
        bins.iter().map(|bin| count(bin) as f64).collect()
    };
    let series = [
        Bars { name: "right".into(), heights: of(|bin| bin.right) },
        Bars { name: "wrong".into(), heights: of(|bin| bin.wrong) },
        Bars { name: "unanswerable".into(), heights: of(|bin| bin.unanswerable) },
    ];
    let most = bins.iter().map(|bin| bin.right + bin.wrong + bin.unanswerable).max();
    let x = Axis { label: "score of the best candidate".into(), range: 0.0..1.0, percent: false };
    let y = Axis {
        label: "questions".into(),
        range: 0.0..(most.unwrap_or_default() as f64 * 1.25).max(10.0),
        percent: false,
    };
    stacked_bars(&x, &y, &series)
}
