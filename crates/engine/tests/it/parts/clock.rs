//! A clock that the test moves.

use std::sync::Mutex;

use goldenset_core::ports::Clock;
use jiff::{SignedDuration, Timestamp};

pub(crate) struct TestClock(Mutex<Timestamp>);

impl TestClock {
    /// Half past eleven in the evening in Rome, half an hour before the night in which clocks go
    /// forward, and not on a whole microsecond.
    pub(crate) fn new() -> Self {
        Self(Mutex::new("2024-03-30T22:30:00.123456789Z".parse().unwrap()))
    }

    pub(crate) fn advance(&self, by: SignedDuration) {
        let mut now = self.0.lock().unwrap();
        *now += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}
