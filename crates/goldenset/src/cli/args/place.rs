//! Where data lies, where to listen, and whose golden set it is.

use std::path::PathBuf;

use clap::Args;

/// Where data lies and where to listen.
#[derive(Debug, Args)]
pub struct Place {
    /// Data folder, created when it does not exist
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Address to listen on
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<String>,
}

/// A golden set on this machine.
#[derive(Debug, Args)]
pub struct Set {
    /// Data folder
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Whose golden set
    #[arg(long, default_value = "default")]
    pub tenant: String,
}
