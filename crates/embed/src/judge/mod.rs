//! Judges of pairs behind [`goldenset_core::ports::PairModel`]: a cross-encoder that runs in this
//! process, and any server with a `/rerank` endpoint.

mod local;
mod log_odds;
mod model;
mod rerank;
mod settings;
mod stats;

pub use self::local::LocalJudge;
pub use self::rerank::{RerankJudge, RerankSettings, RerankStyle};
pub use self::stats::{JudgeSnapshot, JudgeStats};
