//! What `ask` takes.

use clap::Args;
use goldenset_engine::scope::{ANY_TOPIC, KbEpoch};
use jiff::civil::Date;

use super::Set;

/// See [`super::Command::Ask`].
#[derive(Debug, Args)]
pub struct Ask {
    /// The question
    pub question: Option<String>,
    /// Print the body that the HTTP interface would send
    #[arg(long)]
    pub json: bool,
    /// Say of the three best candidates why they are served or not, with every figure
    #[arg(long)]
    pub explain: bool,
    /// Least similarity of a listed candidate, 0 to 1
    #[arg(long, value_name = "NUMBER")]
    pub min_similarity: Option<f64>,
    /// Most candidates listed
    #[arg(long, value_name = "NUMBER")]
    pub max_results: Option<usize>,
    /// Only entries of this category; may be repeated
    #[arg(long)]
    pub category: Vec<String>,
    /// Only entries with this tag; may be repeated
    #[arg(long)]
    pub tag: Vec<String>,
    /// Only entries in this language; may be repeated
    #[arg(long)]
    pub lang: Vec<String>,
    /// The day that the question is about
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub as_of: Option<Date>,
    /// How new your knowledge base is: seconds since 1970, RFC 3339 or a day; of one topic (a
    /// category or tag) with TOPIC=VALUE, `*` for all others; may be repeated
    #[arg(long, value_name = "[TOPIC=]VALUE", value_parser = kb_epoch)]
    pub kb_epoch: Vec<(String, KbEpoch)>,
    /// Entries with this tag are context at best; may be repeated
    #[arg(long, value_name = "TAG")]
    pub superseded_tag: Vec<String>,
    #[command(flatten)]
    pub set: Set,
}

/// `VALUE`, or `TOPIC=VALUE`; no value has the sign in it.
fn kb_epoch(text: &str) -> Result<(String, KbEpoch), String> {
    let (topic, value) = text.rsplit_once('=').unwrap_or((ANY_TOPIC, text));
    let value = match value.parse::<i64>() {
        Ok(seconds) => Some(KbEpoch::Seconds(seconds)),
        Err(_) => serde_json::from_value(value.into()).ok(),
    };
    let value = value.ok_or("expected seconds since 1970, an RFC 3339 timestamp or an ISO date")?;
    Ok((topic.to_owned(), value))
}
