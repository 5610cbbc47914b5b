//! Embeddings of questions: from the caches, from work under way, or from the provider.

use std::collections::HashMap;
use std::sync::Arc;

use goldenset_core::canonical::Canonical;
use goldenset_core::ports::{Clock, Embedder};
use goldenset_core::{Code, Embedding, Error, Result, Signature, TenantId};

use crate::cache::{
    Asked, CacheLimits, EmbeddingCache, EmbeddingKey, Found, Known, Read, ResultName,
    Shared as SharedCaches, StoredResult,
};
use crate::engine::Progress;
use crate::judge::Judge;
use crate::single_flight::{Flights, Pilot, Seat};

/// Where a question's embedding came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EmbeddingSource {
    /// A cache had it.
    Cache,
    /// Another caller was waiting for it already.
    Joined,
    /// The provider was asked.
    Provider,
}

/// A question whose embedding is wanted.
pub(crate) struct Wanted<'a> {
    pub(crate) question: &'a Canonical,
    /// Under which key nodes share its result, where that would do as well.
    pub(crate) result: Option<ResultName>,
}

impl<'a> Wanted<'a> {
    /// The embedding alone.
    pub(crate) fn only(question: &'a Canonical) -> Self {
        Self { question, result: None }
    }

    /// The embeddings alone.
    pub(crate) fn all(questions: &'a [Canonical]) -> Vec<Self> {
        questions.iter().map(Self::only).collect()
    }
}

/// The embedding of a question, and what came with it.
#[derive(Debug, Clone)]
pub(crate) struct Arrived {
    pub(crate) embedding: Embedding,
    pub(crate) source: EmbeddingSource,
    /// The question as it was read last, where that was kept with the embedding.
    pub(crate) read: Option<Arc<Read>>,
    /// A result of the question that nodes share, not looked at yet.
    pub(crate) result: Option<Arc<(ResultName, StoredResult)>>,
}

impl Arrived {
    fn new(embedding: Embedding, source: EmbeddingSource) -> Self {
        Self { embedding, source, read: None, result: None }
    }

    fn cached(Known { embedding, read }: Known) -> Self {
        Self { embedding, source: EmbeddingSource::Cache, read, result: None }
    }
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
    /// Behind it, what nodes share.
    shared: Option<Arc<SharedCaches>>,
    flights: Flights<EmbeddingKey, Arrived>,
    /// Most texts in one call of the provider.
    part: usize,
}

impl Embeddings {
    pub(crate) fn new(
        embedder: Arc<dyn Embedder>,
        clock: Arc<dyn Clock>,
        (limits, shared): (CacheLimits, Option<Arc<SharedCaches>>),
        part: usize,
    ) -> Self {
        let cache = EmbeddingCache::new(limits);
        let flights = Flights::new();
        let part = part.max(1);
        Self { shared: Arc::new(Shared { embedder, clock, cache, shared, flights, part }) }
    }

    pub(crate) fn embedder(&self) -> &Arc<dyn Embedder> {
        &self.shared.embedder
    }

    pub(crate) fn cache(&self) -> &EmbeddingCache {
        &self.shared.cache
    }

    /// A tenant's question as its judge reads it, with what came of it.
    pub(crate) fn read(
        &self,
        (tenant, question): (&TenantId, &Canonical),
        arrived: &Arrived,
        judge: &Judge,
    ) -> Arc<Read> {
        if let Some(read) = arrived.read.as_ref().filter(|read| read.judge == judge.id) {
            return Arc::clone(read);
        }
        let profile = judge.verifier.question(question, &arrived.embedding.words);
        let read = Arc::new(Read { judge: judge.id, profile });
        if arrived.source == EmbeddingSource::Cache {
            let key = (tenant.clone(), question.signature());
            self.shared.cache.keep_read(key, Arc::clone(&read));
        }
        read
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
    pub(crate) async fn one(&self, tenant: &TenantId, wanted: Wanted<'_>) -> Result<Arrived> {
        match self.many(tenant, &[wanted]).await.pop() {
            Some(result) => result,
            None => Err(Error::new(Code::Internal, "no embedding for one question")),
        }
    }

    /// One result a question, in order. All that neither the cache nor a call under way has is
    /// looked for in one round trip among what nodes share, and the rest asked of the provider at
    /// once, in parts of the configured size; equal questions once. What other tenants ask makes no
    /// difference, also not to the time that it takes.
    pub(crate) async fn many(
        &self,
        tenant: &TenantId,
        wanted: &[Wanted<'_>],
    ) -> Vec<Result<Arrived>> {
        let mut waiting = Vec::with_capacity(wanted.len());
        let mut missing = Vec::new();
        for Wanted { question, result } in wanted {
            let (place, opened) = self.shared.seek(tenant, question);
            let missed = |pilot| Missing { pilot, text: question.text(), result: *result };
            missing.extend(opened.map(missed));
            waiting.push(place);
        }
        if !missing.is_empty() {
            // In a task of its own: when this caller goes away, others may be aboard, and what is
            // under way is worth keeping.
            tokio::spawn(Arc::clone(&self.shared).find(missing));
        }
        let mut results = Vec::with_capacity(waiting.len());
        for place in waiting {
            results.push(match place {
                Place::Cached(known) => Ok(Arrived::cached(known)),
                Place::Aboard(seat) => seat.arrive().await,
                Place::Joined(seat) => seat.arrive().await.map(|arrived| match arrived.source {
                    EmbeddingSource::Provider => {
                        Arrived { source: EmbeddingSource::Joined, ..arrived }
                    }
                    _ => arrived,
                }),
            });
        }
        results
    }
}

enum Place {
    Cached(Known),
    /// On a flight of one's own.
    Aboard(Seat<Arrived>),
    /// On somebody else's.
    Joined(Seat<Arrived>),
}

/// What no cache of the process has.
struct Missing {
    pilot: Pilot<EmbeddingKey, Arrived>,
    text: Arc<str>,
    result: Option<ResultName>,
}

impl Shared {
    fn seek(
        &self,
        tenant: &TenantId,
        question: &Canonical,
    ) -> (Place, Option<Pilot<EmbeddingKey, Arrived>>) {
        let key = (tenant.clone(), question.signature());
        if let Some(known) = self.cache.get(&key, self.clock.now()) {
            return (Place::Cached(known), None);
        }
        let (seat, pilot) = self.flights.board(&key);
        let Some(pilot) = pilot else {
            return (Place::Joined(seat), None);
        };
        // A flight may have landed between the two looks.
        if let Some(known) = self.cache.get(&key, self.clock.now()) {
            self.flights.land(pilot, Ok(Arrived::cached(known.clone())));
            return (Place::Cached(known), None);
        }
        (Place::Aboard(seat), Some(pilot))
    }

    /// Lands every flight: with what nodes share, or with what the provider says.
    async fn find(self: Arc<Self>, missing: Vec<Missing>) {
        let mut missing = match &self.shared {
            Some(shared) => self.land_shared(shared, missing).await,
            None => missing,
        };
        while missing.len() > self.part {
            let rest = missing.split_off(self.part);
            tokio::spawn(Arc::clone(&self).fetch(missing));
            missing = rest;
        }
        self.fetch(missing).await;
    }

    /// Lands what nodes share; the rest is left over.
    async fn land_shared(&self, shared: &SharedCaches, missing: Vec<Missing>) -> Vec<Missing> {
        let asked = missing.iter().map(|Missing { pilot, result, .. }| {
            let (tenant, signature) = pilot.key.clone();
            Asked { tenant, signature, result: *result }
        });
        let asked: Vec<_> = asked.collect();
        let now = self.clock.now();
        let found = shared.read(&asked, self.embedder.dimensions(), now).await;
        let mut left = Vec::new();
        for (missing, Found { embedding, result }) in missing.into_iter().zip(found) {
            let Some((embedding, made)) = embedding else {
                left.push(missing);
                continue;
            };
            self.cache.put(missing.pilot.key.clone(), made, embedding.clone());
            let result = missing.result.zip(result).map(Arc::new);
            let arrived = Arrived::new(embedding, EmbeddingSource::Cache);
            self.flights.land(missing.pilot, Ok(Arrived { result, ..arrived }));
        }
        left
    }

    async fn fetch(self: Arc<Self>, missing: Vec<Missing>) {
        if missing.is_empty() {
            return;
        }
        let (pilots, texts): (Vec<_>, Vec<_>) =
            missing.into_iter().map(|missing| (missing.pilot, missing.text)).unzip();
        match self.ask(&texts).await {
            Ok(embeddings) => {
                let now = self.clock.now();
                for (pilot, embedding) in pilots.into_iter().zip(embeddings) {
                    self.cache.put(pilot.key.clone(), now, embedding.clone());
                    if let Some(shared) = &self.shared {
                        shared.keep_embedding(pilot.key.clone(), &embedding, now);
                    }
                    let arrived = Arrived::new(embedding, EmbeddingSource::Provider);
                    self.flights.land(pilot, Ok(arrived));
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
