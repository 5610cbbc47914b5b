//! What answers lookups, and changing it for one with another embedding model.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use goldenset_core::ports::{ModelSwitch, Store};
use goldenset_core::{Code, Error, Result};
use goldenset_engine::{Engine, Watch};
use tokio::time::sleep;

use crate::config::Config;
use crate::http::App;
use crate::metrics::{Metrics, Timed};
use crate::wire::{self, InUse};

/// How often it is asked whether lookups were switched to another model.
const ASK: Duration = Duration::from_secs(1);
/// How often at least another model is tried again that could not be loaded. Each try loads one.
const TRY_AGAIN: Duration = Duration::from_secs(60);
/// How often it is looked whether a former engine still answers somebody.
const DRAIN: Duration = Duration::from_millis(50);

/// An engine, and what counts its lookups.
pub struct Serving {
    /// Takes changes, and answers what is not counted.
    pub engine: Arc<Engine>,
    /// Answers lookups and counts them.
    pub watch: Arc<Watch>,
}

impl Serving {
    /// Over a store, with one model.
    ///
    /// # Errors
    /// See [`wire::engine`].
    pub async fn new(
        InUse { config, embedder }: InUse,
        store: Arc<dyn Store>,
        metrics: &Arc<Metrics>,
        progress: goldenset_engine::Progress<'_>,
    ) -> Result<Self> {
        let embedder = Arc::new(Timed::new(embedder, Arc::clone(metrics)));
        let shared = wire::shared(&config)?;
        let engine = wire::engine(&config, store, embedder, shared, progress).await?;
        let watch = Arc::new(Watch::new(Arc::clone(&engine), wire::watching(&config))?);
        Ok(Self { engine, watch })
    }

    /// What is done beside lookups, for ever.
    async fn work(&self, sweep_every: Duration) -> Infallible {
        tokio::select! {
            never = self.watch.run() => never,
            never = self.engine.follow() => never,
            never = self.engine.keep_search() => never,
            never = self.engine.keep_profiles() => never,
            never = self.engine.sweep_every(sweep_every) => never,
        }
    }

    /// Waits until nobody is answered by it any more, and writes what it counted.
    async fn drain(self: Arc<Self>) {
        // One is held here; requests under way hold the engine or the watch.
        while Arc::strong_count(&self) > 1
            || Arc::strong_count(&self.watch) > 1
            || Arc::strong_count(&self.engine) > 2
        {
            sleep(DRAIN).await;
        }
        self.watch.flush_or_log().await;
    }
}

/// Keeps the present engine at work, and changes it when lookups are switched to another model, for
/// ever.
pub async fn keep_serving(config: &Config, app: &Arc<App>) -> Infallible {
    let sweep_every = Duration::from_secs(config.curation.sweep_seconds);
    loop {
        let serving = app.serving();
        let next = tokio::select! {
            never = serving.work(sweep_every) => match never {},
            next = switched(config, app, &serving) => next,
        };
        let next = Arc::new(next);
        // What is changed from here on is seen there before it is acknowledged, and what was
        // changed before is seen now.
        serving.engine.hand_over(&next.engine);
        if let Err(error) = next.engine.catch_up().await {
            tracing::warn!(code = error.code.as_str(), %error, "the newest changes come later");
        }
        tracing::info!(model = %next.engine.model(), "lookups use another model from now on");
        app.serve_with(next);
        tokio::spawn(serving.drain());
    }
}

/// The engine with the model that lookups were switched to, once they are and it is ready.
async fn switched(config: &Config, app: &Arc<App>, serving: &Serving) -> Serving {
    let store = serving.engine.store();
    let (mut said, mut pause) = (None, ASK);
    loop {
        sleep(pause).await;
        // Whoever follows the store says that it does not answer.
        let Ok(Some(switch)) = store.model_switch().await else { continue };
        if switch.model == *serving.engine.model() {
            continue;
        }
        match ready(config, app, store, &switch).await {
            Ok(serving) => return serving,
            Err(error) => {
                if said != Some(error.code) {
                    tracing::error!(
                        code = error.code.as_str(), %error, to = %switch.model,
                        "lookups go on with {}", serving.engine.model()
                    );
                }
                said = Some(error.code);
                pause = (2 * pause).min(TRY_AGAIN);
            }
        }
    }
}

/// In a task of its own: making it takes a while, and lookups go on meanwhile.
async fn ready(
    config: &Config,
    app: &Arc<App>,
    store: &Arc<dyn Store>,
    switch: &ModelSwitch,
) -> Result<Serving> {
    tracing::info!(to = %switch.model, "another model is loaded beside the one in use");
    let (config, store) = (config.clone(), Arc::clone(store));
    let metrics = Arc::clone(&app.metrics);
    let task = tokio::spawn(async move {
        let model = wire::model_in_use(&config, &*store).await?;
        Serving::new(model, store, &metrics, &|_, _| ()).await
    });
    task.await.unwrap_or_else(|cause| {
        Err(Error::new(Code::Internal, "loading another model ended early").cause(cause))
    })
}
