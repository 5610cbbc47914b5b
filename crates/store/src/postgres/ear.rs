//! Hears what nodes tell each other when they commit.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// How long to wait before listening again after the connection broke.
const PAUSE: Duration = Duration::from_millis(500);

/// A connection that listens for as long as this lives, and is made anew when it breaks.
#[derive(Debug)]
pub(super) struct Ear {
    told: Arc<Notify>,
    listening: JoinHandle<()>,
}

impl Ear {
    /// Begins to listen.
    pub(super) fn new(pool: PgPool) -> Self {
        let told = Arc::new(Notify::new());
        let listening = tokio::spawn(listen(pool, Arc::clone(&told)));
        Self { told, listening }
    }

    /// Waits until something was told since the last call.
    pub(super) async fn heard(&self) {
        self.told.notified().await;
    }

    /// Listens no more, and gives the connection back.
    pub(super) fn close(&self) {
        self.listening.abort();
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.close();
    }
}

async fn listen(pool: PgPool, told: Arc<Notify>) {
    loop {
        if let Err(fault) = listen_once(&pool, &told).await {
            tracing::debug!(%fault, "the connection that hears of changes broke");
        }
        sleep(PAUSE).await;
    }
}

async fn listen_once(pool: &PgPool, told: &Notify) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    // The channel of these tables, as their trigger names it.
    let channel: String = sqlx::query_scalar("SELECT left('goldenset:' || current_schema(), 63)")
        .fetch_one(&mut listener)
        .await?;
    listener.listen(&channel).await?;
    loop {
        // What was told before the connection stood, or while it was broken, was not heard.
        told.notify_one();
        listener.recv().await?;
    }
}
