//! What is served, in memory: immutable, swapped whole, read without locks.

mod entry;
mod filling;
mod journal;
mod sharing;
mod tenant;

use std::collections::HashMap;
use std::sync::Arc;

use goldenset_core::{Code, Error, Result, TenantId};

pub use entry::PublishedEntry;
pub(crate) use entry::Served;
pub(crate) use filling::Filling;
pub(crate) use journal::{Difference, DifferenceKind, Journal, Lineage};
pub(crate) use tenant::{SetChange, TenantSet};

/// The served sets of all tenants.
#[derive(Debug, Clone, Default)]
pub(crate) struct Snapshot {
    tenants: HashMap<TenantId, Arc<TenantSet>>,
}

impl Snapshot {
    /// The set of one tenant.
    pub(crate) fn tenant(&self, tenant: &TenantId) -> Result<&Arc<TenantSet>> {
        self.tenants.get(tenant).ok_or_else(|| {
            Error::new(Code::UnknownTenant, format!("there is no tenant `{tenant}`"))
                .field("tenant")
                .fix("name a tenant that has entries, or leave the field out for `default`")
        })
    }

    /// The snapshot with one tenant's set put in or replaced.
    pub(crate) fn with(&self, tenant: TenantId, set: TenantSet) -> Self {
        let mut next = self.clone();
        next.tenants.insert(tenant, Arc::new(set));
        next
    }

    pub(crate) fn tenants(&self) -> impl Iterator<Item = (&TenantId, &Arc<TenantSet>)> {
        self.tenants.iter()
    }
}
