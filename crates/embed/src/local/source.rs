//! Where a local model comes from: compiled in, or a folder.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use goldenset_core::{Code, Error, Result};

use super::settings::{self, Settings};

const TOKENIZER: &str = "tokenizer.json";

/// Endings under which exporters keep the weights of a graph that is over 2 GB.
const EXTERNAL_DATA: [&str; 2] = ["_data", ".data"];

/// All files of a model, read but not yet understood.
pub(super) struct Source {
    pub(super) settings: Settings,
    /// The graph's file, for messages.
    pub(super) graph_file: PathBuf,
    pub(super) graph: Cow<'static, [u8]>,
    /// Weights that lie in files of their own: name inside the graph, content.
    pub(super) external: Vec<(String, Vec<u8>)>,
    /// The tokenizer's file, for messages.
    pub(super) tokenizer_file: PathBuf,
    pub(super) tokenizer: Cow<'static, [u8]>,
}

impl Source {
    /// The model that is compiled in. Nothing is copied.
    pub(super) fn bundled() -> Result<Self> {
        let place = Path::new("bundled model");
        let text = include_str!("../../../../models/e5-small-en-it/embedding.toml");
        let settings = Settings::parse(text, &place.join(settings::FILE))?;
        Ok(Self {
            graph_file: place.join(&settings.model),
            graph: Cow::Borrowed(include_bytes!(
                "../../../../models/e5-small-en-it/model.int8.onnx"
            )),
            external: Vec::new(),
            tokenizer_file: place.join(TOKENIZER),
            tokenizer: Cow::Borrowed(include_bytes!(
                "../../../../models/e5-small-en-it/tokenizer.json"
            )),
            settings,
        })
    }

    /// A model in a folder: `embedding.toml`, the graph that it names, `tokenizer.json`.
    pub(super) fn folder(folder: &Path) -> Result<Self> {
        if !folder.is_dir() {
            return Err(Error::new(
                Code::ModelUnusable,
                format!("the folder of the embedding model is not there: {}", folder.display()),
            )
            .field(folder.display().to_string())
            .fix("give the folder that holds embedding.toml, the ONNX file and tokenizer.json"));
        }
        let settings_file = folder.join(settings::FILE);
        let text = String::from_utf8(read(&settings_file)?).map_err(|error| {
            Error::new(Code::ModelUnusable, "embedding.toml is not UTF-8 text")
                .field(settings_file.display().to_string())
                .fix("save the file as UTF-8")
                .cause(error)
        })?;
        let settings = Settings::parse(&text, &settings_file)?;
        let graph_file = folder.join(&settings.model);
        let tokenizer_file = folder.join(TOKENIZER);
        Ok(Self {
            graph: Cow::Owned(read(&graph_file)?),
            external: external_data(&graph_file)?,
            tokenizer: Cow::Owned(read(&tokenizer_file)?),
            settings,
            graph_file,
            tokenizer_file,
        })
    }

    /// First 8 hex digits of the hash of everything that vectors depend on. Every piece is hashed
    /// with its length, so that no two sets of files run together to the same bytes.
    pub(super) fn fingerprint(&self) -> String {
        let Settings { pooling, prefix, max_tokens, .. } = &self.settings;
        let mut hasher = blake3::Hasher::new();
        let mut add = |piece: &[u8]| {
            hasher.update(&(piece.len() as u64).to_le_bytes());
            hasher.update(piece);
        };
        add(&self.graph);
        for (name, weights) in &self.external {
            add(name.as_bytes());
            add(weights);
        }
        add(&self.tokenizer);
        add(pooling.as_str().as_bytes());
        add(prefix.as_bytes());
        add(max_tokens.to_string().as_bytes());
        hasher.finalize().to_hex().chars().take(8).collect()
    }
}

fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).map_err(|error| {
        let what = match error.kind() {
            std::io::ErrorKind::NotFound => "is not there".to_owned(),
            _ => format!("cannot be read: {error}"),
        };
        Error::new(
            Code::ModelUnusable,
            format!("a file of the embedding model {what}: {}", file.display()),
        )
        .field(file.display().to_string())
        .fix("the folder must hold embedding.toml, the ONNX file that it names (model.onnx when it names none) and tokenizer.json, all readable")
        .cause(error)
    })
}

fn external_data(graph_file: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let Some(name) = graph_file.file_name().and_then(|name| name.to_str()) else {
        return Ok(Vec::new());
    };
    EXTERNAL_DATA
        .iter()
        .map(|ending| format!("{name}{ending}"))
        .filter(|name| graph_file.with_file_name(name).is_file())
        .map(|name| Ok((name.clone(), read(&graph_file.with_file_name(&name))?)))
        .collect()
}
