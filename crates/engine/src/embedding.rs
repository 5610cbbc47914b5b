//! Embeddings of questions: from the cache, from work under way, or from the provider.

use std::sync::Arc;

use goldenset_core::canonical::Canonical;
use goldenset_core::ports::{Clock, Embedder};
use goldenset_core::{Code, Embedding, Error, Result, Signature};

use crate::cache::{CacheLimits, EmbeddingCache};
use crate::engine::Progress;
use crate::single_flight::{Flights, Pilot, Seat};

/// Where a question's embedding came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EmbeddingSource {
    /// The cache had it.
    Cache,
    /// Another caller was waiting for it already.
    Joined,
    /// The provider was asked.
    Provider,
}

/// Asks the provider as little as possible.
pub(crate) struct Embeddings {
    shared: Arc<Shared>,
}

/// What the provider's tasks need when the caller is gone.
struct Shared {
    embedder: Arc<dyn Embedder>,
    clock: Arc<dyn Clock>,
    cache: EmbeddingCache,
    flights: Flights<Signature, Embedding>,
    /// Most texts in one call of the provider.
    part: usize,
}

impl Embeddings {
    pub(crate) fn new(
        embedder: Arc<dyn Embedder>,
        clock: Arc<dyn Clock>,
        limits: CacheLimits,
        part: usize,
    ) -> Self {
        let cache = EmbeddingCache::new(limits);
        let flights = Flights::new();
        let part = part.max(1);
        Self { shared: Arc::new(Shared { embedder, clock, cache, flights, part }) }
    }

    pub(crate) fn embedder(&self) -> &Arc<dyn Embedder> {
        &self.shared.embedder
    }

    pub(crate) fn cached(&self) -> usize {
        self.shared.cache.len()
    }

    /// The embeddings of `texts` from the provider, at most the configured number in one call.
    /// `progress` hears of each call.
    pub(crate) async fn fresh(
        &self,
        texts: &[Arc<str>],
        progress: Progress<'_>,
    ) -> Result<Vec<Embedding>> {
        let mut embeddings = Vec::with_capacity(texts.len());
        for part in texts.chunks(self.shared.part) {
            embeddings.extend(self.shared.ask(part).await?);
            progress(embeddings.len(), texts.len());
        }
        Ok(embeddings)
    }

    /// The embedding of one question.
    pub(crate) async fn one(&self, question: &Canonical) -> Result<(Embedding, EmbeddingSource)> {
        match self.many(std::slice::from_ref(question)).await.pop() {
            Some(result) => result,
            None => Err(Error::new(Code::Internal, "no embedding for one question")),
        }
    }

    /// One result a question, in order. All that neither the cache nor a call under way has is
    /// asked of the provider at once, in parts of the configured size; equal questions once.
    pub(crate) async fn many(
        &self,
        questions: &[Canonical],
    ) -> Vec<Result<(Embedding, EmbeddingSource)>> {
        let mut waiting = Vec::with_capacity(questions.len());
        let mut missing = Vec::new();
        for question in questions {
            let (place, opened) = self.shared.seek(question);
            missing.extend(opened.map(|pilot| (pilot, question.text())));
            waiting.push(place);
        }
        while !missing.is_empty() {
            let rest = missing.split_off(missing.len().min(self.shared.part));
            // In a task of its own: when this caller goes away, others may be aboard, and what is
            // under way is worth keeping.
            tokio::spawn(Arc::clone(&self.shared).fetch(missing));
            missing = rest;
        }
        let mut results = Vec::with_capacity(waiting.len());
        for place in waiting {
            results.push(match place {
                Place::Cached(embedding) => Ok((embedding, EmbeddingSource::Cache)),
                Place::Aboard(seat, source) => {
                    seat.arrive().await.map(|embedding| (embedding, source))
                }
            });
        }
        results
    }
}

enum Place {
    Cached(Embedding),
    Aboard(Seat<Embedding>, EmbeddingSource),
}

impl Shared {
    fn seek(&self, question: &Canonical) -> (Place, Option<Pilot<Signature, Embedding>>) {
        let signature = question.signature();
        if let Some(embedding) = self.cache.get(&signature, self.clock.now()) {
            return (Place::Cached(embedding), None);
        }
        let (seat, pilot) = self.flights.board(&signature);
        let Some(pilot) = pilot else {
            return (Place::Aboard(seat, EmbeddingSource::Joined), None);
        };
        // A flight may have landed between the two looks.
        if let Some(embedding) = self.cache.get(&signature, self.clock.now()) {
            self.flights.land(pilot, Ok(embedding.clone()));
            return (Place::Cached(embedding), None);
        }
        (Place::Aboard(seat, EmbeddingSource::Provider), Some(pilot))
    }

    async fn fetch(self: Arc<Self>, wanted: Vec<(Pilot<Signature, Embedding>, Arc<str>)>) {
        let (pilots, texts): (Vec<_>, Vec<_>) = wanted.into_iter().unzip();
        match self.ask(&texts).await {
            Ok(embeddings) => {
                let now = self.clock.now();
                for (pilot, embedding) in pilots.into_iter().zip(embeddings) {
                    self.cache.put(pilot.key, now, embedding.clone());
                    self.flights.land(pilot, Ok(embedding));
                }
            }
            Err(error) => {
                for pilot in pilots {
                    self.flights.land(pilot, Err(error.share()));
                }
            }
        }
    }

    /// One embedding a text, each with as many dimensions as the model has: any other would be
    /// found by no search.
    async fn ask(&self, texts: &[Arc<str>]) -> Result<Vec<Embedding>> {
        let embeddings = self.embedder.embed(texts).await?;
        let length = self.embedder.dimensions();
        let fault = if embeddings.len() != texts.len() {
            format!("{} vectors for {} texts", embeddings.len(), texts.len())
        } else if let Some(odd) = embeddings.iter().find(|one| !one.has_dimensions(length)) {
            let (vector, words) = (odd.vector.len(), odd.words.dimensions());
            format!("vectors of {vector} and {words} numbers where the model has {length}")
        } else {
            return Ok(embeddings);
        };
        Err(Error::new(Code::EmbeddingMismatch, fault)
            .fix("check that the configured model and dimensions are those of the provider"))
    }
}
