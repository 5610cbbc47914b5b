//! `embeddings`: which model lookups use, and changing it.

use std::io::{self, Write};

use goldenset_core::ports::{Clock, KeptModel, ModelSwitch, Store, VectorSearch};
use goldenset_core::{Code, Error, ModelId, Result};
use goldenset_engine::embed_served;
use serde::Serialize;

use super::args::{DropEmbeddings, Embeddings, MigrateEmbeddings, OfModels};
use super::output::{Bar, actor, print_json, unwritable};
use crate::config::{Config, Search};
use crate::wire::{self, InUse, SystemClock};

/// Does what the command says.
pub(super) async fn run(config: &Config, embeddings: Embeddings) -> Result<()> {
    match embeddings {
        Embeddings::Status(of) => {
            let store = wire::store_to_read(config).await?;
            show(&Status::of(config, &*store).await?, &of)
        }
        Embeddings::Migrate(MigrateEmbeddings { to, prepare, of }) => {
            let store = wire::store(config).await?;
            migrate(config, &*store, &to, prepare).await?;
            show(&Status::of(config, &*store).await?, &of)
        }
        Embeddings::Rollback(of) => {
            let store = wire::store(config).await?;
            let former = store.model_switch().await?.map(|switch| switch.former);
            let former = former.ok_or_else(|| {
                Error::new(Code::NothingToUndo, "lookups were never switched to another model")
            })?;
            migrate(config, &*store, former.as_str(), false).await?;
            show(&Status::of(config, &*store).await?, &of)
        }
        Embeddings::Drop(DropEmbeddings { model, of }) => {
            let store = wire::store(config).await?;
            let model = ModelId::new(model)?;
            let used = wire::model_in_use(config, &*store).await?;
            if *used.embedder.model() == model {
                return Err(Error::new(Code::VersionConflict, format!("lookups use {model}"))
                    .field("model")
                    .fix("switch lookups to another model first"));
            }
            let dropped = store.drop_model(&model, &actor(), SystemClock.now()).await?;
            tracing::info!(%model, dropped, "vectors were dropped");
            show(&Status::of(config, &*store).await?, &of)
        }
    }
}

async fn migrate(config: &Config, store: &dyn Store, to: &str, prepare: bool) -> Result<()> {
    let used = wire::model_in_use(config, store).await?;
    let InUse { config, embedder } = named(config, to)?;
    let (former, model) = (used.embedder.model(), embedder.model());
    let bar = Bar::new("embedding");
    let batch = config.embedding.batch_size;
    let embed =
        async || embed_served(store, &*embedder, batch, &|done, all| bar.show(done, all)).await;
    embed().await?;
    if config.store.search == Search::PgVector {
        bar.say("search in the database");
        let search = wire::pgvector(&config).await?;
        let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        for (tenant, _) in store.tenants().await? {
            let told = |done, all| bar.show(number(done), number(all));
            search.sync(&tenant, model, embedder.dimensions(), &told).await?;
        }
        search.upkeep(model, embedder.dimensions()).await?;
        // What was published meanwhile.
        embed().await?;
    }
    drop(bar);
    if prepare || former == model {
        return Ok(());
    }
    let switch = ModelSwitch {
        model: model.clone(),
        former: former.clone(),
        by: actor(),
        at: SystemClock.now(),
    };
    store.switch_model(&switch).await?;
    tracing::info!(%model, %former, "lookups are switched; nodes change over within seconds");
    Ok(())
}

/// The configured model of this name.
fn named(config: &Config, name: &str) -> Result<InUse> {
    let mut known = Vec::new();
    for model in wire::models(config) {
        let model = model?;
        let id = model.embedder.model().as_str();
        if id == name || id.strip_prefix(name).is_some_and(|rest| rest.starts_with('/')) {
            return Ok(model);
        }
        known.push(id.to_owned());
    }
    let detail = format!("no configured model is {name}; there is {}", known.join(" and "));
    Err(Error::new(Code::ConfigInvalid, detail).field("next_embedding").fix(
        "configure it as next_embedding, on every node; a name may end before a `/` of the id",
    ))
}

/// What `embeddings status` shows.
#[derive(Debug, Serialize)]
struct Status {
    /// Served entries of all tenants.
    entries: u64,
    /// Id of the model that lookups use.
    in_use: ModelId,
    /// The last switch.
    switched: Option<ModelSwitch>,
    models: Vec<Model>,
}

#[derive(Debug, Serialize)]
struct Model {
    model: ModelId,
    /// Whether this configuration has it.
    configured: bool,
    /// Served entries with vectors of it.
    entries: u64,
}

impl Status {
    async fn of(config: &Config, store: &dyn Store) -> Result<Self> {
        let kept = store.kept_models().await?;
        let mut models: Vec<Model> = Vec::new();
        let mut present = None;
        for one in wire::models(config) {
            let model = one?.embedder.model().clone();
            present.get_or_insert_with(|| model.clone());
            let of = kept.iter().find(|kept| kept.model == model);
            let entries = of.map_or(0, |kept| kept.entries);
            models.push(Model { model, configured: true, entries });
        }
        for KeptModel { model, entries } in kept {
            if models.iter().all(|known| known.model != model) {
                models.push(Model { model, configured: false, entries });
            }
        }
        let switched = store.model_switch().await?;
        let in_use = switched.as_ref().map(|switch| switch.model.clone()).or(present);
        let in_use = in_use.ok_or_else(|| Error::new(Code::Internal, "no model is configured"))?;
        Ok(Self { entries: store.served_entries().await?, in_use, switched, models })
    }
}

fn show(status: &Status, of: &OfModels) -> Result<()> {
    if of.json { print_json(status) } else { table(status).map_err(unwritable) }
}

fn table(status: &Status) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for Model { model, configured, entries } in &status.models {
        let mark = if *model == status.in_use { '*' } else { ' ' };
        let all = status.entries;
        let known = if *configured { "" } else { "  (not configured)" };
        writeln!(out, "{mark} {model}  {entries} of {all} entries{known}")?;
    }
    match &status.switched {
        None => writeln!(out, "\n* lookups use it, as configured"),
        Some(ModelSwitch { former, by, at, .. }) => {
            writeln!(out, "\n* lookups use it; {by} switched from {former} at {at}")
        }
    }
}
