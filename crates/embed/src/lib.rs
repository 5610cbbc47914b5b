//! Embedding providers behind [`goldenset_core::ports::Embedder`]: a model that runs in this
//! process ([`LocalEmbedder`]) and any server that speaks OpenAI's `/v1/embeddings`
//! ([`OpenAiEmbedder`]).

mod local;
mod openai;
mod stats;
mod vector;

pub use local::{LocalEmbedder, LocalOptions};
pub use openai::{ApiKey, OpenAiEmbedder, OpenAiSettings};
pub use stats::{EmbedderStats, StatsSnapshot};
