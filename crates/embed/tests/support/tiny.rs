//! Writes an ONNX sentence model of a few hundred bytes into a folder, protobuf by hand: a table
//! of four tokens plus, if asked for, token types and a pooled output.

use std::fs;
use std::path::Path;

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

fn floats(rows: &[[f32; 3]]) -> Vec<u8> {
    rows.iter().flatten().flat_map(|x| x.to_le_bytes()).collect()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push((value as u8) | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

fn bytes(field: u64, content: impl AsRef<[u8]>) -> Vec<u8> {
    let content = content.as_ref();
    [varint(field << 3 | 2), varint(content.len() as u64), content.to_vec()].concat()
}

fn node(kind: &str, inputs: &[&str], output: &str, attributes: &[Vec<u8>]) -> Vec<u8> {
    let mut node: Vec<u8> = inputs.iter().flat_map(|input| bytes(1, input)).collect();
    node.extend([bytes(2, output), bytes(3, output), bytes(4, kind)].concat());
    node.extend(attributes.iter().flat_map(|attribute| bytes(5, attribute)));
    bytes(1, node)
}

fn table(name: &str, rows: &[[f32; 3]], external: bool) -> Vec<u8> {
    let data = if external {
        let length = floats(rows).len().to_string();
        let place = [("location", "model.onnx_data"), ("offset", "0"), ("length", &length)];
        let entries = place
            .iter()
            .flat_map(|(key, value)| bytes(13, [bytes(1, key), bytes(2, value)].concat()));
        entries.chain(number(14, 1)).collect()
    } else {
        bytes(9, floats(rows))
    };
    let dims = [number(1, rows.len() as u64), number(1, 3)].concat();
    bytes(5, [dims, number(2, 1), bytes(8, name), data].concat())
}

/// An input (field 11) or output (field 12) of an element type: 1 is float, 7 is int64.
fn port(field: u64, name: &str, element: u64) -> Vec<u8> {
    bytes(field, [bytes(1, name), bytes(2, bytes(1, number(1, element)))].concat())
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
        let axes = [bytes(1, "axes"), number(8, 1), number(20, 7)].concat();
        let keep = [bytes(1, "keepdims"), number(3, 0), number(20, 2)].concat();
        let inputs = ["last_hidden_state"];
        nodes.extend(node("ReduceMean", &inputs, "sentence_embedding", &[axes, keep]));
        ports.extend(port(12, "sentence_embedding", 1));
    }
    let graph = [nodes, bytes(2, "tiny"), tables, ports].concat();
    [number(1, 8), bytes(7, graph), bytes(8, [bytes(1, ""), number(2, 13)].concat())].concat()
}
