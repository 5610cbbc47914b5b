//! `judge.toml`: how to use the cross-encoder that it lies beside.

use serde::Deserialize;

use super::log_odds::Output;
use crate::onnx::{self, Common};

/// Name of the file in a model's folder.
pub(super) const FILE: &str = "judge.toml";

/// How to write it.
pub(super) const EXAMPLE: &str = "write it like this: name = \"my-judge\", max_tokens = 512, \
     output = \"logit\" (one number a pair; or \"two_logits\": no and yes; or \"probability\"); \
     optional: model = \"model.onnx\", question_prefix = \"\", entry_prefix = \"\"";

/// What `judge.toml` says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    /// Name of the model, the readable part of its id.
    pub(super) name: String,
    /// File of the graph, relative to the folder.
    #[serde(default = "onnx::default_model")]
    pub(super) model: String,
    /// Longer pairs are cut to as many tokens, special tokens and prefixes included.
    pub(super) max_tokens: usize,
    /// What the graph gives for a pair.
    pub(super) output: Output,
    /// Put before every question.
    #[serde(default)]
    pub(super) question_prefix: String,
    /// Put before every phrasing of an entry.
    #[serde(default)]
    pub(super) entry_prefix: String,
}

impl Common for Settings {
    fn name(&self) -> &str {
        &self.name
    }

    fn max_tokens(&self) -> usize {
        self.max_tokens
    }
}
