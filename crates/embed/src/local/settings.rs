//! `embedding.toml`: how to use the model that it lies beside.

use std::ops::RangeInclusive;
use std::path::Path;

use goldenset_core::{Code, Error, Result};
use serde::Deserialize;

use super::pooling::Pooling;

/// Name of the file in a model's folder.
pub(super) const FILE: &str = "embedding.toml";

/// Room for special tokens below, and above it no model of this kind exists.
const MAX_TOKENS: RangeInclusive<usize> = 16..=131_072;

const EXAMPLE: &str = "write it like this: name = \"my-model\", pooling = \"mean\" (or \"cls\", or \
     \"none\" when the model pools by itself), prefix = \"\", max_tokens = 512; optional: \
     model = \"model.onnx\", dimensions = 384";

/// What `embedding.toml` says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    /// Name of the model, the readable part of its id.
    pub(super) name: String,
    /// File of the graph, relative to the folder.
    #[serde(default = "default_model")]
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

fn default_model() -> String {
    "model.onnx".to_owned()
}

impl Settings {
    /// Reads the text of an `embedding.toml`; `file` is named in errors.
    pub(super) fn parse(text: &str, file: &Path) -> Result<Self> {
        let fault = |field: &str, what: &str| {
            let place = match field {
                "" | "." => file.display().to_string(),
                field => format!("{}: {field}", file.display()),
            };
            Error::new(
                Code::ModelUnusable,
                format!("{FILE} of the embedding model is wrong: {what}"),
            )
            .field(place)
            .fix(EXAMPLE)
        };
        let document =
            toml::Deserializer::parse(text).map_err(|error| fault("", error.message()))?;
        let settings: Self = serde_path_to_error::deserialize(document)
            .map_err(|error| fault(&error.path().to_string(), error.inner().message()))?;
        if settings.name.trim().is_empty() {
            return Err(fault("name", "the name is empty"));
        }
        if !MAX_TOKENS.contains(&settings.max_tokens) {
            let (low, high) = (MAX_TOKENS.start(), MAX_TOKENS.end());
            return Err(fault("max_tokens", &format!("max_tokens is not from {low} to {high}")));
        }
        Ok(settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_names_what_is_wrong() {
        let file = Path::new("m/embedding.toml");
        let good = "name = 'x'\npooling = 'cls'\nmax_tokens = 128\n";
        let settings = Settings::parse(good, file).unwrap();
        assert_eq!((settings.model.as_str(), settings.prefix.as_str()), ("model.onnx", ""));
        assert_eq!((settings.pooling, settings.dimensions), (Pooling::Cls, None));

        let check = |text: &str, field: &str, what: &str| {
            let error = Settings::parse(text, file).unwrap_err();
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
