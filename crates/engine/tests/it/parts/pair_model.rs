//! A pair model that does what a test says.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use async_trait::async_trait;
use goldenset_core::ports::{Pair, PairModel};
use goldenset_core::{Code, Error, ModelId, Result};
use tokio::sync::Notify;

/// What the model does when it is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Answer {
    /// These log-odds for every pair.
    Says(f32),
    /// A fault.
    Fails,
    /// One score too many.
    SaysTooMuch,
    /// Never comes back.
    Hangs,
    /// This, once it is released.
    SaysWhenReleased(f32),
}

pub(crate) struct TestPairModel {
    id: ModelId,
    answer: Mutex<Answer>,
    pairs: Mutex<Vec<Pair>>,
    calls: AtomicUsize,
    /// Told when a call waits to be released.
    pub(crate) waits: Notify,
    pub(crate) release: Notify,
}

impl TestPairModel {
    pub(crate) fn new(answer: Answer) -> Self {
        Self {
            id: ModelId::new("test-judge").unwrap(),
            answer: Mutex::new(answer),
            pairs: Mutex::default(),
            calls: AtomicUsize::new(0),
            waits: Notify::new(),
            release: Notify::new(),
        }
    }

    pub(crate) fn behaves(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(SeqCst)
    }

    /// All pairs that it was asked about.
    pub(crate) fn pairs(&self) -> Vec<Pair> {
        self.pairs.lock().unwrap().clone()
    }
}

#[async_trait]
impl PairModel for TestPairModel {
    fn model(&self) -> &ModelId {
        &self.id
    }

    async fn judge(&self, pairs: &[Pair]) -> Result<Vec<f32>> {
        self.calls.fetch_add(1, SeqCst);
        self.pairs.lock().unwrap().extend_from_slice(pairs);
        let answer = *self.answer.lock().unwrap();
        match answer {
            Answer::Says(odds) => Ok(vec![odds; pairs.len()]),
            Answer::SaysTooMuch => Ok(vec![9.0; pairs.len() + 1]),
            Answer::Fails => Err(Error::new(Code::JudgeUnavailable, "the test says so")),
            Answer::Hangs => std::future::pending().await,
            Answer::SaysWhenReleased(odds) => {
                self.waits.notify_one();
                self.release.notified().await;
                Ok(vec![odds; pairs.len()])
            }
        }
    }
}
