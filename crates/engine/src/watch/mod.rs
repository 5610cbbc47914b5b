//! What callers ask, counted, and a sample of what they are served, for experts to judge.
//!
//! Callers ask through [`Watch`]; what goldenset asks itself (calibration, evaluation) goes to the
//! [`Engine`] and is in no count. A lookup adds to counters in memory and never waits; a
//! background task ([`Watch::run`]) adds them to the store. A crash loses what was counted since
//! the last flush.

mod counters;
mod filling;
mod leaders;
mod missed;
mod reading;
mod recorder;
mod seen;
mod today;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use goldenset_core::canonical::Canonical;
use goldenset_core::watch::Drawn;
use goldenset_core::{Result, TenantId};
use jiff::Timestamp;
use tokio::sync::{Mutex, mpsc};

use crate::answer::rounded;
use crate::changes::in_micros;
use crate::engine::Engine;
use crate::lookup::Looked;
use crate::scope::{Options, check_threshold};

use filling::Filling;
pub use missed::MissedSettings;
use missed::Offers;
use recorder::Recorder;
pub use seen::Seen;
use today::Days;

/// Drawn answers that may wait to be written. More are dropped, and counted as dropped.
const MOST_DRAWN: usize = 1024;

/// How lookups are watched.
#[derive(Debug, Clone, Copy)]
pub struct WatchSettings {
    /// How long counts stay in memory before they are written.
    pub flush_every: Duration,
    /// Days that counts and drawn answers are kept.
    pub keep_days: u32,
    /// Share of served answers that are drawn for the audit sample, 0 to 1; 0: none.
    pub audit_share: f64,
    /// Most items of a tenant that wait for judgement.
    pub most_open: u64,
    /// How questions that miss are kept; none: not at all, and what was kept is deleted.
    pub questions: Option<MissedSettings>,
}

/// What became of the watching itself, since the process started.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WatchState {
    /// Drawn answers that were dropped because too many waited to be written.
    pub dropped: u64,
    /// Drawn answers that were left out because the queue of their tenant was full.
    pub left_out: u64,
    /// Questions that missed and were dropped: too many waited, or the provider refuses them.
    pub missed_dropped: u64,
    /// Flushes that failed; what they held was written later or is still in memory.
    pub failed_flushes: u64,
    /// Items that waited for judgement at the last flush, of tenants that had any since the start.
    pub open: BTreeMap<TenantId, u64>,
}

/// An engine whose lookups are counted.
pub struct Watch {
    engine: Arc<Engine>,
    settings: WatchSettings,
    /// Whose lookups those are that name no tenant.
    default: TenantId,
    days: Days,
    drawn: mpsc::Sender<Drawn>,
    filling: Filling,
    offers: Offers,
    recorder: Mutex<Recorder>,
    dropped: AtomicU64,
    left_out: AtomicU64,
    failed_flushes: AtomicU64,
    open: std::sync::Mutex<BTreeMap<TenantId, u64>>,
}

impl Watch {
    /// Watches the lookups of an engine.
    ///
    /// # Errors
    /// `threshold_out_of_range` naming `audit_share`.
    pub fn new(engine: Arc<Engine>, settings: WatchSettings) -> Result<Self> {
        check_threshold("audit_share", settings.audit_share)?;
        let now = engine.clock.now();
        let (drawn, waiting) = mpsc::channel(MOST_DRAWN);
        let recorder = Recorder::new(now, waiting);
        Ok(Self {
            offers: Offers::new(settings.questions, recorder.writer()),
            days: Days::new(engine.settings.time_zone.clone(), now),
            recorder: Mutex::new(recorder),
            engine,
            settings,
            default: TenantId::default(),
            drawn,
            filling: Filling::default(),
            dropped: AtomicU64::new(0),
            left_out: AtomicU64::new(0),
            failed_flushes: AtomicU64::new(0),
            open: std::sync::Mutex::default(),
        })
    }

    /// [`Engine::lookup`], counted.
    ///
    /// # Errors
    /// See there. A lookup that fails is not counted.
    pub async fn lookup(&self, query: &str, options: Options) -> Result<Looked> {
        let tenant = options.tenant.clone();
        let looked = self.engine.lookup(query, options).await?;
        self.saw(tenant.as_ref().unwrap_or(&self.default), query, &looked);
        Ok(looked)
    }

    /// [`Engine::lookup_batch`], each question counted.
    ///
    /// # Errors
    /// See there.
    pub async fn lookup_batch(
        &self,
        queries: &[String],
        options: Options,
    ) -> Result<Vec<Result<Looked>>> {
        let tenant = options.tenant.clone();
        let results = self.engine.lookup_batch(queries, options).await?;
        for (query, looked) in queries.iter().zip(&results) {
            if let Ok(looked) = looked {
                self.saw(tenant.as_ref().unwrap_or(&self.default), query, looked);
            }
        }
        Ok(results)
    }

    fn saw(&self, tenant: &TenantId, query: &str, looked: &Looked) {
        let (seen, now) = (looked.answer.seen(), self.engine.clock.now());
        self.days.add(tenant, seen, now);
        self.offers.offer(tenant, query, looked, now);
        let share = self.settings.audit_share;
        // The draw is less than 1, so a share of 1 takes every answer and 0 takes none.
        if share > 0.0 && seen.is_served() && fastrand::f64() < share {
            self.draw(tenant, query, looked, now);
        }
    }

    fn draw(&self, tenant: &TenantId, query: &str, looked: &Looked, now: Timestamp) {
        let result = looked.answer.result();
        let (Some(answer), Some(match_type)) = (&result.answer, result.match_type) else { return };
        let drawn = Drawn {
            tenant: tenant.clone(),
            question: Canonical::of(query).as_str().to_owned(),
            entry: answer.entry.id.clone(),
            version: answer.entry.version,
            match_type,
            score: rounded(answer.score),
            certified_by: result
                .calibration
                .filter(|applied| applied.certified)
                .map(|applied| applied.version),
            at: in_micros(now),
        };
        if self.drawn.try_send(drawn).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        } else {
            self.filling.queued(self.drawn.capacity());
        }
    }

    /// Writes what was counted, again and again, until the task is dropped. A fault is logged;
    /// what could not be written is written the next time.
    pub async fn run(&self) -> Infallible {
        loop {
            tokio::select! {
                () = tokio::time::sleep(self.settings.flush_every) => {}
                () = self.filling.filled() => {}
                () = self.offers.filling.filled() => {}
            }
            self.flush_or_log().await;
        }
    }

    /// Writes what was counted and drawn so far, for whoever goes on without it.
    pub async fn flush_or_log(&self) {
        logged(self.flush().await);
    }

    /// Writes what was counted, drawn and missed so far. Whoever is dropped in between leaves it to
    /// the next flush.
    ///
    /// # Errors
    /// Faults of the store, and of the provider for what missed; then all is kept for the next
    /// flush.
    pub async fn flush(&self) -> Result<()> {
        let counted = self.flush_counts().await;
        self.noted(counted.and(self.flush_missed().await))
    }

    /// Writes what was counted and drawn so far, without waiting for what missed to be grouped.
    async fn counted(&self) {
        logged(self.noted(self.flush_counts().await));
    }

    fn noted(&self, flushed: Result<()>) -> Result<()> {
        if flushed.is_err() {
            self.failed_flushes.fetch_add(1, Ordering::Relaxed);
        }
        flushed
    }

    /// What became of the watching itself.
    #[must_use]
    pub fn state(&self) -> WatchState {
        WatchState {
            dropped: self.dropped.load(Ordering::Relaxed),
            left_out: self.left_out.load(Ordering::Relaxed),
            missed_dropped: self.offers.dropped.load(Ordering::Relaxed),
            failed_flushes: self.failed_flushes.load(Ordering::Relaxed),
            open: self.open.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }
}

fn logged(flushed: Result<()>) {
    if let Err(error) = flushed {
        tracing::warn!(
            code = error.code.as_str(), %error,
            "what was seen of lookups could not be written; it is kept and tried again"
        );
    }
}
