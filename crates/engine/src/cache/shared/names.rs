//! Keys of what is shared: `r1:<tenant>:{<signature>}:<options>` for a result,
//! `e1:<tenant>:{<signature>}:<model>` for an embedding. Tenants, options and models are hashes, so
//! no name of anything is in them. What is in braces decides the node of a cluster, so both of a
//! question are on one.

use goldenset_core::{ModelId, Signature, TenantId};

use super::super::ResultName;
use super::envelope::FORMAT;
use crate::invalidate::Selection;

#[derive(Debug, Clone)]
pub(crate) struct Names {
    build: [u8; 32],
    model: String,
}

impl Names {
    pub(super) fn new(build: &[u8; 32], model: &ModelId) -> Self {
        Self { build: *build, model: hex(&[model.as_str().as_bytes()], 8) }
    }

    pub(super) fn result(
        &self,
        tenant: &TenantId,
        signature: &Signature,
        key: &ResultName,
    ) -> String {
        let options = hex(&[&self.build, &key.0], 16);
        format!("{}{{{signature}}}:{options}", results_of(tenant))
    }

    pub(super) fn embedding(&self, tenant: &TenantId, signature: &Signature) -> String {
        format!("{}{{{signature}}}:{}", embeddings_of(tenant), self.model)
    }

    /// What the keys of results and of embeddings begin with that may be selected; none where no
    /// embedding can be.
    pub(crate) fn beginnings(selection: &Selection) -> (String, Option<String>) {
        match selection {
            Selection::Entry(tenant, _) => (results_of(tenant), None),
            Selection::Question(tenant, signature) => {
                let of = |all: String| format!("{all}{{{signature}}}:");
                (of(results_of(tenant)), Some(of(embeddings_of(tenant))))
            }
            Selection::Tenant(tenant) => (results_of(tenant), Some(embeddings_of(tenant))),
            Selection::Everything => (format!("r{FORMAT}:"), Some(format!("e{FORMAT}:"))),
        }
    }
}

fn results_of(tenant: &TenantId) -> String {
    format!("r{FORMAT}:{}:", hex(&[tenant.as_str().as_bytes()], 8))
}

fn embeddings_of(tenant: &TenantId) -> String {
    format!("e{FORMAT}:{}:", hex(&[tenant.as_str().as_bytes()], 8))
}

/// So many bytes of the hash of all parts, in hexadecimal digits. All parts but the last one have
/// one length.
fn hex(parts: &[&[u8]], bytes: usize) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().to_hex()[..2 * bytes].to_owned()
}
