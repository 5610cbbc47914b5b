//! Tells the writer that many drawn answers wait.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

use super::MOST_DRAWN;

/// From here on there is room for no more than what may come in while the writer writes.
const LITTLE_ROOM: usize = MOST_DRAWN / 2;

/// Between the lookups that draw and the one task that writes.
#[derive(Debug, Default)]
pub(super) struct Filling {
    writer: Notify,
    /// Whether the writer was told since it took the drawn answers out last.
    told: AtomicBool,
}

impl Filling {
    /// A drawn answer was queued, and there is room for so many more. Lookups queue side by side, so
    /// none of them may see the limit itself: whoever is beyond it tells the writer. Once, or a
    /// store that cannot write would be tried again by every lookup.
    pub(super) fn queued(&self, room: usize) {
        if room <= LITTLE_ROOM && !self.told.swap(true, Ordering::Relaxed) {
            self.writer.notify_one();
        }
    }

    /// The drawn answers are about to be taken out.
    pub(super) fn emptied(&self) {
        self.told.store(false, Ordering::Relaxed);
    }

    /// Resolves when many wait.
    pub(super) async fn filled(&self) {
        self.writer.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn the_writer_is_told_once_however_little_room_is_seen_first() {
        for first_seen in [LITTLE_ROOM, LITTLE_ROOM - 1, LITTLE_ROOM - 7, 0] {
            let filling = Filling::default();
            filling.queued(LITTLE_ROOM + 1);
            assert_eq!(filling.filled().now_or_never(), None);
            for _ in 0..2 {
                // The answers were queued at the same time: each sees the room that both leave.
                filling.queued(first_seen);
                filling.queued(first_seen);
                assert_eq!(filling.filled().now_or_never(), Some(()), "{first_seen}");
                filling.queued(0);
                assert_eq!(filling.filled().now_or_never(), None, "{first_seen}");
                filling.emptied();
            }
        }
    }
}
