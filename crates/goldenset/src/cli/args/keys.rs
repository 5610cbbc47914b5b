//! What `keys` takes.

use clap::{Args, Subcommand, ValueEnum};
use goldenset_core::keys::Role;

use super::Remote;

/// See [`super::Command::Keys`].
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Make a key; it is shown once
    #[command(
        after_help = "Roles, each with what the ones before it may: reader (ask, read entries), expert (drafts,
judgements), approver (publish, retire, calibrate), admin (everything).

Examples:
  goldenset keys create --name ops --role admin
  goldenset keys create --name assistant --role reader --for-tenant acme
  goldenset keys create --name \"Anna's laptop\" --role approver --expert anna --url http://127.0.0.1:8420"
    )]
    Create(CreateKey),
    /// Show every key that was ever made, without its secret
    List(ListKeys),
    /// Take from a key what it opens, from the next request on
    Revoke(RevokeKey),
}

/// What the key is to be.
#[derive(Debug, Args)]
pub struct CreateKey {
    /// What it is for; the audit log says `key:NAME`
    #[arg(long)]
    pub name: String,
    /// What its holder may do
    #[arg(long)]
    pub role: RoleName,
    /// The one tenant that it opens [default: all]
    #[arg(long, value_name = "TENANT")]
    pub for_tenant: Option<String>,
    /// Handle of the expert whose key it is; the audit log says the handle
    #[arg(long, value_name = "HANDLE")]
    pub expert: Option<String>,
    #[command(flatten)]
    pub remote: Remote,
}

/// Where the keys are.
#[derive(Debug, Args)]
pub struct ListKeys {
    #[command(flatten)]
    pub remote: Remote,
}

/// Which key.
#[derive(Debug, Args)]
pub struct RevokeKey {
    /// Number of the key, as `keys list` shows it
    pub id: u32,
    #[command(flatten)]
    pub remote: Remote,
}

/// What a caller may do.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum RoleName {
    /// Ask, and read what is approved
    Reader,
    /// Also give feedback, judge, write drafts
    Expert,
    /// Also decide what is served
    Approver,
    /// Also decide who may do what
    Admin,
}

impl From<RoleName> for Role {
    fn from(role: RoleName) -> Self {
        match role {
            RoleName::Reader => Self::Reader,
            RoleName::Expert => Self::Expert,
            RoleName::Approver => Self::Approver,
            RoleName::Admin => Self::Admin,
        }
    }
}

impl Keys {
    /// Where its work is done.
    pub(in super::super) fn remote(&self) -> &Remote {
        match self {
            Self::Create(CreateKey { remote, .. })
            | Self::List(ListKeys { remote })
            | Self::Revoke(RevokeKey { remote, .. }) => remote,
        }
    }
}
