//! What verification needs of entries beside their texts.
//!
//! A search does without, and a lookup verifies some ten entries. So this is made when it is first
//! needed and kept within a bound of bytes. A set that fits is made ready as a whole: a small one
//! before the first lookup, the rest beside lookups. Then no lookup needs the store.

mod filling;

use std::sync::Arc;

use goldenset_core::verifier::{EntryProfile, Verifier};
use goldenset_core::{
    Code, EntryContent, EntryId, Error, Result, TenantId, VersionNumber, WordVectors,
};
use jiff::Timestamp;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use serde::Serialize;

use crate::engine::Engine;
use crate::snapshot::{PublishedEntry, SetChange, TenantSet};

/// About what a profile takes for each byte of the phrasings: values and words with their stems, many
/// small pieces.
const PER_TEXT_BYTE: usize = 40;
/// What an item costs beside that: key, handle, counters.
const OVERHEAD_BYTES: usize = 256;
/// What one takes in all, for the first size of the table.
const USUAL_BYTES: u64 = 8192;
/// Changes up to so many at once are made ready with the change: who publishes is asked about it
/// next. More are made ready beside lookups.
const AT_ONCE: usize = 256;

/// An approved version. A version that is approved again may come with other vectors.
type Key = (TenantId, EntryId, VersionNumber, Timestamp);

/// Profiles of entries, within a bound.
pub(crate) struct Profiles {
    items: Cache<Key, Item, Bytes>,
    limit: u64,
}

#[derive(Clone)]
struct Item {
    profile: Arc<EntryProfile>,
    bytes: u64,
}

#[derive(Clone)]
struct Bytes;

impl Weighter<Key, Item> for Bytes {
    fn weight(&self, _: &Key, item: &Item) -> u64 {
        item.bytes
    }
}

/// The profiles that are held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProfilesState {
    /// Entries that are ready to be verified without the store.
    pub items: usize,
    /// About how much memory they take.
    pub bytes: u64,
    /// How much they may take.
    pub limit_bytes: u64,
}

impl Profiles {
    pub(crate) fn new(limit: u64) -> Self {
        let estimate = usize::try_from(limit / USUAL_BYTES).unwrap_or(usize::MAX).max(16);
        Self { items: Cache::with_weighter(estimate, limit, Bytes), limit }
    }

    pub(crate) fn state(&self) -> ProfilesState {
        ProfilesState {
            items: self.items.len(),
            bytes: self.items.weight(),
            limit_bytes: self.limit,
        }
    }

    fn get(&self, tenant: &TenantId, entry: &PublishedEntry) -> Option<Arc<EntryProfile>> {
        Some(self.items.get(&key(tenant, entry))?.profile)
    }

    fn put(
        &self,
        key: Key,
        content: &EntryContent,
        words: &[WordVectors],
        verifier: &Verifier,
    ) -> Arc<EntryProfile> {
        let profile = Arc::new(verifier.entry(content, words));
        let bytes = bytes(content, words) as u64;
        self.items.insert(key, Item { profile: Arc::clone(&profile), bytes });
        profile
    }

    /// Whether something can be put in and nothing has to go for it. A part is left free, because
    /// the bound is kept by parts of the cache.
    fn has_room(&self) -> bool {
        self.items.weight() < self.limit / 8 * 7
    }

    /// Drops what a set does not serve.
    pub(crate) fn retain(&self, tenant: &TenantId, set: &TenantSet) {
        self.items.retain(|(of, id, version, at), _| {
            of != tenant
                || set
                    .entry(id)
                    .is_some_and(|entry| (entry.version, entry.published_at) == (*version, *at))
        });
    }
}

fn key(tenant: &TenantId, entry: &PublishedEntry) -> Key {
    (tenant.clone(), entry.id.clone(), entry.version, entry.published_at)
}

/// About how much memory the profile of an entry takes.
fn bytes(content: &EntryContent, words: &[WordVectors]) -> usize {
    let texts: usize = content.phrasings().map(str::len).sum();
    let pooled = |words: &WordVectors| words.dimensions() * size_of::<f32>();
    let words: usize = words.iter().map(|words| words.bytes() + pooled(words)).sum();
    OVERHEAD_BYTES + PER_TEXT_BYTE * texts + words
}

impl Engine {
    /// What verification needs of each of these entries of a set, in order. What is not at hand is
    /// read from the store in one go.
    ///
    /// # Errors
    /// Faults of the store; of the provider where the store has lost words.
    pub(crate) async fn profiles<'a>(
        &self,
        set: &TenantSet,
        tenant: &TenantId,
        entries: impl Iterator<Item = &'a Arc<PublishedEntry>> + Clone,
    ) -> Result<Vec<Arc<EntryProfile>>> {
        let verifier = &set.judge.verifier;
        let known = |entry: &PublishedEntry| {
            entry.supposed(verifier).or_else(|| self.profiles.get(tenant, entry))
        };
        let known: Vec<_> = entries.clone().map(|entry| known(entry)).collect();
        let missing = entries.zip(&known).filter(|(_, known)| known.is_none());
        let missing: Vec<&PublishedEntry> = missing.map(|(entry, _)| &**entry).collect();
        let mut made = match missing[..] {
            [] => Vec::new(),
            _ => self.make_profiles(verifier, tenant, &missing).await?,
        }
        .into_iter();
        let all = known.into_iter().map(|known| known.or_else(|| made.next()));
        all.collect::<Option<_>>()
            .ok_or_else(|| Error::new(Code::Internal, "an entry was left without its profile"))
    }

    /// What verification compares questions with, of an entry that a tenant serves.
    ///
    /// # Errors
    /// `unknown_tenant`; faults of the store.
    pub async fn profile(
        &self,
        tenant: &TenantId,
        entry: &Arc<PublishedEntry>,
    ) -> Result<Arc<EntryProfile>> {
        let set = self.published(tenant)?;
        let one = self.profiles(&set, tenant, std::iter::once(entry)).await?.pop();
        one.ok_or_else(|| Error::new(Code::Internal, "an entry was left without its profile"))
    }

    async fn make_profiles(
        &self,
        verifier: &Verifier,
        tenant: &TenantId,
        entries: &[&PublishedEntry],
    ) -> Result<Vec<Arc<EntryProfile>>> {
        let words = match verifier.reads_words() {
            true => self.words(tenant, entries).await?,
            false => vec![Vec::new(); entries.len()],
        };
        let made = entries.iter().zip(words).map(|(entry, words)| {
            self.profiles.put(key(tenant, entry), &entry.content, &words, verifier)
        });
        Ok(made.collect())
    }

    /// The words of the phrasings of each entry.
    async fn words(
        &self,
        tenant: &TenantId,
        entries: &[&PublishedEntry],
    ) -> Result<Vec<Vec<WordVectors>>> {
        let versions: Vec<_> =
            entries.iter().map(|entry| (entry.id.clone(), entry.version)).collect();
        let model = self.embeddings.embedder().model();
        let kept = self.store.words(tenant, model, &versions).await?;
        // Vectors of a model that is in use no more may be dropped while this node still answers
        // with it. Equal texts have equal words, so they are made again.
        let lost = entries.iter().zip(&kept).filter(|(_, kept)| kept.is_none());
        let lost: Vec<_> = lost.map(|(entry, _)| &entry.content).collect();
        let mut made = self.embed(&lost, &|_, _| ()).await?.into_iter();
        let words = kept.into_iter().map(|kept| {
            kept.unwrap_or_else(|| {
                made.next().into_iter().flatten().map(|embedding| embedding.words).collect()
            })
        });
        Ok(words.collect())
    }

    /// Makes ready what a change brings, and forgets what it replaces in the set `before` it.
    pub(crate) fn ready(&self, tenant: &TenantId, before: &TenantSet, changes: &[SetChange]) {
        let at_once = changes.len() <= AT_ONCE && self.profiles.limit > 0;
        for change in changes {
            let former = match change {
                SetChange::Put(published, _) => before.entry(&published.id),
                SetChange::Remove(id) => before.entry(id),
                SetChange::Suspend(..) | SetChange::Resume(_) => None,
            };
            if let Some(former) = former {
                self.profiles.items.remove(&key(tenant, former));
            }
            if let (SetChange::Put(published, embeddings), true) = (change, at_once) {
                let words: Vec<_> = embeddings.iter().map(|one| one.words.clone()).collect();
                let (id, version) = (published.id.clone(), published.version);
                let key = (tenant.clone(), id, version, published.published_at);
                self.profiles.put(key, &published.content, &words, &before.judge.verifier);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_of_nothing_has_no_room() {
        assert!(!Profiles::new(0).has_room());
        assert!(Profiles::new(1 << 20).has_room());
    }
}
