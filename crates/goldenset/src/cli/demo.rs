//! `demo`: a ready golden set, served, and three questions.

mod fill;

use std::io::{self, Write};
use std::net::SocketAddr;

use goldenset_core::Result;
use goldenset_engine::scope::Options;

use fill::{Filled, fill};

use super::output::{print_result, unwritable};
use super::serve::{app, serve_until_stopped};
use crate::config::Config;
use crate::http::server::listen;
use crate::wire;

/// An approved phrasing, a paraphrase of an entry, and a question that resembles entries and that
/// none of them answers.
const QUESTIONS: [&str; 3] = [
    "Le ferie non godute possono essere pagate in busta paga?",
    "ho 31 anni, mi possono prendere come apprendista?",
    "Quali erano le aliquote IRPEF nel 2022?",
];

/// Publishes, asks, serves.
pub(super) async fn run(config: &Config) -> Result<()> {
    // For this machine alone, with keys or without.
    let listener = listen(config.server.listen, false).await.map_err(|error| {
        match config.server.listen.ip().is_loopback() {
            true => error,
            false => error.fix("listen on 127.0.0.1 or [::1]; `goldenset serve` can do more"),
        }
    })?;
    let address = listener.local_addr().unwrap_or(config.server.listen);
    let app = app(config, wire::store(config).await?).await?;
    let filled = fill(&app.engine()).await?;
    greet(config, &filled).map_err(unwritable)?;
    for question in QUESTIONS {
        let looked = app.engine().lookup(question, Options::default()).await?;
        print_result(&mut io::stdout().lock(), question, looked.answer.result())
            .map_err(unwritable)?;
    }
    invite(address).map_err(unwritable)?;
    serve_until_stopped(config, listener, app).await
}

fn greet(config: &Config, filled: &Filled) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let folder = wire::store_in_words(config);
    match filled {
        Filled::Before { entries } => {
            writeln!(out, "The demo set is in {folder} already: {entries} entries.")?;
        }
        Filled::Now { entries, feedback, candidates } => {
            writeln!(out, "Published {entries} entries of the demo set into {folder}.")?;
            writeln!(
                out,
                "{feedback} remarks of experts on them made {candidates} candidates that wait for \
                 an approver."
            )?;
        }
    }
    writeln!(out, "It is synthetic and no legal advice.\n")
}

fn invite(address: SocketAddr) -> io::Result<()> {
    writeln!(
        io::stdout().lock(),
        "Now ask yourself:\n\n  curl -s http://{address}/v1/lookup -H 'content-type: application/json' \\\n       \
         -d '{{\"query\": \"Quando ci si può dimettere per giusta causa?\"}}'\n\n\
         See what experts propose:\n\n  curl -s http://{address}/v1/candidates?status=pending\n\n\
         Ctrl-C stops the server.\n"
    )
}
