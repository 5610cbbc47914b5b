//! Fits the score of an embedding model.
//!
//! It is fitted on golden sets with labelled questions: what the search finds for each question is
//! labelled by whether it answers it. The *ranked* score, which lookups use, sees a candidate
//! among its rivals; the *pair* score, which compares two texts, sees it alone. A golden
//! set counts as much as its share says, however many questions it has.

mod ablation;
mod from_pairs;
mod held_out;
mod logistic;
mod opinion;
mod samples;

use goldenset_core::guards::Effect;
use goldenset_core::ports::Embedder;
use goldenset_core::verifier::{
    Evidence, FORMAT, Logistic, OpinionWeights, PAIR_FEATURES, RANKED_FEATURES, Rival, Weights,
};
use goldenset_core::{Code, EntryContent, EntryId, Error, Result};
use serde::Serialize;

pub use ablation::Ablation;
pub use from_pairs::from_pairs;
pub use held_out::HeldOut;
use samples::{Asked, AskedSet, EmbeddedSet, Sample};

use crate::engine::Progress;
use crate::eval::LabelledQuery;
use crate::opinion::PairJudge;

/// Candidates of a question that are fitted on, by similarity: the ones that a lookup may serve
/// in practice. More would teach the score to tell strangers apart, which the search does.
const FITTED_CANDIDATES: usize = 3;

/// Share of right answers whose nearest rival was farther than the least rival. Higher is safer in
/// small sets and serves less in large ones: on the sets of `docs/verification.md`, 0.1 gives up a
/// tenth of what is served, and of wrong entries that stand alone it lets a fifth as many pass.
const RIVAL_QUANTILE: f64 = 0.1;

/// How much a question counts whose right entries were taken away, beside one in the whole set. More
/// makes every score lower; without any, an entry that stands alone is believed too easily.
const BEREFT_WEIGHT: f64 = 0.1;

/// A golden set with labelled questions.
pub struct LabelledSet {
    /// Name, for reports.
    pub name: String,
    /// The entries.
    pub entries: Vec<(EntryId, EntryContent)>,
    /// The questions.
    pub queries: Vec<LabelledQuery>,
    /// How much the set counts in the fit, beside others; 1 for one that people asked.
    pub share: f64,
    /// Whether a pair model is asked about it. Not where it may have been trained on the very
    /// texts: there it is surer than it will ever be again.
    pub opinions: bool,
}

/// What the fit saw.
#[derive(Debug, Clone, Serialize)]
pub struct FitReport {
    /// Questions asked.
    pub questions: usize,
    /// For each set, a fit on the other sets tried on it; none for a single set.
    pub held_out: Vec<HeldOut>,
    /// The same without the second opinion; none where there was none.
    pub without_opinion: Vec<HeldOut>,
    /// For each feature, how the held-out figures change without it; none for a single set.
    pub ablation: Vec<Ablation>,
}

/// Fits weights for the embedder's model, and for the opinions of the judge if there is one.
///
/// # Errors
/// `bad_rows` when there is too little to fit on; faults of the provider.
pub async fn fit(
    embedder: &dyn Embedder,
    judge: Option<&PairJudge>,
    sets: &[LabelledSet],
    serve_threshold: f64,
    progress: Progress<'_>,
) -> Result<(Weights, FitReport)> {
    let mut embedded = Vec::with_capacity(sets.len());
    for set in sets {
        embedded.push(EmbeddedSet::new(embedder, set, progress).await?);
    }
    let word_mean = word_mean(&embedded, embedder.dimensions());
    let mut asked: Vec<AskedSet> =
        embedded.iter().map(|set| set.ask(&word_mean, embedder.dimensions())).collect();
    if let Some(judge) = judge {
        opinion::ask(&*judge.model, &mut asked, progress).await?;
    }
    let fitted = Fitted::on(judge, &asked.iter().collect::<Vec<_>>(), None)?;
    let names: Vec<_> = sets.iter().map(|set| set.name.as_str()).collect();
    let weights = Weights {
        format: FORMAT,
        model: embedder.model().as_str().to_owned(),
        fitted_on: names.join(", "),
        word_mean,
        rival: fitted.rival,
        ranked: fitted.score,
        pair: fitted.pair,
        refuse_factor: fitted.refuse_factor,
        suggest_only_factor: fitted.suggest_only_factor,
        opinion: fitted.opinion.map(|(_, weights)| weights),
    };
    let trial = Trial { judge, names: &names, asked: &asked, serve_threshold };
    let held_out = trial.held_out(None)?;
    let without_opinion = match judge {
        Some(_) => Trial { judge: None, ..trial }.held_out(None)?,
        None => Vec::new(),
    };
    let ablation = match held_out.is_empty() {
        true => Vec::new(),
        false => ablation::without_each(&trial, &held_out)?,
    };
    let questions = asked.iter().map(|set| set.whole.len()).sum();
    Ok((weights, FitReport { questions, held_out, without_opinion, ablation }))
}

/// Fits on all sets but one, tried on that one.
#[derive(Clone, Copy)]
struct Trial<'a> {
    judge: Option<&'a PairJudge>,
    names: &'a [&'a str],
    asked: &'a [AskedSet],
    serve_threshold: f64,
}

impl Trial<'_> {
    /// One a set, if asked to, `without` one of the ranked features; nothing for a single set.
    fn held_out(&self, without: Option<usize>) -> Result<Vec<HeldOut>> {
        if self.asked.len() < 2 {
            return Ok(Vec::new());
        }
        let tried = self.names.iter().zip(self.asked).enumerate().map(|(place, (name, set))| {
            let others = self.asked.iter().enumerate().filter(|(other, _)| *other != place);
            let others: Vec<_> = others.map(|(_, set)| set).collect();
            let fitted = Fitted::on(self.judge, &others, without)?;
            Ok(HeldOut::new(name, &set.whole, &fitted, self.serve_threshold))
        });
        tried.collect()
    }
}

/// Mean of all word vectors, 9 digits a number; empty where the model gives none.
fn word_mean(sets: &[EmbeddedSet<'_>], dimensions: usize) -> Vec<f32> {
    let (mut sum, mut count) = (vec![0.0; dimensions], 0);
    sets.iter().for_each(|set| set.add_words(&mut sum, &mut count));
    if count == 0 {
        return Vec::new();
    }
    sum.iter().map(|sum| (sum / count as f64) as f32).collect()
}

/// What one fit brings.
struct Fitted<'a> {
    rival: Rival,
    score: Logistic,
    pair: Logistic,
    refuse_factor: f64,
    suggest_only_factor: f64,
    opinion: Option<(&'a PairJudge, OpinionWeights)>,
}

impl<'a> Fitted<'a> {
    /// Fits on some sets, if asked to, `without` one of the ranked features.
    fn on(
        judge: Option<&'a PairJudge>,
        sets: &[&AskedSet],
        without: Option<usize>,
    ) -> Result<Self> {
        let mut fitted = fit_sets(sets, without)?;
        if let Some(judge) = judge {
            fitted.opinion = Some((judge, opinion::fit(judge, sets, &fitted)?));
        }
        Ok(fitted)
    }

    fn probability(&self, sample: &Sample) -> f64 {
        let factor = match sample.effect {
            Effect::Explain | Effect::Lower => 1.0,
            Effect::SuggestOnly => self.suggest_only_factor,
            Effect::Refuse => self.refuse_factor,
        };
        self.score.probability(&sample.ranked.features) * factor
    }

    /// The candidates of a question with their scores.
    fn scored(&self, asked: &Asked) -> Vec<(f64, Sample)> {
        let mut scored = self.before_opinions(asked);
        if let Some((judge, weights)) = &self.opinion {
            opinion::heed(judge, weights, asked, &mut scored);
        }
        scored
    }

    fn before_opinions(&self, asked: &Asked) -> Vec<(f64, Sample)> {
        let samples = asked.samples(&self.rival, 1.0);
        samples.map(|sample| (self.probability(&sample), sample)).collect()
    }
}

/// The fit without opinions.
fn fit_sets(sets: &[&AskedSet], without: Option<usize>) -> Result<Fitted<'static>> {
    let rival = usual_rival(sets)?;
    let mut samples: Vec<Sample> = Vec::new();
    for set in sets {
        for (asked, share) in [(&set.whole, 1.0), (&set.bereft, BEREFT_WEIGHT)] {
            let rows: usize =
                asked.iter().map(|asked| asked.labels.len().min(FITTED_CANDIDATES)).sum();
            // As if each set had a thousand rows.
            let weight = 1000.0 * share * set.share / rows.max(1) as f64;
            samples.extend(
                asked.iter().flat_map(|one| one.samples(&rival, weight).take(FITTED_CANDIDATES)),
            );
        }
    }
    if let Some(feature) = without {
        // A feature that is 0 everywhere gets no coefficient.
        samples.iter_mut().for_each(|sample| sample.ranked.features[feature] = 0.0);
    }
    // Guards have their own say; the scores are fitted on what they let pass.
    let passing: Vec<_> = samples.iter().filter(|s| s.effect.may_be_served()).collect();
    let ranked: Vec<_> = passing.iter().map(|sample| sample.ranked).collect();
    let pair: Vec<_> = passing.iter().map(|sample| sample.pair).collect();
    let score = logistic::fit(&ranked, &RANKED_FEATURES)?;
    let pair = logistic::fit(&pair, &PAIR_FEATURES)?;
    let factor = |effect| {
        let rows = samples.iter().filter(|s| s.effect == effect).map(|s| s.ranked);
        logistic::factor(rows, &score)
    };
    Ok(Fitted {
        rival,
        refuse_factor: factor(Effect::Refuse),
        suggest_only_factor: factor(Effect::SuggestOnly),
        score,
        pair,
        opinion: None,
    })
}

/// The rival that all but a few right answers had: the [`RIVAL_QUANTILE`] of the nearest other
/// entry's evidence, where the most similar candidate was right.
fn usual_rival(sets: &[&AskedSet]) -> Result<Rival> {
    let right = sets.iter().flat_map(|set| &set.whole).filter(|asked| {
        asked.evidence.len() > 1 && asked.labels.first().is_some_and(|label| label.yes)
    });
    let rivals = right.map(|asked| &asked.evidence[1..]);
    let quantile = |value: fn(&Evidence) -> f64| {
        let best = rivals.clone().map(|rivals| rivals.iter().map(value).fold(0.0, f64::max));
        let mut best: Vec<_> = best.collect();
        best.sort_by(f64::total_cmp);
        best.get((best.len() as f64 * RIVAL_QUANTILE) as usize).copied()
    };
    let rival =
        quantile(|evidence| evidence.similarity).zip(quantile(|evidence| evidence.likeness));
    rival.map(|(similarity, likeness)| Rival { similarity, likeness }).ok_or_else(|| {
        Error::new(Code::BadRows, "no question's most similar entry is the right one")
            .fix("give sets whose questions some entries answer")
    })
}
