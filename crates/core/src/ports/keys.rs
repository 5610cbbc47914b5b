//! Where a store keeps keys.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::error::Result;
use crate::keys::{KeyId, KeyRecord, NewKey, StoredKey};

/// The keys of callers. No key is ever deleted, and no id given twice: what was done with one stays
/// known. One transaction a call; a call that returned is on the disk.
#[async_trait]
pub trait KeyStore: Send + Sync {
    /// Keeps a new key, and who made it in the audit log; returns it with its id.
    ///
    /// # Errors
    /// `key_already_made` naming the key where its idempotency key came before: the text of that
    /// one is kept nowhere, so the first outcome cannot be given again. `idempotency_reused`. Then
    /// nothing is written. `store_unavailable`, `database_damaged`, as every call of this trait.
    async fn create_key(&self, key: &NewKey) -> Result<KeyRecord>;

    /// Every key that was ever made, by id.
    ///
    /// # Errors
    /// See [`KeyStore::create_key`].
    async fn keys(&self) -> Result<Vec<StoredKey>>;

    /// Takes from a key what it opens, and keeps who did it in the audit log; a key that was
    /// revoked already stays as it is. Returns it as it is then.
    ///
    /// # Errors
    /// `unknown_key`; then nothing is written.
    async fn revoke_key(&self, id: KeyId, actor: &str, at: Timestamp) -> Result<KeyRecord>;
}
