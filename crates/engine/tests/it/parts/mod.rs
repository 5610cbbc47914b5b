//! The parts that the tests put together.

mod clock;
mod embedder;
mod fickle;
mod lagging;
mod pair_model;
mod rig;
mod store;
mod two_years;
mod verifier;

pub(crate) use clock::TestClock;
pub(crate) use embedder::{Trouble, WordEmbedder};
pub(crate) use fickle::FickleCache;
pub(crate) use lagging::{LaggingSearch, Searches};
pub(crate) use pair_model::{Answer, TestPairModel};
pub(crate) use rig::{
    Outside, Rig, author, content, entry_id, settings, sharing, start, without_caches,
};
pub(crate) use store::{Fails, TroubledStore};
pub(crate) use two_years::{OTHERS, two_years};
pub(crate) use verifier::{verifier, weights};
