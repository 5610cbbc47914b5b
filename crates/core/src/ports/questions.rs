//! Where a store keeps questions that found no answer.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::canonical::Signature;
use crate::curation::{MissedFlush, MissedGroup};
use crate::error::Result;
use crate::ids::TenantId;

/// Questions that missed, grouped by meaning. Nothing of it changes an answer, so no call raises an
/// epoch. One transaction a call; a call that returned is on the disk.
#[async_trait]
pub trait QuestionStore: Send + Sync {
    /// Adds what a process has seen, unless this flush (by writer and number) or a later one of
    /// the writer is written already. Returns the groups that had to go, by what they are found
    /// by.
    ///
    /// # Errors
    /// `store_unavailable`, `database_damaged`, as every call of this trait.
    async fn record_missed(&self, flush: &MissedFlush) -> Result<Vec<(TenantId, Signature)>>;

    /// A tenant's groups that were asked at least `least` times, the most asked first, at most
    /// `limit`.
    ///
    /// # Errors
    /// See [`QuestionStore::record_missed`].
    async fn missed(&self, tenant: &TenantId, least: u64, limit: usize)
    -> Result<Vec<MissedGroup>>;

    /// Deletes the groups of all tenants that were asked last before `asked`, and returns what they
    /// were found by. Of what is deleted nothing stays readable in the files once the store is
    /// closed.
    ///
    /// # Errors
    /// See [`QuestionStore::record_missed`].
    async fn forget_missed(&self, asked: Timestamp) -> Result<Vec<(TenantId, Signature)>>;
}
