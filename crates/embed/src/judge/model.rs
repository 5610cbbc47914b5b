//! One cross-encoder: tokenizer and graph, ready to run.

use std::path::Path;
use std::sync::Arc;

use goldenset_core::ports::Pair;
use goldenset_core::{Code, Error, ModelId, Result};
use rten::ThreadPool;
use tokenizers::{PostProcessor, Tokenizer};

use super::log_odds::Output;
use super::settings::{EXAMPLE, FILE, Settings};
use crate::onnx::{Files, Graph, Role, Texts, parse, read_settings, read_tokenizer, unusable};

pub(super) static ROLE: Role = Role {
    name: "judge's model",
    kind: "cross-encoder",
    thread: "judge",
    settings: FILE,
    example: EXAMPLE,
    mismatch: Code::JudgeMismatch,
};

/// The output by the name that exporters give it.
const OUTPUTS: &[&str] = &["logits"];

/// Run once when the model is loaded, so that a model that cannot work is found at the start.
const PROBE: &str = "probe";

/// A loaded model. Runs share it.
pub(super) struct Model {
    graph: Graph,
    tokenizer: Tokenizer,
    max_tokens: usize,
    output: Output,
    question_prefix: String,
    entry_prefix: String,
    id: ModelId,
}

impl Model {
    /// Loads the model in `folder` and runs it once.
    ///
    /// # Errors
    /// `model_unusable` naming the file and the fix.
    pub(super) fn load(folder: &Path) -> Result<Self> {
        let (text, settings_file) = read_settings(folder, &ROLE)?;
        let settings: Settings = parse(&text, &settings_file, &ROLE)?;
        let files = Files::folder(folder, &settings.model, &ROLE)?;
        let id = identity(&settings, &files).map_err(|error| {
            let fix = "give name in judge.toml fewer than 150 bytes, without control characters or outer spaces";
            unusable(&error.detail, &settings_file, fix)
        })?;
        let Settings { max_tokens, output, question_prefix, entry_prefix, .. } = settings;
        let tokenizer =
            read_tokenizer(&files.tokenizer, max_tokens, Texts::Two, &files.tokenizer_file, &ROLE)?;
        let parts = tokenizer.get_post_processor().is_some_and(|post| post.added_tokens(true) > 0);
        if !parts && entry_prefix.is_empty() {
            let what = "nothing parts question and entry: the tokenizer has no template for pairs";
            let fix = "put the cross-encoder's own tokenizer.json there, or give entry_prefix in judge.toml what parts them";
            return Err(unusable(what, &files.tokenizer_file, fix));
        }
        let graph_file = files.graph_file.clone();
        let graph = Graph::load(files, OUTPUTS, &ROLE)?;
        let model =
            Self { graph, tokenizer, max_tokens, output, question_prefix, entry_prefix, id };
        let probe = Pair { question: PROBE.into(), entry: PROBE.into() };
        let pool = Arc::new(ThreadPool::with_num_threads(1));
        model.judge(&probe, &pool).map_err(|error| {
            let fix = "check output in judge.toml, that the ONNX file is a cross-encoder, and that tokenizer.json belongs to it";
            Error { code: Code::ModelUnusable, ..error }
                .field(graph_file.display().to_string())
                .fix(fix)
        })?;
        Ok(model)
    }

    /// Identity: name, and a fingerprint of all that scores depend on.
    pub(super) fn id(&self) -> &ModelId {
        &self.id
    }

    /// The log-odds of one pair. It is put together by the tokenizer's own template for pairs,
    /// which is the one that the model was trained with.
    pub(super) fn judge(&self, pair: &Pair, pool: &Arc<ThreadPool>) -> Result<f32> {
        let Pair { question, entry } = pair;
        let texts = (
            format!("{}{question}", self.question_prefix),
            format!("{}{entry}", self.entry_prefix),
        );
        let encoding = self.tokenizer.encode(texts, true).map_err(|error| {
            self.graph.fault("the tokenizer failed on the pair".to_owned()).cause(error)
        })?;
        let (ids, max) = (encoding.get_ids(), self.max_tokens);
        if ids.len() > max {
            let what = format!("the tokenizer gave {} tokens where {max} are the most", ids.len());
            return Err(self.graph.fault(what));
        }
        let output = self.graph.run(ids, encoding.get_type_ids(), pool)?;
        let numbers = output.numbers.unwrap_or_default();
        self.output.read(&output.shape, &numbers).ok_or_else(|| {
            let (kind, shape) = (self.output.as_str(), output.shape);
            let shown = numbers.get(..2).unwrap_or(&numbers);
            self.graph.fault(format!(
                "the model's output has the shape {shape:?} and begins with {shown:?}, which output = \"{kind}\" cannot read"
            ))
        })
    }
}

fn identity(settings: &Settings, files: &Files) -> Result<ModelId> {
    let mut fingerprint = files.fingerprint();
    fingerprint.add(settings.output.as_str().as_bytes());
    fingerprint.add(settings.question_prefix.as_bytes());
    fingerprint.add(settings.entry_prefix.as_bytes());
    fingerprint.add(settings.max_tokens.to_string().as_bytes());
    ModelId::new(format!("{}/{}", settings.name, fingerprint.finish()))
}
