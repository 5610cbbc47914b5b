//! Embeddings of questions: from the cache, from work under way, or from the provider.

use std::collections::HashMap;
use std::sync::Arc;

use goldenset_core::canonical::Canonical;
use goldenset_core::ports::{Clock, Embedder};
use goldenset_core::{Code, Embedding, Error, Result, Signature, TenantId};

use crate::cache::{CacheLimits, EmbeddingCache, EmbeddingKey};
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
    flights: Flights<EmbeddingKey, Embedding>,
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

    pub(crate) fn cache(&self) -> &EmbeddingCache {
        &self.shared.cache
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

    /// One result a question, in order, of questions that are no tenant's: they are neither kept
    /// nor shared with other callers. Equal ones are asked once.
    pub(crate) async fn nobodys(&self, questions: &[Canonical]) -> Vec<Result<Embedding>> {
        let mut places = HashMap::<Signature, usize>::new();
        let mut texts = Vec::new();
        let place = |question: &Canonical| {
            *places.entry(question.signature()).or_insert_with(|| {
                texts.push(question.text());
                texts.len() - 1
            })
        };
        let wanted: Vec<_> = questions.iter().map(place).collect();
        let mut made = Vec::with_capacity(texts.len());
        for part in texts.chunks(self.shared.part) {
            match self.shared.ask(part).await {
                Ok(embeddings) => made.extend(embeddings.into_iter().map(Ok)),
                Err(error) => made.extend(part.iter().map(|_| Err(error.share()))),
            }
        }
        let result = |place: usize| match &made[place] {
            Ok(embedding) => Ok(embedding.clone()),
            Err(error) => Err(error.share()),
        };
        wanted.into_iter().map(result).collect()
    }

    /// The embedding of one question of a tenant.
    pub(crate) async fn one(
        &self,
        tenant: &TenantId,
        question: &Canonical,
    ) -> Result<(Embedding, EmbeddingSource)> {
        match self.many(tenant, std::slice::from_ref(question)).await.pop() {
            Some(result) => result,
            None => Err(Error::new(Code::Internal, "no embedding for one question")),
        }
    }

    /// One result a question, in order. All that neither the cache nor a call under way has is
    /// asked of the provider at once, in parts of the configured size; equal questions once. What
    /// other tenants ask makes no difference, also not to the time that it takes.
    pub(crate) async fn many(
        &self,
        tenant: &TenantId,
        questions: &[Canonical],
    ) -> Vec<Result<(Embedding, EmbeddingSource)>> {
        let mut waiting = Vec::with_capacity(questions.len());
        let mut missing = Vec::new();
        for question in questions {
            let (place, opened) = self.shared.seek(tenant, question);
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
    fn seek(
        &self,
        tenant: &TenantId,
        question: &Canonical,
    ) -> (Place, Option<Pilot<EmbeddingKey, Embedding>>) {
        let key = (tenant.clone(), question.signature());
        if let Some(embedding) = self.cache.get(&key, self.clock.now()) {
            return (Place::Cached(embedding), None);
        }
        let (seat, pilot) = self.flights.board(&key);
        let Some(pilot) = pilot else {
            return (Place::Aboard(seat, EmbeddingSource::Joined), None);
        };
        // A flight may have landed between the two looks.
        if let Some(embedding) = self.cache.get(&key, self.clock.now()) {
            self.flights.land(pilot, Ok(embedding.clone()));
            return (Place::Cached(embedding), None);
        }
        (Place::Aboard(seat, EmbeddingSource::Provider), Some(pilot))
    }

    async fn fetch(self: Arc<Self>, wanted: Vec<(Pilot<EmbeddingKey, Embedding>, Arc<str>)>) {
        let (pilots, texts): (Vec<_>, Vec<_>) = wanted.into_iter().unzip();
        match self.ask(&texts).await {
            Ok(embeddings) => {
                let now = self.clock.now();
                for (pilot, embedding) in pilots.into_iter().zip(embeddings) {
                    self.cache.put(pilot.key.clone(), now, embedding.clone());
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
