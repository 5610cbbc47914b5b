//! Fits the score of an embedding model.
//!
//! It is fitted on golden sets with labelled questions: what the search finds for each question is
//! labelled by whether it answers it. The *ranked* score, which lookups use, sees a candidate
//! among its rivals; the *pair* score, which compares two texts, sees it alone. Every golden set
//! counts the same, however many questions it has.

mod held_out;
mod logistic;
mod samples;

use goldenset_core::guards::Effect;
use goldenset_core::ports::Embedder;
use goldenset_core::verifier::{
    Evidence, FORMAT, Logistic, PAIR_FEATURES, RANKED_FEATURES, Rival, Weights,
};
use goldenset_core::{Code, EntryContent, EntryId, Error, Result};
use serde::Serialize;

pub use held_out::HeldOut;
use samples::{Asked, Sample};

use crate::engine::Progress;
use crate::eval::LabelledQuery;

/// Candidates of a question that are fitted on, by similarity: the ones that a lookup may serve
/// in practice. More would teach the score to tell strangers apart, which the search does.
const FITTED_CANDIDATES: usize = 3;

/// Share of right answers whose nearest rival was farther than the least rival. Higher is safer in
/// small sets and serves less in large ones: on the sets of `docs/verification.md`, 0.1 gives up a
/// tenth of what is served, and of wrong entries that stand alone it lets a fifth as many pass.
const RIVAL_QUANTILE: f64 = 0.1;

/// A golden set with labelled questions.
pub struct LabelledSet {
    /// Name, for reports.
    pub name: String,
    /// The entries.
    pub entries: Vec<(EntryId, EntryContent)>,
    /// The questions.
    pub queries: Vec<LabelledQuery>,
}

/// What the fit saw.
#[derive(Debug, Clone, Serialize)]
pub struct FitReport {
    /// Questions asked.
    pub questions: usize,
    /// For each set, a fit on the other sets tried on it; none for a single set.
    pub held_out: Vec<HeldOut>,
}

/// Fits weights for the embedder's model.
///
/// # Errors
/// `bad_rows` when there is too little to fit on; faults of the provider.
pub async fn fit(
    embedder: &dyn Embedder,
    sets: &[LabelledSet],
    serve_threshold: f64,
    progress: Progress<'_>,
) -> Result<(Weights, FitReport)> {
    let mut asked = Vec::with_capacity(sets.len());
    for set in sets {
        asked.push(samples::ask(embedder, set, progress).await?);
    }
    let fitted = fit_sets(&asked)?;
    let names: Vec<_> = sets.iter().map(|set| set.name.as_str()).collect();
    let weights = Weights {
        format: FORMAT,
        model: embedder.model().as_str().to_owned(),
        fitted_on: names.join(", "),
        rival: fitted.rival,
        ranked: fitted.score,
        pair: fitted.pair,
        refuse_factor: fitted.refuse_factor,
        suggest_only_factor: fitted.suggest_only_factor,
    };
    let mut held_out = Vec::new();
    if sets.len() > 1 {
        for (place, set) in sets.iter().enumerate() {
            let others: Vec<_> = (asked.iter().enumerate())
                .filter(|(other, _)| *other != place)
                .map(|(_, asked)| asked.clone())
                .collect();
            let fitted = fit_sets(&others)?;
            held_out.push(HeldOut::new(&set.name, &asked[place], &fitted, serve_threshold));
        }
    }
    let questions = asked.iter().map(Vec::len).sum();
    Ok((weights, FitReport { questions, held_out }))
}

/// What one fit brings.
struct Fitted {
    rival: Rival,
    score: Logistic,
    pair: Logistic,
    refuse_factor: f64,
    suggest_only_factor: f64,
}

impl Fitted {
    fn probability(&self, sample: &Sample) -> f64 {
        let factor = match sample.effect {
            Effect::Explain => 1.0,
            Effect::SuggestOnly => self.suggest_only_factor,
            Effect::Refuse => self.refuse_factor,
        };
        self.score.probability(&sample.ranked.features) * factor
    }
}

fn fit_sets(sets: &[Vec<Asked>]) -> Result<Fitted> {
    let rival = usual_rival(sets)?;
    let mut samples: Vec<Sample> = Vec::new();
    for set in sets {
        let rows: usize = set.iter().map(|asked| asked.labels.len().min(FITTED_CANDIDATES)).sum();
        // As if each set had a thousand rows.
        let weight = 1000.0 / rows.max(1) as f64;
        samples.extend(
            set.iter().flat_map(|asked| asked.samples(&rival, weight).take(FITTED_CANDIDATES)),
        );
    }
    // Guards have their own say; the scores are fitted on what they let pass.
    let passing: Vec<_> = samples.iter().filter(|s| s.effect == Effect::Explain).collect();
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
    })
}

/// The rival that all but a few right answers had: the [`RIVAL_QUANTILE`] of the nearest other
/// entry's evidence, where the most similar candidate was right.
fn usual_rival(sets: &[Vec<Asked>]) -> Result<Rival> {
    let right = sets.iter().flatten().filter(|asked| {
        asked.evidence.len() > 1 && asked.labels.first().is_some_and(|label| label.yes)
    });
    let rivals = right.map(|asked| &asked.evidence[1..]);
    let quantile = |value: fn(&Evidence) -> f64| {
        let best = rivals.clone().map(|rivals| rivals.iter().map(value).fold(0.0, f64::max));
        let mut best: Vec<_> = best.collect();
        best.sort_by(f64::total_cmp);
        best.get((best.len() as f64 * RIVAL_QUANTILE) as usize).copied()
    };
    let rival = quantile(|evidence| evidence.similarity).zip(quantile(|evidence| evidence.words));
    rival.map(|(similarity, words)| Rival { similarity, words }).ok_or_else(|| {
        Error::new(Code::BadRows, "no question's most similar entry is the right one")
            .fix("give sets whose questions some entries answer")
    })
}
