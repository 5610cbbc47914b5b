//! Lookups through the public call, each timed by itself.

use std::sync::Arc;
use std::time::Instant;

use goldenset_core::{Code, Error, Result};
use goldenset_engine::scope::Options;
use goldenset_engine::{CacheStatus, Engine};
use tokio::runtime::Builder;

use super::latency::Latencies;

/// What came of lookups.
pub(super) struct Lookups {
    pub(super) latencies: Latencies,
    /// Bodies other than that of the first time that the question was asked.
    pub(super) wrong: u64,
}

/// Asks the questions by turns, `calls` times, each of them once before; every lookup must be
/// answered by `status`, or the figure would be of something else.
///
/// What is read includes one reading of the clock, some 20 to 30 ns.
pub(super) fn lookups(
    engine: &Arc<Engine>,
    questions: &[String],
    calls: usize,
    status: CacheStatus,
) -> Result<Lookups> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|cause| Error::new(Code::Internal, "no runtime can be started").cause(cause))?;
    runtime.block_on(async {
        let mut bodies = Vec::with_capacity(questions.len());
        for question in questions {
            let looked = engine.lookup(question, Options::default()).await?;
            bodies.push(looked.answer.body().clone());
        }
        let (mut latencies, mut wrong) = (Latencies::new()?, 0);
        for (question, right) in questions.iter().zip(&bodies).cycle().take(calls) {
            let started = Instant::now();
            let looked = engine.lookup(question, Options::default()).await?;
            latencies.record(started.elapsed());
            let body = looked.answer.body();
            // Where it is the very same, reading it would only empty the processor's cache.
            wrong += u64::from(body.as_ptr() != right.as_ptr() && body != right);
            if looked.facts.cache != status {
                let detail = format!(
                    "`{question}` was answered by {}, and {} is measured",
                    looked.facts.cache.as_str(),
                    status.as_str()
                );
                return Err(Error::new(Code::Internal, detail));
            }
        }
        Ok(Lookups { latencies, wrong })
    })
}
