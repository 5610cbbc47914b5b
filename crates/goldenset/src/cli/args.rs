//! The command line.

use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use goldenset_engine::{calibrate, eval, transfer};
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

Exit codes: 0 done; 1 nothing served (ask), not the same (compare), a bound missed (eval) or nothing
certified (calibrate); 2 bad input; 3 not found; 4 conflict; 5 unavailable, try again; 6 set-up to
mend; 70 a fault of goldenset.";

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
  goldenset ask --explain \"Quanto spetta di NASpI?\"
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
    /// Measure golden sets on labelled questions and pairs
    #[command(
        after_help = "A set is a folder with entries.jsonl (as for import), queries.jsonl and, if there, pairs.jsonl.
Queries are {\"query\", \"gold\": [entry ids], \"kind\"?, \"lang\"?, \"split\"?} lines, an empty gold list
meaning that nothing may be served; pairs are {\"a\", \"b\", \"same\", \"kind\"?, \"lang\"?} lines. Nothing is
kept. With --max-served-error or --min-coverage the exit code is 1 when a figure misses its bound;
where nothing is served nothing is wrong, so give both.

Examples:
  goldenset eval --set demo
  goldenset eval --entries entries.jsonl --queries queries.jsonl --raw outcomes.jsonl --json
  goldenset eval --set demo --html report.html --against other.toml
  goldenset eval --set demo --max-served-error 0.02 --min-coverage 0.15"
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
    /// Calibrate scores and certify thresholds on labelled questions
    #[command(
        after_help = "Labelled questions are {\"query\", \"gold\": [entry ids]} lines as for eval, an empty gold list
meaning that nothing may be served. They should be a sample of what will be asked: what is
certified holds for questions like them. A threshold that is certified is stored, and in force for
every lookup from then on; without one nothing is stored and the exit code is 1. While a server has
the data folder, use POST /v1/calibration, or --dry-run.

Examples:
  goldenset calibrate --queries labels.jsonl
  goldenset calibrate --queries labels.jsonl --max-served-error 0.05 --confidence 0.95 --dry-run
  goldenset calibrate status
  goldenset calibrate undo",
        args_conflicts_with_subcommands = true,
        subcommand_negates_reqs = true
    )]
    Calibrate(Calibrate),
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
#[command(
    group(ArgGroup::new("questions").args(["set", "entries"]).multiple(true)),
    group(ArgGroup::new("measured").args(["set", "entries", "pairs"]).multiple(true).required(true)),
)]
pub struct Eval {
    /// Folder of a golden set with labelled questions; may be repeated
    #[arg(long, value_name = "DIR")]
    pub set: Vec<PathBuf>,
    /// Entries, JSONL or CSV
    #[arg(long, value_name = "FILE", requires = "queries")]
    pub entries: Option<PathBuf>,
    /// Labelled questions, JSONL
    #[arg(long, value_name = "FILE", requires = "entries")]
    pub queries: Option<PathBuf>,
    /// Labelled pairs, JSONL; may be repeated
    #[arg(long, value_name = "FILE")]
    pub pairs: Vec<PathBuf>,
    /// Only the questions of this split
    #[arg(long, value_name = "NAME", requires = "questions")]
    pub split: Option<String>,
    /// Ask as of this day; without it every entry counts as in force, so that the figures do not
    /// depend on the day
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub as_of: Option<Date>,
    /// Write one outcome a question, in order
    #[arg(long, value_name = "FILE", requires = "questions")]
    pub raw: Option<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
    /// Write the report as one page
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write the risk-coverage curve
    #[arg(long, value_name = "FILE", requires = "questions")]
    pub svg: Option<PathBuf>,
    /// Measure a second configuration file on the same questions and show the difference; what the
    /// environment sets holds for both
    #[arg(long, value_name = "FILE", requires = "questions")]
    pub against: Option<PathBuf>,
    /// Draws of questions for the intervals of the difference
    #[arg(long, value_name = "NUMBER", default_value_t = eval::RESAMPLES, requires = "against",
          value_parser = RangedU64ValueParser::<usize>::new().range(100..=1_000_000))]
    pub resamples: usize,
    /// Exit with 1 when more of what was served is wrong, 0 to 1
    #[arg(long, value_name = "SHARE", value_parser = share, requires = "questions")]
    pub max_served_error: Option<f64>,
    /// Exit with 1 when less of the answerable is served right, 0 to 1
    #[arg(long, value_name = "SHARE", value_parser = share, requires = "questions")]
    pub min_coverage: Option<f64>,
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "give a number from 0 to 1".into())
}

/// See [`Command::Fit`].
#[derive(Debug, Args)]
pub struct Fit {
    /// Folder of a golden set with labelled questions; may be repeated
    #[arg(long, value_name = "DIR", required_unless_present = "pairs")]
    pub set: Vec<PathBuf>,
    /// File of labelled pairs of questions (JSON Lines), from which a set is made; may be repeated
    #[arg(long, value_name = "FILE")]
    pub pairs: Vec<PathBuf>,
    /// Where to write the weights
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
}

/// See [`Command::Calibrate`].
#[derive(Debug, Args)]
pub struct Calibrate {
    /// What else there is to do.
    #[command(subcommand)]
    pub command: Option<CalibrateCommand>,
    /// Labelled questions, JSONL; `-` for standard input
    #[arg(long, value_name = "FILE", required = true)]
    pub queries: Option<PathBuf>,
    /// Largest share of wrong answers among served ones, more than 0, less than 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.02)]
    pub max_served_error: f64,
    /// How sure that is to be, more than 0, less than 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.9)]
    pub confidence: f64,
    /// How scores are mapped to probabilities
    #[arg(long, default_value = "auto")]
    pub method: ScoreMethod,
    /// Give large categories thresholds of their own; each then needs more labels
    #[arg(long)]
    pub per_category: bool,
    /// Calibrate and tell, store nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub set: Set,
}

/// How scores are mapped to probabilities.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ScoreMethod {
    /// Isotonic regression from a thousand labels for fitting on, else Platt scaling
    Auto,
    /// Platt scaling
    Platt,
    /// Isotonic regression
    Isotonic,
}

impl From<ScoreMethod> for calibrate::Method {
    fn from(method: ScoreMethod) -> Self {
        match method {
            ScoreMethod::Auto => Self::Auto,
            ScoreMethod::Platt => Self::Platt,
            ScoreMethod::Isotonic => Self::Isotonic,
        }
    }
}

/// What else `calibrate` does.
#[derive(Debug, Subcommand)]
pub enum CalibrateCommand {
    /// Show which calibration is in force, and all that were stored; exit code 1 when none is
    Status(CalibrationOf),
    /// Go back to the calibration before; again for the one before that, at last to none
    Undo(CalibrationOf),
}

/// Whose calibrations.
#[derive(Debug, Args)]
pub struct CalibrationOf {
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub set: Set,
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
