//! Threads of their own for each thing that is measured, and the time that they ran.

use std::fs;
use std::time::Duration;

use goldenset_core::{Code, Error, Result};
use tokio::runtime::{Builder, Runtime};

use super::stop::Stop;

/// A runtime whose threads bear a name, so that their work can be told apart.
#[derive(Debug)]
pub(super) struct Threads {
    /// None once they are told to end.
    runtime: Option<Runtime>,
    name: &'static str,
    stop: Stop,
}

impl Threads {
    /// `name`: at most 15 letters, which is what Linux keeps of it.
    pub(super) fn start(name: &'static str, workers: usize, stop: &Stop) -> Result<Self> {
        let mut builder = Builder::new_multi_thread();
        let builder = builder.worker_threads(workers).thread_name(name).enable_all();
        let runtime = builder.build().map_err(|cause| {
            Error::new(Code::Internal, "no threads can be started").cause(cause)
        })?;
        Ok(Self { runtime: Some(runtime), name, stop: stop.clone() })
    }

    /// Runs it on the threads and waits for it, until the benchmark is to end.
    pub(super) fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let stop = self.stop.clone();
        self.run_to_its_end(async move {
            tokio::select! {
                done = work => done,
                () = stop.asked() => Err(Error::new(Code::Internal, "the benchmark was stopped")),
            }
        })
    }

    /// The same also when the benchmark is to end: for what takes away what it made.
    pub(super) fn run_to_its_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let ended = || Error::new(Code::Internal, "a part of the benchmark ended early");
        let Some(runtime) = &self.runtime else { return Err(ended()) };
        runtime.block_on(runtime.spawn(work)).unwrap_or_else(|cause| Err(ended().cause(cause)))
    }

    /// The time of processors that they have used so far; none where the system does not tell.
    pub(super) fn cpu(&self) -> Option<Duration> {
        let mut nanos = 0_u64;
        for task in fs::read_dir("/proc/self/task").ok()? {
            let task = task.ok()?.path();
            // A thread may end meanwhile.
            let Ok(name) = fs::read_to_string(task.join("comm")) else { continue };
            if name.trim_end() == self.name {
                let told = fs::read_to_string(task.join("schedstat")).ok()?;
                nanos += told.split_whitespace().next()?.parse::<u64>().ok()?;
            }
        }
        Some(Duration::from_nanos(nanos))
    }
}

impl Threads {
    /// Waits so long for what they do just now; all else on them is given up.
    pub(super) fn end(mut self, patience: Duration) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(patience);
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use super::super::stop::stop;
    use super::*;

    #[test]
    fn only_their_own_work_is_counted() {
        let (_stopper, stop) = stop();
        let busy = Threads::start("bench-t-busy", 1, &stop).unwrap();
        let idle = Threads::start("bench-t-idle", 1, &stop).unwrap();
        busy.run(async {
            // Work, not time: how much of a processor it gets is up to the machine.
            Ok((0_u64..50_000_000).fold(1, |sum, number| black_box(sum ^ number)))
        })
        .unwrap();
        let (busy, idle) = (busy.cpu(), idle.cpu());
        if let (Some(busy), Some(idle)) = (busy, idle) {
            assert!(busy > idle, "{busy:?} {idle:?}");
        }
    }

    #[test]
    fn what_fails_is_told() {
        let (stopper, stop) = stop();
        let threads = Threads::start("bench-t-fail", 1, &stop).unwrap();
        let failed = threads.run::<()>(async { Err(Error::new(Code::Overloaded, "no")) });
        assert_eq!(failed.unwrap_err().code, Code::Overloaded);
        drop(stopper);
        assert_eq!(threads.run(async { Ok(1) }).unwrap(), 1, "nobody can stop it any more");
    }

    #[test]
    fn what_waits_is_given_up_and_what_cleans_up_is_not() {
        let (stopper, stop) = stop();
        let threads = Threads::start("bench-t-stop", 1, &stop).unwrap();
        stopper.stop();
        assert!(stop.is_asked());
        threads.run::<()>(std::future::pending()).unwrap_err();
        assert_eq!(threads.run_to_its_end(async { Ok(1) }).unwrap(), 1);
    }
}
