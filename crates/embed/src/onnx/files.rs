//! The files of a model, read but not yet understood.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use goldenset_core::{Code, Error, Result};

use super::Role;

/// Name of the tokenizer's file.
pub(crate) const TOKENIZER: &str = "tokenizer.json";

/// Endings under which exporters keep the weights of a graph that is over 2 GB.
const EXTERNAL_DATA: [&str; 2] = ["_data", ".data"];

/// Graph and tokenizer of a model.
pub(crate) struct Files {
    /// The graph's file, for messages.
    pub(crate) graph_file: PathBuf,
    pub(crate) graph: Cow<'static, [u8]>,
    /// Weights that lie in files of their own: name inside the graph, content.
    pub(crate) external: Vec<(String, Vec<u8>)>,
    /// The tokenizer's file, for messages.
    pub(crate) tokenizer_file: PathBuf,
    pub(crate) tokenizer: Cow<'static, [u8]>,
}

impl Files {
    /// The graph with the name `model` in a folder, and the tokenizer beside it.
    ///
    /// # Errors
    /// `model_unusable` naming the file and the fix.
    pub(crate) fn folder(folder: &Path, model: &str, role: &Role) -> Result<Self> {
        let graph_file = folder.join(model);
        let tokenizer_file = folder.join(TOKENIZER);
        Ok(Self {
            graph: Cow::Owned(read(&graph_file, role)?),
            external: external_data(&graph_file, role)?,
            tokenizer: Cow::Owned(read(&tokenizer_file, role)?),
            graph_file,
            tokenizer_file,
        })
    }

    /// A hash begun with everything in the files.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        let mut fingerprint = Fingerprint(blake3::Hasher::new());
        fingerprint.add(&self.graph);
        for (name, weights) in &self.external {
            fingerprint.add(name.as_bytes());
            fingerprint.add(weights);
        }
        fingerprint.add(&self.tokenizer);
        fingerprint
    }
}

/// A hash of everything that a model's numbers depend on. Every piece is hashed with its length,
/// so that no two sets of pieces run together to the same bytes.
pub(crate) struct Fingerprint(blake3::Hasher);

impl Fingerprint {
    pub(crate) fn add(&mut self, piece: &[u8]) {
        self.0.update(&(piece.len() as u64).to_le_bytes());
        self.0.update(piece);
    }

    /// The first 8 hex digits.
    pub(crate) fn finish(&self) -> String {
        self.0.finalize().to_hex().chars().take(8).collect()
    }
}

/// The text of the file with the settings in a model's folder, and its place.
///
/// # Errors
/// `model_unusable` naming the folder or the file, and the fix.
pub(crate) fn read_settings(folder: &Path, role: &Role) -> Result<(String, PathBuf)> {
    let Role { name, settings, .. } = role;
    if !folder.is_dir() {
        return Err(Error::new(
            Code::ModelUnusable,
            format!("the folder of the {name} is not there: {}", folder.display()),
        )
        .field(folder.display().to_string())
        .fix(format!("give the folder that holds {settings}, the ONNX file and {TOKENIZER}")));
    }
    let file = folder.join(settings);
    let text = String::from_utf8(read(&file, role)?).map_err(|error| {
        Error::new(Code::ModelUnusable, format!("{settings} is not UTF-8 text"))
            .field(file.display().to_string())
            .fix("save the file as UTF-8")
            .cause(error)
    })?;
    Ok((text, file))
}

fn read(file: &Path, role: &Role) -> Result<Vec<u8>> {
    fs::read(file).map_err(|error| {
        let what = match error.kind() {
            std::io::ErrorKind::NotFound => "is not there".to_owned(),
            _ => format!("cannot be read: {error}"),
        };
        let Role { name, settings, .. } = role;
        Error::new(
            Code::ModelUnusable,
            format!("a file of the {name} {what}: {}", file.display()),
        )
        .field(file.display().to_string())
        .fix(format!("the folder must hold {settings}, the ONNX file that it names (model.onnx when it names none) and {TOKENIZER}, all readable"))
        .cause(error)
    })
}

fn external_data(graph_file: &Path, role: &Role) -> Result<Vec<(String, Vec<u8>)>> {
    let Some(name) = graph_file.file_name().and_then(|name| name.to_str()) else {
        return Ok(Vec::new());
    };
    EXTERNAL_DATA
        .iter()
        .map(|ending| format!("{name}{ending}"))
        .filter(|name| graph_file.with_file_name(name).is_file())
        .map(|name| Ok((name.clone(), read(&graph_file.with_file_name(&name), role)?)))
        .collect()
}
