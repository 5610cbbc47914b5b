//! One sentence model: tokenizer and graph, ready to run.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use goldenset_core::ports::Vector;
use goldenset_core::{Code, Error, ModelId, Result};
use rten::{ModelOptions, NodeId, RunOptions, ThreadPool, ValueView};
use rten_tensor::Layout;
use tokenizers::{PostProcessor, Tokenizer, TruncationParams};

use super::pooling::Pooling;
use super::source::Source;
use crate::vector::to_unit;

/// Outputs that hold one vector a token, or one a text, by the names that exporters give them.
/// A graph with none of the names is read at its first output.
const TOKEN_OUTPUTS: [&str; 2] = ["last_hidden_state", "token_embeddings"];
const TEXT_OUTPUTS: [&str; 1] = ["sentence_embedding"];

/// Run once when the model is loaded, so that a model that cannot work is found at the start.
const PROBE: &str = "probe";

/// What the graph reads.
#[derive(Clone, Copy)]
enum Input {
    Ids,
    AttentionMask,
    TokenTypes,
}

/// A loaded model. Runs share it; each run is single-threaded when its pool has one thread.
pub(super) struct Model {
    graph: rten::Model,
    inputs: Vec<(NodeId, Input)>,
    output: NodeId,
    tokenizer: Tokenizer,
    pooling: Pooling,
    prefix: String,
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
        let Source { settings, graph_file, graph, external, tokenizer_file, tokenizer } = source;
        let tokenizer = read_tokenizer(&tokenizer, settings.max_tokens, &tokenizer_file)?;
        let graph = read_graph(graph, external, &graph_file)?;
        let inputs = graph
            .input_ids()
            .iter()
            .map(|&id| Ok((id, input(&graph, id, &graph_file)?)))
            .collect::<Result<Vec<_>>>()?;
        let output = output(&graph, settings.pooling).ok_or_else(|| {
            unusable("the ONNX graph has no output", &graph_file, "export the model again")
        })?;
        let mut model = Self {
            graph,
            inputs,
            output,
            tokenizer,
            pooling: settings.pooling,
            prefix: settings.prefix,
            id: ModelId::new("probe")?,
            dimensions: 0,
        };
        let pool = Arc::new(ThreadPool::with_num_threads(1));
        let (vector, _) = model.embed(PROBE, &pool).map_err(|error| {
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

    /// The vector of one text, and how many tokens were read. One text a run and never padded:
    /// activations are quantised per tensor, so whatever else is in a run changes the vector.
    pub(super) fn embed(&self, text: &str, pool: &Arc<ThreadPool>) -> Result<(Vector, u64)> {
        let fault = |what: String| {
            Error::new(Code::EmbeddingMismatch, what)
                .fix("check embedding.toml against the model's card, max_tokens above all")
        };
        let encoding = self
            .tokenizer
            .encode_fast(format!("{}{text}", self.prefix), true)
            .map_err(|error| fault("the tokenizer failed on the text".to_owned()).cause(error))?;
        let tokens = encoding.get_ids().len();
        let ids = encoding
            .get_ids()
            .iter()
            .map(|&id| i32::try_from(id))
            .collect::<std::result::Result<Vec<_>, _>>()
            .map_err(|error| fault("a token id is out of range".to_owned()).cause(error))?;
        let (ones, zeros) = (vec![1; tokens], vec![0; tokens]);
        let inputs = self
            .inputs
            .iter()
            .map(|&(id, input)| {
                let data = match input {
                    Input::Ids => &ids,
                    Input::AttentionMask => &ones,
                    Input::TokenTypes => &zeros,
                };
                let value = ValueView::from_shape([1, tokens], data.as_slice())
                    .map_err(|error| fault("an input has no shape".to_owned()).cause(error))?;
                Ok((id, value.into()))
            })
            .collect::<Result<Vec<_>>>()?;
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(pool)));
        let [output] = self.graph.run_n(inputs, [self.output], Some(options)).map_err(|error| {
            fault(format!("the model failed on a text of {tokens} tokens")).cause(error)
        })?;
        let shape = output.shape().to_vec();
        let hidden = output.into_tensor::<f32>().map(rten_tensor::Tensor::into_data);
        let vector = hidden.and_then(|hidden| self.pooling.pool(&shape, &hidden)).ok_or_else(|| {
            let pooling = self.pooling.as_str();
            fault(format!(
                "the model's output has the shape {shape:?}, which pooling = \"{pooling}\" cannot read"
            ))
        })?;
        let vector = to_unit(&vector).ok_or_else(|| {
            fault("the model gave a vector that is zero or not finite".to_owned())
        })?;
        Ok((vector, tokens as u64))
    }
}

fn unusable(what: &str, file: &Path, fix: &'static str) -> Error {
    Error::new(Code::ModelUnusable, format!("{what}: {}", file.display()))
        .field(file.display().to_string())
        .fix(fix)
}

fn read_tokenizer(bytes: &[u8], max_tokens: usize, file: &Path) -> Result<Tokenizer> {
    let fault = |error: tokenizers::Error| {
        let fix = "put the tokenizer.json of the model there (Hugging Face tokenizers format)";
        unusable("the tokenizer cannot be read", file, fix).cause(error)
    };
    let mut tokenizer = Tokenizer::from_bytes(bytes).map_err(fault)?;
    let special = tokenizer.get_post_processor().map_or(0, |post| post.added_tokens(false));
    if special >= max_tokens {
        let fix = "raise max_tokens in embedding.toml";
        return Err(unusable("the tokenizer's special tokens alone fill max_tokens", file, fix));
    }
    let truncation = TruncationParams { max_length: max_tokens, ..TruncationParams::default() };
    tokenizer.with_padding(None).with_truncation(Some(truncation)).map_err(fault)?;
    Ok(tokenizer)
}

fn read_graph(
    bytes: Cow<'static, [u8]>,
    external: Vec<(String, Vec<u8>)>,
    file: &Path,
) -> Result<rten::Model> {
    let mut options = ModelOptions::with_all_ops();
    // Copies the weights once into the layout that the kernels want: 2.4 times as fast.
    options.prepack_weights(true);
    for (name, weights) in external {
        options.external_data(&name, weights);
    }
    let graph = match bytes {
        Cow::Borrowed(bytes) => options.load_static_slice(bytes),
        Cow::Owned(bytes) => options.load(bytes),
    };
    graph.map_err(|error| {
        let fix = "put an ONNX export of a sentence model there that uses standard operators";
        unusable("the file is not an ONNX model that can be run", file, fix).cause(error)
    })
}

fn input(graph: &rten::Model, id: NodeId, file: &Path) -> Result<Input> {
    let name = graph.node_info(id).and_then(|node| node.name().map(str::to_owned));
    match name.as_deref() {
        Some("input_ids") => Ok(Input::Ids),
        Some("attention_mask") => Ok(Input::AttentionMask),
        Some("token_type_ids") => Ok(Input::TokenTypes),
        other => {
            let what = format!("the model asks for the input {:?}", other.unwrap_or_default());
            let fix =
                "export it with input_ids, attention_mask and token_type_ids as the only inputs";
            Err(unusable(&what, file, fix))
        }
    }
}

fn output(graph: &rten::Model, pooling: Pooling) -> Option<NodeId> {
    let names: &[&str] = match pooling {
        Pooling::Mean | Pooling::Cls => &TOKEN_OUTPUTS,
        Pooling::None => &TEXT_OUTPUTS,
    };
    let outputs = graph.output_ids();
    let named = |name: &&str| graph.find_node(name).filter(|id| outputs.contains(id));
    names.iter().find_map(named).or_else(|| outputs.first().copied())
}
