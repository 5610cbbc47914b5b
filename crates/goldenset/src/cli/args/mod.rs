//! What the command line takes: the commands, and what each takes in the file of its name.

mod ask;
mod bench;
mod cache;
mod calibrate;
mod candidates;
mod compare;
mod embeddings;
mod entries;
mod eval;
mod experts;
mod feedback;
mod fit;
mod index;
mod keys;
mod log;
mod migrate_store;
mod page;
mod place;
mod questions;
mod references;
mod remote;
mod transfer;
mod watch;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub(super) use ask::Ask;
pub(super) use bench::Bench;
pub(super) use cache::{Cache, CacheStats, InvalidateCache};
pub(super) use calibrate::{Calibrate, CalibrateCommand};
pub(super) use candidates::{
    AmendCandidate, ApproveCandidate, Candidates, DecideCandidate, ListCandidates, ShowCandidate,
};
pub(super) use compare::Compare;
pub(super) use embeddings::{DropEmbeddings, Embeddings, MigrateEmbeddings, OfModels};
pub(super) use entries::{
    DiffEntry, Entries, ListEntries, PublishEntry, RetireEntry, RollBackEntry, ShowEntry,
};
pub(super) use eval::Eval;
pub(super) use experts::{Experts, ImportLines, ListExperts, PutExpert, ShowExpert};
pub(super) use feedback::{FeedbackCommand, GiveFeedback, ListFeedback};
pub(super) use fit::Fit;
pub(super) use index::{BuildIndex, Index, IndexMethod};
pub(super) use keys::{CreateKey, Keys, ListKeys, RevokeKey};
pub(super) use log::Log;
pub(super) use migrate_store::MigrateStore;
pub(super) use page::Page;
pub(super) use place::{Place, Set};
pub(super) use questions::{ImportQuestions, ListQuestions, Questions, RecordQuestion};
pub(super) use references::{ListReferences, ReferenceChanged, References, UndoReference};
pub(super) use remote::{At, Remote};
pub(super) use transfer::{Export, Format, Import};
pub(super) use watch::{Audit, AuditExport, AuditJudge, AuditList, AuditReport, Drift};

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

Exit codes: 0 done; 1 nothing served (ask), rows left out (import --partial), not the same
(compare), a bound missed (eval), a target missed (bench), nothing certified (calibrate), lookups shifted (drift) or a
promise broken (audit report); 2 bad input; 3 not found; 4 conflict; 5 unavailable, try again;
6 set-up to mend; 7 not allowed; 70 a fault of goldenset.";

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
valid_from, valid_until, review_by (YYYY-MM-DD, inclusive). In CSV a list has one item a line in its cell.
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
    /// Compare two questions, or a question and an entry: may the approved answer be served?
    #[command(
        after_help = "The file has one {\"a\": ..., \"b\": ...} object a line; other fields are ignored. The answer is
one JSON line a pair, in order.

Examples:
  goldenset compare \"IVA al 22 %\" \"IVA al 10 %\"
  goldenset compare \"IVA al 10 %\" --entry iva-ordinaria
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
    /// Measure how fast it is, and hold that against targets
    #[command(
        after_help = "Everything is measured over golden sets of its own, in a temporary folder and in memory, which end
with it: no data and no cache of yours is touched. Every answer is compared with the right one, and
nothing passes on wrong or empty answers. Exit code 1 when a target is missed or none was measured.
A file of targets has [[targets]] with name, figure (a path into the JSON report, like
\"/percentiles/latency_ms/p95\"), at_most or at_least, unit.

Examples:
  goldenset bench --reference --html bench.html
  goldenset bench --suite hot,percentiles --seconds 5 --json
  goldenset bench --suite warm,start --large --reference
  goldenset bench --url http://127.0.0.1:8420 --questions questions.txt
  goldenset bench --targets ours.toml"
    )]
    Bench(Bench),
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
    /// Show whether lookups are still like those that thresholds were certified on
    #[command(
        after_help = "A server counts the lookups that it answers, by day. They are compared with the labelled questions
of the calibration in force, else with the 28 days before. While a server runs, what it has counted
in the last minute (watch.flush_seconds) may be missing; GET /v1/drift has it. The exit code is 1
when lookups have shifted.

Examples:
  goldenset drift
  goldenset drift --days 30 --tenant acme --json"
    )]
    Drift(Drift),
    /// Judge served answers that were drawn by chance (audit.share)
    #[command(
        subcommand,
        after_help = "Examples:
  goldenset audit list
  goldenset audit judge 17 right
  goldenset audit report --days 90
  goldenset audit export judged.jsonl"
    )]
    Audit(Audit),
    /// Say who may call the server, and what they may do
    #[command(
        subcommand,
        after_help = "Until the first key is made, the server listens on this machine alone and every caller may do
everything. Without --url the data folder is opened in this process, which needs no key but the
server stopped.

Examples:
  goldenset keys create --name ops --role admin
  goldenset keys list --url http://127.0.0.1:8420
  goldenset keys revoke 3"
    )]
    Keys(Keys),
    /// Say who the experts are, and how far they are trusted
    #[command(
        subcommand,
        after_help = "Examples:
  goldenset experts put anna --role approver --verified --trust 0.9
  goldenset experts list"
    )]
    Experts(Experts),
    /// Say what experts say of answers; corrections become candidates
    #[command(
        subcommand,
        after_help = "Examples:
  goldenset feedback give --query \"Ferie?\" --entry o001 --type correct --confidence 0.9 --expert anna
  goldenset feedback import feedback.jsonl --dry-run
  goldenset feedback list --entry o001"
    )]
    Feedback(FeedbackCommand),
    /// Decide what is proposed: approve, reject, send back, amend
    #[command(
        subcommand,
        after_help = "Examples:
  goldenset candidates list --status pending
  goldenset candidates show 3
  goldenset candidates approve 3 --by anna --dry-run
  goldenset candidates approve 3 --by anna --url http://127.0.0.1:8420"
    )]
    Candidates(Candidates),
    /// Show entries and their versions; publish, retire, roll back
    #[command(
        subcommand,
        after_help = "Examples:
  goldenset entries show o012
  goldenset entries diff o012 --from 1 --to 2
  goldenset entries rollback o012 --to 1 --by anna --reason \"the new answer is wrong\""
    )]
    Entries(Entries),
    /// Record what answers a question; no publish may take it away unseen
    #[command(
        subcommand,
        after_help = "Examples:
  goldenset questions record --query \"Quando matura il TFR?\" --entry o012 --by anna
  goldenset questions import labels.jsonl --by anna"
    )]
    Questions(Questions),
    /// Say that a document has changed: what rests on it is held back until approved again
    #[command(
        subcommand,
        after_help = "Examples:
  goldenset references changed \"D.Lgs. 66/2003\" --version 2026-01 --dry-run
  goldenset references undo \"D.Lgs. 66/2003\"
  goldenset references list"
    )]
    References(References),
    /// Look into the caches of a running server, and drop what they hold
    #[command(
        subcommand,
        after_help = "Examples:
  goldenset cache stats --url http://127.0.0.1:8420
  goldenset cache invalidate --entry o012 --dry-run --url http://127.0.0.1:8420"
    )]
    Cache(Cache),
    /// Show who did what and when, the newest last
    #[command(after_help = "Examples:
  goldenset log
  goldenset log --entry o012 --limit 10
  goldenset log --action published --json")]
    Log(Log),
    /// Measure, build and show the index of the vectors in the database (store.search = "pgvector")
    #[command(
        subcommand,
        after_help = "Examples:
  goldenset index status
  goldenset index advise
  goldenset index build --method hnsw --ef-search 200"
    )]
    Index(Index),
    /// Show the embedding models, and change the one that lookups use
    #[command(
        subcommand,
        after_help = "Examples:
  goldenset embeddings status
  goldenset embeddings migrate --to text-embedding-3-small
  goldenset embeddings rollback"
    )]
    Embeddings(Embeddings),
    /// Copy everything into another store: a data folder into Postgres, or back
    #[command(name = "migrate-store")]
    MigrateStore(MigrateStore),
    /// Check everything that serving needs, and say what to mend
    Doctor(Doctor),
    /// Show the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
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
