//! Reading what a tenant serves from the store: part by part, while the part before is put into
//! the set, so that it takes little more memory than the set does.

use async_trait::async_trait;
use goldenset_core::ports::{PublishedParts, PublishedVersion};
use goldenset_core::{Code, Embedding, Error, Result, TenantId};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use crate::engine::{Engine, Progress};
use crate::snapshot::Filling;

/// Parts that are read ahead of what is in the set.
const AHEAD: usize = 2;
/// Entries without vectors that are embedded and written at a time.
const BARE: usize = 1024;

/// The way from the store to the thread that fills the set.
struct Parts(mpsc::Sender<Vec<PublishedVersion>>);

#[async_trait]
impl PublishedParts for Parts {
    async fn take(&mut self, part: Vec<PublishedVersion>) -> Result<()> {
        self.0.send(part).await.map_err(|_| ended())
    }
}

fn ended() -> Error {
    Error::new(Code::Internal, "filling a golden set ended early")
}

impl Engine {
    /// Reads a tenant's set from the store and shows it.
    pub(crate) async fn load(&self, tenant: &TenantId, progress: Progress<'_>) -> Result<()> {
        let model = self.embeddings.embedder().model().clone();
        let dimensions = self.dimensions();
        let filling = Filling::of(self.empty_set(tenant));
        let (to, parts) = mpsc::channel(AHEAD);
        let mut parts_to = Parts(to);
        let field = format!("tenant {tenant}");
        let task = spawn_blocking(move || fill(filling, parts, dimensions, &field));
        let read = self.store.hand_published(tenant, &model, &mut parts_to).await;
        // It is the last one that could come.
        drop(parts_to);
        let filled = task.await.map_err(|cause| ended().cause(cause))?;
        let (mut filling, bare) = filled?;
        let state = read?;
        self.fill_bare(&mut filling, tenant, bare, progress).await?;
        let set = spawn_blocking(move || filling.finish(state.stamp)).await;
        let set = set.map_err(|cause| ended().cause(cause))?;
        let set = set.calibrated(state.stamp, state.calibration, &self.judged_by(tenant));
        self.profiles.retain(tenant, &set);
        self.show(tenant.clone(), set);
        Ok(())
    }

    /// Embeds what has no vectors of this model yet, and keeps them.
    async fn fill_bare(
        &self,
        filling: &mut Filling,
        tenant: &TenantId,
        mut bare: Vec<PublishedVersion>,
        progress: Progress<'_>,
    ) -> Result<()> {
        let texts = |part: &[PublishedVersion]| -> usize {
            part.iter().map(|published| published.content.phrasings().count()).sum()
        };
        let (mut done, all) = (0, texts(&bare));
        while !bare.is_empty() {
            let rest = bare.split_off(bare.len().min(BARE));
            let contents: Vec<_> = bare.iter().map(|published| &published.content).collect();
            let made = self.embed(&contents, &|so_far, _| progress(done + so_far, all)).await?;
            done += texts(&bare);
            let kept = bare.iter().zip(&made).map(|(published, embeddings)| {
                (published.id.clone(), published.version, embeddings.clone())
            });
            let model = self.embeddings.embedder().model();
            self.store.add_embeddings(tenant, model, kept.collect()).await?;
            for (published, embeddings) in bare.into_iter().zip(made) {
                filling.add(published, &embeddings);
            }
            bare = rest;
        }
        Ok(())
    }

    /// Whether a version is stored with one embedding a phrasing, as long as the model's are.
    pub(crate) fn fits(&self, published: &PublishedVersion, embeddings: &[Embedding]) -> bool {
        fits(published, embeddings, self.dimensions())
    }
}

fn fits(published: &PublishedVersion, embeddings: &[Embedding], dimensions: usize) -> bool {
    embeddings.len() == published.content.phrasings().count()
        && embeddings.iter().all(|one| one.has_dimensions(dimensions))
}

/// Puts every part into the set; versions without vectors are left over.
fn fill(
    mut filling: Filling,
    mut parts: mpsc::Receiver<Vec<PublishedVersion>>,
    dimensions: usize,
    field: &str,
) -> Result<(Filling, Vec<PublishedVersion>)> {
    let mut bare = Vec::new();
    while let Some(part) = parts.blocking_recv() {
        for mut published in part {
            match published.embeddings.take() {
                None => bare.push(published),
                Some(embeddings) if fits(&published, &embeddings, dimensions) => {
                    filling.add(published, &embeddings);
                }
                Some(_) => {
                    let detail = format!("entry `{}` is stored with other vectors", published.id);
                    return Err(Error::new(Code::DatabaseDamaged, detail).field(field).fix(
                        "restore the data folder from a back-up, or use the model that it was \
                         made with",
                    ));
                }
            }
        }
    }
    Ok((filling, bare))
}
