//! The guarantee, held against many calibrations of which the truth is known.

use fastrand::Rng;
use goldenset_core::calibration::{Outcome, ScoreMap};

use super::bound::p_value;
use super::find::find;
use super::rows::Row;
use super::{Method, Wanted};

const RUNS: usize = 400;
const ERROR: f64 = 0.05;
const ALPHA: f64 = 0.1;
/// Raw scores are drawn evenly; the truth is summed over so many of them.
const GRID: u32 = 4_000;

/// Probability that the best candidate with this raw score is wrong.
type Curve = fn(f64) -> f64;

/// As scores are: better and better.
fn usual(raw: f64) -> f64 {
    1.0 / (1.0 + (12.0 * (raw - 0.55)).exp())
}

/// Every threshold errs, by as little as possible.
fn just_above(_: f64) -> f64 {
    ERROR + 0.000_1
}

/// The best scores lie, what is below them is right, and below that all is wrong.
fn bad_at_the_top(raw: f64) -> f64 {
    if raw > 0.8 {
        0.08
    } else if raw > 0.3 {
        0.03
    } else {
        0.6
    }
}

/// The error goes up and down around what is wanted.
fn waves(raw: f64) -> f64 {
    0.05 + 0.045 * (raw * 40.0).sin()
}

/// Nearly nothing, then too much at once.
fn cliff(raw: f64) -> f64 {
    if raw > 0.6 { 0.01 } else { 0.4 }
}

/// A set of labelled questions whose best candidates are wrong by a curve each category.
fn draw(random: &mut Rng, count: usize, curves: &[(&str, Curve)]) -> Vec<Row> {
    let row = |_| {
        let (category, curve) = curves[random.usize(..curves.len())];
        let raw = random.f64();
        Row {
            fitting: random.u8(..10) < 3,
            score: raw,
            // Now and then a guard holds it back.
            passes: random.u8(..10) > 0,
            right: random.f64() >= curve(raw),
            answerable: true,
            category: (!category.is_empty()).then(|| category.to_owned()),
        }
    };
    (0..count).map(row).collect()
}

/// The error among all that would be served at a threshold.
fn true_error(map: &ScoreMap, threshold: f64, curves: &[Curve]) -> f64 {
    let served = (0..GRID)
        .map(|step| (f64::from(step) + 0.5) / f64::from(GRID))
        .filter(|raw| map.apply(*raw) >= threshold);
    let (mut count, mut wrong) = (0.0, 0.0);
    for raw in served {
        for curve in curves {
            count += 1.0;
            wrong += curve(raw);
        }
    }
    wrong / f64::max(count, 1.0)
}

/// Most runs of [`RUNS`] in which something happens that has probability [`ALPHA`]: more of them
/// come once in a thousand times.
fn most_failures() -> usize {
    (0..RUNS).find(|failures| p_value(*failures, RUNS, ALPHA) >= 0.999).unwrap()
}

fn wanted(method: Method, per_category: bool) -> Wanted {
    Wanted { max_served_error: ERROR, confidence: 1.0 - ALPHA, method, per_category }
}

/// How often the certified threshold errs more than it says, and how often there is one.
fn run(curve: Curve, labels: usize, method: Method) -> (usize, usize) {
    let mut random = Rng::with_seed(17);
    let (mut failed, mut certified) = (0, 0);
    for _ in 0..RUNS {
        let rows = draw(&mut random, labels, &[("", curve)]);
        let found = find(rows, &wanted(method, false));
        if let Outcome::Certified(certificate) = found.general {
            certified += 1;
            failed += usize::from(true_error(&found.map, certificate.threshold, &[curve]) > ERROR);
        }
    }
    (failed, certified)
}

#[test]
fn certified_thresholds_err_more_than_they_say_no_more_often_than_they_say() {
    let curves: [(&str, Curve); 5] = [
        ("usual", usual),
        ("just above", just_above),
        ("bad at the top", bad_at_the_top),
        ("waves", waves),
        ("cliff", cliff),
    ];
    for (name, curve) in curves {
        for (labels, method) in [(300, Method::Platt), (1200, Method::Isotonic)] {
            let (failed, certified) = run(curve, labels, method);
            assert!(failed <= most_failures(), "{name}, {labels} labels: {failed} of {RUNS}");
            // A test of certificates needs some.
            if name == "usual" && labels == 1200 {
                assert!(certified > RUNS * 6 / 10, "{certified} of {RUNS} certified");
            }
        }
    }
}

#[test]
fn certified_categories_err_more_than_they_say_no_more_often_together() {
    let curves: [(&str, Curve); 4] =
        [("a", cliff), ("b", just_above), ("c", bad_at_the_top), ("", just_above)];
    let mut random = Rng::with_seed(23);
    let (mut failed, mut certified) = (0, 0);
    for _ in 0..RUNS {
        let rows = draw(&mut random, 3000, &curves);
        let found = find(rows, &wanted(Method::Auto, true));
        let (own, rest): (Vec<_>, Vec<_>) =
            curves.into_iter().partition(|(name, _)| found.categories.contains_key(*name));
        let rest: Vec<_> = rest.into_iter().map(|(_, curve)| curve).collect();
        let own = own.iter().map(|(name, curve)| (&found.categories[*name], vec![*curve]));
        let mut all = own.chain([(&found.general, rest)]);
        failed += usize::from(all.any(|(outcome, curves)| {
            outcome.certificate().is_some_and(|certificate| {
                true_error(&found.map, certificate.threshold, &curves) > ERROR
            })
        }));
        let own = found.categories.get("a");
        certified += usize::from(own.is_some_and(|own| own.certificate().is_some()));
    }
    assert!(failed <= most_failures(), "{failed} of {RUNS}");
    assert!(certified > RUNS / 2, "{certified} of {RUNS}");
}

/// What looks as good and is not: the loosest threshold at which the labels themselves show an
/// error that is small enough. So the test above can fail.
#[test]
fn choosing_on_the_labels_breaks_the_guarantee() {
    let mut random = Rng::with_seed(17);
    let mut failed = 0;
    for _ in 0..RUNS {
        let rows = draw(&mut random, 1200, &[("", usual as Curve)]);
        let error_at = |threshold: f64| {
            let served = rows.iter().filter(|row| row.served_at(threshold));
            served.clone().filter(|row| !row.right).count() as f64 / served.count() as f64
        };
        let passing = rows.iter().filter(|row| row.passes).map(|row| row.score);
        let chosen = passing.filter(|score| error_at(*score) <= ERROR).reduce(f64::min);
        failed +=
            usize::from(chosen.is_some_and(|threshold| {
                true_error(&ScoreMap::Identity, threshold, &[usual]) > ERROR
            }));
    }
    assert!(failed > 2 * most_failures(), "{failed} of {RUNS}");
}
