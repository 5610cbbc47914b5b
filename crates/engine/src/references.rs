//! Documents that change, and the entries that rest on them.

mod dry_run;

use std::sync::Arc;

use goldenset_core::decision::Decision;
use goldenset_core::ports::{
    ChangeNumber, NewChange, ReferenceChange, ReferenceChanged, Resting, UndoChange,
};
use goldenset_core::reference::check_version;
use goldenset_core::said::{check_by, check_reason};
use goldenset_core::{Document, EntryId, Epoch, Result, Suspension, TenantId, VersionNumber};
use jiff::Timestamp;
use serde::Serialize;

use crate::changes::{Author, in_micros};
use crate::engine::Engine;
use crate::snapshot::{PublishedEntry, SetChange, TenantSet};

/// Earlier changes of a document that are shown.
const EARLIER: usize = 10;

/// What a lookup that finds an entry makes of it at best, for a caller who says nothing of what it
/// knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DecisionChange {
    /// Until now.
    pub before: Decision,
    /// From now on.
    pub after: Decision,
}

/// An entry that a change concerns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Affected {
    /// The entry.
    pub id: EntryId,
    /// The version that rests on the document.
    pub version: VersionNumber,
    /// Text of the reference by which it does.
    pub reference: String,
    /// What becomes of it; none when it is not served at all.
    pub decision: Option<DecisionChange>,
}

/// A change of a document that was recorded before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EarlierChange {
    /// Its number.
    pub number: ChangeNumber,
    /// The new version that was named.
    pub version: String,
    /// When.
    pub at: Timestamp,
    /// Who said so.
    pub by: String,
    /// When it was undone, if it was.
    pub undone_at: Option<Timestamp>,
}

/// What a change of a document, or its undoing, came to, or would come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Referenced {
    /// The document.
    pub document: String,
    /// The version that it has, or has no more when that is undone.
    pub version: String,
    /// Whether this only says what would happen.
    pub dry_run: bool,
    /// Whether anything was, or would be, written: `false` where the document has this version
    /// already by its newest change in force.
    pub changed: bool,
    /// Number of the change; none where a dry run has no change yet.
    pub number: Option<ChangeNumber>,
    /// The tenant's epoch afterwards; none for a dry run.
    pub epoch: Option<Epoch>,
    /// The entries that it concerns, by id.
    pub affected: Vec<Affected>,
    /// The newest changes of this document before it, the newest first.
    pub earlier: Vec<EarlierChange>,
}

/// A new version of a document, as someone reports it.
#[derive(Debug, Clone)]
pub struct ReportedChange {
    /// The document.
    pub document: Document,
    /// Its new version.
    pub version: String,
    /// Why, for whoever reads the log.
    pub reason: Option<String>,
}

/// Which change is to be undone.
#[derive(Debug, Clone)]
pub struct ChangeToUndo {
    /// The document; its newest change that is not undone.
    pub document: Document,
    /// Only a change to this version.
    pub version: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

enum Change {
    Report(ReportedChange),
    Undo(ChangeToUndo),
}

impl Engine {
    /// Suspends the published entries that rest on a document which has a new version: they are
    /// context at best until they are approved again. A dry run says which, and writes nothing.
    /// Nor is anything written where the newest change of the document that is in force says the
    /// same: whoever approved an entry since did so knowing of it.
    ///
    /// # Errors
    /// `invalid_field` naming `version`, `by` or `reason`, `unknown_tenant`; faults of the store.
    pub async fn change_reference(
        self: &Arc<Self>,
        author: Author,
        reported: ReportedChange,
        dry_run: bool,
    ) -> Result<Referenced> {
        let set = self.published(&author.tenant)?;
        check_version(&reported.version)?;
        check_said(&author, reported.reason.as_deref())?;
        if dry_run {
            return self.would_change(&author.tenant, &set, reported).await;
        }
        self.change_references(author, Change::Report(reported)).await
    }

    /// Takes the newest change of a document back that is not undone; entries that nothing else
    /// holds back are served again. Those that were approved meanwhile stay as they are. A dry run
    /// says which, and writes nothing.
    ///
    /// # Errors
    /// `nothing_to_undo`, `unknown_tenant`, `invalid_field` naming `version`, `by` or `reason`;
    /// faults of the store.
    pub async fn undo_reference_change(
        self: &Arc<Self>,
        author: Author,
        undo: ChangeToUndo,
        dry_run: bool,
    ) -> Result<Referenced> {
        let set = self.published(&author.tenant)?;
        undo.version.as_deref().map_or(Ok(()), check_version)?;
        check_said(&author, undo.reason.as_deref())?;
        if dry_run {
            return self.would_undo(&author.tenant, &set, undo).await;
        }
        self.change_references(author, Change::Undo(undo)).await
    }

    /// The changes of a tenant with a number less than `before`, the newest first.
    ///
    /// # Errors
    /// `unknown_tenant`; faults of the store.
    pub async fn reference_changes(
        &self,
        tenant: &TenantId,
        before: Option<ChangeNumber>,
        limit: usize,
    ) -> Result<Vec<ReferenceChange>> {
        self.published(tenant)?;
        self.store.reference_changes(tenant, None, before, limit).await
    }

    async fn change_references(
        self: &Arc<Self>,
        author: Author,
        change: Change,
    ) -> Result<Referenced> {
        let engine = Arc::clone(self);
        self.in_a_task(async move { engine.change_references_now(author, change).await }).await
    }

    async fn change_references_now(&self, author: Author, change: Change) -> Result<Referenced> {
        let _writing = self.writing.lock().await;
        let Author { tenant, actor: by, once } = author;
        let at = in_micros(self.clock.now());
        let (Change::Report(ReportedChange { document, .. })
        | Change::Undo(ChangeToUndo { document, .. })) = &change;
        let before = self.published(&tenant)?;
        let undoes = matches!(change, Change::Undo(_));
        // Before the commit: what is done must not fail by what is only told beside it.
        let mut earlier = self.earlier(&tenant, document).await?;
        let done = match change {
            Change::Report(ReportedChange { document, version, reason }) => {
                let tenant = tenant.clone();
                let change = NewChange { tenant, document, version, by, reason, at, once };
                self.store.change_reference(&change).await
            }
            Change::Undo(ChangeToUndo { document, version, reason }) => {
                let tenant = tenant.clone();
                let undo = UndoChange { tenant, document, version, by, reason, at, once };
                self.store.undo_reference_change(&undo).await
            }
        };
        let ReferenceChanged { epoch, change, suspensions, unchanged, replayed } = match done {
            Ok(done) => done,
            Err(error) => {
                self.resync(&tenant).await;
                return Err(error);
            }
        };
        let affected = self.affected(&before, &change, &suspensions, undoes);
        let shown = suspensions.into_iter().map(|(id, suspensions)| match suspensions.is_empty() {
            true => SetChange::Resume(id),
            false => SetChange::Suspend(id, suspensions),
        });
        match replayed {
            // Its caller may be asking again because the first outcome was not shown.
            true => self.load_if_changed(&tenant).await?,
            false => self.show_commit(tenant, (epoch, at), shown.collect()).await?,
        }
        earlier.retain(|earlier| earlier.number < change.number);
        Ok(Referenced {
            earlier,
            document: change.document,
            version: change.version,
            dry_run: false,
            changed: !unchanged,
            number: Some(change.number),
            epoch: Some(epoch),
            affected,
        })
    }

    /// The entries whose suspensions a change touched. What held them back before follows from
    /// what does now, so that an outcome that is given again tells the same.
    fn affected(
        &self,
        before: &TenantSet,
        change: &ReferenceChange,
        suspensions: &[(EntryId, Vec<Suspension>)],
        undoes: bool,
    ) -> Vec<Affected> {
        let touched = suspensions.iter().filter_map(|(id, suspensions)| {
            let entry = change.entries.iter().find(|entry| entry.id == *id)?.clone();
            let decision = before.entry(id).map(|served| DecisionChange {
                before: match (undoes, suspensions.split_last()) {
                    (false, Some((_, others))) => self.at_best(served, others),
                    _ => Decision::Context,
                },
                after: self.at_best(served, suspensions),
            });
            Some(affected(entry, decision))
        });
        touched.collect()
    }

    fn at_best(&self, entry: &PublishedEntry, suspensions: &[Suspension]) -> Decision {
        let overdue = entry.content.review_by.is_some_and(|day| day < self.today());
        if overdue || !suspensions.is_empty() { Decision::Context } else { Decision::Serve }
    }

    async fn earlier(&self, tenant: &TenantId, document: &Document) -> Result<Vec<EarlierChange>> {
        let changes = self.store.reference_changes(tenant, Some(document), None, EARLIER).await?;
        Ok(changes.into_iter().map(EarlierChange::from).collect())
    }
}

impl From<ReferenceChange> for EarlierChange {
    fn from(change: ReferenceChange) -> Self {
        let ReferenceChange { number, version, at, by, undone_at, .. } = change;
        Self { number, version, at, by, undone_at }
    }
}

fn affected(entry: Resting, decision: Option<DecisionChange>) -> Affected {
    let Resting { id, version, reference, suspended: _ } = entry;
    Affected { id, version, reference, decision }
}

fn check_said(author: &Author, reason: Option<&str>) -> Result<()> {
    check_by("by", &author.actor)?;
    reason.map_or(Ok(()), |reason| check_reason("reason", reason))
}
