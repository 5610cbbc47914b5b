//! The golden loop: from what an expert says to a published version.
//!
//! Every step is one commit that says what it saw: where somebody was faster, all is looked at
//! again. So no two approvals publish twice, and a crash between two steps leaves a state from
//! which the next look goes on.

mod by_policy;
mod decide;
mod evidence;
mod experts;
mod feedback;
mod missed;
mod publication;
mod questions;
mod rules;
mod target;

use goldenset_core::{Code, Error, Result};

pub use decide::{Approved, Decided, Decision};
pub use experts::Stated;
pub use feedback::{CandidateBrief, FeedbackTaken};
pub use publication::Amended;
pub use rules::Swept;

/// How often a step is tried that somebody else was faster at.
const TRIES: usize = 8;

/// Tries at one step.
#[derive(Default)]
pub(crate) struct Tries(usize);

impl Tries {
    /// Whether all may be looked at again; any other error ends it.
    pub(crate) fn again(&mut self, error: Error) -> Result<()> {
        self.0 += 1;
        match is_outrun(&error) {
            true if self.0 < TRIES => Ok(()),
            true => Err(error.field("state").fix("others change the same at once: send it again")),
            false => Err(error),
        }
    }
}

/// Whether all has to be looked at again.
fn is_outrun(error: &Error) -> bool {
    error.code == Code::EpochMoved || (error.code == Code::VersionConflict && error.field.is_none())
}

/// Tries a step until nobody is faster. What somebody did meanwhile is for the step to find.
/// (Not a function: futures that borrow cannot be asked of a closure and sent between threads.)
macro_rules! until_first {
    ($step:expr) => {{
        let mut tries = crate::curation::Tries::default();
        loop {
            match $step.await {
                Ok(done) => break Ok(done),
                Err(error) => match tries.again(error) {
                    Ok(()) => tokio::task::yield_now().await,
                    Err(error) => break Err(error),
                },
            }
        }
    }};
}
pub(crate) use until_first;
