//! The threads that run a model.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::available_parallelism;

use goldenset_core::{Code, Error, Result};
use rten::ThreadPool;

use super::Role;
use super::queue::Queue;

/// How many calls may wait for each worker: at 10 ms a question the last one waits 0.6 s.
const WAITING_PER_WORKER: usize = 64;

/// How a local model uses the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalOptions {
    /// Texts, or pairs of texts, that are read at the same time, each on one thread. Default: one
    /// a core.
    pub workers: NonZeroUsize,
    /// Calls that may wait while all workers are busy; more are refused with `overloaded`. A call
    /// counts once, however many texts it holds. Default: 64 a worker.
    pub max_waiting: NonZeroUsize,
}

impl Default for LocalOptions {
    fn default() -> Self {
        let workers = available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let waiting = NonZeroUsize::MIN.saturating_add(WAITING_PER_WORKER - 1);
        Self { workers, max_waiting: workers.saturating_mul(waiting) }
    }
}

/// Threads that run a model on items of `T`, each giving an `R`. Dropping it ends them.
pub(crate) struct Workers<T, R>
where
    T: Clone + Send + Sync + 'static,
    R: Send + 'static,
{
    queue: Arc<Queue<T, R>>,
    model: &'static str,
}

impl<T, R> Workers<T, R>
where
    T: Clone + Send + Sync + 'static,
    R: Send + 'static,
{
    /// Starts the threads. `run` is called on one item at a time by each of them.
    ///
    /// # Errors
    /// `internal` when the system gives no more threads.
    pub(crate) fn start(
        options: LocalOptions,
        role: &Role,
        run: impl Fn(&T, &Arc<ThreadPool>) -> Result<R> + Send + Sync + 'static,
    ) -> Result<Self> {
        // From here on dropping it ends the threads, also those of a start that fails half-way.
        let workers =
            Self { queue: Queue::new(options.max_waiting.get(), role.name), model: role.name };
        let run = Arc::new(run);
        for number in 0..options.workers.get() {
            let run = Arc::clone(&run);
            // A pool of one thread keeps a run on one core: several texts side by side use the
            // cores better than one text spread over them.
            let pool = Arc::new(ThreadPool::with_num_threads(1));
            let name = format!("{}-{number}", role.thread);
            workers.queue.start_worker(name, move |item| run(item, &pool))?;
        }
        Ok(workers)
    }

    /// Runs the model on every item. Dropping the future takes back what no thread has begun; what
    /// is begun ends in its thread and is thrown away.
    ///
    /// # Errors
    /// The first fault of a run, `overloaded`, `internal`.
    pub(crate) async fn run(&self, items: &[T]) -> Result<Vec<R>> {
        let answer = self.queue.submit(items)?;
        answer.await.unwrap_or_else(|gone| {
            let what = format!("the threads of the {} are gone", self.model);
            Err(Error::new(Code::Internal, what).cause(gone))
        })
    }
}

impl<T, R> Drop for Workers<T, R>
where
    T: Clone + Send + Sync + 'static,
    R: Send + 'static,
{
    fn drop(&mut self) {
        self.queue.close();
    }
}
