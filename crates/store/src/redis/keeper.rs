//! Whether Redis is asked at all, and the task that finds out when it can be again.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use goldenset_core::ports::{SharedCacheFaults, SharedCacheHealth, SharedItem};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use super::breaker::Breaker;
use super::connection::{Connection, Limits, Target};
use super::fault::Fault;

/// How often a Redis that answers is looked at, so that a fault is known before a lookup meets it.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// How often one that is away is tried, about.
const RETRY: Duration = Duration::from_secs(1);
/// How long the value of a trial is kept.
const TRIAL_TTL: Duration = Duration::from_secs(10);

/// A connection that was found to work.
pub(super) struct Link {
    pub(super) connection: Connection,
    /// Whether it refuses values.
    full: AtomicBool,
}

impl Link {
    pub(super) fn takes_values(&self) -> bool {
        !self.full.load(Ordering::Relaxed)
    }
}

/// Closed while there is a link: then Redis is asked.
pub(super) struct Circuit {
    link: ArcSwapOption<Link>,
    state: Mutex<State>,
    changed: Notify,
}

struct State {
    breaker: Breaker,
    /// Before this moment it is not tried.
    not_before: Option<Instant>,
    fault: Option<Fault>,
    faults: SharedCacheFaults,
    tried: bool,
}

impl Circuit {
    pub(super) fn new() -> Self {
        let state = State {
            breaker: Breaker::new(),
            not_before: None,
            fault: None,
            faults: SharedCacheFaults::default(),
            tried: false,
        };
        Self { link: ArcSwapOption::empty(), state: Mutex::new(state), changed: Notify::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code panics while it holds the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn link(&self) -> Option<Arc<Link>> {
        self.link.load_full()
    }

    pub(super) fn fault(&self) -> Option<Fault> {
        self.state().fault.clone()
    }

    pub(super) fn health(&self) -> SharedCacheHealth {
        let link = self.link();
        let state = self.state();
        SharedCacheHealth {
            reads: link.is_some(),
            writes: link.is_some_and(|link| link.takes_values()),
            fault: state.fault.as_ref().map(ToString::to_string),
            faults: state.faults,
        }
    }

    /// Waits until it was tried once.
    pub(super) async fn tried(&self) {
        loop {
            let changed = self.changed.notified();
            if self.state().tried {
                return;
            }
            changed.await;
        }
    }

    /// `link` failed: from now on nobody asks it. Of many who met the same fault the first says so.
    pub(super) fn open(&self, link: &Arc<Link>, fault: Fault) {
        let mut state = self.state();
        fault.count(&mut state.faults);
        if !self.link().is_some_and(|now| Arc::ptr_eq(&now, link)) {
            return;
        }
        self.link.store(None);
        let window = state.breaker.open(Instant::now());
        state.not_before = Some(Instant::now() + window);
        tracing::warn!(
            window_ms = u64::try_from(window.as_millis()).unwrap_or(u64::MAX), %fault,
            "Redis is left alone: lookups go on without it"
        );
        state.fault = Some(fault);
        drop(state);
        self.changed.notify_waiters();
    }

    /// `link` takes no values now; what it has can be read.
    pub(super) fn refuses(&self, link: &Link, fault: Fault) {
        let mut state = self.state();
        fault.count(&mut state.faults);
        if !link.full.swap(true, Ordering::Relaxed) {
            tracing::warn!(%fault, "Redis takes no values: what it has is read all the same");
        }
        state.fault = Some(fault);
    }

    /// A trial went well.
    fn works(&self, link: &Link) {
        let mut state = self.state();
        if link.full.swap(false, Ordering::Relaxed) {
            tracing::info!("Redis takes values again");
        }
        state.fault = None;
    }

    fn close(&self, link: Link) {
        let mut state = self.state();
        if state.fault.is_some() || !state.tried {
            tracing::info!("Redis answers");
        }
        if link.takes_values() {
            state.fault = None;
        }
        state.breaker.close(Instant::now());
        state.not_before = None;
        state.tried = true;
        self.link.store(Some(Arc::new(link)));
        drop(state);
        self.changed.notify_waiters();
    }

    /// It was tried in vain.
    fn stays_open(&self, fault: Fault) {
        let mut state = self.state();
        fault.count(&mut state.faults);
        if state.fault.is_none() {
            tracing::warn!(%fault, "Redis is away: lookups go on without it");
        }
        state.fault = Some(fault);
        state.tried = true;
        drop(state);
        self.changed.notify_waiters();
    }
}

/// Looks after a [`Circuit`].
pub(super) struct Keeper {
    circuit: Arc<Circuit>,
    target: Target,
    limits: Limits,
    /// The key of its trials: one for each process, so that none reads another's.
    key: String,
}

impl Keeper {
    pub(super) fn new(circuit: Arc<Circuit>, target: Target, limits: Limits, prefix: &str) -> Self {
        let key = format!("{prefix}trial:{:016x}", fastrand::u64(..));
        Self { circuit, target, limits, key }
    }

    pub(super) async fn run(self) {
        loop {
            match self.circuit.link() {
                Some(link) => {
                    // Woken early where somebody met a fault.
                    timeout(HEARTBEAT, self.circuit.changed.notified()).await.ok();
                    let now = self.circuit.link();
                    if now.is_some_and(|now| Arc::ptr_eq(&now, &link)) {
                        self.look_at(&link).await;
                    }
                }
                None => {
                    let not_before = self.circuit.state().not_before;
                    if let Some(moment) = not_before {
                        sleep(moment.saturating_duration_since(Instant::now())).await;
                    }
                    self.half_open().await;
                }
            }
        }
    }

    async fn look_at(&self, link: &Arc<Link>) {
        match self.try_out(&link.connection).await {
            Ok(()) => self.circuit.works(link),
            Err(fault @ Fault::Refused(_)) => self.circuit.refuses(link, fault),
            Err(fault) => self.circuit.open(link, fault),
        }
    }

    /// One trial, on a connection of its own; nobody waits for it.
    async fn half_open(&self) {
        let fault = match self.target.connect(self.limits).await {
            Err(fault) => fault,
            Ok(connection) => match self.try_out(&connection).await {
                Ok(()) => return self.circuit.close(Link { connection, full: false.into() }),
                Err(fault @ Fault::Refused(_)) if self.reads(&connection).await.is_ok() => {
                    let link = Link { connection, full: false.into() };
                    self.circuit.refuses(&link, fault);
                    return self.circuit.close(link);
                }
                Err(fault) => fault,
            },
        };
        self.circuit.stays_open(fault);
        // Not all nodes at one moment.
        sleep(RETRY.mul_f64(0.75 + fastrand::f64() / 2.0)).await;
    }

    /// Writes a value and reads it.
    async fn try_out(&self, connection: &Connection) -> Result<(), Fault> {
        let value = fastrand::u64(..).to_le_bytes().to_vec();
        let item = SharedItem { key: self.key.clone(), value: value.clone(), ttl: TRIAL_TTL };
        if let (_, Some(fault)) = connection.set(&[item]).await {
            return Err(fault);
        }
        match self.reads(connection).await? {
            Some(read) if read != value => {
                Err(Fault::Garbage("a value that was just written is another one".into()))
            }
            // A small Redis may have dropped it to make room.
            _ => Ok(()),
        }
    }

    async fn reads(&self, connection: &Connection) -> Result<Option<Vec<u8>>, Fault> {
        Ok(connection.get(std::slice::from_ref(&self.key)).await?.pop().flatten())
    }
}
