//! The caches that nodes share: results and embeddings of questions, behind those of the process.
//!
//! Nothing that comes from there is believed. A value carries its format and a checksum over its
//! key; a result names its entries and not their texts, counts only for a history of the golden set
//! that this node knows, is replayed over what changed since, and must give the very body that it
//! was. What fails any of this is a miss.

mod counts;
mod envelope;
mod names;
mod result;
mod vectors;
mod writer;

use std::sync::Arc;

use goldenset_core::ports::SharedCache;
use goldenset_core::{Embedding, ModelId, Signature, TenantId};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use super::{CacheLimits, ResultName, expiry};
use crate::answer::Answer;
use counts::Counts;
use writer::Keep;

pub(crate) use counts::Outcome;
pub use counts::{SharedReads, SharedState};
pub(crate) use names::Names;
pub(crate) use result::StoredResult;

/// Values that wait to be written; what is more is not kept.
const MOST_WAITING: usize = 1024;

/// A cache that nodes share, with what tells this node's results from those of other programs.
pub struct SharedTier {
    /// The cache.
    pub cache: Arc<dyn SharedCache>,
    /// Identity of the program: results are shared only between equal ones, because another release
    /// may judge otherwise.
    pub build: [u8; 32],
}

/// Reads and writes what nodes share.
pub(crate) struct Shared {
    pub(crate) cache: Arc<dyn SharedCache>,
    pub(crate) names: Names,
    /// How long results and embeddings are kept.
    ttls: (SignedDuration, SignedDuration),
    queue: mpsc::Sender<Keep>,
    counts: Arc<Counts>,
}

/// What is wanted of one question.
pub(crate) struct Asked {
    pub(crate) tenant: TenantId,
    pub(crate) signature: Signature,
    /// Its result under these options, if any is wanted.
    pub(crate) result: Option<ResultName>,
}

/// What there is of one question.
#[derive(Default)]
pub(crate) struct Found {
    /// Its embedding, and when that was made.
    pub(crate) embedding: Option<(Embedding, Timestamp)>,
    pub(crate) result: Option<StoredResult>,
}

impl Shared {
    pub(crate) fn new(
        tier: SharedTier,
        model: &ModelId,
        (results, embeddings): (CacheLimits, CacheLimits),
    ) -> Self {
        let SharedTier { cache, build } = tier;
        let names = Names::new(&build, model);
        let counts = Arc::new(Counts::default());
        let (queue, waiting) = mpsc::channel(MOST_WAITING);
        let writer = writer::Writer {
            cache: Arc::clone(&cache),
            names: names.clone(),
            counts: Arc::clone(&counts),
            ttls: (results.ttl, embeddings.ttl),
        };
        let ttls = writer.ttls;
        // Ends with the queue.
        tokio::spawn(writer.run(waiting));
        Self { cache, names, ttls, queue, counts }
    }

    /// What there is of each question, in one round trip, and what its time to live is not over of.
    /// Embeddings of another length than `dimensions` are none.
    pub(crate) async fn read(
        &self,
        asked: &[Asked],
        dimensions: usize,
        now: Timestamp,
    ) -> Vec<Found> {
        if !self.cache.answers() {
            return asked.iter().map(|_| Found::default()).collect();
        }
        let mut keys = Vec::with_capacity(2 * asked.len());
        for Asked { tenant, signature, result } in asked {
            keys.push(self.names.embedding(tenant, signature));
            keys.extend(result.map(|key| self.names.result(tenant, signature, &key)));
        }
        let mut values = keys.iter().zip(self.cache.get(&keys).await);
        let mut each = Vec::with_capacity(asked.len());
        for Asked { signature, result, .. } in asked {
            let embedding = values.next().and_then(|(key, value)| {
                let decode = |bytes: &[u8]| vectors::decode(bytes, dimensions);
                let embedding =
                    self.opened(key, value, decode).map(|(it, made)| (it, made.min(now)));
                let lives = |made| now < expiry(made, self.ttls.1, signature.as_bytes()[0]);
                let embedding = embedding.filter(|(_, made)| lives(*made));
                self.counts.embedding(embedding.is_some());
                embedding
            });
            let result = result.and_then(|wanted| {
                let (key, value) = values.next()?;
                let lives = |made| now < expiry(made, self.ttls.0, wanted.0[0]);
                let result = self.opened(key, value, result::decode);
                let result = result.filter(|result| lives(result.made(now)));
                if result.is_none() {
                    self.counts.result(Outcome::Miss);
                }
                result
            });
            each.push(Found { embedding, result });
        }
        each
    }

    /// The results under these keys.
    pub(crate) async fn results(&self, keys: &[String]) -> Vec<Option<StoredResult>> {
        let values = self.cache.get(keys).await;
        let each = keys.iter().zip(values);
        each.map(|(key, value)| self.opened(key, value, result::decode)).collect()
    }

    fn opened<T>(
        &self,
        key: &str,
        value: Option<Vec<u8>>,
        decode: impl Fn(&[u8]) -> Option<T>,
    ) -> Option<T> {
        let value = value?;
        let opened = envelope::open(key, &value).and_then(|bytes| decode(&bytes));
        if opened.is_none() {
            self.counts.unusable();
        }
        opened
    }

    /// Notes what became of a result that was there.
    pub(crate) fn used(&self, outcome: Outcome) {
        self.counts.result(outcome);
    }

    /// Keeps a result, some time later.
    pub(crate) fn keep_result(&self, name: ResultName, answer: &Arc<Answer>) {
        self.keep(Keep::Result(name, Arc::clone(answer)));
    }

    /// Keeps an embedding that was just made, some time later.
    pub(crate) fn keep_embedding(
        &self,
        (tenant, signature): (TenantId, Signature),
        embedding: &Embedding,
        made: Timestamp,
    ) {
        self.keep(Keep::Embedding { tenant, signature, embedding: embedding.clone(), made });
    }

    /// Nobody waits for it: where too much waits already, it is not kept.
    fn keep(&self, keep: Keep) {
        if !self.cache.answers() || self.queue.try_send(keep).is_err() {
            self.counts.lost(1);
        }
    }

    pub(crate) fn state(&self) -> SharedState {
        self.counts.read(self.cache.health())
    }
}
