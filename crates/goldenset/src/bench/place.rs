//! Where a golden set of the benchmark is kept, all of which goes with it.

use std::time::Duration;

use goldenset_core::ports::SharedCache;
use goldenset_core::{Code, Error, Result};
use goldenset_store::PostgresScratch;
use tokio::runtime::Builder;

use super::folder::Folder;
use super::plan::Plan;
use super::threads::Threads;
use crate::config::{Config, Search};
use crate::wire;

/// Longest wait for what was under way when a set goes.
const PATIENCE: Duration = Duration::from_secs(10);

/// A folder, or a schema of its own in a database; keys of their own in a Redis; and threads for
/// what works on them.
pub(super) struct Place {
    /// None once they have ended.
    threads: Option<Threads>,
    /// The configuration with this place in it.
    pub(super) config: Config,
    /// None where there is none, and once it has gone.
    schema: Option<PostgresScratch>,
    /// Goes after the rest.
    _folder: Folder,
}

impl Place {
    pub(super) fn new(config: &Config, plan: &Plan) -> Result<Self> {
        let folder = Folder::new()?;
        let mut config = config.clone();
        config.store.data_dir = folder.path().join("data");
        config.store.database_url = plan.store.clone();
        config.store.search = Search::Memory;
        config.cache.redis_url = plan.redis.clone();
        config.cache.redis_prefix = format!("goldenset-bench-{:016x}:", fastrand::u64(..));
        let threads = Threads::start("bench-serve", plan.workers, &plan.stop)?;
        let mut place = Self { threads: Some(threads), config, schema: None, _folder: folder };
        if place.config.store.database_url.expose().is_some() {
            let config = place.config.clone();
            // To its end, because who gives up in between does not know what it made.
            let (schema, config) =
                place.threads()?.run_to_its_end(async move { wire::scratch(&config).await })?;
            (place.schema, place.config) = (Some(schema), config);
        }
        let config = place.config.clone();
        place.threads()?.run(async move { reach_redis(&config).await })?;
        Ok(place)
    }

    /// # Errors
    /// `internal` once they have ended.
    pub(super) fn threads(&self) -> Result<&Threads> {
        let ended = || Error::new(Code::Internal, "a server has ended");
        self.threads.as_ref().ok_or_else(ended)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // First whoever might still write.
        if let Some(threads) = self.threads.take() {
            threads.end(PATIENCE);
        }
        let (config, schema) = (self.config.clone(), self.schema.take());
        let removed = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| error.to_string())
            .and_then(|runtime| {
                runtime.block_on(remove(&config, schema)).map_err(|error| error.to_string())
            });
        if let Err(error) = removed {
            let prefix = &config.cache.redis_prefix;
            tracing::error!(error, prefix, "what the benchmark made may be left behind");
        }
    }
}

/// Lookups go on without a Redis that is away, and figures would be of something else.
async fn reach_redis(config: &Config) -> Result<()> {
    let Some(redis) = wire::redis(config)? else { return Ok(()) };
    redis.tried().await;
    if redis.answers() {
        return Ok(());
    }
    let fault = redis.health().fault.unwrap_or_else(|| "it does not answer".into());
    Err(Error::new(Code::CacheUnavailable, format!("the Redis of the benchmark: {fault}"))
        .field("--redis")
        .fix("check its address and that it runs"))
}

async fn remove(config: &Config, schema: Option<PostgresScratch>) -> Result<()> {
    let keys = remove_keys(config).await;
    if let Some(schema) = schema {
        let name = schema.name().to_owned();
        schema.remove().await.map_err(|error| error.field(format!("schema {name}")))?;
    }
    keys
}

/// Removes the keys that begin as those of this place do.
async fn remove_keys(config: &Config) -> Result<()> {
    let Some(redis) = wire::redis(config)? else { return Ok(()) };
    redis.tried().await;
    let mut from = None;
    loop {
        let (keys, next) = redis.keys("", from).await?;
        redis.remove(&keys).await?;
        from = next;
        if from.is_none() {
            return Ok(());
        }
    }
}
