//! `demo`: a ready golden set, served, and three questions.

use std::io::{self, Write};
use std::net::SocketAddr;

use goldenset_core::{Code, Error, Result, TenantId};
use goldenset_engine::scope::Options;
use goldenset_engine::transfer::{Format, Reading, read_rows};
use goldenset_engine::{Author, Engine, ImportMode, Imported};

use super::output::{Bar, print_result, unwritable};
use super::serve::{announce, app, serve_until_stopped};
use crate::config::Config;
use crate::http::server::listen;
use crate::wire;

const ENTRIES: &str = include_str!("../../../../demo/entries.jsonl");

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
    let imported = publish(&app.engine).await?;
    greet(config, &imported).map_err(unwritable)?;
    for question in QUESTIONS {
        let looked = app.engine.lookup(question, Options::default()).await?;
        print_result(&mut io::stdout().lock(), question, looked.answer.result())
            .map_err(unwritable)?;
    }
    invite(address).map_err(unwritable)?;
    announce(&listener, &app.engine);
    serve_until_stopped(config, listener, app).await
}

async fn publish(engine: &std::sync::Arc<Engine>) -> Result<Imported> {
    let read = read_rows(Format::Jsonl, Reading::default(), ENTRIES.as_bytes())?;
    if let Some(fault) = read.faults.first() {
        return Err(Error::new(Code::Internal, format!("the demo set is damaged: {fault}")));
    }
    let author = Author::new(TenantId::default(), "demo");
    let bar = Bar::new("embedding the demo set");
    let mode = ImportMode { publish: true, dry_run: false };
    engine.import(author, read.rows, mode, &|done, all| bar.show(done, all)).await
}

fn greet(config: &Config, imported: &Imported) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let folder = config.store.data_dir.display();
    match imported.created + imported.updated {
        0 => writeln!(out, "The demo set is in {folder} already: {} entries.", imported.unchanged)?,
        new => writeln!(out, "Published {new} entries of the demo set into {folder}.")?,
    }
    writeln!(out, "It is synthetic and no legal advice.\n")
}

fn invite(address: SocketAddr) -> io::Result<()> {
    writeln!(
        io::stdout().lock(),
        "Now ask yourself:\n\n  curl -s http://{address}/v1/lookup -H 'content-type: application/json' \\\n       \
         -d '{{\"query\": \"Quando ci si può dimettere per giusta causa?\"}}'\n\nCtrl-C stops the server.\n"
    )
}
