//! A golden set of its own that is served for the benchmark, and ends with it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use goldenset_core::ports::Embedder;
use goldenset_core::{Code, Embedding, EntryContent, EntryId, Error, ModelId, Result, TenantId};
use goldenset_engine::{Author, Engine, ImportMode};
use tokio::net::TcpListener;

use super::place::Place;
use super::plan::Plan;
use super::threads::Threads;
use crate::config::Config;
use crate::http::App;
use crate::http::server::serve as serve_app;
use crate::wire::{self, InUse};

/// Entries with their ids.
pub(super) type Rows = Vec<(EntryId, EntryContent)>;

/// A server with a golden set in a place of its own.
pub(super) struct Ground {
    pub(super) address: SocketAddr,
    pub(super) app: Arc<App>,
    pub(super) embedder: Arc<Counted>,
    /// Goes when the rest has.
    place: Place,
}

impl Ground {
    /// Publishes the rows and serves them on a free port of this machine.
    pub(super) fn start(
        config: &Config,
        embedder: Arc<dyn Embedder>,
        rows: Rows,
        plan: &Plan,
    ) -> Result<Self> {
        let place = Place::new(config, plan)?;
        let embedder = Arc::new(Counted::new(embedder));
        let (counted, config) = (Arc::clone(&embedder), place.config.clone());
        let (app, address) = place.threads()?.run(async move {
            let app = app(config, counted).await?;
            publish(&app.engine(), rows).await?;
            let address = serve_as_shipped(Arc::clone(&app)).await?;
            Ok((app, address))
        })?;
        Ok(Self { address, app, embedder, place })
    }

    /// Another server over the same set, which has nothing cached but what nodes share.
    pub(super) fn second_node(&self) -> Result<SocketAddr> {
        let (embedder, config) = (Arc::clone(&self.embedder), self.place.config.clone());
        self.threads()?.run(async move { serve_as_shipped(app(config, embedder).await?).await })
    }

    /// The threads of the server.
    ///
    /// # Errors
    /// See [`Place::threads`].
    pub(super) fn threads(&self) -> Result<&Threads> {
        self.place.threads()
    }
}

async fn app(config: Config, embedder: Arc<Counted>) -> Result<Arc<App>> {
    let store = wire::store(&config).await?;
    let model = InUse { config: config.clone(), embedder };
    wire::app(&config, store, model, &|_, _| ()).await
}

/// All rows in one commit.
pub(super) async fn publish(engine: &Arc<Engine>, rows: Rows) -> Result<()> {
    let publish = ImportMode { publish: true, dry_run: false };
    engine.import(author(), rows, publish, &|_, _| ()).await.map(|_| ())
}

/// Who publishes in a benchmark.
pub(super) fn author() -> Author {
    Author::new(TenantId::default(), "bench")
}

/// Serves it the way `goldenset serve` does, as long as the threads live that it is called on.
async fn serve_as_shipped(app: Arc<App>) -> Result<SocketAddr> {
    let (listener, address) = free_port().await?;
    tokio::spawn(async move {
        let served = serve_app(listener, app, std::future::pending(), Duration::ZERO).await;
        if let Err(error) = served {
            tracing::error!(%error, "a server of the benchmark stopped");
        }
    });
    Ok(address)
}

/// Serves on a free port of this machine, as long as the threads live that it is called on.
pub(super) async fn serve(router: Router) -> Result<SocketAddr> {
    let (listener, address) = free_port().await?;
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "a server of the benchmark stopped");
        }
    });
    Ok(address)
}

async fn free_port() -> Result<(TcpListener, SocketAddr)> {
    let failed = |cause: std::io::Error| {
        Error::new(Code::ListenFailed, "no free port on 127.0.0.1").cause(cause)
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// An embedder that counts what it is asked.
pub(super) struct Counted {
    inner: Arc<dyn Embedder>,
    calls: AtomicU64,
}

impl Counted {
    pub(super) fn new(inner: Arc<dyn Embedder>) -> Self {
        Self { inner, calls: AtomicU64::new(0) }
    }

    /// Calls since this was asked last.
    pub(super) fn take_calls(&self) -> u64 {
        self.calls.swap(0, Ordering::Relaxed)
    }
}

#[async_trait]
impl Embedder for Counted {
    fn model(&self) -> &ModelId {
        self.inner.model()
    }

    fn dimensions(&self) -> usize {
        self.inner.dimensions()
    }

    async fn embed(&self, texts: &[Arc<str>]) -> Result<Vec<Embedding>> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.inner.embed(texts).await
    }
}
