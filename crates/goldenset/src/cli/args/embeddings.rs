//! What `embeddings` takes.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// See [`super::Command::Embeddings`].
#[derive(Debug, Subcommand)]
pub enum Embeddings {
    /// Show the model that lookups use, those that are configured, and what is kept of each
    Status(OfModels),
    /// Embed all that is served with another configured model, then switch lookups to it
    #[command(
        after_help = "Lookups and changes go on meanwhile, with the model in use. What is embedded stays when the command is
killed: run it again and it goes on from there. After the switch every node loads the other vectors
beside those in use and changes over by itself, within seconds; one that does not know the model goes
on with the former one and says so. The former vectors stay, so that `goldenset embeddings rollback`
takes no longer than embedding what was published since.

Examples:
  goldenset embeddings migrate --to text-embedding-3-small
  goldenset embeddings migrate --to text-embedding-3-small --prepare"
    )]
    Migrate(MigrateEmbeddings),
    /// Switch lookups back to the model that they used before
    Rollback(OfModels),
    /// Forget all vectors of a model that lookups do not use
    Drop(DropEmbeddings),
}

/// Whose models, and how the outcome is shown.
#[derive(Debug, Args)]
pub struct OfModels {
    /// Data folder
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Print the outcome as JSON
    #[arg(long)]
    pub json: bool,
}

/// Which model is next.
#[derive(Debug, Args)]
pub struct MigrateEmbeddings {
    /// The model: its whole id, or the name that the id begins with
    #[arg(long, value_name = "MODEL")]
    pub to: String,
    /// Only embed; lookups stay with the model in use
    #[arg(long)]
    pub prepare: bool,
    #[command(flatten)]
    pub of: OfModels,
}

/// Which model goes.
#[derive(Debug, Args)]
pub struct DropEmbeddings {
    /// The model: its whole id
    #[arg(value_name = "MODEL")]
    pub model: String,
    #[command(flatten)]
    pub of: OfModels,
}

impl Embeddings {
    /// The data folder that is given.
    pub(in super::super) fn data(&self) -> Option<PathBuf> {
        match self {
            Self::Status(of) | Self::Rollback(of) => of.data.clone(),
            Self::Migrate(migrate) => migrate.of.data.clone(),
            Self::Drop(drop) => drop.of.data.clone(),
        }
    }
}
