//! The parts that the tests put together.

mod clock;
mod embedder;
mod rig;
mod store;
mod verifier;

pub(crate) use clock::TestClock;
pub(crate) use embedder::{Trouble, WordEmbedder};
pub(crate) use rig::{Rig, author, content, entry_id, settings, start, without_caches};
pub(crate) use store::{Fails, TroubledStore};
pub(crate) use verifier::verifier;
