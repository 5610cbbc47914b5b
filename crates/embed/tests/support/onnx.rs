//! ONNX files by hand: the protobuf of small graphs.

pub(crate) fn floats<const N: usize>(rows: &[[f32; N]]) -> Vec<u8> {
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

pub(crate) fn node(kind: &str, inputs: &[&str], output: &str, attributes: &[Vec<u8>]) -> Vec<u8> {
    let mut node: Vec<u8> = inputs.iter().flat_map(|input| bytes(1, input)).collect();
    node.extend([bytes(2, output), bytes(3, output), bytes(4, kind)].concat());
    node.extend(attributes.iter().flat_map(|attribute| bytes(5, attribute)));
    bytes(1, node)
}

/// A constant: one row a line. An external one lies in `model.onnx_data`.
pub(crate) fn table<const N: usize>(name: &str, rows: &[[f32; N]], external: bool) -> Vec<u8> {
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
    let dims = [number(1, rows.len() as u64), number(1, N as u64)].concat();
    bytes(5, [dims, number(2, 1), bytes(8, name), data].concat())
}

/// An input (field 11) or output (field 12) of an element type: 1 is float, 7 is int64.
pub(crate) fn port(field: u64, name: &str, element: u64) -> Vec<u8> {
    bytes(field, [bytes(1, name), bytes(2, bytes(1, number(1, element)))].concat())
}

/// A node that takes the mean over the axis 1 and leaves it out.
pub(crate) fn mean(input: &str, output: &str) -> Vec<u8> {
    let axes = [bytes(1, "axes"), number(8, 1), number(20, 7)].concat();
    let keep = [bytes(1, "keepdims"), number(3, 0), number(20, 2)].concat();
    node("ReduceMean", &[input], output, &[axes, keep])
}

/// The file of a graph of nodes, constants and ports.
pub(crate) fn file(nodes: Vec<u8>, tables: Vec<u8>, ports: Vec<u8>) -> Vec<u8> {
    let graph = [nodes, bytes(2, "tiny"), tables, ports].concat();
    [number(1, 8), bytes(7, graph), bytes(8, [bytes(1, ""), number(2, 13)].concat())].concat()
}
