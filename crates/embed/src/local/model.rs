//! One sentence model: tokenizer and graph, ready to run.

use std::sync::Arc;

use goldenset_core::{Code, Embedding, Error, ModelId, Result, WordVectors};
use rten::ThreadPool;
use tokenizers::Tokenizer;

use super::ROLE;
use super::pooling::Pooling;
use super::source::Source;
use super::words::Words;
use crate::onnx::{Graph, Texts, read_tokenizer, unusable};
use crate::vector::to_unit;

/// Outputs that hold one vector a token, or one a text, by the names that exporters give them.
const TOKEN_OUTPUTS: &[&str] = &["last_hidden_state", "token_embeddings"];
const TEXT_OUTPUTS: &[&str] = &["sentence_embedding"];

/// Run once when the model is loaded, so that a model that cannot work is found at the start.
const PROBE: &str = "probe";

/// A loaded model. Runs share it.
pub(super) struct Model {
    graph: Graph,
    tokenizer: Tokenizer,
    pooling: Pooling,
    prefix: String,
    words: Words,
    id: ModelId,
    dimensions: usize,
}

impl Model {
    /// Loads the model and runs it once.
    ///
    /// # Errors
    /// `model_unusable` naming the file and the fix.
    pub(super) fn load(source: Source) -> Result<Self> {
        let fingerprint = source.fingerprint();
        let Source { settings, files } = source;
        let (max_tokens, graph_file) = (settings.max_tokens, files.graph_file.clone());
        let tokenizer =
            read_tokenizer(&files.tokenizer, max_tokens, Texts::One, &files.tokenizer_file, &ROLE)?;
        let outputs = match settings.pooling {
            Pooling::Mean | Pooling::Cls => TOKEN_OUTPUTS,
            Pooling::None => TEXT_OUTPUTS,
        };
        let mut model = Self {
            graph: Graph::load(files, outputs, &ROLE)?,
            words: Words::new(&tokenizer, &settings.prefix),
            tokenizer,
            pooling: settings.pooling,
            prefix: settings.prefix,
            id: ModelId::new("probe")?,
            dimensions: 0,
        };
        let pool = Arc::new(ThreadPool::with_num_threads(1));
        let (Embedding { vector, .. }, _) = model.embed(PROBE, &pool).map_err(|error| {
            let fix = "check pooling and prefix in embedding.toml, and that tokenizer.json belongs to the ONNX file";
            Error { code: Code::ModelUnusable, ..error }
                .field(graph_file.display().to_string())
                .fix(fix)
        })?;
        model.dimensions = vector.len();
        if let Some(expected) = settings.dimensions.filter(|&expected| expected != vector.len()) {
            let what = format!(
                "the model gives vectors of {} dimensions, not of {expected}",
                vector.len()
            );
            let fix = "correct dimensions in embedding.toml, or put the right ONNX file there";
            return Err(unusable(&what, &graph_file, fix));
        }
        model.id = ModelId::new(format!("{}/{fingerprint}/{}", settings.name, vector.len()))
            .map_err(|error| {
                let fix = "give name in embedding.toml fewer than 150 bytes, without control characters or outer spaces";
                unusable(&error.detail, &graph_file, fix)
            })?;
        Ok(model)
    }

    /// Identity: name, fingerprint of all that vectors depend on, dimensions.
    pub(super) fn id(&self) -> &ModelId {
        &self.id
    }

    /// Length of every vector.
    pub(super) fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// The vectors of one text and its words, and how many tokens were read.
    pub(super) fn embed(&self, text: &str, pool: &Arc<ThreadPool>) -> Result<(Embedding, u64)> {
        let prefixed = format!("{}{text}", self.prefix);
        let encoding = self.tokenizer.encode(prefixed.as_str(), true).map_err(|error| {
            self.graph.fault("the tokenizer failed on the text".to_owned()).cause(error)
        })?;
        let tokens = encoding.get_ids().len();
        let output = self.graph.run(encoding.get_ids(), &vec![0; tokens], pool)?;
        let shape = output.shape;
        let pooled =
            output.numbers.and_then(|hidden| Some((self.pooling.pool(&shape, &hidden)?, hidden)));
        let (vector, hidden) = pooled.ok_or_else(|| {
            let pooling = self.pooling.as_str();
            self.graph.fault(format!(
                "the model's output has the shape {shape:?}, which pooling = \"{pooling}\" cannot read"
            ))
        })?;
        let vector = to_unit(&vector).ok_or_else(|| {
            self.graph.fault("the model gave a vector that is zero or not finite".to_owned())
        })?;
        let words = match *shape.as_slice() {
            [1, rows, dimensions] if rows == tokens => {
                self.words.read(&self.tokenizer, &encoding, &prefixed, &hidden, dimensions)
            }
            _ => WordVectors::default(),
        };
        Ok((Embedding { vector, words }, tokens as u64))
    }
}
