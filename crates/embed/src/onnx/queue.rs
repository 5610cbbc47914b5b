//! The bounded queue between callers and the worker threads.
//!
//! What waits is **calls**, not their items (texts, pairs of texts): a worker takes one item of
//! the call at the front and puts the call to the back. So a batch of a thousand is never refused
//! for its length and holds up nobody: a single question waits for at most one item of each call
//! before it, and the bound on calls bounds that wait.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use goldenset_core::{Code, Error, Result};
use tokio::sync::oneshot;

/// Where the results of a call come, one an item, in order.
pub(super) type Answer<R> = oneshot::Receiver<Result<Vec<R>>>;

/// Calls that wait for workers, with items of `T` that each give an `R`.
pub(super) struct Queue<T, R> {
    state: Mutex<State<T, R>>,
    /// Rung when there is work or the queue closes.
    bell: Condvar,
    /// Most calls with items that no worker has taken.
    max_waiting: usize,
    /// What the workers run, for messages; follows "the".
    model: &'static str,
}

struct State<T, R> {
    waiting: VecDeque<Waiting<T, R>>,
    closed: bool,
}

struct Waiting<T, R> {
    call: Arc<Call<T, R>>,
    /// Index of the first item that no worker has taken.
    next: usize,
}

struct Call<T, R> {
    items: Box<[T]>,
    progress: Mutex<Progress<R>>,
}

struct Progress<R> {
    results: Vec<Option<R>>,
    missing: usize,
    /// Gone once the call is answered.
    reply: Option<oneshot::Sender<Result<Vec<R>>>>,
}

/// No code that can panic runs under these locks, so a poisoned lock still guards sound data.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T, R> Queue<T, R>
where
    T: Clone + Send + Sync + 'static,
    R: Send + 'static,
{
    pub(super) fn new(max_waiting: usize, model: &'static str) -> Arc<Self> {
        let state = Mutex::new(State { waiting: VecDeque::new(), closed: false });
        Arc::new(Self { state, bell: Condvar::new(), max_waiting, model })
    }

    /// Starts a worker thread that ends when the queue closes.
    ///
    /// # Errors
    /// `internal` when the system gives no more threads.
    pub(super) fn start_worker(
        self: &Arc<Self>,
        name: String,
        run: impl Fn(&T) -> Result<R> + Send + 'static,
    ) -> Result<()> {
        let queue = Arc::clone(self);
        let worker = move || {
            while let Some((call, index)) = queue.next() {
                // A panic in the model must not take the worker, and with it the callers, along.
                let result = catch_unwind(AssertUnwindSafe(|| run(&call.items[index])));
                call.finish(index, result.unwrap_or_else(|_| Err(queue.panicked())));
            }
        };
        let model = self.model;
        thread::Builder::new().name(name).spawn(worker).map(drop).map_err(|error| {
            Error::new(Code::Internal, format!("no thread could be started for the {model}"))
                .fix("raise the limit of threads, or configure fewer workers")
                .cause(error)
        })
    }

    /// Puts a call into the queue; the answer comes over the receiver. Dropping the receiver takes
    /// the call back: items that no worker has begun are never run.
    ///
    /// # Errors
    /// `overloaded` when as many calls wait as may.
    pub(super) fn submit(&self, items: &[T]) -> Result<Answer<R>> {
        let (reply, answer) = oneshot::channel();
        if items.is_empty() {
            reply.send(Ok(Vec::new())).ok();
            return Ok(answer);
        }
        let results = items.iter().map(|_| None).collect();
        let progress = Progress { results, missing: items.len(), reply: Some(reply) };
        let call = Arc::new(Call { items: items.into(), progress: Mutex::new(progress) });
        let mut state = lock(&self.state);
        if state.waiting.len() >= self.max_waiting {
            state.waiting.retain(|waiting| !waiting.call.is_over());
        }
        if state.waiting.len() >= self.max_waiting {
            let waiting = state.waiting.len();
            let what = format!("{waiting} calls wait for the {}", self.model);
            return Err(Error::new(Code::Overloaded, what).fix(
                "try again shortly; if it happens often, give the model more cores or nodes",
            ));
        }
        state.waiting.push_back(Waiting { call, next: 0 });
        drop(state);
        match items.len() {
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

    /// The next item to run; waits for one. `None` when the queue is closed.
    fn next(&self) -> Option<(Arc<Call<T, R>>, usize)> {
        let mut state = lock(&self.state);
        while !state.closed {
            match state.waiting.pop_front() {
                Some(waiting) if waiting.call.is_over() => {}
                Some(Waiting { call, next }) => {
                    if next + 1 < call.items.len() {
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

    fn panicked(&self) -> Error {
        Error::new(Code::Internal, format!("the {} panicked on this text", self.model))
            .fix("please report it with the text and the model")
    }
}

impl<T, R> Call<T, R> {
    /// Whether nobody waits for an answer any more: it failed already, or its caller went away.
    fn is_over(&self) -> bool {
        lock(&self.progress).reply.as_ref().is_none_or(oneshot::Sender::is_closed)
    }

    fn finish(&self, index: usize, result: Result<R>) {
        let mut progress = lock(&self.progress);
        let answer = match result {
            Ok(result) => {
                progress.results[index] = Some(result);
                progress.missing -= 1;
                if progress.missing > 0 {
                    return;
                }
                Ok(progress.results.drain(..).flatten().collect())
            }
            Err(error) => Err(error),
        };
        if let Some(reply) = progress.reply.take() {
            // Not delivered means that the caller went away, which is its right.
            reply.send(answer).ok();
        }
    }
}

#[cfg(test)]
mod tests;
