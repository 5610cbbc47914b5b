//! Models. Embedding providers behind [`goldenset_core::ports::Embedder`]: a model that runs in
//! this process ([`LocalEmbedder`]) and any server that speaks OpenAI's `/v1/embeddings`
//! ([`OpenAiEmbedder`]). Judges of pairs behind [`goldenset_core::ports::PairModel`]: a
//! cross-encoder in this process ([`LocalJudge`]) and any server with a `/rerank` endpoint
//! ([`RerankJudge`]).

mod http;
mod judge;
mod local;
mod onnx;
mod openai;
mod stats;
mod vector;

pub use http::ApiKey;
pub use judge::{JudgeSnapshot, JudgeStats, LocalJudge, RerankJudge, RerankSettings, RerankStyle};
pub use local::LocalEmbedder;
pub use onnx::LocalOptions;
pub use openai::{OpenAiEmbedder, OpenAiSettings};
pub use stats::{EmbedderStats, StatsSnapshot};
