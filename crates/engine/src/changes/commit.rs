//! Writing changes into the store in one transaction, and then showing them to lookups.

use std::sync::Arc;

use goldenset_core::ports::{ChangeSet, Commit};
use goldenset_core::{Code, Epoch, EpochStamp, Error, Result, TenantId};
use jiff::Timestamp;

use super::{Author, Changed, Wanted, in_micros};
use crate::engine::Engine;
use crate::snapshot::SetChange;

impl Engine {
    /// The outcome of the same write if it was done already, and lookups show it.
    ///
    /// # Errors
    /// `idempotency_reused`; faults of the store.
    pub(crate) async fn done(&self, author: &Author) -> Result<Option<Commit>> {
        match &author.once {
            Some(once) => {
                let done = self.store.done(once).await?;
                if done.is_some() {
                    let _writing = self.writing.lock().await;
                    self.load_if_changed(&author.tenant).await?;
                }
                Ok(done)
            }
            None => Ok(None),
        }
    }

    /// Commits and shows changes.
    pub(crate) async fn commit(self: &Arc<Self>, author: Author, wanted: Wanted) -> Result<Commit> {
        let engine = Arc::clone(self);
        self.in_a_task(async move { engine.commit_now(author, wanted).await }).await
    }

    async fn commit_now(&self, author: Author, wanted: Wanted) -> Result<Commit> {
        let _writing = self.writing.lock().await;
        let Author { tenant, actor, once } = author;
        let Wanted { planned, curation, note, expects } = wanted;
        let at = in_micros(self.clock.now());
        let model = self.embeddings.embedder().model().clone();
        let (changes, showings): (Vec<_>, Vec<_>) =
            planned.into_iter().map(|planned| (planned.change, planned.showing)).unzip();
        let set = ChangeSet {
            changes,
            curation,
            note,
            expects,
            once,
            ..ChangeSet::new(tenant.clone(), actor, model, at)
        };
        let commit = match self.store.commit(set).await {
            Ok(commit) => commit,
            Err(error) => {
                self.resync(&tenant).await;
                return Err(error);
            }
        };
        if commit.replayed {
            // Its caller may be asking again because the first outcome was not shown.
            self.load_if_changed(&tenant).await?;
            return Ok(commit);
        }
        let shown = showings.into_iter().zip(&commit.applied);
        let shown = shown.filter_map(|(showing, applied)| showing.after(applied, at)).collect();
        self.show_commit(tenant, (commit.epoch, at), shown).await?;
        Ok(commit)
    }

    /// Shows a commit, and when it was made. Where lookups do not see the state right before it, as
    /// after a commit whose fate was not known or where another node committed in between, what
    /// came since is read.
    pub(crate) async fn show_commit(
        &self,
        tenant: TenantId,
        (epoch, at): (Epoch, Timestamp),
        shown: Vec<SetChange>,
    ) -> Result<()> {
        let before = match self.published(&tenant) {
            Ok(set) => set,
            // The tenant came with this commit.
            Err(_) => Arc::new(self.empty_set(&tenant)),
        };
        let raised = !shown.is_empty();
        if epoch != Epoch(before.epoch().0 + u64::from(raised)) {
            return self.load_changes(&tenant).await;
        }
        self.ready(&tenant, &before, &shown);
        let stamp = if raised { EpochStamp { epoch, committed: at } } else { before.stamp() };
        self.show(tenant, before.changed(stamp, shown));
        Ok(())
    }

    /// Shows what the store has after a commit that failed: the fault may have come after the
    /// commit was durable. Where that cannot be read, the tenant's next change reads it.
    pub(crate) async fn resync(&self, tenant: &TenantId) {
        if let Err(error) = self.load_if_changed(tenant).await {
            tracing::error!(
                %tenant, code = error.code.as_str(), %error,
                "could not read the tenant again after a failed commit"
            );
        }
    }

    pub(crate) async fn load_if_changed(&self, tenant: &TenantId) -> Result<()> {
        let kept = self.store.tenants().await?.into_iter().find(|(name, _)| name == tenant);
        let shown = self.published(tenant).ok().map(|set| set.stamp());
        match kept {
            Some((_, stamp)) if shown != Some(stamp) => self.load_changes(tenant).await,
            _ => Ok(()),
        }
    }
}

/// What one change came to.
pub(crate) fn changed(mut commit: Commit) -> Result<Changed> {
    let lost = || Error::new(Code::Internal, "the store did not say what it changed");
    let applied = commit.applied.pop().ok_or_else(lost)?;
    let created = commit.created.contains(&applied.id);
    Ok(Changed { applied, epoch: commit.epoch, created })
}
