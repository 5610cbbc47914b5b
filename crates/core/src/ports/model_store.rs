//! Which embedding model lookups use, and what is kept of each.

use async_trait::async_trait;
use jiff::Timestamp;
use serde::Serialize;

use crate::error::Result;
use crate::ids::{EntryId, ModelId, TenantId, VersionNumber};

/// A switch of lookups from one embedding model to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModelSwitch {
    /// The model that lookups use from then on.
    pub model: ModelId,
    /// The one that they used before.
    pub former: ModelId,
    /// Who switched.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// What is kept of one model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeptModel {
    /// The model.
    pub model: ModelId,
    /// Served entries, of all tenants, that have vectors of it.
    pub entries: u64,
}

/// A served version that has no vectors of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BareVersion {
    /// Its tenant.
    pub tenant: TenantId,
    /// The entry.
    pub id: EntryId,
    /// The version that is served.
    pub version: VersionNumber,
    /// Question and alternatives.
    pub phrasings: Vec<String>,
}

/// The embedding models of a store.
#[async_trait]
pub trait ModelStore: Send + Sync {
    /// The newest switch; none where nobody ever switched. Then lookups use the model that is
    /// configured.
    ///
    /// # Errors
    /// `store_unavailable`, `database_damaged`, as every call of this trait.
    async fn model_switch(&self) -> Result<Option<ModelSwitch>>;

    /// Switches lookups of all processes, durable when it returns. In the audit log it is
    /// `model_switched`.
    ///
    /// # Errors
    /// `version_conflict` where lookups use another model than `former`; then nothing is written.
    async fn switch_model(&self, switch: &ModelSwitch) -> Result<()>;

    /// The models that there are vectors of, by name.
    ///
    /// # Errors
    /// See [`ModelStore::model_switch`].
    async fn kept_models(&self) -> Result<Vec<KeptModel>>;

    /// How many entries are served, of all tenants.
    ///
    /// # Errors
    /// See [`ModelStore::model_switch`].
    async fn served_entries(&self) -> Result<u64>;

    /// Served versions without vectors of a model, by tenant and entry: the first `most` of them.
    ///
    /// # Errors
    /// See [`ModelStore::model_switch`].
    async fn bare_versions(&self, model: &ModelId, most: usize) -> Result<Vec<BareVersion>>;

    /// Forgets all vectors of a model, and says how many there were. In the audit log it is
    /// `model_dropped`.
    ///
    /// # Errors
    /// `version_conflict` for the model that lookups were switched to; then nothing is written.
    async fn drop_model(&self, model: &ModelId, by: &str, at: Timestamp) -> Result<u64>;
}
