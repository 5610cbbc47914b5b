//! The command line: every command in the file of its name.

mod args;
mod ask;
mod audit;
mod bench;
mod cache;
mod calibrate;
mod candidates;
mod client;
mod compare;
mod demo;
mod doctor;
mod drift;
mod embeddings;
mod entries;
mod eval;
mod experts;
mod explain;
mod feedback;
mod files;
mod fit;
mod gate;
mod index;
mod keys;
mod lines;
mod listing;
mod log;
mod migrate_store;
mod output;
mod questions;
mod references;
mod serve;
mod transfer;
mod word_diff;

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use goldenset_core::{Code, Error, Result};

pub use args::Cli;
use args::{CalibrateCommand, Command, ConfigCommand, Place};
use output::{Bar, exit_code, report};

use crate::config::{self, Config, Flag, Layers, Loaded, LogFormat};
use crate::wire::{self, InUse};

/// Data folder of the demo, so that it never mixes with a team's own.
const DEMO_DATA: &str = "goldenset-demo";

/// Runs the command that the process was started with.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = runtime
        .map_err(|cause| Error::new(Code::Internal, "no threads can be started").cause(cause))
        .and_then(|runtime| runtime.block_on(run(cli)));
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            report(&error);
            ExitCode::from(exit_code(&error))
        }
    }
}

/// `false` where a script may want to know that the answer was no.
async fn run(cli: Cli) -> Result<bool> {
    let flags = flags(&cli.command);
    let name = config_name(cli.config.as_deref());
    let loaded = load(cli.config, &flags)?;
    if let Command::Config(ConfigCommand::Show { json }) = cli.command {
        return show(&loaded, json).map(|()| true);
    }
    start_log(&loaded.config);
    heed(&loaded);
    let config = &loaded.config;
    match cli.command {
        Command::Serve(_) => serve::run(config).await.map(|()| true),
        Command::Demo(_) => demo::run(config).await.map(|()| true),
        Command::Import(import) => transfer::import(config, import).await,
        Command::Export(export) => transfer::export(config, export).await.map(|()| true),
        Command::Ask(ask) => {
            let store = wire::store_to_read(config).await?;
            ask::run(&*engine(config, store).await?, ask).await
        }
        Command::Compare(compare) => {
            let store = match compare.entry {
                Some(_) => wire::store_to_read(config).await?,
                None => wire::store_in_memory().await?,
            };
            compare::run(&*engine(config, store).await?, compare).await
        }
        Command::Eval(eval) => {
            let against = eval.against.as_deref().map(other).transpose()?;
            eval::run(config, name, against, eval).await
        }
        Command::Bench(bench) => bench::run(config, bench).await,
        Command::Fit(fit) => fit::run(config, fit).await.map(|()| true),
        Command::Calibrate(calibrate) => calibrate::run(config, calibrate).await,
        Command::Drift(drift) => drift::run(config, drift).await,
        Command::Audit(audit) => audit::run(config, audit).await,
        Command::Keys(keys) => keys::run(config, keys).await.map(|()| true),
        Command::Experts(experts) => experts::run(config, experts).await,
        Command::Feedback(feedback) => feedback::run(config, feedback).await,
        Command::Candidates(candidates) => candidates::run(config, candidates).await.map(|()| true),
        Command::Entries(entries) => entries::run(config, entries).await.map(|()| true),
        Command::Questions(questions) => questions::run(config, questions).await,
        Command::References(references) => references::run(config, references).await.map(|()| true),
        Command::Cache(cache) => cache::run(config, cache).await.map(|()| true),
        Command::Index(index) => index::run(config, index).await.map(|()| true),
        Command::Embeddings(embeddings) => embeddings::run(config, embeddings).await.map(|()| true),
        Command::MigrateStore(migrate) => migrate_store::run(config, migrate).await.map(|()| true),
        Command::Log(log) => log::run(config, log).await.map(|()| true),
        Command::Doctor(doctor) => doctor::run(config, doctor.json).await,
        Command::Config(ConfigCommand::Show { .. }) => Ok(true),
    }
}

async fn engine(
    config: &Config,
    store: std::sync::Arc<dyn goldenset_core::ports::Store>,
) -> Result<std::sync::Arc<goldenset_engine::Engine>> {
    let bar = Bar::new("embedding");
    // What runs for a moment has nothing to share.
    let (InUse { config, embedder }, shared) = (wire::model_in_use(config, &*store).await?, None);
    wire::engine(&config, store, embedder, shared, &|done, all| bar.show(done, all)).await
}

/// The settings that the command line gives.
fn flags(command: &Command) -> Vec<Flag> {
    let (data, listen) = match command {
        Command::Serve(Place { data, listen }) => (data.clone(), listen.clone()),
        Command::Demo(Place { data, listen }) => {
            (Some(data.clone().unwrap_or_else(|| DEMO_DATA.into())), listen.clone())
        }
        Command::Import(import) => (import.set.data.clone(), None),
        Command::Export(export) => (export.set.data.clone(), None),
        Command::Ask(ask) => (ask.set.data.clone(), None),
        Command::Calibrate(calibrate) => {
            let of = match &calibrate.command {
                None => &calibrate.set,
                Some(CalibrateCommand::Status(of) | CalibrateCommand::Undo(of)) => &of.set,
            };
            (of.data.clone(), None)
        }
        Command::Drift(drift) => (drift.set.data.clone(), None),
        Command::Audit(audit) => (audit.set().data.clone(), None),
        Command::Keys(keys) => (keys.remote().data.clone(), None),
        Command::Experts(experts) => (experts.at().remote.data.clone(), None),
        Command::Feedback(feedback) => (feedback.at().remote.data.clone(), None),
        Command::Candidates(candidates) => (candidates.at().remote.data.clone(), None),
        Command::Entries(entries) => (entries.at().remote.data.clone(), None),
        Command::Questions(questions) => (questions.at().remote.data.clone(), None),
        Command::References(references) => (references.at().remote.data.clone(), None),
        Command::Cache(cache) => (cache.remote().data.clone(), None),
        Command::Log(log) => (log.at.remote.data.clone(), None),
        Command::Embeddings(embeddings) => (embeddings.data(), None),
        Command::Doctor(doctor) => (doctor.data.clone(), None),
        Command::Compare(compare) => (compare.set.data.clone(), None),
        Command::Bench(_)
        | Command::Eval(_)
        | Command::Fit(_)
        | Command::Config(_)
        | Command::Index(_)
        | Command::MigrateStore(_) => (None, None),
    };
    let data = data.map(|data: PathBuf| Flag {
        key: "store.data_dir",
        value: data.display().to_string(),
        name: "--data",
    });
    let listen = listen.map(|value| Flag { key: "server.listen", value, name: "--listen" });
    data.into_iter().chain(listen).collect()
}

fn load(file: Option<PathBuf>, flags: &[Flag]) -> Result<Loaded> {
    let environment: BTreeMap<_, _> = std::env::vars_os().collect();
    config::load(&Layers { file, environment: &environment, flags, folder: Path::new(".") })
}

/// What the file that is read is called.
fn config_name(file: Option<&Path>) -> String {
    match file {
        Some(file) => file.display().to_string(),
        None if Path::new(config::FILE).exists() => config::FILE.into(),
        None => "defaults".into(),
    }
}

/// A second configuration, under the same environment, with its name.
fn other(file: &Path) -> Result<(Config, String)> {
    let loaded = load(Some(file.to_owned()), &[])?;
    heed(&loaded);
    Ok((loaded.config, config_name(Some(file))))
}

/// Warns of settings that do nothing.
fn heed(loaded: &Loaded) {
    for notice in &loaded.notices {
        tracing::warn!("{notice}");
    }
}

fn show(loaded: &Loaded, json: bool) -> Result<()> {
    if json {
        return output::print_json(&loaded.json());
    }
    print!("{}", loaded.table());
    for notice in &loaded.notices {
        eprintln!("notice: {notice}");
    }
    Ok(())
}

/// Logs go to standard error; standard output is for results.
fn start_log(config: &Config) {
    let log = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(config.log.level.as_str()))
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match config.log.format {
        LogFormat::Human => log.with_target(false).init(),
        LogFormat::Json => log.json().init(),
    }
}
