//! `serve`: lookups over HTTP.

use std::sync::Arc;
use std::time::Duration;

use goldenset_core::Result;
use goldenset_core::ports::Store;
use goldenset_engine::Engine;
use tokio::net::TcpListener;

use super::output::Bar;
use crate::config::Config;
use crate::http::App;
use crate::http::server::{asked_to_stop, listen, serve};
use crate::serving::keep_serving;
use crate::wire;

/// Serves until the process is asked to stop.
pub(super) async fn run(config: &Config) -> Result<()> {
    let (listener, store) = open(config).await?;
    let app = app(config, store).await?;
    serve_until_stopped(config, listener, app).await
}

/// The address and the data folder, before anything slow is done.
async fn open(config: &Config) -> Result<(TcpListener, Arc<dyn Store>)> {
    let address = config.server.listen;
    // Before anything is made or read, so that a port in use is said at once; and no folder is
    // made to look for keys that cannot be there.
    if address.ip().is_loopback() || !wire::has_store(config) {
        let listener = listen(address, false).await?;
        return Ok((listener, wire::store(config).await?));
    }
    let store = wire::store(config).await?;
    let keyed = store.keys().await?.iter().any(|key| key.record.is_active());
    Ok((listen(address, keyed).await?, store))
}

/// All parts over a store.
pub(super) async fn app(config: &Config, store: Arc<dyn Store>) -> Result<Arc<App>> {
    let bar = Bar::new("embedding");
    let model = wire::model_in_use(config, &*store).await?;
    wire::app(config, store, model, &|done, all| bar.show(done, all)).await
}

fn announce(listener: &TcpListener, engine: &Engine) {
    let address = listener.local_addr().map(|address| address.to_string()).unwrap_or_default();
    let entries: usize = engine.tenants().values().map(|tenant| tenant.entries).sum();
    tracing::info!(entries, "listening on http://{address}");
}

pub(super) async fn serve_until_stopped(
    config: &Config,
    listener: TcpListener,
    app: Arc<App>,
) -> Result<()> {
    let grace = Duration::from_millis(config.server.shutdown_grace_ms);
    let asked = asked_to_stop();
    let stop = async {
        asked.await;
        tracing::info!("stopping: requests under way may end");
    };
    announce(&listener, &app.engine());
    let served = tokio::select! {
        served = serve(listener, Arc::clone(&app), stop, grace) => served,
        never = keep_serving(config, &app) => match never {},
        never = app.keys.follow() => match never {},
    };
    app.watch().flush_or_log().await;
    app.engine().close().await;
    served?;
    tracing::info!("stopped");
    Ok(())
}
