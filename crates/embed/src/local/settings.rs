//! `embedding.toml`: how to use the model that it lies beside.

use serde::Deserialize;

use super::pooling::Pooling;
use crate::onnx::{self, Common};

/// Name of the file in a model's folder.
pub(super) const FILE: &str = "embedding.toml";

/// How to write it.
pub(super) const EXAMPLE: &str = "write it like this: name = \"my-model\", pooling = \"mean\" (or \"cls\", or \
     \"none\" when the model pools by itself), prefix = \"\", max_tokens = 512; optional: \
     model = \"model.onnx\", dimensions = 384";

/// What `embedding.toml` says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    /// Name of the model, the readable part of its id.
    pub(super) name: String,
    /// File of the graph, relative to the folder.
    #[serde(default = "onnx::default_model")]
    pub(super) model: String,
    /// How a text's vector comes from the output.
    pub(super) pooling: Pooling,
    /// Put before every text.
    #[serde(default)]
    pub(super) prefix: String,
    /// Longer texts are cut to as many tokens, special tokens and prefix included.
    pub(super) max_tokens: usize,
    /// Length of the vectors, checked against the model.
    pub(super) dimensions: Option<usize>,
}

impl Common for Settings {
    fn name(&self) -> &str {
        &self.name
    }

    fn max_tokens(&self) -> usize {
        self.max_tokens
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use goldenset_core::Code;

    use super::super::ROLE;
    use super::*;
    use crate::onnx::parse;

    #[test]
    fn reads_and_names_what_is_wrong() {
        let file = Path::new("m/embedding.toml");
        let good = "name = 'x'\npooling = 'cls'\nmax_tokens = 128\n";
        let settings: Settings = parse(good, file, &ROLE).unwrap();
        assert_eq!((settings.model.as_str(), settings.prefix.as_str()), ("model.onnx", ""));
        assert_eq!((settings.pooling, settings.dimensions), (Pooling::Cls, None));

        let check = |text: &str, field: &str, what: &str| {
            let error = parse::<Settings>(text, file, &ROLE).unwrap_err();
            assert_eq!(error.code, Code::ModelUnusable);
            assert_eq!(error.field.as_deref(), Some(field), "{text}");
            assert!(error.detail.contains(what), "{}", error.detail);
            assert!(error.fix.is_some());
        };
        check("name = ", "m/embedding.toml", "");
        check("pooling = 'cls'\nmax_tokens = 128", "m/embedding.toml", "`name`");
        check("name = ' '\npooling = 'cls'\nmax_tokens = 128", "m/embedding.toml: name", "empty");
        check(
            "name = 'x'\npooling = 'max'\nmax_tokens = 128",
            "m/embedding.toml: pooling",
            "`max`",
        );
        check("name = 'x'\npooling = 'cls'\nmax_tokens = 3", "m/embedding.toml: max_tokens", "16");
        check(&format!("{good}dims = 3"), "m/embedding.toml: dims", "dims");
        check(&format!("{good}dimensions = -1"), "m/embedding.toml: dimensions", "");
    }
}
