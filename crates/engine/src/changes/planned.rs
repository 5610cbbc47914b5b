//! What a commit is to do, and what lookups are to see of it.

use goldenset_core::ports::{Applied, CurationChanges, EntryChange, PublishedVersion};
use goldenset_core::{Embedding, EntryContent, EntryId, Epoch, VersionNumber};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::gate::{GateReport, Override};
use crate::snapshot::SetChange;

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
    pub(super) change: EntryChange,
    pub(super) showing: Showing,
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
        let rolls_back = false;
        let change = EntryChange::Publish { id, version, embeddings, reapprove, rolls_back };
        Self { change, showing }
    }

    /// Puts a version that is written already in force again.
    pub(crate) fn roll_back(
        id: EntryId,
        version: VersionNumber,
        content: EntryContent,
        embeddings: Vec<Embedding>,
    ) -> Self {
        let showing = Showing::Put(content.into(), embeddings.clone());
        let (reapprove, rolls_back) = (false, true);
        let change = EntryChange::Publish { id, version, embeddings, reapprove, rolls_back };
        Self { change, showing }
    }

    /// Whether an earlier version is to be in force again.
    pub(crate) fn rolls_back(&self) -> bool {
        matches!(self.change, EntryChange::Publish { rolls_back: true, .. })
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
pub(super) enum Showing {
    Nothing,
    Put(Box<EntryContent>, Vec<Embedding>),
    Remove,
}

impl Showing {
    pub(super) fn after(self, applied: &Applied, at: Timestamp) -> Option<SetChange> {
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
