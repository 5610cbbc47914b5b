//! What of the difference between two configurations is more than chance.
//!
//! Both were asked the same questions. Questions are drawn with replacement, as many as there are,
//! and both configurations are measured on each draw; the middle 95 % of the differences are the
//! interval (percentile bootstrap: Efron and Tibshirani, An Introduction to the Bootstrap, 1993,
//! chapter 13). A question is drawn with all its candidates and for both configurations at once,
//! so that what is hard for both cancels out. The questions of several sets are drawn as one.

use fastrand::Rng;
use goldenset_core::{Code, Error, Result};
use serde::Serialize;

use super::Judgement;
use super::figures::score;
use super::interval::CONFIDENCE;
use super::rank::auc;
use super::rate::{rounded_interval, rounded_share};
use super::risk::{Scored, coverage_at, curve};

/// Draws, where nobody asks for more or fewer.
pub const RESAMPLES: usize = 2_000;
/// Seed of the draws, so that equal outcomes give equal intervals.
pub const SEED: u64 = 20_240_611;

const FIGURES: [(&str, Better); 5] = [
    ("coverage", Better::More),
    ("served_error", Better::Less),
    ("auc", Better::More),
    ("top1", Better::More),
    ("coverage_at_0.05", Better::More),
];

#[derive(Clone, Copy)]
enum Better {
    More,
    Less,
}

/// Two configurations on the same questions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Paired {
    /// Draws.
    pub resamples: usize,
    /// Their seed.
    pub seed: u64,
    /// One a figure: coverage, served error, AUC, top-1, coverage at a served error of at most 5 %.
    pub differences: Vec<Difference>,
}

/// One figure under two configurations.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// Its name, as in [`super::Figures`].
    pub figure: &'static str,
    /// Under the first configuration.
    #[serde(serialize_with = "rounded_share")]
    pub this: Option<f64>,
    /// Under the other.
    #[serde(serialize_with = "rounded_share")]
    pub against: Option<f64>,
    /// The first less the other.
    #[serde(serialize_with = "rounded_share")]
    pub difference: Option<f64>,
    /// 95 % interval of the difference; `null` when most draws do not have the figure, as the
    /// served error where next to nothing is served.
    #[serde(serialize_with = "rounded_interval")]
    pub interval_95: Option<[f64; 2]>,
    /// What the interval says of the first configuration.
    pub verdict: Verdict,
}

/// What an interval says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Verdict {
    /// All of it lies on the good side.
    #[serde(rename = "better")]
    Better,
    /// All of it lies on the bad side.
    #[serde(rename = "worse")]
    Worse,
    /// It includes 0.
    #[serde(rename = "no difference shown")]
    NoDifferenceShown,
    /// There is none.
    #[serde(rename = "not comparable")]
    NotComparable,
}

impl Verdict {
    fn new(interval: Option<[f64; 2]>, better: Better) -> Self {
        match (interval, better) {
            (None, _) => Self::NotComparable,
            (Some([lower, _]), Better::More) if lower > 0.0 => Self::Better,
            (Some([_, upper]), Better::Less) if upper < 0.0 => Self::Better,
            (Some([lower, upper]), _) if lower > 0.0 || upper < 0.0 => Self::Worse,
            (Some(_), _) => Self::NoDifferenceShown,
        }
    }

    /// The verdict as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::NoDifferenceShown => "no difference shown",
            Self::NotComparable => "not comparable",
        }
    }
}

impl Paired {
    /// Compares `this` with `against`: the same questions in the same order.
    ///
    /// # Errors
    /// `internal` when they are not as many.
    pub fn new(
        this: &[Judgement],
        against: &[Judgement],
        resamples: usize,
        seed: u64,
    ) -> Result<Self> {
        if this.len() != against.len() {
            let detail = format!("{} questions against {}", this.len(), against.len());
            return Err(Error::new(Code::Internal, detail));
        }
        let [this, against] = [this, against].map(Measured::new);
        let questions = this.judgements.len();
        let mut times = vec![1; questions];
        let [first, second] = [&this, &against].map(|one| one.figures(&times));
        let mut rng = Rng::with_seed(seed);
        let mut drawn: [Vec<f64>; FIGURES.len()] = Default::default();
        for _ in 0..resamples {
            times.fill(0);
            for _ in 0..questions {
                times[rng.usize(..questions)] += 1;
            }
            let both = this.figures(&times).into_iter().zip(against.figures(&times));
            for (drawn, (this, against)) in drawn.iter_mut().zip(both) {
                drawn.extend(difference(this, against));
            }
        }
        let figures = FIGURES.into_iter().zip(first.into_iter().zip(second)).zip(drawn);
        let differences = figures.map(|(((figure, better), (this, against)), drawn)| {
            let interval_95 = (drawn.len() * 2 > resamples).then(|| percentiles(drawn)).flatten();
            Difference {
                figure,
                this,
                against,
                difference: difference(this, against),
                interval_95,
                verdict: Verdict::new(interval_95, better),
            }
        });
        Ok(Self { resamples, seed, differences: differences.collect() })
    }
}

fn difference(this: Option<f64>, against: Option<f64>) -> Option<f64> {
    this.zip(against).map(|(this, against)| this - against)
}

/// The middle [`CONFIDENCE`] of the values; `None` of none.
fn percentiles(mut values: Vec<f64>) -> Option<[f64; 2]> {
    values.sort_by(f64::total_cmp);
    let outside = ((1.0 - CONFIDENCE) / 2.0 * values.len() as f64) as usize;
    let last = values.len().checked_sub(1 + outside)?;
    Some([*values.get(outside)?, *values.get(last)?])
}

/// The outcomes under one configuration, sorted once for all draws.
struct Measured<'a> {
    judgements: &'a [Judgement],
    /// Places of the questions, the highest score of a best candidate first.
    by_score: Vec<usize>,
}

impl<'a> Measured<'a> {
    fn new(judgements: &'a [Judgement]) -> Self {
        let mut by_score: Vec<_> = (0..judgements.len()).collect();
        by_score.sort_by(|a, b| score(&judgements[*b]).total_cmp(&score(&judgements[*a])));
        Self { judgements, by_score }
    }

    /// The [`FIGURES`] when each question counts so many times.
    fn figures(&self, times: &[u32]) -> [Option<f64>; FIGURES.len()] {
        let count = |wanted: fn(&Judgement) -> bool| {
            let each = self.judgements.iter().zip(times);
            each.filter(|(one, _)| wanted(one)).map(|(_, times)| *times as usize).sum::<usize>()
        };
        let share = |part: usize, whole: usize| super::Rate::new(part, whole).share();
        let answerable = count(|one| one.answerable);
        let served = count(Judgement::served);
        let served_right = count(|one| one.served() && one.right());
        let passing = self.scored(times, |one| one.best.is_some_and(|best| best.passes));
        [
            share(served_right, answerable),
            share(served - served_right, served),
            auc(self.scored(times, |_| true)),
            share(count(Judgement::right), answerable),
            coverage_at(&curve(passing, answerable), answerable, 0.05).coverage.share(),
        ]
    }

    fn scored(
        &self,
        times: &[u32],
        wanted: fn(&Judgement) -> bool,
    ) -> impl Iterator<Item = Scored> {
        let judged = self.by_score.iter().map(|place| (&self.judgements[*place], times[*place]));
        judged
            .filter(move |(one, _)| wanted(one))
            .map(|(one, times)| (score(one), one.right(), times))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Best;
    use super::super::judgement::tests::judged;
    use super::*;

    /// 100 answerable questions, of which so many are served, right.
    fn serving(right: usize) -> Vec<Judgement> {
        let best = |place| Best {
            score: if place < right { 0.95 } else { 0.5 },
            right: place < right,
            passes: true,
        };
        (0..100).map(|place| judged(true, best(place), 0.9)).collect()
    }

    fn of<'a>(paired: &'a Paired, figure: &str) -> &'a Difference {
        paired.differences.iter().find(|one| one.figure == figure).unwrap()
    }

    #[test]
    fn equal_outcomes_differ_by_nothing() {
        let paired = Paired::new(&serving(40), &serving(40), 200, SEED).unwrap();
        for difference in &paired.differences {
            assert_eq!(difference.interval_95, Some([0.0, 0.0]), "{}", difference.figure);
            assert_eq!(difference.verdict, Verdict::NoDifferenceShown);
        }
    }

    #[test]
    fn the_interval_is_that_of_the_paired_difference() {
        // 20 questions of 100 are covered by the first alone: the difference is the mean of a
        // coin of 0.2, whose middle 95 % are 0.13 to 0.28 (binomial quantiles).
        let paired = Paired::new(&serving(60), &serving(40), RESAMPLES, SEED).unwrap();
        let coverage = of(&paired, "coverage");
        assert!((coverage.difference.unwrap() - 0.2).abs() < 1e-12);
        let [lower, upper] = coverage.interval_95.unwrap();
        assert!((lower - 0.13).abs() < 0.011 && (upper - 0.28).abs() < 0.011, "{coverage:?}");
        assert_eq!(coverage.verdict, Verdict::Better);
        let turned = Paired::new(&serving(40), &serving(60), RESAMPLES, SEED).unwrap();
        assert_eq!(of(&turned, "coverage").interval_95, Some([-upper, -lower]));
        assert_eq!(of(&turned, "coverage").verdict, Verdict::Worse);
        let again = Paired::new(&serving(60), &serving(40), RESAMPLES, SEED).unwrap();
        assert_eq!(again, paired);
        let one_more = Paired::new(&serving(41), &serving(40), RESAMPLES, SEED).unwrap();
        assert_eq!(of(&one_more, "coverage").verdict, Verdict::NoDifferenceShown);
    }

    #[test]
    fn what_most_draws_do_not_have_is_not_compared() {
        let paired = Paired::new(&serving(60), &serving(0), 100, SEED).unwrap();
        let error = of(&paired, "served_error");
        assert_eq!((error.this, error.against), (Some(0.0), None));
        assert_eq!((error.interval_95, error.verdict), (None, Verdict::NotComparable));
        assert_eq!(of(&paired, "auc").verdict, Verdict::NotComparable);
        assert!(Paired::new(&serving(1), &serving(1)[..9], 10, SEED).is_err());
    }

    #[test]
    fn less_error_is_better() {
        assert_eq!(Verdict::new(Some([-0.2, -0.1]), Better::Less), Verdict::Better);
        assert_eq!(Verdict::new(Some([0.1, 0.2]), Better::Less), Verdict::Worse);
        assert_eq!(Verdict::new(Some([0.0, 0.2]), Better::More), Verdict::NoDifferenceShown);
        assert_eq!(percentiles((0..1000).map(f64::from).collect()), Some([25.0, 974.0]));
        assert_eq!(percentiles(vec![]), None);
    }
}
