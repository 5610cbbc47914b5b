//! Embeddings of questions, of one model.

use std::sync::Arc;

use goldenset_core::verifier::QuestionProfile;
use goldenset_core::{Embedding, Signature, TenantId};
use jiff::Timestamp;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::{CacheLimits, EmbeddingsState, JudgeId, expiry};

/// What an item costs beside its numbers: key, expiry, handles, counters.
const OVERHEAD_BYTES: u64 = 192;

/// Whose question it is: no tenant must learn from how long an embedding takes what another asked.
pub(crate) type EmbeddingKey = (TenantId, Signature);

/// A question with its embedding as one judge reads it.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) judge: JudgeId,
    pub(crate) profile: QuestionProfile,
}

/// An embedding, and the question as it was read last where it was asked again.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) embedding: Embedding,
    pub(crate) read: Option<Arc<Read>>,
}

#[derive(Clone)]
struct Item {
    expires: Timestamp,
    known: Known,
}

#[derive(Clone)]
struct Bytes;

impl Weighter<EmbeddingKey, Item> for Bytes {
    fn weight(&self, _: &EmbeddingKey, item: &Item) -> u64 {
        let Known { embedding: Embedding { vector, words }, read } = &item.known;
        let read = read.as_ref().map_or(0, |read| read.profile.bytes());
        OVERHEAD_BYTES + (size_of_val(&**vector) + words.bytes() + read) as u64
    }
}

/// Embeddings by tenant and signature. The embedding is of the canonical question, so questions with equal
/// signatures have the equal embedding.
pub(crate) struct EmbeddingCache {
    items: Cache<EmbeddingKey, Item, Bytes>,
    limits: CacheLimits,
}

impl EmbeddingCache {
    pub(crate) fn new(limits: CacheLimits) -> Self {
        let estimate = usize::try_from(limits.bytes / 8192).unwrap_or(usize::MAX).max(16);
        Self { items: Cache::with_weighter(estimate, limits.bytes, Bytes), limits }
    }

    pub(crate) fn get(&self, key: &EmbeddingKey, now: Timestamp) -> Option<Known> {
        let item = self.items.get(key)?;
        if now < item.expires {
            return Some(item.known);
        }
        self.items.remove(key);
        None
    }

    /// `made`: when the embedding was, from which its time to live counts.
    pub(crate) fn put(&self, key: EmbeddingKey, made: Timestamp, embedding: Embedding) {
        if self.limits.ttl.is_zero() {
            return;
        }
        let expires = expiry(made, self.limits.ttl, key.1.as_bytes()[0]);
        self.items.insert(key, Item { expires, known: Known { embedding, read: None } });
    }

    /// Keeps a question as it was read with an embedding that is held: reading it again takes
    /// longer than the rest of a verdict, and who asks twice asks often.
    pub(crate) fn keep_read(&self, key: EmbeddingKey, read: Arc<Read>) {
        let Some(Item { expires, known }) = self.items.peek(&key) else { return };
        let item = Item { expires, known: Known { read: Some(read), ..known } };
        // What went meanwhile does not come back.
        self.items.replace(key, item, true).ok();
    }

    /// How many are held that `chosen` says yes to.
    pub(crate) fn held(&self, chosen: impl Fn(&EmbeddingKey) -> bool) -> u64 {
        self.items.iter().filter(|(key, _)| chosen(key)).count() as u64
    }

    /// Drops all that `chosen` says yes to, and says how many.
    pub(crate) fn invalidate(&self, chosen: impl Fn(&EmbeddingKey) -> bool) -> u64 {
        let gone = std::cell::Cell::new(0);
        self.items.retain(|key, _| {
            let goes = chosen(key);
            gone.set(gone.get() + u64::from(goes));
            !goes
        });
        gone.get()
    }

    pub(crate) fn state(&self) -> EmbeddingsState {
        EmbeddingsState {
            items: self.items.len(),
            bytes: self.items.weight(),
            limit_bytes: self.limits.bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use goldenset_core::canonical::Canonical;
    use goldenset_core::embedding::WordVectorsBuilder;
    use goldenset_core::verifier::Verifier;
    use goldenset_core::{ModelId, Vector};
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn words_are_kept_and_weighed() {
        let mut words = WordVectorsBuilder::new(384);
        (0..10).for_each(|place| words.push(place..place + 1, 1.0, &[1.0]));
        let vector = Vector::from([0.0; 384]);
        let embedding = Embedding { vector: vector.clone(), words: words.build() };
        let weight = |embedding: &Embedding| {
            let known = Known { embedding: embedding.clone(), read: None };
            let item = Item { expires: Timestamp::MAX, known };
            Bytes.weight(&(TenantId::default(), Canonical::of("q").signature()), &item)
        };
        assert_eq!(weight(&vector.into()), OVERHEAD_BYTES + 4 * 384);
        assert_eq!(weight(&embedding), OVERHEAD_BYTES + 4 * 384 + 10 * (16 + 384));

        let limits = CacheLimits { ttl: SignedDuration::from_mins(1), bytes: 1 << 20 };
        let (cache, now) = (EmbeddingCache::new(limits), Timestamp::UNIX_EPOCH);
        let key = (TenantId::default(), Canonical::of("q").signature());
        cache.put(key.clone(), now, embedding.clone());
        assert_eq!(cache.get(&key, now).unwrap().embedding, embedding);
        let other = (TenantId::new("other").unwrap(), key.1);
        assert!(cache.get(&other, now).is_none());
    }

    #[test]
    fn a_question_as_it_was_read_is_kept_and_weighed() {
        let verifier = Verifier::without_weights();
        let question = Canonical::of("Quanto dura il preavviso?");
        let embedding = Embedding::from(Vector::from([0.0; 384]));
        let profile = verifier.question(&question, &embedding.words);
        let bytes = profile.bytes() as u64;
        let judge = JudgeId::new(&ModelId::new("m").unwrap(), verifier.id(), 0.9);
        let read = Arc::new(Read { judge, profile });
        let limits = CacheLimits { ttl: SignedDuration::from_mins(1), bytes: 1 << 20 };
        let (cache, now) = (EmbeddingCache::new(limits), Timestamp::UNIX_EPOCH);
        let key = (TenantId::default(), question.signature());
        cache.keep_read(key.clone(), Arc::clone(&read));
        assert_eq!(cache.state().items, 0, "of what is not held nothing is kept");
        cache.put(key.clone(), now, embedding);
        let before = cache.state().bytes;
        cache.keep_read(key.clone(), read);
        assert_eq!((cache.state().items, cache.state().bytes), (1, before + bytes));
        assert!(bytes > 500, "{bytes}");
        let known = cache.get(&key, now).unwrap();
        assert!(known.read.is_some_and(|read| read.judge == judge));
        let later = now + SignedDuration::from_mins(1);
        assert!(cache.get(&key, later).is_none(), "its time to live is not renewed");
    }
}
