//! The bounded queue between callers and the worker threads.
//!
//! What waits is **calls**, not texts: a worker takes one text of the call at the front and puts
//! the call to the back. So a batch of a thousand is never refused for its length and holds up
//! nobody: a single question waits for at most one text of each call before it, and the bound on
//! calls bounds that wait.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use goldenset_core::ports::Vector;
use goldenset_core::{Code, Error, Result};
use tokio::sync::oneshot;

type Reply = oneshot::Sender<Result<Vec<Vector>>>;

/// Calls that wait for workers.
pub(super) struct Queue {
    state: Mutex<State>,
    /// Rung when there is work or the queue closes.
    bell: Condvar,
    /// Most calls with texts that no worker has taken.
    max_waiting: usize,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Waiting>,
    closed: bool,
}

struct Waiting {
    call: Arc<Call>,
    /// Index of the first text that no worker has taken.
    next: usize,
}

struct Call {
    texts: Box<[Arc<str>]>,
    progress: Mutex<Progress>,
}

struct Progress {
    vectors: Vec<Option<Vector>>,
    missing: usize,
    /// Gone once the call is answered.
    reply: Option<Reply>,
}

/// No code that can panic runs under these locks, so a poisoned lock still guards sound data.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Queue {
    pub(super) fn new(max_waiting: usize) -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), bell: Condvar::new(), max_waiting })
    }

    /// Starts a worker thread that ends when the queue closes.
    ///
    /// # Errors
    /// `internal` when the system gives no more threads.
    pub(super) fn start_worker(
        self: &Arc<Self>,
        name: String,
        embed: impl Fn(&str) -> Result<Vector> + Send + 'static,
    ) -> Result<()> {
        let queue = Arc::clone(self);
        let worker = move || {
            while let Some((call, index)) = queue.next() {
                // A panic in the model must not take the worker, and with it the callers, along.
                let result = catch_unwind(AssertUnwindSafe(|| embed(&call.texts[index])));
                call.finish(index, result.unwrap_or_else(|_| Err(worker_panicked())));
            }
        };
        thread::Builder::new().name(name).spawn(worker).map(drop).map_err(|error| {
            Error::new(Code::Internal, "no thread could be started for the embedding model")
                .fix("raise the limit of threads, or configure fewer workers")
                .cause(error)
        })
    }

    /// Puts a call into the queue; the answer comes over the receiver. Dropping the receiver takes
    /// the call back: texts that no worker has begun are never embedded.
    ///
    /// # Errors
    /// `overloaded` when as many calls wait as may.
    pub(super) fn submit(
        &self,
        texts: &[Arc<str>],
    ) -> Result<oneshot::Receiver<Result<Vec<Vector>>>> {
        let (reply, answer) = oneshot::channel();
        if texts.is_empty() {
            reply.send(Ok(Vec::new())).ok();
            return Ok(answer);
        }
        let progress =
            Progress { vectors: vec![None; texts.len()], missing: texts.len(), reply: Some(reply) };
        let call = Arc::new(Call { texts: texts.into(), progress: Mutex::new(progress) });
        let mut state = lock(&self.state);
        if state.waiting.len() >= self.max_waiting {
            state.waiting.retain(|waiting| !waiting.call.is_over());
        }
        if state.waiting.len() >= self.max_waiting {
            let waiting = state.waiting.len();
            return Err(Error::new(
                Code::Overloaded,
                format!("{waiting} calls wait for the embedding model"),
            )
            .fix("try again shortly; if it happens often, give the model more cores or nodes"));
        }
        state.waiting.push_back(Waiting { call, next: 0 });
        drop(state);
        match texts.len() {
            1 => self.bell.notify_one(),
            _ => self.bell.notify_all(),
        }
        Ok(answer)
    }

    /// Ends the workers. Calls that still wait are dropped unanswered.
    pub(super) fn close(&self) {
        let mut state = lock(&self.state);
        state.closed = true;
        state.waiting.clear();
        drop(state);
        self.bell.notify_all();
    }

    /// The next text to embed; waits for one. `None` when the queue is closed.
    fn next(&self) -> Option<(Arc<Call>, usize)> {
        let mut state = lock(&self.state);
        while !state.closed {
            match state.waiting.pop_front() {
                Some(waiting) if waiting.call.is_over() => {}
                Some(Waiting { call, next }) => {
                    if next + 1 < call.texts.len() {
                        let call = Arc::clone(&call);
                        state.waiting.push_back(Waiting { call, next: next + 1 });
                    }
                    return Some((call, next));
                }
                None => state = self.bell.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
        None
    }
}

impl Call {
    /// Whether nobody waits for an answer any more: it failed already, or its caller went away.
    fn is_over(&self) -> bool {
        lock(&self.progress).reply.as_ref().is_none_or(oneshot::Sender::is_closed)
    }

    fn finish(&self, index: usize, result: Result<Vector>) {
        let mut progress = lock(&self.progress);
        let answer = match result {
            Ok(vector) => {
                progress.vectors[index] = Some(vector);
                progress.missing -= 1;
                if progress.missing > 0 {
                    return;
                }
                Ok(progress.vectors.drain(..).flatten().collect())
            }
            Err(error) => Err(error),
        };
        if let Some(reply) = progress.reply.take() {
            // Not delivered means that the caller went away, which is its right.
            reply.send(answer).ok();
        }
    }
}

fn worker_panicked() -> Error {
    Error::new(Code::Internal, "the embedding model panicked on this text")
        .fix("please report it with the text and the model")
}

#[cfg(test)]
mod tests;
