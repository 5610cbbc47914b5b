//! Writes an ONNX sentence model of a few hundred bytes into a folder: a table of four tokens
//! plus, if asked for, token types and a pooled output.

use std::fs;
use std::path::Path;

mod onnx;

use onnx::{file, floats, mean, node, port, table};

/// The vector of token `id` is row `id`.
pub(crate) const TABLE: [[f32; 3]; 4] =
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 2.0, 0.0], [3.0, 0.0, 4.0]];

pub(crate) const TOKENIZER: &str = r#"{"version":"1.0","truncation":null,"padding":null,
"added_tokens":[],"normalizer":null,"pre_tokenizer":{"type":"Whitespace"},"post_processor":null,
"decoder":null,"model":{"type":"WordLevel","vocab":{"[UNK]":0,"a":1,"b":2,"c":3},
"unk_token":"[UNK]"}}"#;

pub(crate) const SETTINGS: &str = "name = 'tiny'\npooling = 'mean'\nmax_tokens = 16\n";

/// What the graph has beyond a table.
#[derive(Default, Clone, Copy)]
pub(crate) struct Shape {
    /// An input of this name beside `input_ids`, added as a table with its row 0 = (0, 0, 10).
    pub(crate) second_input: Option<&'static str>,
    /// A second node that takes the mean over the tokens, named `sentence_embedding`.
    pub(crate) pooled: bool,
    /// The table lies in `model.onnx_data`.
    pub(crate) external: bool,
}

pub(crate) fn write(folder: &Path, settings: &str, shape: Shape) {
    fs::write(folder.join("embedding.toml"), settings).unwrap();
    fs::write(folder.join("tokenizer.json"), TOKENIZER).unwrap();
    fs::write(folder.join("model.onnx"), graph(shape)).unwrap();
    if shape.external {
        fs::write(folder.join("model.onnx_data"), floats(&TABLE)).unwrap();
    }
}

fn graph(shape: Shape) -> Vec<u8> {
    let mut nodes = Vec::new();
    let mut tables = table("table", &TABLE, shape.external);
    let mut ports = port(11, "input_ids", 7);
    match shape.second_input {
        Some(name) => {
            nodes.extend(node("Gather", &["table", "input_ids"], "tokens", &[]));
            nodes.extend(node("Gather", &["types", name], "kinds", &[]));
            nodes.extend(node("Add", &["tokens", "kinds"], "last_hidden_state", &[]));
            tables.extend(table("types", &[[0.0, 0.0, 10.0], [9.0; 3]], false));
            ports.extend(port(11, name, 7));
        }
        None => nodes.extend(node("Gather", &["table", "input_ids"], "last_hidden_state", &[])),
    }
    ports.extend(port(12, "last_hidden_state", 1));
    if shape.pooled {
        nodes.extend(mean("last_hidden_state", "sentence_embedding"));
        ports.extend(port(12, "sentence_embedding", 1));
    }
    file(nodes, tables, ports)
}
