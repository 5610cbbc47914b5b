//! Models that run in this process: their files, tokenizer, graph, and the threads that run them.

mod files;
mod graph;
mod queue;
mod settings;
mod tokenizer;
mod workers;

use std::path::Path;

use goldenset_core::{Code, Error};

pub(crate) use self::files::{Files, TOKENIZER, read_settings};
pub(crate) use self::graph::Graph;
pub(crate) use self::settings::{Common, default_model, parse};
pub(crate) use self::tokenizer::{Texts, read_tokenizer};
pub use self::workers::LocalOptions;
pub(crate) use self::workers::Workers;

/// What a model is there for: how messages call it and its settings, and what its faults are.
#[derive(Debug)]
pub(crate) struct Role {
    /// Follows "the" in messages.
    pub(crate) name: &'static str,
    /// What its graph is, in messages.
    pub(crate) kind: &'static str,
    /// Begins the names of its threads.
    pub(crate) thread: &'static str,
    /// File with its settings.
    pub(crate) settings: &'static str,
    /// How to write that file.
    pub(crate) example: &'static str,
    /// Code of a run that fails or gives something else than was asked.
    pub(crate) mismatch: Code,
}

/// `model_unusable`, naming the file and the fix.
pub(crate) fn unusable(what: &str, file: &Path, fix: impl Into<String>) -> Error {
    Error::new(Code::ModelUnusable, format!("{what}: {}", file.display()))
        .field(file.display().to_string())
        .fix(fix.into())
}
