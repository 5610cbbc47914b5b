//! Labelled features: what the search finds for labelled questions.

use std::collections::HashSet;
use std::sync::Arc;

use goldenset_core::canonical::Canonical;
use goldenset_core::decision::ELIGIBLE;
use goldenset_core::guards::{Effect, Lexicon};
use goldenset_core::ports::{Embedder, Pair};
use goldenset_core::verifier::{
    Candidate, EntryProfile, Evidence, Hearing, PAIR_FEATURES, QuestionProfile, RANKED_FEATURES,
    Reading, Rival, Standing, pair_features, ranked_features,
};
use goldenset_core::{Embedding, Result};
use goldenset_vectors::VectorSet;

use super::logistic::Row;
use super::{FITTED_CANDIDATES, LabelledSet};
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
    standings: Vec<Standing>,
    pub(super) labels: Vec<Label>,
    /// The question with the nearest phrasing of each of the first [`FITTED_CANDIDATES`], where
    /// opinions on them are wanted.
    pub(super) pairs: Vec<Pair>,
    /// What a pair model says of them, in log-odds; none where none was asked.
    pub(super) opinions: Vec<f32>,
}

impl Asked {
    /// The candidates with their features, each row counting `weight`.
    pub(super) fn samples(&self, least: &Rival, weight: f64) -> impl Iterator<Item = Sample> {
        self.labels.iter().enumerate().map(move |(place, Label { effect, yes })| {
            let faces = |other: &usize| {
                *other != place && self.standings[place].faces(&self.standings[*other])
            };
            let rivals = (0..self.evidence.len())
                .filter(faces)
                .map(|other| Rival::from(&self.evidence[other]));
            let features = ranked_features(&self.evidence[place], rivals, least);
            let alone = pair_features(&self.evidence[place]);
            Sample {
                ranked: Row { features, yes: *yes, weight },
                pair: Row { features: alone, yes: *yes, weight },
                effect: *effect,
                yes: *yes,
            }
        })
    }
}

/// What the search found for the questions of one set.
#[derive(Debug, Clone)]
pub(super) struct AskedSet {
    /// See [`LabelledSet::share`].
    pub(super) share: f64,
    /// In the set as it is.
    pub(super) whole: Vec<Asked>,
    /// In the set without the right entries, for the questions that it answers: there, each is a
    /// question that looks answerable and is not.
    pub(super) bereft: Vec<Asked>,
}

/// The texts of one set with their embeddings.
pub(super) struct EmbeddedSet<'a> {
    set: &'a LabelledSet,
    /// Of the phrasings of all entries, one after the other.
    phrasings: Vec<(Canonical, Embedding)>,
    questions: Vec<(Canonical, Embedding)>,
}

impl<'a> EmbeddedSet<'a> {
    pub(super) async fn new(
        embedder: &dyn Embedder,
        set: &'a LabelledSet,
        progress: Progress<'_>,
    ) -> Result<Self> {
        let phrasings = set.entries.iter().flat_map(|(_, content)| content.phrasings());
        let phrasings: Vec<_> = phrasings.map(Canonical::of).collect();
        let questions = set.queries.iter().map(|query| Canonical::of(&query.query));
        let questions: Vec<_> = questions.collect();
        let of_questions = embed(embedder, &questions, progress).await?;
        let of_phrasings = embed(embedder, &phrasings, progress).await?;
        Ok(Self {
            set,
            phrasings: phrasings.into_iter().zip(of_phrasings).collect(),
            questions: questions.into_iter().zip(of_questions).collect(),
        })
    }

    /// Sum of all word vectors, and how many there are.
    pub(super) fn add_words(&self, sum: &mut [f64], count: &mut usize) {
        let texts = self.phrasings.iter().chain(&self.questions);
        for word in texts.flat_map(|(_, embedding)| embedding.words.iter()) {
            for (sum, code) in sum.iter_mut().zip(word.codes) {
                *sum += f64::from(*code) * f64::from(word.scale);
            }
            *count += 1;
        }
    }

    /// Asks every question.
    pub(super) fn ask(&self, word_mean: &[f32], dimensions: usize) -> AskedSet {
        let reading = Reading { lexicon: Lexicon::shipped(), word_mean };
        let entries = &self.set.entries;
        let groups = (0u32..)
            .zip(entries)
            .flat_map(|(group, (_, content))| content.phrasings().map(move |_| group));
        let rows = groups.zip(self.phrasings.iter().map(|(_, embedding)| &*embedding.vector));
        let mut left = self.phrasings.as_slice();
        let (mut profiles, mut phrasings) = (Vec::new(), Vec::new());
        for (_, content) in entries {
            let (own, others) = left.split_at(content.phrasings().count());
            left = others;
            let words = own.iter().map(|(_, embedding)| &embedding.words);
            profiles.push(EntryProfile::of(content, words, reading));
            phrasings.push(own);
        }
        let index = Index {
            set: self.set,
            profiles,
            phrasings,
            vectors: VectorSet::new(dimensions).changed(&HashSet::new(), rows),
        };
        let mut asked = AskedSet { share: self.set.share, whole: Vec::new(), bereft: Vec::new() };
        for (place, (text, embedding)) in self.questions.iter().enumerate() {
            let profile = QuestionProfile::of(text, &embedding.words, reading);
            let question = (text, &profile, &*embedding.vector);
            asked.whole.push(index.ask(place, question, |_| true));
            let gold = &self.set.queries[place].gold;
            if !gold.is_empty() {
                let wrong = |group| !gold.contains(&entries[group as usize].0);
                asked.bereft.push(index.ask(place, question, wrong));
            }
        }
        asked
    }
}

struct Index<'a> {
    set: &'a LabelledSet,
    profiles: Vec<EntryProfile>,
    /// Of each entry.
    phrasings: Vec<&'a [(Canonical, Embedding)]>,
    vectors: VectorSet,
}

impl Index<'_> {
    fn ask(
        &self,
        place: usize,
        (text, question, vector): (&Canonical, &QuestionProfile, &[f32]),
        allow: impl Fn(u32) -> bool,
    ) -> Asked {
        let gold = &self.set.queries[place].gold;
        let hits = self.vectors.search(vector, ELIGIBLE, allow);
        let candidates = hits.iter().map(|hit| Candidate {
            profile: &self.profiles[hit.group as usize],
            similarity: hit.similarity,
        });
        let candidates: Vec<_> = candidates.collect();
        let hearing = Hearing::of(question, &candidates);
        let labels = hits.iter().zip(hearing.effects()).map(|(hit, effect)| Label {
            effect,
            yes: gold.contains(&self.set.entries[hit.group as usize].0),
        });
        let wanted = if self.set.opinions { FITTED_CANDIDATES } else { 0 };
        let judged_by = hits.iter().zip(hearing.phrasings()).take(wanted);
        let pairs = judged_by.map(|(hit, phrasing)| Pair {
            question: text.text(),
            entry: self.phrasings[hit.group as usize][*phrasing].0.text(),
        });
        Asked {
            answerable: !gold.is_empty(),
            pairs: pairs.collect(),
            opinions: Vec::new(),
            labels: labels.collect(),
            evidence: hearing.evidence(),
            standings: hearing.standings().to_vec(),
        }
    }
}

async fn embed(
    embedder: &dyn Embedder,
    texts: &[Canonical],
    progress: Progress<'_>,
) -> Result<Vec<Embedding>> {
    let texts: Vec<Arc<str>> = texts.iter().map(Canonical::text).collect();
    let mut embeddings = Vec::with_capacity(texts.len());
    for part in texts.chunks(PART) {
        embeddings.extend(embedder.embed(part).await?);
        progress(embeddings.len(), texts.len());
    }
    Ok(embeddings)
}
