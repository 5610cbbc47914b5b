//! Making profiles before lookups need them, as long as there is room.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use goldenset_core::{EpochStamp, Result, TenantId};
use tokio::time::sleep;

use crate::engine::Engine;
use crate::search::Trouble;

/// So many entries are made ready before the first lookup. It takes a tenth of a second or two,
/// and a set of this size answers without its store from the first lookup on.
const AT_START: usize = 2048;
/// Entries that are made ready at a time: some milliseconds of a thread that others want, too.
const PART: usize = 64;
/// How often it is looked whether a set changed.
const LOOK: Duration = Duration::from_millis(250);

impl Engine {
    /// Makes the first entries of each set ready.
    ///
    /// # Errors
    /// Faults of the store.
    pub(crate) async fn ready_at_start(&self) -> Result<()> {
        for tenant in self.tenants().into_keys() {
            self.fill_profiles(&tenant, AT_START).await?;
        }
        Ok(())
    }

    /// Makes entries ready to be verified, for ever, as long as there is room for them.
    pub async fn keep_profiles(&self) -> Infallible {
        let (mut filled, mut trouble) = (HashMap::new(), Trouble::default());
        loop {
            let done = self.fill_changed_profiles(&mut filled).await;
            trouble.note(done, "entries are not made ready: lookups do it as they need them");
            sleep(LOOK).await;
        }
    }

    async fn fill_changed_profiles(
        &self,
        filled: &mut HashMap<TenantId, EpochStamp>,
    ) -> Result<()> {
        for tenant in self.tenants().into_keys() {
            let stamp = self.published(&tenant)?.stamp();
            if filled.get(&tenant) != Some(&stamp) {
                self.fill_profiles(&tenant, usize::MAX).await?;
                filled.insert(tenant, stamp);
            }
        }
        Ok(())
    }

    /// Makes what is missing of a tenant's set, at most so many.
    async fn fill_profiles(&self, tenant: &TenantId, most: usize) -> Result<()> {
        let set = self.published(tenant)?;
        let missing = set.all().filter(|served| self.profiles.get(tenant, &served.entry).is_none());
        let mut missing = missing.map(|served| &served.entry).take(most);
        while self.profiles.has_room() {
            let part: Vec<_> = missing.by_ref().take(PART).map(Arc::as_ref).collect();
            if part.is_empty() {
                break;
            }
            self.make_profiles(&set.judge.verifier, tenant, &part).await?;
            tokio::task::yield_now().await;
        }
        Ok(())
    }
}
