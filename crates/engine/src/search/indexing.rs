//! The index over vectors that are searched in this process: built beside lookups, and swapped in.

use std::convert::Infallible;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use goldenset_core::{Code, Error, Result, TenantId};
use goldenset_vectors::{Index, VectorSet};
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::upkeep::Trouble;
use crate::engine::Engine;

/// How often it is looked whether a set has outgrown its index.
const LOOK: Duration = Duration::from_secs(1);

impl Engine {
    /// Builds what indexes are missing, for ever. Until one is there, lookups compare every vector.
    pub(super) async fn keep_indexed(&self) -> Infallible {
        let mut trouble = Trouble::default();
        loop {
            let done = self.index_grown().await;
            trouble.note(done, "vectors are searched without an index: right, and slower");
            sleep(LOOK).await;
        }
    }

    /// Builds the indexes that are missing, as a node does by itself some time after sets have
    /// grown ([`Engine::keep_search`]). Where vectors are searched elsewhere there is nothing
    /// to do.
    ///
    /// # Errors
    /// `internal` when a build ends early.
    pub async fn index_grown(&self) -> Result<()> {
        for tenant in self.tenants().into_keys() {
            let set = self.published(&tenant)?;
            if set.vectors.needs_index() {
                self.index(&tenant, set.vectors.clone()).await?;
            }
        }
        Ok(())
    }

    async fn index(&self, tenant: &TenantId, vectors: VectorSet) -> Result<()> {
        let started = Instant::now();
        let Some(index) = built(vectors).await? else { return Ok(()) };
        let index = Arc::new(index);
        // What was published meanwhile is in the set and not in the index, which is all the same.
        let _writing = self.writing.lock().await;
        let set = self.published(tenant)?.indexed(&index);
        // Else the set was made anew meanwhile, and the next look builds one for that.
        if set.vectors.index().is_some_and(|used| Arc::ptr_eq(used, &index)) {
            let (rows, seconds) = (index.rows(), started.elapsed().as_secs_f64());
            tracing::info!(%tenant, rows, bytes = index.bytes(), seconds, "vectors are indexed");
            self.show(tenant.clone(), set);
        }
        Ok(())
    }
}

/// An index of what is in a set now; the work ends early when nobody waits for it.
async fn built(vectors: VectorSet) -> Result<Option<Index>> {
    // Gone as soon as whoever waits is.
    let waits = Arc::new(());
    let seen = Arc::downgrade(&waits);
    let task = spawn_blocking(move || {
        Index::build(&vectors, |_| match seen.strong_count() {
            0 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        })
    });
    let built = task.await.map_err(|cause| {
        Error::new(Code::Internal, "building an index of vectors ended early").cause(cause)
    });
    drop(waits);
    built
}
