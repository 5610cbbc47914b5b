//! An ONNX graph, ready to run.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use goldenset_core::{Error, Result};
use rten::{ModelOptions, NodeId, RunOptions, ThreadPool, ValueView};
use rten_tensor::Layout;

use super::{Files, Role, unusable};

/// What the graph reads.
#[derive(Clone, Copy)]
enum Input {
    Ids,
    AttentionMask,
    TokenTypes,
}

/// A loaded graph. Runs share it; each run is single-threaded when its pool has one thread.
pub(crate) struct Graph {
    graph: rten::Model,
    inputs: Vec<(NodeId, Input)>,
    output: NodeId,
    role: &'static Role,
}

/// What a run gives.
pub(crate) struct Output {
    pub(crate) shape: Vec<usize>,
    /// Row-major, none where the numbers are no 32-bit floats.
    pub(crate) numbers: Option<Vec<f32>>,
}

impl Graph {
    /// Loads the graph. What is read of it is the first of `outputs` that it has, by the names
    /// that exporters give, else its first output.
    ///
    /// # Errors
    /// `model_unusable` naming the file and the fix.
    pub(crate) fn load(files: Files, outputs: &[&str], role: &'static Role) -> Result<Self> {
        let Files { graph, graph_file, external, .. } = files;
        let graph = read(graph, external, &graph_file, role)?;
        let inputs = graph
            .input_ids()
            .iter()
            .map(|&id| Ok((id, input(&graph, id, &graph_file)?)))
            .collect::<Result<Vec<_>>>()?;
        let output = output(&graph, outputs).ok_or_else(|| {
            unusable("the ONNX graph has no output", &graph_file, "export the model again")
        })?;
        Ok(Self { graph, inputs, output, role })
    }

    /// Runs the graph on the tokens of one text or pair, never padded: activations are quantised
    /// per tensor, so whatever else is in a run changes its numbers. `types` has one number a
    /// token.
    ///
    /// # Errors
    /// The mismatch of the model's role.
    pub(crate) fn run(&self, ids: &[u32], types: &[u32], pool: &Arc<ThreadPool>) -> Result<Output> {
        let tokens = ids.len();
        let whole = |numbers: &[u32]| {
            let numbers = numbers.iter().map(|&number| i32::try_from(number));
            numbers
                .collect::<std::result::Result<Vec<_>, _>>()
                .map_err(|error| self.fault("a token id is out of range".to_owned()).cause(error))
        };
        let (ids, types, ones) = (whole(ids)?, whole(types)?, vec![1; tokens]);
        let inputs = self
            .inputs
            .iter()
            .map(|&(id, input)| {
                let data = match input {
                    Input::Ids => &ids,
                    Input::AttentionMask => &ones,
                    Input::TokenTypes => &types,
                };
                let value = ValueView::from_shape([1, tokens], data.as_slice())
                    .map_err(|error| self.fault("an input has no shape".to_owned()).cause(error))?;
                Ok((id, value.into()))
            })
            .collect::<Result<Vec<_>>>()?;
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(pool)));
        let [output] = self.graph.run_n(inputs, [self.output], Some(options)).map_err(|error| {
            self.fault(format!("the model failed on a text of {tokens} tokens")).cause(error)
        })?;
        let shape = output.shape().to_vec();
        let numbers = output.into_tensor::<f32>().map(rten_tensor::Tensor::into_data);
        Ok(Output { shape, numbers })
    }

    /// A run that went wrong.
    pub(crate) fn fault(&self, what: String) -> Error {
        let settings = self.role.settings;
        Error::new(self.role.mismatch, what)
            .fix(format!("check {settings} against the model's card, max_tokens above all"))
    }
}

fn read(
    bytes: Cow<'static, [u8]>,
    external: Vec<(String, Vec<u8>)>,
    file: &Path,
    role: &Role,
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
        let fix =
            format!("put an ONNX export of a {} there that uses standard operators", role.kind);
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

fn output(graph: &rten::Model, names: &[&str]) -> Option<NodeId> {
    let outputs = graph.output_ids();
    let named = |name: &&str| graph.find_node(name).filter(|id| outputs.contains(id));
    names.iter().find_map(named).or_else(|| outputs.first().copied())
}
