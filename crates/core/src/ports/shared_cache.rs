//! A cache that processes share. It only saves time: whatever is in it may be gone, old, or somebody
//! else's, and whoever reads from it checks what came.

use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;

use crate::error::Result;

/// A value to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedItem {
    /// Under which key: letters, digits and `:{}`.
    pub key: String,
    /// What.
    pub value: Vec<u8>,
    /// For how long; at least a millisecond.
    pub ttl: Duration,
}

/// How a shared cache does, for operators.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SharedCacheHealth {
    /// Whether it is asked; if not, everything goes on without it.
    pub reads: bool,
    /// Whether it takes values.
    pub writes: bool,
    /// What is wrong, if anything, without secrets.
    pub fault: Option<String>,
    /// Faults since the start.
    pub faults: SharedCacheFaults,
}

/// Faults of a shared cache since the start, by what they were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct SharedCacheFaults {
    /// No answer in time.
    pub timeout: u64,
    /// No connection, or one that broke.
    pub connection: u64,
    /// An answer that said no.
    pub refused: u64,
    /// An answer that makes no sense.
    pub garbage: u64,
}

/// Some keys of a shared cache, and where to go on.
pub type SharedKeys = (Vec<String>, Option<String>);

/// A cache that processes share.
#[async_trait]
pub trait SharedCache: Send + Sync {
    /// The values of `keys`, in their order, in one round trip; none for those that it does not
    /// have, and none at all where it does not answer in time.
    async fn get(&self, keys: &[String]) -> Vec<Option<Vec<u8>>>;

    /// Keeps values, and says how many; what cannot be kept is lost.
    async fn put(&self, items: Vec<SharedItem>) -> usize;

    /// Some of the keys that begin with `beginning`, and where to go on, none where all were seen.
    /// A key may come twice. `from` is what the call before it said, none at first.
    ///
    /// # Errors
    /// `cache_unavailable` where it cannot be asked.
    async fn keys(&self, beginning: &str, from: Option<String>) -> Result<SharedKeys>;

    /// Drops values, and says how many were there.
    ///
    /// # Errors
    /// `cache_unavailable` where it cannot be asked.
    async fn remove(&self, keys: &[String]) -> Result<u64>;

    /// Whether it is asked at all: while it is known to be away it is not.
    fn answers(&self) -> bool;

    /// How it does.
    fn health(&self) -> SharedCacheHealth;
}
