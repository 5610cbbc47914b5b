//! All figures of an evaluation.

use std::collections::BTreeMap;

use serde::Serialize;

use super::figures::{risk_curve, score};
use super::{Compared, CurvePoint, Figures, Judgement, TrapFigures};
use crate::engine::Engine;

/// Bins of the histogram of scores.
const BINS: usize = 20;

/// All figures of an evaluation. In JSON the keys of [`Questions`] stand beside `configuration`
/// and `pairs`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// What was measured.
    pub configuration: Configuration,
    /// Of the questions; without any its keys are absent.
    #[serde(flatten)]
    pub questions: Option<Questions>,
    /// Of the pairs; `null` without any.
    pub pairs: Option<Pairs>,
}

/// What was measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Configuration {
    /// The configuration file, or what stands in its place.
    pub name: String,
    /// The embedding model.
    pub model: String,
    /// Identity of the weights of the score.
    pub verifier: String,
    /// Least score of a served answer.
    pub serve_threshold: f64,
    /// Least similarity of a served answer.
    pub min_similarity: f64,
}

impl Configuration {
    /// That of an engine.
    #[must_use]
    pub fn of(engine: &Engine, name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            model: engine.embeddings.embedder().model().as_str().to_owned(),
            verifier: engine.verifier_id(&goldenset_core::TenantId::default()).to_owned(),
            serve_threshold: engine.settings.serve_threshold,
            min_similarity: engine.settings.defaults.min_similarity,
        }
    }
}

/// The figures of questions: of all, and of each part. What has no kind or language is under
/// [`super::UNLABELLED`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Questions {
    /// Over all questions.
    pub all: Figures,
    /// By kind of question.
    pub by_kind: BTreeMap<String, Figures>,
    /// By language.
    pub by_lang: BTreeMap<String, Figures>,
    /// By golden set.
    pub by_set: BTreeMap<String, Figures>,
    /// What each serve threshold would do over all, from the highest to the lowest.
    pub curve: Vec<CurvePoint>,
    /// Scores of the best candidates, in bins of equal width from 0 to 1.
    pub histogram: Vec<Bin>,
}

/// Best candidates with a score within a range.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Bin {
    /// Least score.
    pub from: f64,
    /// The scores are below this one; the last bin has 1 in it.
    pub to: f64,
    /// They answer the question.
    pub right: usize,
    /// Another entry does.
    pub wrong: usize,
    /// No entry does.
    pub unanswerable: usize,
}

impl Questions {
    /// The figures of questions; `None` of none.
    #[must_use]
    pub fn new(judgements: &[Judgement]) -> Option<Self> {
        let all: Vec<_> = judgements.iter().collect();
        let by = |part: fn(&Judgement) -> &str| parts(&all, part, Figures::new);
        (!all.is_empty()).then(|| Self {
            all: Figures::new(&all),
            by_kind: by(|judgement| &judgement.kind),
            by_lang: by(|judgement| &judgement.lang),
            by_set: by(|judgement| &judgement.set),
            curve: risk_curve(&all),
            histogram: histogram(judgements),
        })
    }
}

fn histogram(judgements: &[Judgement]) -> Vec<Bin> {
    let edge = |place: usize| place as f64 / BINS as f64;
    let bin = |place| Bin { from: edge(place), to: edge(place + 1), ..Bin::default() };
    let mut bins: Vec<_> = (0..BINS).map(bin).collect();
    for judgement in judgements.iter().filter(|judgement| judgement.best.is_some()) {
        let place = (score(judgement) * BINS as f64) as usize;
        let bin = &mut bins[place.min(BINS - 1)];
        *match (judgement.right(), judgement.answerable) {
            (true, _) => &mut bin.right,
            (false, true) => &mut bin.wrong,
            (false, false) => &mut bin.unanswerable,
        } += 1;
    }
    bins
}

/// The figures of pairs: of all, and of each part with thresholds of its own.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pairs {
    /// Over all pairs.
    pub all: TrapFigures,
    /// By language.
    pub by_lang: BTreeMap<String, TrapFigures>,
    /// By the set or file that they came from.
    pub by_set: BTreeMap<String, TrapFigures>,
}

impl Pairs {
    /// The figures of pairs; `None` of none.
    #[must_use]
    pub fn new(compared: &[Compared]) -> Option<Self> {
        let all: Vec<_> = compared.iter().collect();
        let by = |part: fn(&Compared) -> &str| parts(&all, part, TrapFigures::new);
        (!all.is_empty()).then(|| Self {
            all: TrapFigures::new(&all),
            by_lang: by(|pair| &pair.lang),
            by_set: by(|pair| &pair.set),
        })
    }
}

fn parts<T, F>(items: &[&T], part: fn(&T) -> &str, figures: fn(&[&T]) -> F) -> BTreeMap<String, F> {
    let mut parts = BTreeMap::<&str, Vec<&T>>::new();
    for item in items {
        parts.entry(part(item)).or_default().push(item);
    }
    parts.into_iter().map(|(name, items)| (name.to_owned(), figures(&items))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Best;
    use super::super::judgement::tests::judged;
    use super::*;

    #[test]
    fn parts_add_up() {
        let case = |kind: &str, lang: &str, answerable, score, right| Judgement {
            kind: kind.into(),
            lang: lang.into(),
            ..judged(answerable, Best { score, right, passes: true }, 0.9)
        };
        let cases = [
            case("a", "it", true, 1.0, true),
            case("a", "en", true, 0.2, false),
            case("b", "it", false, 0.97, false),
            case("b", "it", false, 0.0, false),
        ];
        let questions = Questions::new(&cases).unwrap();
        for parts in [&questions.by_kind, &questions.by_lang, &questions.by_set] {
            let sum = |of: fn(&Figures) -> usize| parts.values().map(of).sum::<usize>();
            assert_eq!(sum(|figures| figures.counts.queries), questions.all.counts.queries);
            assert_eq!(sum(|figures| figures.coverage.part), questions.all.coverage.part);
            assert_eq!(sum(|figures| figures.served_error.whole), 2);
        }
        let bins: Vec<_> = questions
            .histogram
            .iter()
            .enumerate()
            .filter(|(_, bin)| bin.right + bin.wrong + bin.unanswerable > 0)
            .map(|(place, bin)| (place, bin.right, bin.wrong, bin.unanswerable))
            .collect();
        assert_eq!(bins, [(0, 0, 0, 1), (4, 0, 1, 0), (19, 1, 0, 1)]);
        assert_eq!(Questions::new(&[]), None);
        assert_eq!(Pairs::new(&[]), None);
    }
}
