//! Labelled features: what the search finds for labelled questions.

use std::collections::HashSet;
use std::sync::Arc;

use goldenset_core::Result;
use goldenset_core::canonical::Canonical;
use goldenset_core::decision::ELIGIBLE;
use goldenset_core::guards::Effect;
use goldenset_core::ports::{Embedder, Vector};
use goldenset_core::verifier::{
    Candidate, EntryProfile, Evidence, PAIR_FEATURES, QuestionProfile, RANKED_FEATURES, Rival,
    Verifier, evidence, pair_features, ranked_features,
};
use goldenset_vectors::VectorSet;

use super::LabelledSet;
use super::logistic::Row;
use crate::engine::Progress;

/// Texts embedded between two reports of progress.
const PART: usize = 64;

/// What is known of one candidate beside its [`Evidence`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Label {
    pub(super) effect: Effect,
    pub(super) yes: bool,
}

/// One candidate with its features.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    pub(super) ranked: Row<{ RANKED_FEATURES.len() }>,
    pub(super) pair: Row<{ PAIR_FEATURES.len() }>,
    pub(super) effect: Effect,
    pub(super) yes: bool,
}

/// What the search found for one question, the most similar first.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// Whether some entry of the set answers it.
    pub(super) answerable: bool,
    pub(super) evidence: Vec<Evidence>,
    pub(super) labels: Vec<Label>,
}

impl Asked {
    /// The candidates with their features, each row counting `weight`.
    pub(super) fn samples(&self, least: &Rival, weight: f64) -> impl Iterator<Item = Sample> {
        self.labels.iter().enumerate().map(move |(place, Label { effect, yes })| {
            let features = ranked_features(&self.evidence, place, least);
            let alone = pair_features(self.evidence[place].similarity);
            Sample {
                ranked: Row { features, yes: *yes, weight },
                pair: Row { features: alone, yes: *yes, weight },
                effect: *effect,
                yes: *yes,
            }
        })
    }
}

pub(super) async fn ask(
    embedder: &dyn Embedder,
    set: &LabelledSet,
    progress: Progress<'_>,
) -> Result<Vec<Asked>> {
    let phrasings = set.entries.iter().flat_map(|(_, content)| content.phrasings());
    let phrasings: Vec<_> = phrasings.map(Canonical::of).collect();
    let groups = (0u32..)
        .zip(&set.entries)
        .flat_map(|(group, (_, content))| content.phrasings().map(move |_| group));
    let vectors = embed(embedder, &phrasings, progress).await?;
    let rows = groups.zip(vectors.iter().map(|vector| &**vector));
    let index = VectorSet::new(embedder.dimensions()).changed(&HashSet::new(), rows);
    let profiles: Vec<_> =
        set.entries.iter().map(|(_, content)| EntryProfile::of(content)).collect();

    let questions: Vec<_> = set.queries.iter().map(|query| Canonical::of(&query.query)).collect();
    let vectors = embed(embedder, &questions, progress).await?;
    let verifier = Verifier::without_weights();
    let asked =
        set.queries.iter().zip(&questions).zip(vectors).map(|((labelled, text), vector)| {
            let hits = index.search(&vector, ELIGIBLE, |_| true);
            let candidates: Vec<_> = hits
                .iter()
                .map(|hit| Candidate {
                    profile: &profiles[hit.group as usize],
                    similarity: hit.similarity,
                })
                .collect();
            let question = QuestionProfile::of(text);
            let verdicts = verifier.judge(&question, &candidates);
            let labels = hits.iter().zip(verdicts).map(|(hit, verdict)| {
                let yes = labelled.gold.contains(&set.entries[hit.group as usize].0);
                Label { effect: verdict.effect, yes }
            });
            Asked {
                answerable: !labelled.gold.is_empty(),
                labels: labels.collect(),
                evidence: evidence(&question, &candidates),
            }
        });
    Ok(asked.collect())
}

async fn embed(
    embedder: &dyn Embedder,
    texts: &[Canonical],
    progress: Progress<'_>,
) -> Result<Vec<Vector>> {
    let texts: Vec<Arc<str>> = texts.iter().map(Canonical::text).collect();
    let mut vectors = Vec::with_capacity(texts.len());
    for part in texts.chunks(PART) {
        vectors.extend(embedder.embed(part).await?);
        progress(vectors.len(), texts.len());
    }
    Ok(vectors)
}
