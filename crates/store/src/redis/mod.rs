//! The cache that nodes share: Redis or Valkey, one server or a cluster.
//!
//! Nobody waits for a Redis that is away. The first who meets its time-out opens the circuit;
//! from then on every read finds nothing at once, until a task in the background (`keeper`) has
//! connected anew and written and read a value of its own.

mod breaker;
mod connection;
mod fault;
mod keeper;
mod options;

use std::sync::Arc;

use async_trait::async_trait;
use goldenset_core::ports::{SharedCache, SharedCacheHealth, SharedItem, SharedKeys};
use goldenset_core::{Code, Error, Result};
use tokio::task::JoinHandle;

use fault::Fault;
use keeper::{Circuit, Keeper};

pub use options::RedisOptions;

/// Values that are sent at once: what is read meanwhile waits behind them.
const MOST_AT_ONCE: usize = 32;

/// A Redis that nodes share.
pub struct RedisCache {
    circuit: Arc<Circuit>,
    keeping: JoinHandle<()>,
    prefix: String,
}

impl RedisCache {
    /// Connects in the background: a Redis that is away is no error.
    ///
    /// # Errors
    /// `config_invalid`, `file_unreadable`.
    pub fn open(options: &RedisOptions) -> Result<Self> {
        let prefix = options.prefix.clone();
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
        if !prefix.chars().all(plain) {
            return Err(Error::new(Code::ConfigInvalid, "the prefix has other characters")
                .field("cache.redis_prefix")
                .fix("use letters, digits and -_.: only"));
        }
        let circuit = Arc::new(Circuit::new());
        let keeper =
            Keeper::new(Arc::clone(&circuit), options.target()?, options.limits(), &prefix);
        Ok(Self { circuit, keeping: tokio::spawn(keeper.run()), prefix })
    }

    /// Waits until it was tried once to connect: for who wants to know whether it works.
    pub async fn tried(&self) {
        self.circuit.tried().await;
    }

    fn named(&self, keys: &[String]) -> Vec<String> {
        keys.iter().map(|key| format!("{}{key}", self.prefix)).collect()
    }

    fn closed(&self) -> std::result::Result<Arc<keeper::Link>, Fault> {
        let away = || self.circuit.fault().unwrap_or(Fault::Timeout);
        self.circuit.link().ok_or_else(away)
    }
}

impl Drop for RedisCache {
    fn drop(&mut self) {
        self.keeping.abort();
    }
}

#[async_trait]
impl SharedCache for RedisCache {
    async fn get(&self, keys: &[String]) -> Vec<Option<Vec<u8>>> {
        if let Some(link) = self.circuit.link() {
            match link.connection.get(&self.named(keys)).await {
                Ok(values) => return values,
                Err(fault) => self.circuit.open(&link, fault),
            }
        }
        vec![None; keys.len()]
    }

    async fn put(&self, mut items: Vec<SharedItem>) -> usize {
        for item in &mut items {
            item.key.insert_str(0, &self.prefix);
        }
        let mut kept = 0;
        for part in items.chunks(MOST_AT_ONCE) {
            let Some(link) = self.circuit.link().filter(|link| link.takes_values()) else { break };
            let (written, fault) = link.connection.set(part).await;
            kept += written;
            match fault {
                // Full or read-only: what it has can be read all the same.
                Some(fault @ Fault::Refused(_)) => self.circuit.refuses(&link, fault),
                Some(fault) => self.circuit.open(&link, fault),
                None => {}
            }
        }
        kept
    }

    async fn keys(&self, beginning: &str, from: Option<String>) -> Result<SharedKeys> {
        let link = self.closed().map_err(Fault::into_error)?;
        let beginning = format!("{}{beginning}", self.prefix);
        let found = link.connection.scan(&pattern(&beginning), from).await;
        let (keys, next) = found.map_err(Fault::into_error)?;
        // Somebody else's keys stay somebody else's.
        let ours = keys.iter().filter(|key| key.starts_with(&beginning));
        let ours = ours.map(|key| key[self.prefix.len()..].to_owned());
        Ok((ours.collect(), next))
    }

    async fn remove(&self, keys: &[String]) -> Result<u64> {
        let mut removed = 0;
        for part in self.named(keys).chunks(MOST_AT_ONCE) {
            let link = self.closed().map_err(Fault::into_error)?;
            removed += link.connection.remove(part).await.map_err(Fault::into_error)?;
        }
        Ok(removed)
    }

    fn answers(&self) -> bool {
        self.circuit.link().is_some()
    }

    fn health(&self) -> SharedCacheHealth {
        self.circuit.health()
    }
}

/// What matches the keys with this beginning, and nothing in it has a meaning of its own.
fn pattern(beginning: &str) -> String {
    let mut pattern = String::with_capacity(beginning.len() + 2);
    for c in beginning.chars() {
        if "*?[]\\^-".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern + "*"
}
