//! Changes to the golden set: into the store in one transaction, then into the snapshot.

use std::sync::Arc;

use goldenset_core::ports::{
    Applied, ChangeSet, Commit, CurationChanges, EntryChange, EntryRecord, Once, PublishedVersion,
};
use goldenset_core::{
    Code, Embedding, EntryContent, EntryId, Epoch, Error, Result, TenantId, VersionNumber,
};
use jiff::{Timestamp, Unit};
use serde_json::{Map, Value, json};

use crate::engine::Engine;
use crate::gate::{GateReport, Override};
use crate::snapshot::SetChange;

/// Who changes whose golden set.
#[derive(Debug, Clone)]
pub struct Author {
    /// The golden set.
    pub tenant: TenantId,
    /// Who, for the audit log.
    pub actor: String,
    /// So that a caller who did not hear of the outcome may ask again.
    pub once: Option<Once>,
}

impl Author {
    /// Someone whose change is done as often as it comes.
    #[must_use]
    pub fn new(tenant: TenantId, actor: impl Into<String>) -> Self {
        Self { tenant, actor: actor.into(), once: None }
    }
}

/// What a change came to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Changed {
    /// The entry afterwards.
    #[serde(flatten)]
    pub applied: Applied,
    /// The tenant's epoch afterwards.
    pub epoch: Epoch,
    /// Whether there was no such entry before.
    #[serde(skip)]
    pub created: bool,
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
        check_content(&content)?;
        let embeddings = if publish { Some(self.embeddings_of(&content).await?) } else { None };
        self.change_one(author, Planned::save(id, content, embeddings)).await
    }

    /// Publishes a version of an entry, the newest one when none is named. What is served already
    /// stays as it is.
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
        let record = self.to_publish(&author, &id, version, false).await?;
        self.publish_record(author, record, false).await
    }

    /// Approves an entry again: publishes a version, the served one when none is named, also when
    /// it is served already, with a new time of approval. Whatever held the entry back does so no
    /// longer.
    ///
    /// # Errors
    /// As [`Engine::publish`]; `not_published` when no version is named and none is served.
    pub async fn reapprove(
        self: &Arc<Self>,
        author: Author,
        id: EntryId,
        version: Option<VersionNumber>,
    ) -> Result<Changed> {
        let record = self.to_publish(&author, &id, version, true).await?;
        self.publish_record(author, record, true).await
    }

    /// The version that is to be published: the one that is named, else the newest, or to approve
    /// it again the served one.
    ///
    /// # Errors
    /// `unknown_entry`, `unknown_version`; `not_published` where none is served.
    pub(crate) async fn to_publish(
        &self,
        author: &Author,
        id: &EntryId,
        version: Option<VersionNumber>,
        again: bool,
    ) -> Result<EntryRecord> {
        if let Some(version) = version {
            return self.version(&author.tenant, id, version).await;
        }
        let head = self.store.entry(&author.tenant, id).await?;
        match head.published_version {
            _ if !again => Ok(head),
            Some(version) if version == head.version => Ok(head),
            Some(version) => self.version(&author.tenant, id, version).await,
            None => Err(Error::new(Code::NotPublished, format!("entry `{id}` is not published"))
                .field("id")
                .fix("name the version that is to be published")),
        }
    }

    async fn publish_record(
        self: &Arc<Self>,
        author: Author,
        record: EntryRecord,
        reapprove: bool,
    ) -> Result<Changed> {
        let embeddings = self.embeddings_of(&record.content).await?;
        let EntryRecord { id, version, content, .. } = record;
        let planned = Planned::publish(id, version, content, embeddings, reapprove);
        self.change_one(author, planned).await
    }

    /// Takes an entry out of service.
    ///
    /// # Errors
    /// `unknown_entry`, also for a tenant that does not exist; `not_published`; faults of the store.
    pub async fn retire(self: &Arc<Self>, author: Author, id: EntryId) -> Result<Changed> {
        self.change_one(author, Planned::retire(id)).await
    }

    /// A version of an entry.
    ///
    /// # Errors
    /// `unknown_entry`, `unknown_version`.
    pub(crate) async fn version(
        &self,
        tenant: &TenantId,
        id: &EntryId,
        version: VersionNumber,
    ) -> Result<EntryRecord> {
        let versions = self.store.versions(tenant, id).await?;
        versions.into_iter().find(|record| record.version == version).ok_or_else(|| {
            Error::new(Code::UnknownVersion, format!("entry `{id}` has no version {version}"))
                .field("version")
                .fix("list the versions with GET /v1/entries/{id}/versions")
        })
    }

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

    pub(crate) async fn embeddings_of(&self, content: &EntryContent) -> Result<Vec<Embedding>> {
        Ok(self.embed(&[content], &|_, _| ()).await?.pop().unwrap_or_default())
    }

    async fn change_one(self: &Arc<Self>, author: Author, planned: Planned) -> Result<Changed> {
        changed(self.commit(author, planned.into()).await?)
    }

    /// Commits and shows changes. In a task of its own: a caller who goes away in between must
    /// not leave a commit that no lookup sees.
    pub(crate) async fn commit(self: &Arc<Self>, author: Author, wanted: Wanted) -> Result<Commit> {
        let engine = Arc::clone(self);
        let task = tokio::spawn(async move { engine.commit_now(author, wanted).await });
        task.await.unwrap_or_else(|cause| {
            Err(Error::new(Code::Internal, "the task of a change ended early").cause(cause))
        })
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
        self.show_commit(tenant, commit.epoch, shown).await?;
        Ok(commit)
    }

    /// Shows a commit. Where lookups do not see the state right before it, as after a commit whose
    /// fate was not known, all is read again.
    pub(crate) async fn show_commit(
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

    pub(crate) async fn load_if_changed(&self, tenant: &TenantId) -> Result<()> {
        let kept = self.store.tenants().await?.into_iter().find(|(name, _)| name == tenant);
        let shown = self.published(tenant).ok().map(|set| set.epoch);
        match kept {
            Some((_, epoch)) if shown != Some(epoch) => self.load(tenant, &|_, _| ()).await,
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

/// Checks what an entry is to say.
///
/// # Errors
/// The code of the first rule that it breaks, naming its field.
pub(crate) fn check_content(content: &EntryContent) -> Result<()> {
    match content.faults().into_iter().next() {
        None => Ok(()),
        Some(fault) => Err(Error::new(fault.code, format!("{} {}", fault.field, fault.detail))
            .field(fault.field)
            .fix("correct the field and send the entry again")),
    }
}

/// All that one commit is to do.
#[derive(Default)]
pub(crate) struct Wanted {
    pub(crate) planned: Vec<Planned>,
    pub(crate) curation: CurationChanges,
    pub(crate) note: Map<String, Value>,
    pub(crate) expects: Option<Epoch>,
}

impl From<Planned> for Wanted {
    fn from(planned: Planned) -> Self {
        Self { planned: vec![planned], ..Self::default() }
    }
}

impl Wanted {
    /// What the audit log is to say of who published, and against what.
    pub(crate) fn note(
        &mut self,
        reason: Option<&str>,
        over: Option<&Override>,
        gate: Option<&GateReport>,
    ) {
        let reason = reason.or(over.map(|over| over.reason.as_str()));
        if let Some(reason) = reason {
            self.note.insert("reason".into(), json!(reason));
        }
        if let (Some(over), Some(gate)) = (over, gate.filter(|gate| gate.blocked)) {
            let overridden = json!({ "reason": over.reason, "conflicts": gate.conflicts });
            self.note.insert("override".into(), overridden);
        }
    }
}

/// A change with what lookups are to see once it is committed.
pub(crate) struct Planned {
    change: EntryChange,
    showing: Showing,
}

impl Planned {
    /// The entry that changes.
    pub(crate) fn id(&self) -> &EntryId {
        self.change.id()
    }

    /// The version that is published where it is written already.
    pub(crate) fn version(&self) -> Option<VersionNumber> {
        match &self.change {
            EntryChange::Publish { version, .. } => Some(*version),
            EntryChange::Save { .. } | EntryChange::Retire { .. } => None,
        }
    }

    /// The embeddings of what goes live, one a phrasing; none where nothing does.
    pub(crate) fn embeddings(&self) -> &[Embedding] {
        match &self.showing {
            Showing::Put(_, embeddings) => embeddings,
            Showing::Nothing | Showing::Remove => &[],
        }
    }

    /// Publishes a version that is written already.
    pub(crate) fn publish(
        id: EntryId,
        version: VersionNumber,
        content: EntryContent,
        embeddings: Vec<Embedding>,
        reapprove: bool,
    ) -> Self {
        let showing = Showing::Put(content.into(), embeddings.clone());
        Self { change: EntryChange::Publish { id, version, embeddings, reapprove }, showing }
    }

    /// Takes an entry out of service.
    pub(crate) fn retire(id: EntryId) -> Self {
        Self { change: EntryChange::Retire { id }, showing: Showing::Remove }
    }

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
                let published = PublishedVersion {
                    id,
                    version,
                    content,
                    published_at: at,
                    // A publish ends them.
                    suspensions: Vec::new(),
                    embeddings: None,
                };
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
