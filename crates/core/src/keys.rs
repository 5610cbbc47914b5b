//! Keys: who calls, and what they may do.

mod text;

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::{Code, Error, Result};
use crate::ids::TenantId;
use crate::ports::Once;

pub use text::{PresentedKey, Secret, SecretHash};

/// Longest name of a key and longest handle of an expert, in bytes.
const MAX_NAME_BYTES: usize = 64;

/// What a caller may do; each role may do all that the ones before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Asks, and reads what is approved.
    Reader,
    /// Gives feedback, judges, writes drafts.
    Expert,
    /// Decides what is served.
    Approver,
    /// Decides who may do what.
    Admin,
}

impl Role {
    /// Every role, the least first.
    pub const ALL: [Self; 4] = [Self::Reader, Self::Expert, Self::Approver, Self::Admin];

    /// The role as it is written everywhere.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Expert => "expert",
            Self::Approver => "approver",
            Self::Admin => "admin",
        }
    }

    /// The role that is written so, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

/// Number of a key, from 1; none is given twice. It is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(pub u32);

impl FromStr for KeyId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        text.parse().map(Self).map_err(|cause: std::num::ParseIntError| {
            Error::new(Code::InvalidField, "the id is not the number of a key")
                .field("id")
                .fix("give an id that the list of keys shows")
                .cause(cause)
        })
    }
}

impl KeyId {
    /// What a store says where the request that made this key comes again.
    #[must_use]
    pub fn already_made(self) -> Error {
        let detail = format!("this request made key {self} before; its text was shown then");
        Error::new(Code::KeyAlreadyMade, detail)
            .field("idempotency-key")
            .fix("unless you have its text, revoke it and make another with a new idempotency key")
            .with("key_id", self.0.into())
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A key that is to be made. Of its secret only the hash goes to the store.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// What it is for; several keys may have one name, as while one replaces the other.
    pub name: String,
    /// What its holder may do.
    pub role: Role,
    /// The one tenant that its holder may see; all where there is none.
    pub tenant: Option<TenantId>,
    /// The handle of the expert whose key it is, where it is one's.
    pub expert: Option<String>,
    /// What it is known by again.
    pub hash: SecretHash,
    /// Who makes it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// So that a caller who did not hear of the outcome makes no second one.
    pub once: Option<Once>,
}

impl NewKey {
    /// Checks the names: 1 to 64 bytes, no control characters, no outer white space.
    ///
    /// # Errors
    /// `invalid_field` naming the field.
    pub fn check(&self) -> Result<()> {
        let names = [("name", Some(&self.name)), ("expert", self.expert.as_ref())];
        for (field, name) in names {
            let bad = name.is_some_and(|name| {
                name.is_empty()
                    || name.len() > MAX_NAME_BYTES
                    || name.chars().any(char::is_control)
                    || name.trim() != name
            });
            if bad {
                return Err(Error::new(Code::InvalidField, "the name is empty or unusable")
                    .field(field)
                    .fix("give 1 to 64 bytes without control characters or outer spaces"));
            }
        }
        Ok(())
    }
}

/// What may be known of a key by everybody who may see keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyRecord {
    /// Its number.
    pub id: KeyId,
    /// See [`NewKey::name`].
    pub name: String,
    /// What its holder may do.
    pub role: Role,
    /// See [`NewKey::tenant`].
    pub tenant: Option<TenantId>,
    /// See [`NewKey::expert`].
    pub expert: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// Since when it opens nothing any more.
    pub revoked_at: Option<Timestamp>,
    /// Who saw to that.
    pub revoked_by: Option<String>,
}

impl KeyRecord {
    /// Whether it opens anything.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.revoked_at.is_none()
    }
}

/// A key as a store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredKey {
    /// What may be known of it.
    pub record: KeyRecord,
    /// What it is known by again.
    pub hash: SecretHash,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_more_than_the_one_before() {
        assert!(Role::ALL.is_sorted());
        assert_eq!(Role::ALL.map(|role| Role::from_name(role.as_str())), Role::ALL.map(Some));
        assert_eq!(Role::from_name("root"), None);
    }

    #[test]
    fn names_are_checked() {
        let key = |name: &str, expert: Option<&str>| NewKey {
            name: name.into(),
            role: Role::Reader,
            tenant: None,
            expert: expert.map(Into::into),
            hash: Secret::from([7; 32]).hash(),
            by: "anna".into(),
            at: Timestamp::UNIX_EPOCH,
            once: None,
        };
        assert!(key("the app", Some("anna")).check().is_ok());
        for bad in ["", " a", "a\n", &"x".repeat(65)] {
            let error = key(bad, None).check().unwrap_err();
            assert_eq!((error.code, error.field.as_deref()), (Code::InvalidField, Some("name")));
            let error = key("app", Some(bad)).check().unwrap_err();
            assert_eq!(error.field.as_deref(), Some("expert"));
        }
    }

    #[test]
    fn ids_are_numbers() {
        assert_eq!("17".parse::<KeyId>().unwrap(), KeyId(17));
        for bad in ["", "a", "-1", "99999999999"] {
            assert_eq!(bad.parse::<KeyId>().unwrap_err().code, Code::InvalidField, "{bad}");
        }
    }
}
