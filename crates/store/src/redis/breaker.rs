//! How long Redis is left alone after a fault.

use std::time::{Duration, Instant};

/// For a fault that comes out of the blue.
const SHORTEST: Duration = Duration::from_secs(1);
/// However often it fails.
const LONGEST: Duration = Duration::from_secs(30);
/// A fault so long after the last recovery comes out of the blue.
const CALM: Duration = Duration::from_secs(60);

/// Opens at a fault and stays open for a window, which doubles while faults follow each other; so a
/// Redis that comes and goes is met with its time-out less and less often.
#[derive(Debug)]
pub(super) struct Breaker {
    window: Duration,
    closed: Option<Instant>,
}

impl Breaker {
    pub(super) fn new() -> Self {
        Self { window: SHORTEST, closed: None }
    }

    /// There was a fault: how long to leave Redis alone.
    pub(super) fn open(&mut self, now: Instant) -> Duration {
        let calm = self.closed.is_none_or(|closed| now.duration_since(closed) >= CALM);
        self.window = if calm { SHORTEST } else { (self.window * 2).min(LONGEST) };
        self.window
    }

    /// It answers again.
    pub(super) fn close(&mut self, now: Instant) {
        self.closed = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_that_follow_each_other_open_it_for_longer() {
        let (mut breaker, mut now) = (Breaker::new(), Instant::now());
        let mut seconds = Vec::new();
        for _ in 0..7 {
            let window = breaker.open(now);
            seconds.push(window.as_secs());
            now += window;
            breaker.close(now);
            now += Duration::from_millis(10);
        }
        assert_eq!(seconds, [1, 2, 4, 8, 16, 30, 30]);
        now += CALM;
        assert_eq!(breaker.open(now), SHORTEST, "it was calm for long enough");
    }
}
