//! Changes to the golden set: into the store in one transaction, then into the snapshot.

use std::sync::Arc;

use goldenset_core::ports::{Applied, ChangeSet, Commit, EntryChange, PublishedVersion};
use goldenset_core::{
    Code, Embedding, EntryContent, EntryId, Epoch, Error, Result, TenantId, VersionNumber,
};
use jiff::{Timestamp, Unit};

use crate::engine::Engine;
use crate::snapshot::SetChange;

/// Who changes whose golden set.
#[derive(Debug, Clone)]
pub struct Author {
    /// The golden set.
    pub tenant: TenantId,
    /// Who, for the audit log.
    pub actor: String,
}

/// What a change came to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Changed {
    /// The entry afterwards.
    #[serde(flatten)]
    pub applied: Applied,
    /// The tenant's epoch afterwards.
    pub epoch: Epoch,
}

impl Engine {
    /// Writes an entry, as a new version unless it says what the newest one says, and publishes
    /// it when asked to.
    ///
    /// # Errors
    /// `invalid_field` for content that breaks a rule; faults of store and provider. Nothing is
    /// half written.
    pub async fn save(
        self: &Arc<Self>,
        author: Author,
        id: EntryId,
        content: EntryContent,
        publish: bool,
    ) -> Result<Changed> {
        if let Some(fault) = content.faults().into_iter().next() {
            let detail = format!("{} {}", fault.field, fault.detail);
            return Err(Error::new(fault.code, detail)
                .field(fault.field)
                .fix("correct the field and send the entry again"));
        }
        let embeddings = if publish { Some(self.embeddings_of(&content).await?) } else { None };
        self.change_one(author, Planned::save(id, content, embeddings)).await
    }

    /// Publishes a version of an entry, the newest one when none is named.
    ///
    /// # Errors
    /// `unknown_entry`, also for a tenant that does not exist; `unknown_version`; faults of store
    /// and provider.
    pub async fn publish(
        self: &Arc<Self>,
        author: Author,
        id: EntryId,
        version: Option<VersionNumber>,
    ) -> Result<Changed> {
        let record = match version {
            None => self.store.entry(&author.tenant, &id).await?,
            Some(version) => {
                let versions = self.store.versions(&author.tenant, &id).await?;
                let wanted = versions.into_iter().find(|record| record.version == version);
                wanted.ok_or_else(|| {
                    Error::new(
                        Code::UnknownVersion,
                        format!("entry `{id}` has no version {version}"),
                    )
                    .field("version")
                    .fix("list the versions with GET /v1/entries/{id}/versions")
                })?
            }
        };
        let embeddings = self.embeddings_of(&record.content).await?;
        let showing = Showing::Put(record.content.into(), embeddings.clone());
        let change = EntryChange::Publish { id, version: record.version, embeddings };
        self.change_one(author, Planned { change, showing }).await
    }

    /// Takes an entry out of service.
    ///
    /// # Errors
    /// `unknown_entry`, also for a tenant that does not exist; `not_published`; faults of the store.
    pub async fn retire(self: &Arc<Self>, author: Author, id: EntryId) -> Result<Changed> {
        let planned = Planned { change: EntryChange::Retire { id }, showing: Showing::Remove };
        self.change_one(author, planned).await
    }

    async fn embeddings_of(&self, content: &EntryContent) -> Result<Vec<Embedding>> {
        Ok(self.embed(&[content], &|_, _| ()).await?.pop().unwrap_or_default())
    }

    async fn change_one(self: &Arc<Self>, author: Author, planned: Planned) -> Result<Changed> {
        let mut commit = self.commit(author, vec![planned]).await?;
        let applied = commit.applied.pop();
        let applied = applied
            .ok_or_else(|| Error::new(Code::Internal, "the store did not say what it changed"))?;
        Ok(Changed { applied, epoch: commit.epoch })
    }

    /// Commits and shows changes. In a task of its own: a caller who goes away in between must
    /// not leave a commit that no lookup sees.
    pub(crate) async fn commit(
        self: &Arc<Self>,
        author: Author,
        planned: Vec<Planned>,
    ) -> Result<Commit> {
        let engine = Arc::clone(self);
        let task = tokio::spawn(async move { engine.commit_now(author, planned).await });
        task.await.unwrap_or_else(|cause| {
            Err(Error::new(Code::Internal, "the task of a change ended early").cause(cause))
        })
    }

    async fn commit_now(&self, author: Author, planned: Vec<Planned>) -> Result<Commit> {
        let _writing = self.writing.lock().await;
        let Author { tenant, actor } = author;
        let at = in_micros(self.clock.now());
        let model = self.embeddings.embedder().model().clone();
        let (changes, showings): (Vec<_>, Vec<_>) =
            planned.into_iter().map(|planned| (planned.change, planned.showing)).unzip();
        let set = ChangeSet { tenant: tenant.clone(), actor, model, changes, at };
        let commit = match self.store.commit(set).await {
            Ok(commit) => commit,
            Err(error) => {
                self.resync(&tenant).await;
                return Err(error);
            }
        };
        let shown = showings.into_iter().zip(&commit.applied);
        let shown = shown.filter_map(|(showing, applied)| showing.after(applied, at)).collect();
        self.show_commit(tenant, commit.epoch, shown).await?;
        Ok(commit)
    }

    /// Shows a commit. Where lookups do not see the state right before it, as after a commit whose
    /// fate was not known, all is read again.
    async fn show_commit(
        &self,
        tenant: TenantId,
        epoch: Epoch,
        shown: Vec<SetChange>,
    ) -> Result<()> {
        let before = match self.published(&tenant) {
            Ok(set) => set,
            // The tenant came with this commit.
            Err(_) => Arc::new(self.empty_set(&tenant)),
        };
        let raised = u64::from(!shown.is_empty());
        if epoch != Epoch(before.epoch.0 + raised) {
            return self.load(&tenant, &|_, _| ()).await;
        }
        self.show(tenant, before.changed(epoch, shown));
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

    async fn load_if_changed(&self, tenant: &TenantId) -> Result<()> {
        let kept = self.store.tenants().await?.into_iter().find(|(name, _)| name == tenant);
        let shown = self.published(tenant).ok().map(|set| set.epoch);
        match kept {
            Some((_, epoch)) if shown != Some(epoch) => self.load(tenant, &|_, _| ()).await,
            _ => Ok(()),
        }
    }
}

/// A change with what lookups are to see once it is committed.
pub(crate) struct Planned {
    change: EntryChange,
    showing: Showing,
}

impl Planned {
    /// Saves, and publishes when there are embeddings.
    pub(crate) fn save(
        id: EntryId,
        content: EntryContent,
        embeddings: Option<Vec<Embedding>>,
    ) -> Self {
        let showing = match &embeddings {
            Some(embeddings) => Showing::Put(content.clone().into(), embeddings.clone()),
            None => Showing::Nothing,
        };
        Self { change: EntryChange::Save { id, content, publish: embeddings }, showing }
    }
}

/// What a change means for lookups.
enum Showing {
    Nothing,
    Put(Box<EntryContent>, Vec<Embedding>),
    Remove,
}

impl Showing {
    fn after(self, applied: &Applied, at: Timestamp) -> Option<SetChange> {
        if !applied.changed {
            return None;
        }
        let id = applied.id.clone();
        match (self, applied.published_version) {
            (Self::Put(content, embeddings), Some(version)) => {
                let content = *content;
                let published =
                    PublishedVersion { id, version, content, published_at: at, embeddings: None };
                Some(SetChange::Put(Box::new(published), embeddings))
            }
            (Self::Remove, None) => Some(SetChange::Remove(id)),
            _ => None,
        }
    }
}

/// As exact as every store keeps it, so that a restart shows the same.
pub(crate) fn in_micros(now: Timestamp) -> Timestamp {
    now.round(Unit::Microsecond).unwrap_or(now)
}
