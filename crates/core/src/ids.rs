//! Names of things. Each is its own type, so that a tenant can never stand where an entry belongs.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::{Code, Error};

/// Counter per tenant, raised in the same transaction as every change that can change an answer.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Epoch(pub u64);

/// A state of a golden set: its epoch, and when that came. Two histories may count to the same
/// epoch, as a database and its back-up that was restored and changed, but not in the same
/// microsecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct EpochStamp {
    /// The epoch.
    pub epoch: Epoch,
    /// When it was committed, to the microsecond; the beginning of time for epoch 0, which is
    /// before all commits.
    pub committed: Timestamp,
}

/// Number of a version of one entry, from 1.
pub type VersionNumber = u32;

macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident, $what:literal, $max:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            #[doc = concat!("Longest ", $what, ", in bytes.")]
            pub const MAX_BYTES: usize = $max;

            #[doc = concat!("A ", $what, ": 1 to ", stringify!($max), " bytes, no control characters, no outer white space.")]
            ///
            /// # Errors
            /// `invalid_field` naming the fault.
            pub fn new(text: impl AsRef<str>) -> Result<Self, Error> {
                let text = text.as_ref();
                let fault = if text.is_empty() {
                    "is empty"
                } else if text.len() > $max {
                    concat!("is longer than ", stringify!($max), " bytes")
                } else if text.chars().any(char::is_control) {
                    "holds control characters"
                } else if text.trim() != text {
                    "begins or ends with white space"
                } else {
                    return Ok(Self(text.into()));
                };
                Err(Error::new(Code::InvalidField, format!(concat!("the ", $what, " {}"), fault))
                    .fix(concat!("give a ", $what, " of 1 to ", stringify!($max), " bytes without control characters or outer spaces")))
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = Error;
            fn try_from(text: String) -> Result<Self, Error> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.as_ref().to_owned()
            }
        }
    };
}

name_type!(
    /// Identifier of an entry, unique within its tenant, chosen by whoever imports it.
    EntryId,
    "entry id",
    256
);
name_type!(
    /// Name of a tenant: one golden set, never seen by another.
    TenantId,
    "tenant",
    64
);
name_type!(
    /// Name of an expert, unique within their tenant.
    Handle,
    "handle",
    100
);
name_type!(
    /// Identity of an embedding model with everything that changes its vectors (weights, pooling,
    /// prefix, dimensions). Vectors of different ids are never compared.
    ModelId,
    "model id",
    200
);

impl Default for TenantId {
    /// The tenant of callers that name none.
    fn default() -> Self {
        Self("default".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        assert_eq!(EntryId::new("o001").unwrap().as_str(), "o001");
        assert!(EntryId::new("reverted_card_payment?#0").is_ok());
        for bad in ["", " a", "a\n", &"x".repeat(257)] {
            assert_eq!(EntryId::new(bad).unwrap_err().code, Code::InvalidField, "{bad:?}");
        }
        assert!(serde_json::from_str::<TenantId>("\"\"").is_err());
    }
}
