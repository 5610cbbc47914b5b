//! All keys, in memory and in step with the store.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, LazyLock};

use arc_swap::ArcSwap;
use goldenset_core::keys::{KeyId, KeyRecord, NewKey, PresentedKey, Secret, SecretHash, StoredKey};
use goldenset_core::ports::Store;
use goldenset_core::{Code, Error, Result};
use goldenset_engine::BOUND;
use jiff::Timestamp;
use tokio::sync::Mutex;

use super::Caller;

/// Who is named in the audit log where callers have no keys.
const OPEN: &str = "http";

static OPEN_CALLER: LazyLock<Caller> = LazyLock::new(|| Caller::operator(OPEN));
/// What an id that was never given is held against, so that it takes as long as a wrong secret.
static NOBODY: LazyLock<SecretHash> = LazyLock::new(|| Secret::from([0; 32]).hash());

/// The keys that were ever made. Requests read it without a lock.
pub struct KeyRing {
    store: Arc<dyn Store>,
    known: ArcSwap<HashMap<KeyId, Known>>,
    /// Held while a key is made or revoked.
    changing: Mutex<()>,
}

#[derive(Clone)]
struct Known {
    hash: SecretHash,
    /// Whom it lets in; nobody once it is revoked.
    caller: Option<Caller>,
}

impl From<&StoredKey> for Known {
    fn from(key: &StoredKey) -> Self {
        let record = &key.record;
        Self { hash: key.hash, caller: record.is_active().then(|| Caller::of_key(record)) }
    }
}

impl KeyRing {
    /// Reads all keys.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn load(store: Arc<dyn Store>) -> Result<Self> {
        let keys = store.keys().await?;
        let known = keys.iter().map(|key| (key.record.id, Known::from(key))).collect();
        Ok(Self { store, known: ArcSwap::from_pointee(known), changing: Mutex::default() })
    }

    /// Who brings this text. Everybody may do everything until the first key is made; from then on
    /// for good, revoked or not, a key is needed.
    ///
    /// # Errors
    /// `key_missing`; `key_invalid`, the same for what is no key, a key that was never made, a
    /// wrong secret and a key that was revoked.
    pub(crate) fn caller(&self, presented: Option<&str>) -> Result<Caller> {
        let known = self.known.load();
        if known.is_empty() {
            return Ok(OPEN_CALLER.clone());
        }
        let presented = presented.ok_or_else(|| {
            Error::new(Code::KeyMissing, "this server asks for a key")
                .field("authorization")
                .fix("send the header `authorization: Bearer gs_...`")
        })?;
        let invalid = || {
            Error::new(Code::KeyInvalid, "the key opens nothing here")
                .field("authorization")
                .fix("send the key as it was shown when it was created, or have a new one made")
        };
        let PresentedKey { id, secret } = PresentedKey::parse(presented).ok_or_else(invalid)?;
        let found = known.get(&id);
        // Hashed and compared also for nobody; the comparison is in constant time.
        let right = secret.hash() == found.map_or(*NOBODY, |found| found.hash);
        found.filter(|_| right).and_then(|found| found.caller.clone()).ok_or_else(invalid)
    }

    /// Makes a key; returns it with its text, which is nowhere else. `key` is told the hash.
    ///
    /// # Errors
    /// `invalid_field`, `internal` when the system gives no random numbers, faults of the store.
    pub(crate) async fn create(
        self: &Arc<Self>,
        key: impl FnOnce(SecretHash) -> NewKey,
    ) -> Result<(KeyRecord, String)> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|cause| {
            Error::new(Code::Internal, "the system gives no random numbers").cause(cause)
        })?;
        let secret = Secret::from(bytes);
        let key = key(secret.hash());
        key.check()?;
        let ring = Arc::clone(self);
        let record = alone(async move {
            let _alone = ring.changing.lock().await;
            let record = ring.store.create_key(&key).await?;
            ring.learn(&StoredKey { record: record.clone(), hash: key.hash });
            Ok(record)
        });
        let record = record.await?;
        let text = secret.text(record.id);
        Ok((record, text))
    }

    /// Revokes a key, from the next request on and for good.
    ///
    /// # Errors
    /// `unknown_key`, faults of the store.
    pub(crate) async fn revoke(
        self: &Arc<Self>,
        id: KeyId,
        actor: Arc<str>,
        at: Timestamp,
    ) -> Result<KeyRecord> {
        let ring = Arc::clone(self);
        let revoked = async move {
            let _alone = ring.changing.lock().await;
            let record = ring.store.revoke_key(id, &actor, at).await?;
            if let Some(Known { hash, .. }) = ring.known.load().get(&id) {
                ring.learn(&StoredKey { record: record.clone(), hash: *hash });
            }
            Ok(record)
        };
        alone(revoked).await
    }

    /// All keys as the store has them.
    ///
    /// # Errors
    /// Faults of the store.
    pub(crate) async fn all(&self) -> Result<Vec<KeyRecord>> {
        Ok(self.store.keys().await?.into_iter().map(|key| key.record).collect())
    }

    /// Follows what other nodes do with keys, as soon as lookups follow what they publish. Where
    /// the store does not answer, what was known goes on to count.
    pub async fn follow(&self) -> Infallible {
        if !self.store.is_shared() {
            return std::future::pending().await;
        }
        loop {
            tokio::time::sleep(BOUND / 2).await;
            if let Err(error) = self.refresh().await {
                tracing::debug!(code = error.code.as_str(), %error, "keys could not be read again");
            }
        }
    }

    async fn refresh(&self) -> Result<()> {
        let _alone = self.changing.lock().await;
        let keys = self.store.keys().await?;
        let known = keys.iter().map(|key| (key.record.id, Known::from(key))).collect();
        self.known.store(Arc::new(known));
        Ok(())
    }

    /// Puts a key in the place of what was known of it. Only while changes are held off.
    fn learn(&self, key: &StoredKey) {
        let mut known = HashMap::clone(&self.known.load());
        known.insert(key.record.id, Known::from(key));
        self.known.store(Arc::new(known));
    }
}

/// Runs a change in a task of its own: a caller who goes away must not come between the store and
/// what is in memory.
async fn alone<T: Send + 'static>(
    change: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    tokio::spawn(change).await.unwrap_or_else(|cause| {
        Err(Error::new(Code::Internal, "the task of a change ended early").cause(cause))
    })
}
