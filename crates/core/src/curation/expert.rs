//! Experts: who may say what of answers.

use std::fmt;

use jiff::Timestamp;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use super::Trust;
use crate::ids::Handle;

/// What an expert may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpertRole {
    /// Gives feedback and proposes.
    Expert,
    /// Decides on proposals, too.
    Approver,
    /// Everything; counts as fully trusted.
    Admin,
}

impl ExpertRole {
    /// The role as it is stored and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expert => "expert",
            Self::Approver => "approver",
            Self::Admin => "admin",
        }
    }

    /// Whether someone with this role decides on proposals.
    #[must_use]
    pub fn approves(self) -> bool {
        self >= Self::Approver
    }
}

impl fmt::Display for ExpertRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An expert of one tenant.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(from = "Shown")]
pub struct Expert {
    /// Name, unique within the tenant.
    pub handle: Handle,
    /// What they may do.
    pub role: ExpertRole,
    /// Whether an administrator knows who it is.
    pub verified: bool,
    /// How far they are trusted, with the evidence.
    pub trust: Trust,
    /// When they were first named.
    pub created_at: Timestamp,
    /// When anything of this changed last.
    pub changed_at: Timestamp,
}

/// An expert as it is written: the estimate follows from its evidence.
#[derive(Deserialize)]
struct Shown {
    handle: Handle,
    role: ExpertRole,
    verified: bool,
    evidence: Trust,
    created_at: Timestamp,
    changed_at: Timestamp,
}

impl From<Shown> for Expert {
    fn from(shown: Shown) -> Self {
        let Shown { handle, role, verified, evidence, created_at, changed_at } = shown;
        Self { handle, role, verified, trust: evidence, created_at, changed_at }
    }
}

impl Serialize for Expert {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Expert", 7)?;
        out.serialize_field("handle", &self.handle)?;
        out.serialize_field("role", &self.role)?;
        out.serialize_field("verified", &self.verified)?;
        out.serialize_field("trust", &super::policy::rounded(self.trust.estimate()))?;
        out.serialize_field("evidence", &self.trust)?;
        out.serialize_field("created_at", &self.created_at)?;
        out.serialize_field("changed_at", &self.changed_at)?;
        out.end()
    }
}
