//! Guards and score alone: what a lookup does between search and decision.

use std::hint::black_box;
use std::time::Instant;

use goldenset_core::canonical::Canonical;
use goldenset_core::ports::Embedder;
use goldenset_core::verifier::{Candidate, EntryProfile, Verifier};
use goldenset_core::{Code, Embedding, Error, Result};
use goldenset_vectors::dot;

use super::case::Cases;
use super::ground::Rows;
use super::latency::Latencies;

/// Candidates of a question.
pub(super) const CANDIDATES: usize = 10;

/// An entry with what is known of its phrasings.
struct Known {
    profile: EntryProfile,
    vectors: Vec<Embedding>,
}

/// A question with the places of its nearest entries, and how near they are.
struct Asked {
    canonical: Canonical,
    embedding: Embedding,
    nearest: Vec<(usize, f32)>,
}

/// Entries, and questions with their nearest ones.
pub(super) struct Verification {
    verifier: Verifier,
    entries: Vec<Known>,
    questions: Vec<Asked>,
}

impl Verification {
    /// The entries of a set, and of each of the questions the nearest ones by a look at every row.
    pub(super) async fn new(
        verifier: Verifier,
        model: &dyn Embedder,
        rows: &Rows,
        cases: &Cases,
        questions: usize,
    ) -> Result<Self> {
        let mut entries = Vec::with_capacity(rows.len());
        for (_, content) in rows {
            let mut vectors = Vec::new();
            for phrasing in content.phrasings() {
                vectors.push(embedding(model, &Canonical::of(phrasing)).await?);
            }
            let profile = verifier.entry(content, vectors.iter().map(|one| &one.words));
            entries.push(Known { profile, vectors });
        }
        let mut asked = Vec::with_capacity(questions);
        for case in cases.iter().take(questions) {
            let canonical = Canonical::of(&case.query);
            let embedding = embedding(model, &canonical).await?;
            let nearest = nearest(&entries, &embedding);
            asked.push(Asked { canonical, embedding, nearest });
        }
        Ok(Self { verifier, entries, questions: asked })
    }

    /// Prepares each question and judges its candidates, `calls` times in all.
    pub(super) fn measure(&self, calls: usize) -> Result<Latencies> {
        let mut latencies = Latencies::new()?;
        let asked = self.questions.iter().cycle().take(calls);
        for Asked { canonical, embedding, nearest } in asked {
            let candidates: Vec<_> = nearest
                .iter()
                .filter_map(|(place, similarity)| {
                    let profile = &self.entries.get(*place)?.profile;
                    Some(Candidate { profile, similarity: *similarity })
                })
                .collect();
            let started = Instant::now();
            let question = self.verifier.question(black_box(canonical), &embedding.words);
            let verdicts =
                black_box(self.verifier.judge(&question, black_box(&candidates), candidates.len()));
            latencies.record(started.elapsed());
            if verdicts.len() != CANDIDATES {
                let detail = format!("{} verdicts on {CANDIDATES} candidates", verdicts.len());
                return Err(Error::new(Code::Internal, detail));
            }
        }
        Ok(latencies)
    }
}

async fn embedding(model: &dyn Embedder, text: &Canonical) -> Result<Embedding> {
    let made = model.embed(&[text.text()]).await?;
    let none = || Error::new(Code::EmbeddingMismatch, "the model gave no vector");
    made.into_iter().next().ok_or_else(none)
}

/// Places of the nearest entries with their similarity, the nearest first.
fn nearest(entries: &[Known], question: &Embedding) -> Vec<(usize, f32)> {
    let similarity = |known: &Known| {
        known.vectors.iter().map(|one| dot(&question.vector, &one.vector)).fold(-1.0, f32::max)
    };
    let mut all: Vec<_> = entries.iter().map(similarity).enumerate().collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    all.truncate(CANDIDATES);
    all
}
