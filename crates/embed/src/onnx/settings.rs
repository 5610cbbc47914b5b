//! The file with a model's settings, as text.

use std::ops::RangeInclusive;
use std::path::Path;

use goldenset_core::{Code, Error, Result};
use serde::de::DeserializeOwned;

use super::Role;

/// Room for special tokens below, and above it no model of this kind exists.
const MAX_TOKENS: RangeInclusive<usize> = 16..=131_072;

/// Settings that every kind of model has.
pub(crate) trait Common {
    /// Name of the model, the readable part of its id.
    fn name(&self) -> &str;
    /// Most tokens of a run.
    fn max_tokens(&self) -> usize;
}

/// The file of the graph where the settings name none.
pub(crate) fn default_model() -> String {
    "model.onnx".to_owned()
}

/// Reads settings from TOML and checks what all models share; `file` is named in errors.
///
/// # Errors
/// `model_unusable` naming the file, the key and the fix.
pub(crate) fn parse<S>(text: &str, file: &Path, role: &Role) -> Result<S>
where
    S: DeserializeOwned + Common,
{
    let fault = |field: &str, what: &str| {
        let place = match field {
            "" | "." => file.display().to_string(),
            field => format!("{}: {field}", file.display()),
        };
        let Role { name, settings, example, .. } = role;
        Error::new(Code::ModelUnusable, format!("{settings} of the {name} is wrong: {what}"))
            .field(place)
            .fix(*example)
    };
    let document = toml::Deserializer::parse(text).map_err(|error| fault("", error.message()))?;
    let settings: S = serde_path_to_error::deserialize(document)
        .map_err(|error| fault(&error.path().to_string(), error.inner().message()))?;
    if settings.name().trim().is_empty() {
        return Err(fault("name", "the name is empty"));
    }
    if !MAX_TOKENS.contains(&settings.max_tokens()) {
        let (low, high) = (MAX_TOKENS.start(), MAX_TOKENS.end());
        return Err(fault("max_tokens", &format!("max_tokens is not from {low} to {high}")));
    }
    Ok(settings)
}
