//! What the opinions of a pair model are worth beside the score.

use goldenset_core::ports::PairModel;
use goldenset_core::verifier::{OPINION_FEATURES, OpinionWeights, opinion_features};
use goldenset_core::{Code, Error, Result};

use super::Fitted;
use super::logistic::{self, Row};
use super::samples::{Asked, AskedSet, Sample};
use crate::engine::Progress;
use crate::opinion::PairJudge;

/// Pairs in one call of the model, and in one step of progress.
const PART: usize = 32;

/// Asks about the candidates of every question that the score is fitted on.
pub(super) async fn ask(
    model: &dyn PairModel,
    sets: &mut [AskedSet],
    progress: Progress<'_>,
) -> Result<()> {
    let all = sets.iter().flat_map(|set| &set.whole).map(|asked| asked.pairs.len()).sum();
    let mut done = 0;
    for asked in sets.iter_mut().flat_map(|set| &mut set.whole) {
        asked.opinions = Vec::with_capacity(asked.pairs.len());
        for part in asked.pairs.chunks(PART) {
            asked.opinions.extend(model.judge(part).await?);
        }
        done += asked.pairs.len();
        progress(done, all);
    }
    Ok(())
}

/// Fits on the candidates that a lookup would ask about.
pub(super) fn fit(
    judge: &PairJudge,
    sets: &[&AskedSet],
    fitted: &Fitted,
) -> Result<OpinionWeights> {
    let mut rows = Vec::new();
    for set in sets {
        let of_set: Vec<_> = set
            .whole
            .iter()
            .flat_map(|asked| {
                let scored = fitted.before_opinions(asked);
                let wanted = wanted(judge, asked, &scored).into_iter();
                let rows = wanted.map(|(place, opinion)| {
                    (opinion_features(scored[place].0, opinion), scored[place].1.yes)
                });
                rows.collect::<Vec<_>>()
            })
            .collect();
        let weight = 1000.0 * set.share / of_set.len().max(1) as f64;
        rows.extend(of_set.into_iter().map(|(features, yes)| Row { features, yes, weight }));
    }
    let fitted = logistic::fit(&rows, &OPINION_FEATURES)?;
    let &[score, opinion] = fitted.coefficients.as_slice() else {
        return Err(Error::new(Code::Internal, "not one coefficient a feature"));
    };
    let model = judge.model.model().as_str().to_owned();
    let weights = OpinionWeights { model, score, opinion, intercept: fitted.intercept };
    match weights.fault() {
        None => Ok(weights),
        Some(fault) => Err(Error::new(Code::BadRows, fault)
            .field("judge")
            .fix("its opinions do not help on these sets: fit without it (judge.kind = \"none\")")),
    }
}

/// Puts opinions into the scores of a question's candidates.
pub(super) fn heed(
    judge: &PairJudge,
    weights: &OpinionWeights,
    asked: &Asked,
    scored: &mut [(f64, Sample)],
) {
    for (place, opinion) in wanted(judge, asked, scored) {
        scored[place].0 = weights.probability(scored[place].0, opinion);
    }
}

/// The candidates that a lookup would ask about, with the opinions on them.
fn wanted(judge: &PairJudge, asked: &Asked, scored: &[(f64, Sample)]) -> Vec<(usize, f32)> {
    let mut places: Vec<_> = (0..scored.len()).collect();
    places.sort_by(|a, b| scored[*b].0.total_cmp(&scored[*a].0).then(a.cmp(b)));
    let unsure = judge.unsure_from..=judge.unsure_to;
    let asked_about = places.into_iter().take(judge.top).filter(|place| {
        let (score, sample) = &scored[*place];
        sample.effect.may_be_served() && unsure.contains(score)
    });
    asked_about.filter_map(|place| Some((place, *asked.opinions.get(place)?))).collect()
}
