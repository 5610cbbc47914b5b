//! What `index` takes.

use clap::{Args, Subcommand, ValueEnum};

/// See [`super::Command::Index`].
#[derive(Debug, Subcommand)]
pub enum Index {
    /// Show each model's vectors in the database and their index
    Status(IndexOutput),
    /// Measure indexes of both kinds on a copy of the vectors, and say which to take
    #[command(
        after_help = "Builds some ten indexes one after the other on a copy of the table, asks each with vectors of the
set and compares with what is nearest: seconds for ten thousand vectors, some minutes for a hundred
thousand. The index in use stays as it is; lookups go on, on a server that is busy meanwhile."
    )]
    Advise(IndexOutput),
    /// Build an index beside the one in use, and take it when it is whole
    #[command(
        after_help = "Lookups and publishes go on meanwhile. Then the index is measured, and searched as broadly as it has
to be to find 99 in 100 of the nearest. A build that is killed leaves what was there before; what it
had made goes with the next run. --method none removes the index, for good; auto decides by the
number of vectors and the memory of the server, now and as the set grows.

Examples:
  goldenset index build
  goldenset index build --method hnsw --m 24 --ef-construction 128
  goldenset index build --method none"
    )]
    Build(BuildIndex),
    /// Build the index in use once more, with its parameters
    Rebuild(IndexOutput),
}

/// How the outcome is shown.
#[derive(Debug, Args)]
pub struct IndexOutput {
    /// Print the outcome as JSON
    #[arg(long)]
    pub json: bool,
}

/// Which index.
#[derive(Debug, Args)]
pub struct BuildIndex {
    /// Kind of index
    #[arg(long, value_enum, default_value_t)]
    pub method: IndexMethod,
    /// hnsw: neighbours of each vector, 2 to 100 [default: 16]
    #[arg(long, value_name = "N")]
    pub m: Option<u32>,
    /// hnsw: candidates while it is built, at least twice m, up to 1000 [default: 64, or twice m]
    #[arg(long, value_name = "N")]
    pub ef_construction: Option<u32>,
    /// hnsw: candidates while it is searched, up to 1000 [default: 100]
    #[arg(long, value_name = "N")]
    pub ef_search: Option<u32>,
    /// ivfflat: clusters [default: by the number of vectors]
    #[arg(long, value_name = "N")]
    pub lists: Option<u32>,
    /// ivfflat: clusters that are searched [default: the square root of their number]
    #[arg(long, value_name = "N")]
    pub probes: Option<u32>,
    #[command(flatten)]
    pub output: IndexOutput,
}

/// Kind of index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum IndexMethod {
    /// What fits the number of vectors and the memory of the server
    #[default]
    Auto,
    /// A graph of neighbours
    Hnsw,
    /// Clusters
    Ivfflat,
    /// None: every vector is compared
    None,
}
