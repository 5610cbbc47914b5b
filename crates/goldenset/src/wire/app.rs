//! Everything that a server answers with.

use std::sync::Arc;
use std::time::Duration;

use goldenset_core::Result;
use goldenset_core::ports::Store;
use goldenset_engine::Progress;
use tokio::sync::Semaphore;

use super::InUse;
use crate::config::Config;
use crate::http::{App, KeyRing, Limits};
use crate::metrics::Metrics;
use crate::serving::Serving;

/// All parts over a store, with one embedding model.
///
/// # Errors
/// Faults of every part; see [`super::engine`].
pub async fn app(
    config: &Config,
    store: Arc<dyn Store>,
    model: InUse,
    progress: Progress<'_>,
) -> Result<Arc<App>> {
    let keys = Arc::new(KeyRing::load(Arc::clone(&store)).await?);
    let metrics = Arc::new(Metrics::new(config.lookup.min_similarity)?);
    let serving = Serving::new(model, store, &metrics, progress).await?;
    let limits = Limits {
        body_bytes: config.server.body_limit_bytes,
        batch: config.lookup.max_batch,
        timeout: Duration::from_millis(config.server.request_timeout_ms),
        permits: Semaphore::new(config.server.max_concurrent_requests.min(Semaphore::MAX_PERMITS)),
    };
    Ok(Arc::new(App::new(Arc::new(serving), keys, metrics, limits)))
}
