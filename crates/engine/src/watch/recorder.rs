//! From the counters into the store, each count exactly once.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use goldenset_core::Result;
use goldenset_core::watch::{DayCounts, Drawn, Flush};
use jiff::civil::Date;
use jiff::{SignedDuration, Span, Timestamp};
use tokio::sync::mpsc;

use super::{MOST_DRAWN, Watch};
use crate::changes::in_micros;

/// Who writes.
pub(super) struct Recorder {
    writer: String,
    number: u64,
    waiting: mpsc::Receiver<Drawn>,
    /// What was taken out of the counters and is not known to be written. It goes again as it is,
    /// under the same number, so that the store can tell whether it has it already.
    pending: Option<Flush>,
    /// The day on which what is too old was deleted last.
    forgot_on: Option<Date>,
}

impl Recorder {
    pub(super) fn new(now: Timestamp, waiting: mpsc::Receiver<Drawn>) -> Self {
        let writer = format!("{:x}-{:016x}", now.as_microsecond(), fastrand::u64(..));
        Self { writer, number: 0, waiting, pending: None, forgot_on: None }
    }

    /// The name of this process.
    pub(super) fn writer(&self) -> &str {
        &self.writer
    }
}

impl Watch {
    pub(super) async fn flush_counts(&self) -> Result<()> {
        let recorder = &mut *self.recorder.lock().await;
        self.write(recorder).await?;
        self.gather(recorder);
        self.write(recorder).await?;
        self.forget(recorder).await?;
        if self.settings.audit_share > 0.0 {
            self.count_open().await?;
        }
        Ok(())
    }

    async fn write(&self, recorder: &mut Recorder) -> Result<()> {
        if let Some(flush) = &recorder.pending {
            let left_out = self.engine.store.record(flush).await?;
            self.left_out.fetch_add(left_out, Ordering::Relaxed);
            recorder.pending = None;
        }
        Ok(())
    }

    /// Takes everything out at once, without a point at which it could be lost.
    fn gather(&self, recorder: &mut Recorder) {
        let counts: Vec<_> = self
            .days
            .take()
            .into_iter()
            .map(|(day, tenant, tally)| {
                let set = self.engine.published(&tenant).ok();
                let in_force = set.as_ref().and_then(|set| set.calibration.as_ref());
                let calibration = in_force.map(|in_force| in_force.version());
                DayCounts { tenant, day, calibration, tally }
            })
            .collect();
        self.filling.emptied();
        let mut drawn = Vec::new();
        while drawn.len() < MOST_DRAWN
            && let Ok(one) = recorder.waiting.try_recv()
        {
            drawn.push(one);
        }
        if counts.is_empty() && drawn.is_empty() {
            return;
        }
        recorder.number += 1;
        recorder.pending = Some(Flush {
            writer: recorder.writer.clone(),
            number: recorder.number,
            at: in_micros(self.engine.clock.now()),
            counts,
            drawn,
            most_open: self.settings.most_open,
        });
    }

    /// Once a day.
    async fn forget(&self, recorder: &mut Recorder) -> Result<()> {
        let now = self.engine.clock.now();
        let today = self.days.day(now);
        if recorder.forgot_on == Some(today) {
            return Ok(());
        }
        let keep = i64::from(self.settings.keep_days);
        let day = today.saturating_sub(Span::new().days(keep));
        let drawn = now.saturating_sub(SignedDuration::from_hours(24 * keep));
        self.engine.store.forget(day, drawn.unwrap_or(Timestamp::MIN)).await?;
        recorder.forgot_on = Some(today);
        Ok(())
    }

    async fn count_open(&self) -> Result<()> {
        let now = self.engine.store.open_items().await?;
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        // A tenant whose queue was emptied has none, which is something else than not to be there.
        open.values_mut().for_each(|count| *count = 0);
        open.extend(now);
        Ok(())
    }
}
