//! The golden loop: what experts say of answers, what is proposed from it, and who decides.
//!
//! Pure: what is read and written is in the store, who calls what is in the engine.

mod candidate;
mod expert;
mod feedback;
mod missed;
mod policy;
mod question;
mod trust;

pub use candidate::{
    Action, BY_POLICY, Candidate, CandidateFilter, CandidateId, CandidateKey, CandidateKind,
    CandidateStatus, NearEntry, Proposal, Support,
};
pub use expert::{Expert, ExpertRole};
pub use feedback::{
    Feedback, FeedbackFilter, FeedbackId, FeedbackKind, FeedbackRecord, MAX_SECONDS,
};
pub use missed::{MissedExample, MissedFlush, MissedGroup, MissedId, MissedMore};
pub use policy::{Policy, Thresholds, Verdict};
pub use question::{QuestionSource, RecordedQuestion};
pub use trust::{Outcome, Trust};
