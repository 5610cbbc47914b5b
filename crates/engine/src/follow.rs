//! Following what other nodes commit: lookups see it within [`BOUND`], also when nobody hears of it.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use goldenset_core::ports::PublishedChanges;
use goldenset_core::{Code, EpochStamp, Error, Result, TenantId};
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};

use crate::engine::Engine;
use crate::snapshot::SetChange;

/// What lookups see was the store's state no longer ago than this, as long as the store answers.
pub const BOUND: Duration = Duration::from_secs(1);
/// How often a node asks for what it may not have heard of.
const POLL: Duration = Duration::from_millis(250);
/// How long the store may take to say whether anything changed, before it counts as away.
const PATIENCE: Duration = Duration::from_millis(500);
/// A time-out that comes so much later than it should came to a process that stood still.
const STUMBLE: Duration = Duration::from_millis(100);
/// How often a store is asked before it counts as away, where the process stood still each time.
const TRIES: usize = 3;
/// How long lookups go on without asking a store that is away; the follower asks meanwhile.
const LEAVE_ALONE: Duration = Duration::from_secs(5);
/// Changed entries from which on reading all costs less.
const MOST: usize = 256;

/// Until when what lookups see is known to be what the store has.
pub(crate) struct Freshness {
    /// Moments count from here, in milliseconds.
    start: Instant,
    /// When the store was asked last that answered.
    confirmed: AtomicU64,
    /// Before this moment no lookup asks a store that did not answer.
    away_until: AtomicU64,
    away: AtomicBool,
    confirming: Mutex<()>,
}

impl Freshness {
    pub(crate) fn new() -> Self {
        Self {
            start: Instant::now(),
            confirmed: AtomicU64::new(0),
            away_until: AtomicU64::new(0),
            away: AtomicBool::new(false),
            confirming: Mutex::new(()),
        }
    }

    fn now(&self) -> u64 {
        millis(self.start.elapsed())
    }

    fn age(&self) -> Duration {
        Duration::from_millis(self.now().saturating_sub(self.confirmed.load(Ordering::Acquire)))
    }

    fn holds(&self) -> bool {
        self.age() <= BOUND
    }

    fn is_left_alone(&self) -> bool {
        self.now() < self.away_until.load(Ordering::Relaxed)
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// How a node stands to the store that it shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Following {
    /// How long ago the store confirmed what lookups see.
    pub age: Duration,
    /// Whether the store answers. Without it lookups go on with what was confirmed last.
    pub answers: bool,
}

impl Engine {
    /// How this node stands to a store that it shares; none where the store is its own.
    #[must_use]
    pub fn following(&self) -> Option<Following> {
        self.store.is_shared().then(|| Following {
            age: self.freshness.age(),
            answers: !self.freshness.away.load(Ordering::Relaxed),
        })
    }

    /// Follows what other nodes commit, for ever; there is nothing to follow where the store is not
    /// shared.
    pub async fn follow(self: &Arc<Self>) -> Infallible {
        if !self.store.is_shared() {
            return std::future::pending().await;
        }
        loop {
            tokio::select! {
                () = self.store.announced() => {}
                () = sleep(POLL) => {}
            }
            let caught_up = self.catch_up().await;
            self.note(caught_up);
        }
    }

    /// Says once that the store went away, and once that it is back.
    fn note(&self, caught_up: Result<()>) {
        let freshness = &self.freshness;
        let until = if caught_up.is_ok() { 0 } else { freshness.now() + millis(LEAVE_ALONE) };
        freshness.away_until.store(until, Ordering::Relaxed);
        let was_away = freshness.away.swap(caught_up.is_err(), Ordering::Relaxed);
        match caught_up {
            Err(error) if !was_away => tracing::error!(
                code = error.code.as_str(), %error,
                "the store does not answer: lookups go on with what was read last"
            ),
            Ok(()) if was_away => tracing::info!("the store answers again"),
            _ => {}
        }
    }

    /// Before a lookup, and after it waited: where nothing was confirmed within the bound, as
    /// after the process was stopped for a while, what others committed is read first. A store
    /// that does not answer holds lookups up for [`PATIENCE`], once in a while.
    pub(crate) async fn be_fresh(&self) {
        let freshness = &self.freshness;
        if !self.store.is_shared() || freshness.holds() || freshness.is_left_alone() {
            return;
        }
        // In a box: few lookups come here, and the others are smaller without it.
        Box::pin(self.confirm()).await;
    }

    async fn confirm(&self) {
        let freshness = &self.freshness;
        let _confirming = freshness.confirming.lock().await;
        if !freshness.holds() && !freshness.is_left_alone() {
            let caught_up = self.catch_up().await;
            self.note(caught_up);
        }
    }

    /// Shows what other nodes have committed.
    ///
    /// # Errors
    /// Faults of the store, and of the provider where it has to embed.
    pub async fn catch_up(&self) -> Result<()> {
        let (asked, tenants) = self.ask().await?;
        for (tenant, stamp) in tenants {
            if self.published(&tenant).ok().map(|set| set.stamp()) != Some(stamp) {
                let _writing = self.writing.lock().await;
                self.load_if_changed(&tenant).await?;
            }
        }
        self.freshness.confirmed.fetch_max(asked, Ordering::AcqRel);
        Ok(())
    }

    /// The state of every tenant, and when it was asked for.
    async fn ask(&self) -> Result<(u64, Vec<(TenantId, EpochStamp)>)> {
        for _ in 0..TRIES {
            let asked = self.freshness.now();
            match timeout(PATIENCE, self.store.tenants()).await {
                Ok(tenants) => return Ok((asked, tenants?)),
                // The process stood still meanwhile: that says nothing of the store.
                Err(_) if self.freshness.now() - asked > millis(PATIENCE + STUMBLE) => {}
                Err(_) => break,
            }
        }
        Err(Error::new(Code::StoreUnavailable, "the store did not answer in time"))
    }

    /// Shows what changed of a tenant since what is shown, or all of it where that cannot be told.
    pub(crate) async fn load_changes(&self, tenant: &TenantId) -> Result<()> {
        let Ok(before) = self.published(tenant) else {
            return self.load(tenant, &|_, _| ()).await;
        };
        let model = self.embeddings.embedder().model();
        let changes = self.store.published_since(tenant, model, before.stamp(), MOST).await?;
        let Some(PublishedChanges { stamp, entries, calibration }) = changes else {
            return self.load(tenant, &|_, _| ()).await;
        };
        let mut shown = Vec::with_capacity(entries.len());
        for (id, version) in entries {
            shown.push(match version {
                None => SetChange::Remove(id),
                Some(mut version) => match version.embeddings.take() {
                    Some(embeddings) if self.fits(&version, &embeddings) => {
                        SetChange::Put(Box::new(version), embeddings)
                    }
                    // Of another model: the long way makes what is missing, and says what is wrong.
                    _ => return self.load(tenant, &|_, _| ()).await,
                },
            });
        }
        self.ready(tenant, &before, &shown);
        let set =
            before.changed(stamp, shown).calibrated(stamp, calibration, &self.judged_by(tenant));
        self.show(tenant.clone(), set);
        Ok(())
    }
}
