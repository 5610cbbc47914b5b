//! Where a command does its work: at a server, or in this process.

use std::path::PathBuf;

use clap::Args;

/// Where a command of the client does its work, and how it shows what came of it.
#[derive(Debug, Args)]
pub struct Remote {
    /// Server to ask, as http://127.0.0.1:8420; its key is read from GOLDENSET_API_KEY. Without it
    /// the data folder is opened in this process
    #[arg(long, value_name = "URL", env = "GOLDENSET_URL", conflicts_with = "data")]
    pub url: Option<String>,
    /// Data folder
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Print the reply as it is, JSON
    #[arg(long)]
    pub json: bool,
}

/// A [`Remote`] whose work is about one golden set.
#[derive(Debug, Args)]
pub struct At {
    #[command(flatten)]
    pub remote: Remote,
    /// Whose golden set [default: that of the key, else `default`]
    #[arg(long, value_name = "NAME")]
    pub tenant: Option<String>,
}
