//! Thresholds with a guarantee.
//!
//! The hypotheses "of the answers served at this threshold more than δ are wrong" are tested in a
//! sequence that is fixed before the certifying labels are seen, from the strictest threshold to
//! the loosest, each at the full level α, until one is not rejected. The loosest rejected
//! threshold is certified. The first true hypothesis of the sequence is rejected with probability
//! at most α, and nothing after it is tested unless it was, so that the certified threshold errs
//! more than δ with probability at most α, however the error depends on the threshold. (Fixed
//! sequence testing: Bauer, Multiple Testing in Clinical Trials, Statistics in Medicine 10, 1991;
//! Wiens, A Fixed Sequence Bonferroni Procedure, Pharmaceutical Statistics 2, 2003. Its use for
//! thresholds: Angelopoulos, Bates, Candès, Jordan and Lei, Learn Then Test, arXiv:2110.01052,
//! 2021.)
//!
//! This holds for questions drawn like the labelled ones, and independently of each other.

use goldenset_core::calibration::{Certificate, Outcome, Refusal, RefusalReason};

use super::bound::{fewest, p_value, upper_bound};
use super::rows::{Row, certifying_share};

/// A threshold serves at least so much more than the one before it: each test is one more chance
/// to stop early, and near thresholds say nearly the same.
const GROWTH: f64 = 1.1;
/// Less chance than this is hardly any.
const HARDLY: f64 = 0.1;
/// So much of the best chance is nearly as good: the best one itself is often only luck.
const NEARLY: f64 = 0.9;
/// Thresholds have so many steps from 0 to 1: what replies show is then what holds.
const STEPS: f64 = 1e6;
/// Beyond this many labels nobody will go.
const MOST_LABELS: f64 = 1e5;

/// What is to be shown, and how surely.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level {
    /// Largest error among served answers.
    pub(super) error: f64,
    /// Largest probability that a certified threshold errs more.
    pub(super) alpha: f64,
}

impl Level {
    /// Probability that so many served answers, wrong with this probability each, are certified.
    fn chance(&self, served: usize, error: f64) -> f64 {
        let shown = |wrong: &usize| p_value(*wrong, served, self.error) <= self.alpha;
        // The most errors that still certify.
        match (0..served).take_while(shown).last() {
            None => 0.0,
            Some(wrong) => p_value(wrong, served, error),
        }
    }
}

/// Certifies the loosest threshold that the evidence allows. The scores of all rows are calibrated
/// ones; rows of both parts belong to one group.
pub(super) fn certify(rows: &[&Row], level: Level) -> Outcome {
    let (fitting, certifying) = rows.iter().copied().partition::<Vec<_>, _>(|row| row.fitting);
    let mut certified = None;
    let mut strictest = None;
    for threshold in sequence(&fitting, certifying.len(), level) {
        let counted = Counted::new(&certifying, threshold);
        strictest.get_or_insert(counted);
        if p_value(counted.wrong, counted.served, level.error) > level.alpha {
            break;
        }
        certified = Some(counted);
    }
    match (certified, strictest) {
        (Some(counted), _) => Outcome::Certified(counted.certificate(&certifying, level)),
        (None, strictest) => Outcome::NotCertified(refuse(strictest, &fitting, &certifying, level)),
    }
}

/// The chance of a certificate for a group of rows, told by their fitting part alone.
pub(super) fn best_chance(rows: &[&Row], level: Level) -> f64 {
    let (fitting, certifying) = rows.iter().copied().partition::<Vec<_>, _>(|row| row.fitting);
    let promised = promised(&fitting, certifying.len(), level);
    promised.iter().map(|promised| promised.chance).fold(0.0, f64::max)
}

/// The thresholds to test, strict to loose, from the fitting part alone, as in the split fixed
/// sequence testing of Learn Then Test. The first is the strictest whose chance of being certified
/// is nearly the best: what is stricter would only be one more chance to stop. Where there is
/// hardly any chance it is the one that errs least.
fn sequence(fitting: &[&Row], certifying: usize, level: Level) -> Vec<f64> {
    let promised = promised(fitting, certifying, level);
    let best = promised.iter().map(|promised| promised.chance).fold(0.0, f64::max);
    let least = promised.iter().map(|promised| promised.error).fold(1.0, f64::min);
    let start = promised.iter().position(|promised| match best >= HARDLY {
        true => promised.chance >= NEARLY * best,
        false => promised.error <= least,
    });
    let kept = promised.into_iter().skip(start.unwrap_or(0));
    kept.map(|promised| promised.threshold).collect()
}

/// What the fitting part says of a threshold.
struct Promised {
    threshold: f64,
    error: f64,
    chance: f64,
}

/// Thresholds from strict to loose, none near the one before it, the last one serving all.
fn promised(fitting: &[&Row], certifying: usize, level: Level) -> Vec<Promised> {
    let round = |score: f64| (score * STEPS).floor() / STEPS;
    let passing = fitting.iter().filter(|row| row.passes);
    let mut scored: Vec<_> = passing.map(|row| (round(row.score), row.right)).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let times = certifying as f64 / fitting.len().max(1) as f64;
    let mut promised = Vec::new();
    let (mut served, mut wrong, mut wanted) = (0, 0, 1.0);
    for equal in scored.chunk_by(|a, b| a.0 == b.0) {
        served += equal.len();
        wrong += equal.iter().filter(|(_, right)| !right).count();
        if served as f64 >= wanted || served == scored.len() {
            // Half an error more than was seen, the mean under Jeffreys' prior: of few without one
            // it does not follow that there is none.
            let error = (wrong as f64 + 0.5) / (served as f64 + 1.0);
            let chance = level.chance((served as f64 * times) as usize, error);
            promised.push(Promised { threshold: equal[0].0, error, chance });
            wanted = served as f64 * GROWTH;
        }
    }
    promised
}

/// What a threshold does to the certifying questions.
#[derive(Debug, Clone, Copy)]
struct Counted {
    threshold: f64,
    served: usize,
    wrong: usize,
}

impl Counted {
    fn new(certifying: &[&Row], threshold: f64) -> Self {
        let served = certifying.iter().filter(|row| row.served_at(threshold));
        let wrong = served.clone().filter(|row| !row.right).count();
        Self { threshold, served: served.count(), wrong }
    }

    fn certificate(&self, certifying: &[&Row], level: Level) -> Certificate {
        let Self { threshold, served, wrong } = *self;
        let answerable = certifying.iter().filter(|row| row.answerable).count();
        Certificate {
            threshold,
            served,
            wrong,
            bound: upper_bound(wrong, served, level.alpha),
            coverage: (served - wrong) as f64 / answerable.max(1) as f64,
        }
    }
}

fn refuse(
    strictest: Option<Counted>,
    fitting: &[&Row],
    certifying: &[&Row],
    level: Level,
) -> Refusal {
    let Some(Counted { threshold, served, wrong }) = strictest else {
        return Refusal::nothing_to_serve();
    };
    let error = wrong as f64 / served.max(1) as f64;
    let (reason, labels_needed) = if error >= level.error {
        (RefusalReason::TooManyErrors, None)
    } else {
        // The share that is served, from both parts: often there is little in either.
        let all_served = served + Counted::new(fitting, threshold).served;
        let all = fitting.len() + certifying.len();
        let rate = all_served as f64 / all.max(1) as f64 * certifying_share();
        let labels = served_needed(error, level).map(|needed| (needed / rate).ceil());
        let more = labels.map(|labels| (labels - all as f64).max(1.0));
        // A cast of a number in this range loses nothing.
        let more = more.filter(|more| *more <= MOST_LABELS).map(|more| more as u64);
        (RefusalReason::TooFewLabels, more)
    };
    let bound = upper_bound(wrong, served, level.alpha);
    Refusal { reason, threshold: Some(threshold), served, wrong, bound, labels_needed }
}

/// About how many served answers would do if they err as often as those that were seen.
fn served_needed(error: f64, level: Level) -> Option<f64> {
    let mut served = fewest(level.error, level.alpha);
    while served <= MOST_LABELS {
        let wrong = (error * served).ceil();
        if p_value(wrong as usize, served as usize, level.error) <= level.alpha {
            return Some(served);
        }
        served = (served * 1.01).ceil();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEVEL: Level = Level { error: 0.02, alpha: 0.1 };

    fn row(fitting: bool, score: f64, right: bool) -> Row {
        Row { fitting, score, passes: true, right, answerable: true, category: None }
    }

    fn certify_all(rows: &[Row]) -> Outcome {
        certify(&rows.iter().collect::<Vec<_>>(), LEVEL)
    }

    /// Scores fall evenly from 1 to 0; `wrong` says which are.
    fn falling(count: usize, fitting: bool, wrong: impl Fn(f64) -> bool) -> Vec<Row> {
        let score = |place: usize| 1.0 - place as f64 / count as f64;
        (0..count).map(|place| row(fitting, score(place), !wrong(score(place)))).collect()
    }

    #[test]
    fn stops_where_errors_begin() {
        let mut rows = falling(300, true, |score| score < 0.5);
        rows.extend(falling(700, false, |score| score < 0.5));
        let Outcome::Certified(certificate) = certify_all(&rows) else { panic!("not certified") };
        assert!((0.45..0.6).contains(&certificate.threshold), "{certificate:?}");
        assert!(certificate.bound <= 0.02 && certificate.served > 280, "{certificate:?}");
        assert!((certificate.coverage - 0.5).abs() < 0.1, "{certificate:?}");
        assert_eq!(certificate.threshold, (certificate.threshold * 1e6).round() / 1e6);
    }

    #[test]
    fn what_guards_hold_back_is_never_served() {
        let mut rows = falling(300, true, |_| false);
        rows.extend(falling(700, false, |_| false));
        let held = |fitting| Row { passes: false, ..row(fitting, 1.0, false) };
        rows.extend(std::iter::repeat_n(held(true), 200));
        rows.extend(std::iter::repeat_n(held(false), 500));
        let Outcome::Certified(certificate) = certify_all(&rows) else { panic!("not certified") };
        assert_eq!((certificate.wrong, certificate.served), (0, 698));
        assert!((certificate.coverage - 698.0 / 1200.0).abs() < 1e-9);
    }

    #[test]
    fn says_how_many_labels_are_missing() {
        let refused = |rows: &[Row]| match certify_all(rows) {
            Outcome::NotCertified(refusal) => refusal,
            Outcome::Certified(certificate) => panic!("{certificate:?}"),
        };
        // A hundred served without one error where 114 are needed.
        let mut rows = falling(40, true, |_| false);
        rows.extend(falling(100, false, |_| false));
        let refusal = refused(&rows);
        assert_eq!(refusal.reason, RefusalReason::TooFewLabels);
        assert!(refusal.labels_needed.is_some_and(|more| (20..40).contains(&more)), "{refusal:?}");
        // One error in a hundred: a few hundred more would show less than two.
        rows[45].right = false;
        let refusal = refused(&rows);
        assert!(refusal.labels_needed.is_some_and(|more| more > 100), "{refusal:?}");
        assert!(refusal.served >= 90 && refusal.wrong == 1, "{refusal:?}");
        rows.iter_mut().step_by(10).for_each(|row| row.right = false);
        let refusal = refused(&rows);
        assert_eq!((refusal.reason, refusal.labels_needed), (RefusalReason::TooManyErrors, None));
        rows.iter_mut().for_each(|row| row.passes = false);
        assert_eq!(refused(&rows).reason, RefusalReason::NothingToServe);
        assert_eq!(refused(&[]).reason, RefusalReason::NothingToServe);
    }

    #[test]
    fn the_sequence_begins_where_the_fitting_part_promises_most() {
        let fitting = falling(300, true, |score| score < 0.3);
        let of = |fitting: &[Row]| sequence(&fitting.iter().collect::<Vec<_>>(), 700, LEVEL);
        let thresholds = of(&fitting);
        assert!(thresholds.is_sorted_by(|a, b| a > b) && thresholds.len() > 5, "{thresholds:?}");
        // It begins where there is much to show and nothing wrong, and ends with all.
        assert!((0.3..0.7).contains(&thresholds[0]), "{thresholds:?}");
        assert!(thresholds[thresholds.len() - 1] < 0.01);
        // Too few for any chance: the loosest of those at which nothing is wrong.
        let few = falling(20, true, |score| score < 0.3);
        let thresholds = sequence(&few.iter().collect::<Vec<_>>(), 46, LEVEL);
        assert!((0.3..0.4).contains(&thresholds[0]), "{thresholds:?}");
        assert_eq!(of(&[]), [] as [f64; 0]);
    }
}
