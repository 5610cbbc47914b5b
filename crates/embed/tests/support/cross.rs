//! Writes an ONNX cross-encoder of a few hundred bytes into a folder, whose scores can be told
//! beforehand: the mean over the tokens of what each is worth, ten times as much in the entry.

use std::fs;
use std::path::Path;

mod onnx;

use onnx::{file, mean, node, port, table};

/// Worth 3, 1, 2, 15 and 0 as logit.
const TABLE: [[f32; 3]; 5] =
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 2.0, 0.0], [3.0, 0.0, 4.0], [0.0; 3]];

pub(crate) const TOKENIZER: &str = r#"{"version":"1.0","truncation":null,"padding":null,
"added_tokens":[{"id":4,"content":"[SEP]","single_word":false,"lstrip":false,"rstrip":false,
"normalized":false,"special":true}],"normalizer":null,"pre_tokenizer":{"type":"Whitespace"},
"post_processor":{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}}],
"pair":[{"SpecialToken":{"id":"[SEP]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},
{"SpecialToken":{"id":"[SEP]","type_id":0}},{"Sequence":{"id":"B","type_id":1}},
{"SpecialToken":{"id":"[SEP]","type_id":1}}],
"special_tokens":{"[SEP]":{"id":"[SEP]","ids":[4],"tokens":["[SEP]"]}}},
"decoder":null,"model":{"type":"WordLevel","vocab":{"[UNK]":0,"a":1,"b":2,"c":3,"[SEP]":4},
"unk_token":"[UNK]"}}"#;

pub(crate) const SETTINGS: &str = "name = 'tiny'\noutput = 'logit'\nmax_tokens = 16\n";

/// What the graph reads and gives.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    /// The input beside `input_ids` that says what counts ten times.
    pub(crate) second_input: &'static str,
    pub(crate) head: Head,
}

/// The end of the graph.
#[derive(Clone, Copy)]
pub(crate) enum Head {
    /// `[1, 1]`.
    Logit,
    /// `[1, 2]`: the part of the token b, and the logit.
    TwoLogits,
    /// `[1, 1]`, a sigmoid of the logit.
    Probability,
    /// `[1, 3]`.
    Three,
    /// One vector a token.
    Hidden,
}

pub(crate) const PLAIN: Shape = Shape { second_input: "token_type_ids", head: Head::Logit };

pub(crate) fn write(folder: &Path, settings: &str, shape: Shape) {
    fs::write(folder.join("judge.toml"), settings).unwrap();
    fs::write(folder.join("tokenizer.json"), TOKENIZER).unwrap();
    fs::write(folder.join("model.onnx"), graph(shape)).unwrap();
}

fn graph(Shape { second_input, head }: Shape) -> Vec<u8> {
    let mut nodes = [
        node("Gather", &["table", "input_ids"], "tokens", &[]),
        node("Gather", &["types", second_input], "times", &[]),
        node("Mul", &["tokens", "times"], "hidden", &[]),
        mean("hidden", "mean"),
    ]
    .concat();
    let types = table("types", &[[1.0; 3], [10.0; 3]], false);
    let mut tables = [table("table", &TABLE, false), types].concat();
    let output = match head {
        Head::Logit | Head::Probability => {
            tables.extend(table("head", &[[1.0], [1.0], [3.0]], false));
            nodes.extend(node("MatMul", &["mean", "head"], "logits", &[]));
            if matches!(head, Head::Probability) {
                nodes.extend(node("Sigmoid", &["logits"], "share", &[]));
                "share"
            } else {
                "logits"
            }
        }
        Head::TwoLogits => {
            tables.extend(table("head", &[[0.0, 1.0], [1.0, 1.0], [0.0, 3.0]], false));
            nodes.extend(node("MatMul", &["mean", "head"], "logits", &[]));
            "logits"
        }
        Head::Three => "mean",
        Head::Hidden => "hidden",
    };
    let inputs = [port(11, "input_ids", 7), port(11, second_input, 7)].concat();
    file(nodes, tables, [inputs, port(12, output, 1)].concat())
}
