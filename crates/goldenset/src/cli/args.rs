//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use goldenset_engine::transfer;
use jiff::civil::Date;

/// Approved answers before the language model.
///
/// goldenset keeps questions and answers that experts approved, and serves the one approved
/// answer to a question, with its citations, or says why it must not.
#[derive(Debug, Parser)]
#[command(name = "goldenset", version, max_term_width = 100, after_help = EXAMPLES)]
pub struct Cli {
    /// Configuration file [default: ./goldenset.toml when it exists]
    #[arg(long, global = true, value_name = "FILE", env = "GOLDENSET_CONFIG")]
    pub config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "Examples:
  goldenset demo                         try it: a ready golden set, served on 127.0.0.1:8420
  goldenset import faq.csv               publish a team's answers
  goldenset ask \"Quando matura il TFR?\"  ask without a server
  goldenset serve                        serve over HTTP

Exit codes: 0 done; 1 nothing served (ask) or not the same (compare); 2 bad input; 3 not found;
4 conflict; 5 unavailable, try again; 6 set-up to mend; 70 a fault of goldenset.";

/// What goldenset can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve lookups over HTTP
    #[command(after_help = "Examples:
  goldenset serve
  goldenset serve --data /var/lib/goldenset --listen 127.0.0.1:9000")]
    Serve(Place),
    /// Publish the demo golden set, serve it, and ask three questions
    #[command(
        after_help = "The demo set is synthetic and no legal advice. A second start reuses the data folder.

Examples:
  goldenset demo
  goldenset demo --data /tmp/demo --listen 127.0.0.1:9000"
    )]
    Demo(Place),
    /// Publish entries from a JSONL or CSV file
    #[command(
        after_help = "Fields: id, question, answer (required); alternatives, references, tags (lists); category, lang,
valid_from, valid_until (YYYY-MM-DD, inclusive). In CSV a list has one item a line in its cell.
Nothing is written unless all rows are good. Importing the same file twice changes nothing.

Examples:
  goldenset import faq.jsonl --dry-run
  goldenset import faq.csv --partial
  cat faq.jsonl | goldenset import - --format jsonl"
    )]
    Import(Import),
    /// Write the published entries as JSONL or CSV
    #[command(after_help = "Examples:
  goldenset export faq.jsonl
  goldenset export - --format csv --tenant acme")]
    Export(Export),
    /// Ask questions without a server; from standard input, one a line, when none is given
    #[command(after_help = "Examples:
  goldenset ask \"Quanto preavviso devo dare?\"
  goldenset ask --json --as-of 2023-06-30 \"Quanto spetta di NASpI?\"
  goldenset ask < questions.txt")]
    Ask(Ask),
    /// Compare two questions: may an approved answer to the one serve the other?
    #[command(
        after_help = "The file has one {\"a\": ..., \"b\": ...} object a line; other fields are ignored. The answer is
one JSON line a pair, in order.

Examples:
  goldenset compare \"IVA al 22 %\" \"IVA al 10 %\"
  goldenset compare --pairs pairs.jsonl"
    )]
    Compare(Compare),
    /// Measure a golden set on labelled questions
    #[command(
        after_help = "Entries are as for import; queries are {\"query\", \"gold\": [entry ids], \"kind\"?, \"lang\"?} lines, an
empty gold list meaning that nothing may be served. Nothing is kept.

Examples:
  goldenset eval --entries entries.jsonl --queries queries.jsonl
  goldenset eval --entries entries.jsonl --queries queries.jsonl --raw outcomes.jsonl --json"
    )]
    Eval(Eval),
    /// Fit the score of an embedding model on labelled questions
    #[command(
        after_help = "A set is a folder with entries.jsonl and queries.jsonl as for eval; two or more give held-out figures.
The result goes into the configuration as verifier.weights.

Examples:
  goldenset fit --set demo --set ../my-set --out score.json"
    )]
    Fit(Fit),
    /// Check everything that serving needs, and say what to mend
    Doctor(Doctor),
    /// Show the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
}

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

/// File formats.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Format {
    /// One JSON object a line
    Jsonl,
    /// Comma or semicolon separated, with a header
    Csv,
}

impl From<Format> for transfer::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Jsonl => Self::Jsonl,
            Format::Csv => Self::Csv,
        }
    }
}

/// See [`Command::Import`].
#[derive(Debug, Args)]
pub struct Import {
    /// File to read; `-` for standard input
    pub file: PathBuf,
    /// Format [default: by the file's extension]
    #[arg(long)]
    pub format: Option<Format>,
    /// Import the good rows although others are bad
    #[arg(long)]
    pub partial: bool,
    /// Check and count, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Keep the entries as drafts that are not served
    #[arg(long)]
    pub draft: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub set: Set,
}

/// See [`Command::Export`].
#[derive(Debug, Args)]
pub struct Export {
    /// File to write; `-` for standard output
    #[arg(default_value = "-")]
    pub file: PathBuf,
    /// Format [default: by the file's extension, else jsonl]
    #[arg(long)]
    pub format: Option<Format>,
    #[command(flatten)]
    pub set: Set,
}

/// See [`Command::Ask`].
#[derive(Debug, Args)]
pub struct Ask {
    /// The question
    pub question: Option<String>,
    /// Print the body that the HTTP interface would send
    #[arg(long)]
    pub json: bool,
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
    #[command(flatten)]
    pub set: Set,
}

/// See [`Command::Compare`].
#[derive(Debug, Args)]
pub struct Compare {
    /// A question
    #[arg(required_unless_present = "pairs", requires = "b")]
    pub a: Option<String>,
    /// An approved question
    pub b: Option<String>,
    /// File of pairs; `-` for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "a")]
    pub pairs: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// See [`Command::Eval`].
#[derive(Debug, Args)]
pub struct Eval {
    /// Entries, JSONL or CSV
    #[arg(long, value_name = "FILE")]
    pub entries: PathBuf,
    /// Labelled questions, JSONL
    #[arg(long, value_name = "FILE")]
    pub queries: PathBuf,
    /// Ask as of this day; without it every entry counts as in force, so that the figures do not
    /// depend on the day
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub as_of: Option<Date>,
    /// Write one outcome a question, in order
    #[arg(long, value_name = "FILE")]
    pub raw: Option<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
}

/// See [`Command::Fit`].
#[derive(Debug, Args)]
pub struct Fit {
    /// Folder of a golden set with labelled questions; may be repeated
    #[arg(long, value_name = "DIR", required = true)]
    pub set: Vec<PathBuf>,
    /// Where to write the weights
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
}

/// See [`Command::Doctor`].
#[derive(Debug, Args)]
pub struct Doctor {
    /// Data folder
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// See [`Command::Config`].
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Every key with its value and where it came from
    Show {
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
}
