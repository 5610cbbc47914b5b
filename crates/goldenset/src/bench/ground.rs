//! A golden set of its own that is served for the benchmark, and ends with it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use axum::Router;
use goldenset_core::ports::Embedder;
use goldenset_core::{Code, Embedding, EntryContent, EntryId, Error, ModelId, Result, TenantId};
use goldenset_engine::{Author, Engine, ImportMode};
use tempfile::TempDir;
use tokio::net::TcpListener;

use super::threads::Threads;
use crate::config::{Config, Search, Secret};
use crate::http::{App, router};
use crate::wire::{self, InUse};

/// Entries with their ids.
pub(super) type Rows = Vec<(EntryId, EntryContent)>;

/// A server with a golden set in a folder of its own.
pub(super) struct Ground {
    pub(super) threads: Threads,
    pub(super) address: SocketAddr,
    pub(super) app: Arc<App>,
    pub(super) embedder: Arc<Counted>,
    /// Goes when the rest has.
    _folder: TempDir,
}

impl Ground {
    /// Publishes the rows and serves them on a free port of this machine.
    pub(super) fn start(
        config: &Config,
        embedder: Arc<dyn Embedder>,
        rows: Rows,
        workers: usize,
    ) -> Result<Self> {
        let folder = folder()?;
        let mut config = config.clone();
        config.store.data_dir = folder.path().join("data");
        config.store.database_url = Secret::default();
        config.store.search = Search::Memory;
        config.cache.redis_url = Secret::default();
        let threads = Threads::start("bench-serve", workers)?;
        let embedder = Arc::new(Counted::new(embedder));
        let counted = Arc::clone(&embedder);
        let (app, address) = threads.run(async move {
            let store = wire::store(&config).await?;
            let model = InUse { config: config.clone(), embedder: counted };
            let app = wire::app(&config, store, model, &|_, _| ()).await?;
            publish(&app.engine(), rows).await?;
            let address = serve(router(Arc::clone(&app))).await?;
            Ok((app, address))
        })?;
        Ok(Self { threads, address, app, embedder, _folder: folder })
    }
}

fn folder() -> Result<TempDir> {
    tempfile::Builder::new().prefix("goldenset-bench-").tempdir().map_err(|cause| {
        Error::new(Code::DataDirUnusable, "no folder can be made for the benchmark")
            .fix("set TMPDIR to a folder with some room that you may write to")
            .cause(cause)
    })
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

/// Serves on a free port of this machine, as long as the threads live that it is called on.
pub(super) async fn serve(router: Router) -> Result<SocketAddr> {
    let failed = |cause: std::io::Error| {
        Error::new(Code::ListenFailed, "no free port on 127.0.0.1").cause(cause)
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "a server of the benchmark stopped");
        }
    });
    Ok(address)
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
