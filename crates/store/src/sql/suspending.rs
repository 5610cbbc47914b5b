//! The trait of changes of documents, each call in a transaction of its own.

use async_trait::async_trait;
use goldenset_core::ports::{
    ChangeNumber, NewChange, ReferenceChange, ReferenceChanged, ReferenceStore, Resting, UndoChange,
};
use goldenset_core::{Document, Result, TenantId};

use super::driver::Backend;
use super::references;

#[async_trait]
impl ReferenceStore for Backend {
    async fn resting_on(
        &self,
        tenant: &TenantId,
        document: &Document,
        version: &str,
    ) -> Result<Vec<Resting>> {
        self.read(async |db| references::resting_on(db, tenant, document, version).await).await
    }

    async fn change_reference(&self, change: &NewChange) -> Result<ReferenceChanged> {
        self.write(async |db| references::change(db, change).await).await
    }

    async fn undo_reference_change(&self, undo: &UndoChange) -> Result<ReferenceChanged> {
        self.write(async |db| references::undo(db, undo).await).await
    }

    async fn reference_changes(
        &self,
        tenant: &TenantId,
        document: Option<&Document>,
        before: Option<ChangeNumber>,
        limit: usize,
    ) -> Result<Vec<ReferenceChange>> {
        let page =
            async |db: &mut _| references::changes(db, tenant, document, before, limit).await;
        self.read(page).await
    }
}
