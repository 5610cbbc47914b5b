//! What a change of a document, or its undoing, would do.

use goldenset_core::decision::Decision;
use goldenset_core::ports::ReferenceChange;
use goldenset_core::{Document, Result, Suspension, TenantId};

use super::{
    ChangeToUndo, DecisionChange, EARLIER, EarlierChange, Referenced, ReportedChange, affected,
};
use crate::engine::Engine;
use crate::snapshot::TenantSet;

impl Engine {
    pub(super) async fn would_change(
        &self,
        tenant: &TenantId,
        set: &TenantSet,
        reported: ReportedChange,
    ) -> Result<Referenced> {
        let ReportedChange { document, version, reason: _ } = reported;
        let changes = self.changes_of(tenant, &document).await?;
        let said = ReferenceChange::said_already(changes.clone(), &document, &version);
        let resting = match said {
            Some(_) => Vec::new(),
            None => self.store.resting_on(tenant, &document, &version).await?,
        };
        let affected = resting.into_iter().map(|entry| {
            let decision = set.entry(&entry.id).map(|served| DecisionChange {
                before: self.at_best(served, &served.suspensions),
                after: Decision::Context,
            });
            affected(entry, decision)
        });
        let affected = affected.collect();
        let number = said.as_ref().map(|change| change.number);
        Ok(Referenced {
            document: said.as_ref().map_or(document.name(), |change| &change.document).to_owned(),
            changed: said.is_none(),
            version: said.map_or(version, |change| change.version),
            dry_run: true,
            number,
            epoch: None,
            affected,
            earlier: earlier(changes, number),
        })
    }

    pub(super) async fn would_undo(
        &self,
        tenant: &TenantId,
        set: &TenantSet,
        undo: ChangeToUndo,
    ) -> Result<Referenced> {
        let ChangeToUndo { document, version, reason: _ } = undo;
        let changes = self.changes_of(tenant, &document).await?;
        let undone = ReferenceChange::to_undo(changes.clone(), &document, version.as_deref())?;
        let of_it = |one: &Suspension| {
            (&one.document, &one.version, one.since)
                == (&undone.document, &undone.version, undone.at)
        };
        let left = undone.entries.iter().filter(|entry| entry.suspended).map(|entry| {
            let decision = set.entry(&entry.id).map(|served| {
                let mut others = served.suspensions.clone();
                // The last one: two changes of one moment may be alike, and the newer is undone.
                if let Some(place) = others.iter().rposition(of_it) {
                    others.remove(place);
                }
                DecisionChange { before: Decision::Context, after: self.at_best(served, &others) }
            });
            affected(entry.clone(), decision)
        });
        let affected = left.collect();
        let number = Some(undone.number);
        Ok(Referenced {
            document: undone.document,
            version: undone.version,
            dry_run: true,
            changed: true,
            number,
            epoch: None,
            affected,
            earlier: earlier(changes, number),
        })
    }

    /// Every change of a document, the newest first: the newest may all be undone.
    async fn changes_of(
        &self,
        tenant: &TenantId,
        document: &Document,
    ) -> Result<Vec<ReferenceChange>> {
        self.store.reference_changes(tenant, Some(document), None, usize::MAX).await
    }
}

/// The newest of `changes` before one.
fn earlier(changes: Vec<ReferenceChange>, before: Option<u32>) -> Vec<EarlierChange> {
    let older = |change: &ReferenceChange| before.is_none_or(|before| change.number < before);
    changes.into_iter().filter(older).take(EARLIER).map(Into::into).collect()
}
