//! Which part of a long list.

use clap::Args;
use clap::builder::RangedU64ValueParser;

/// A part of a list.
#[derive(Debug, Args)]
pub struct Page {
    /// Most items to show, 1 to 500
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<u16>::new().range(1..=500))]
    pub limit: Option<u16>,
    /// Go on where a list ended, as its last line says
    #[arg(long, value_name = "ID")]
    pub after: Option<String>,
}
