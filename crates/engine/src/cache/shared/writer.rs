//! Writes what is to be shared, behind the lookups.

use std::sync::Arc;
use std::time::Duration;

use goldenset_core::ports::{SharedCache, SharedItem};
use goldenset_core::{Embedding, Signature, TenantId};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::Receiver;

use super::super::ResultName;
use super::counts::Counts;
use super::envelope::seal;
use super::names::Names;
use super::{result, vectors};
use crate::answer::Answer;
use crate::cache::lifetime;

/// Values that are written at once.
const MOST_AT_ONCE: usize = 32;

/// Something to write.
pub(super) enum Keep {
    Result(ResultName, Arc<Answer>),
    Embedding { tenant: TenantId, signature: Signature, embedding: Embedding, made: Timestamp },
}

pub(super) struct Writer {
    pub(super) cache: Arc<dyn SharedCache>,
    pub(super) names: Names,
    pub(super) counts: Arc<Counts>,
    /// Of results, of embeddings.
    pub(super) ttls: (SignedDuration, SignedDuration),
}

impl Writer {
    /// Until nobody can send any more.
    pub(super) async fn run(self, mut waiting: Receiver<Keep>) {
        let mut some = Vec::with_capacity(MOST_AT_ONCE);
        while waiting.recv_many(&mut some, MOST_AT_ONCE).await > 0 {
            let all = some.len();
            // Encoding is work for nothing while nobody takes it.
            let kept = match self.cache.health().writes {
                true => {
                    self.cache.put(some.drain(..).filter_map(|one| self.item(one)).collect()).await
                }
                false => 0,
            };
            some.clear();
            self.counts.written(kept as u64);
            self.counts.lost(all.saturating_sub(kept) as u64);
        }
    }

    fn item(&self, keep: Keep) -> Option<SharedItem> {
        let (key, value, ttl) = match keep {
            Keep::Result(key, answer) => {
                let basis = answer.basis()?;
                let name = self.names.result(&basis.scope.tenant, &basis.signature, &key);
                (name, result::encode(&answer)?, lifetime(self.ttls.0, key.0[0]))
            }
            Keep::Embedding { tenant, signature, embedding, made } => {
                let name = self.names.embedding(&tenant, &signature);
                let ttl = lifetime(self.ttls.1, signature.as_bytes()[0]);
                (name, vectors::encode(&embedding, made), ttl)
            }
        };
        let ttl = Duration::try_from(ttl).ok().filter(|ttl| !ttl.is_zero())?;
        Some(SharedItem { value: seal(&key, &value), key, ttl })
    }
}
