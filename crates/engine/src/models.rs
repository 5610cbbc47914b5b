//! Changing the embedding model: vectors of another one for all that is served.

use std::sync::Arc;

use goldenset_core::canonical::Canonical;
use goldenset_core::ports::{BareVersion, Embedder, Store};
use goldenset_core::{Code, Error, Result};

use crate::engine::{Engine, Progress};

/// Versions that are asked for at a time.
const PAGE: usize = 256;

/// Embeds every served version that has no vectors of this model yet, and says how many. Lookups
/// and changes go on meanwhile. Each call of the provider, for `batch_size` texts or the phrasings
/// of one version, is written at once: whoever is stopped goes on from there the next time.
///
/// # Errors
/// Faults of the store and of the provider.
pub async fn embed_served(
    store: &dyn Store,
    embedder: &dyn Embedder,
    batch_size: usize,
    progress: Progress<'_>,
) -> Result<u64> {
    let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let all = count(store.served_entries().await?);
    let kept = store.kept_models().await?;
    let before = kept.iter().find(|kept| kept.model == *embedder.model());
    let before = before.map_or(0, |kept| kept.entries);
    let mut done = 0;
    loop {
        let bare = store.bare_versions(embedder.model(), PAGE).await?;
        if bare.is_empty() {
            return Ok(done);
        }
        for part in parts(&bare, batch_size) {
            embed(store, embedder, part).await?;
            done += part.len() as u64;
            // What is published meanwhile makes it more.
            let so_far = count(before + done);
            progress(so_far, all.max(so_far));
        }
    }
}

/// Runs of versions with at most so many phrasings together, each of one version at least.
fn parts(bare: &[BareVersion], most: usize) -> impl Iterator<Item = &[BareVersion]> {
    let mut texts = 0;
    bare.chunk_by(move |version, next| {
        texts += version.phrasings.len();
        let fits = texts + next.phrasings.len() <= most;
        texts = if fits { texts } else { 0 };
        fits
    })
}

async fn embed(store: &dyn Store, embedder: &dyn Embedder, part: &[BareVersion]) -> Result<()> {
    let phrasings = part.iter().flat_map(|version| &version.phrasings);
    let texts: Vec<_> = phrasings.map(|phrasing| Canonical::of(phrasing).text()).collect();
    let made = embedder.embed(&texts).await?;
    if made.len() != texts.len() {
        let detail = format!("{} vectors for {} texts", made.len(), texts.len());
        return Err(Error::new(Code::EmbeddingMismatch, detail).field(embedder.model().to_string()));
    }
    let mut made = made.into_iter();
    for BareVersion { tenant, id, version, phrasings } in part {
        let embeddings = made.by_ref().take(phrasings.len()).collect();
        let one = vec![(id.clone(), *version, embeddings)];
        store.add_embeddings(tenant, embedder.model(), one).await?;
    }
    Ok(())
}

impl Engine {
    /// Has another engine over the same store take over: lookups are to ask that one from now on.
    /// Changes that are under way here are seen there before they are acknowledged.
    pub fn hand_over(&self, successor: &Arc<Self>) {
        // Whoever took over first stays: there is one at a time.
        self.successor.set(Arc::clone(successor)).ok();
    }

    /// Runs a change in a task of its own: a caller who goes away in between must not leave a
    /// commit that no lookup sees.
    pub(crate) async fn in_a_task<T: Send + 'static>(
        self: &Arc<Self>,
        change: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let engine = Arc::clone(self);
        let task = tokio::spawn(async move {
            let done = change.await;
            if let Some(successor) = engine.successor.get()
                && let Err(error) = successor.catch_up().await
            {
                // It is done all the same, and the successor follows the store.
                tracing::warn!(code = error.code.as_str(), %error, "a change is seen later");
            }
            done
        });
        task.await.unwrap_or_else(|cause| {
            Err(Error::new(Code::Internal, "the task of a change ended early").cause(cause))
        })
    }
}

#[cfg(test)]
mod tests {
    use goldenset_core::{EntryId, TenantId};

    use super::*;

    #[test]
    fn parts_are_as_large_as_a_call() {
        let version = |phrasings: usize| BareVersion {
            tenant: TenantId::default(),
            id: EntryId::new("a").unwrap(),
            version: 1,
            phrasings: vec!["?".into(); phrasings],
        };
        let sizes = |phrasings: &[usize], most| -> Vec<Vec<usize>> {
            let bare: Vec<_> = phrasings.iter().map(|count| version(*count)).collect();
            let sizes = |part: &[BareVersion]| part.iter().map(|one| one.phrasings.len()).collect();
            parts(&bare, most).map(sizes).collect()
        };
        assert_eq!(sizes(&[2, 3, 1, 4, 4, 1], 5), [vec![2, 3], vec![1, 4], vec![4, 1]]);
        assert_eq!(sizes(&[7, 1, 9], 5), [vec![7], vec![1], vec![9]]);
        assert_eq!(sizes(&[], 5), [[0; 0]; 0]);
    }
}
