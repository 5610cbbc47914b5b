//! What is done beside lookups for searches: where they are made elsewhere, that is filled and its
//! index kept good.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use goldenset_core::ports::VectorSearch;
use goldenset_core::{Code, EpochStamp, Error, Result, TenantId};
use tokio::time::sleep;

use crate::engine::Engine;

/// How often it is looked whether a set changed: lookups look at few changes themselves, so it
/// need not be at once.
const FILL: Duration = Duration::from_millis(250);
/// How often the search is asked to look after its index.
const UPKEEP: Duration = Duration::from_secs(60);

impl Engine {
    /// Keeps searches quick, for ever: fills what searches elsewhere and has its index looked
    /// after, or builds indexes where vectors are searched in this process.
    pub async fn keep_search(self: &Arc<Self>) -> Infallible {
        let Some(search) = &self.search else { return self.keep_indexed().await };
        tokio::select! {
            never = self.keep_filled() => never,
            never = self.keep_index(search) => never,
        }
    }

    async fn keep_filled(&self) -> Infallible {
        let (mut filled, mut trouble) = (HashMap::new(), Trouble::default());
        loop {
            let done = self.fill_changed(&mut filled).await;
            trouble.note(done, "the search is not filled: lookups fill it as they need it");
            sleep(FILL).await;
        }
    }

    async fn fill_changed(&self, filled: &mut HashMap<TenantId, EpochStamp>) -> Result<()> {
        for tenant in self.tenants().into_keys() {
            let stamp = self.published(&tenant)?.stamp();
            if stamp != EpochStamp::default() && filled.get(&tenant) != Some(&stamp) {
                self.sync_search(&tenant, &|_, _| ()).await?;
                filled.insert(tenant, stamp);
            }
        }
        Ok(())
    }

    async fn keep_index(&self, search: &Arc<dyn VectorSearch>) -> Infallible {
        let mut trouble = Trouble::default();
        loop {
            let embedder = self.embeddings.embedder();
            let done = search.upkeep(embedder.model(), embedder.dimensions()).await;
            trouble.note(done, "the index of vectors is not looked after");
            sleep(UPKEEP).await;
        }
    }
}

/// A fault is said once while it lasts.
#[derive(Default)]
pub(crate) struct Trouble(Option<Code>);

impl Trouble {
    pub(crate) fn note(&mut self, done: Result<()>, what: &str) {
        let code = done.as_ref().err().map(|error: &Error| error.code);
        if let Err(error) = done
            && self.0 != code
        {
            tracing::warn!(code = error.code.as_str(), %error, "{what}");
        }
        self.0 = code;
    }
}
