//! Where a sentence model comes from: compiled in, or a folder.

use std::borrow::Cow;
use std::path::Path;

use goldenset_core::{Result, WordVectors};

use super::settings::{self, Settings};
use super::{ROLE, words};
use crate::onnx::{Files, TOKENIZER, parse, read_settings};

/// All of a model, read but not yet understood.
pub(super) struct Source {
    pub(super) settings: Settings,
    pub(super) files: Files,
}

impl Source {
    /// The model that is compiled in. Nothing is copied.
    pub(super) fn bundled() -> Result<Self> {
        let place = Path::new("bundled model");
        let text = include_str!("../../../../models/e5-small-en-it/embedding.toml");
        let settings: Settings = parse(text, &place.join(settings::FILE), &ROLE)?;
        let files = Files {
            graph_file: place.join(&settings.model),
            graph: Cow::Borrowed(include_bytes!(
                "../../../../models/e5-small-en-it/model.int8.onnx"
            )),
            external: Vec::new(),
            tokenizer_file: place.join(TOKENIZER),
            tokenizer: Cow::Borrowed(include_bytes!(
                "../../../../models/e5-small-en-it/tokenizer.json"
            )),
        };
        Ok(Self { settings, files })
    }

    /// A model in a folder: `embedding.toml`, the graph that it names, `tokenizer.json`.
    pub(super) fn folder(folder: &Path) -> Result<Self> {
        let (text, file) = read_settings(folder, &ROLE)?;
        let settings: Settings = parse(&text, &file, &ROLE)?;
        let files = Files::folder(folder, &settings.model, &ROLE)?;
        Ok(Self { settings, files })
    }

    /// A short hash of everything that vectors depend on.
    pub(super) fn fingerprint(&self) -> String {
        let Settings { pooling, prefix, max_tokens, .. } = &self.settings;
        let mut fingerprint = self.files.fingerprint();
        fingerprint.add(pooling.as_str().as_bytes());
        fingerprint.add(prefix.as_bytes());
        fingerprint.add(max_tokens.to_string().as_bytes());
        // What is stored has to be made again when it is made or written in another way.
        fingerprint.add(&[WordVectors::FORMAT, words::METHOD]);
        fingerprint.finish()
    }
}
