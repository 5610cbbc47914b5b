//! What tells whether two tables hold the same.

use serde::Serialize;

/// A value of a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Whole(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
    Switch(bool),
}

/// How many rows a table has, and a hash of all of them in the order of their keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableDigest {
    /// The table.
    pub table: &'static str,
    /// Its rows.
    pub rows: u64,
    /// BLAKE3 over the values, in hexadecimal digits.
    pub hash: String,
}

/// A digest in the making.
#[derive(Debug, Default)]
pub(crate) struct Digest {
    rows: u64,
    hasher: blake3::Hasher,
}

impl Digest {
    /// The next row. Each value is told apart by its kind and its length.
    pub(crate) fn row(&mut self, values: &[Value]) {
        self.rows += 1;
        for value in values {
            match value {
                Value::Null => self.value(0, &[]),
                Value::Whole(whole) => self.value(1, &whole.to_le_bytes()),
                Value::Real(real) => self.value(2, &real.to_bits().to_le_bytes()),
                Value::Text(text) => self.value(3, text.as_bytes()),
                Value::Bytes(bytes) => self.value(4, bytes),
                Value::Switch(switch) => self.value(5, &[u8::from(*switch)]),
            }
        }
    }

    fn value(&mut self, kind: u8, bytes: &[u8]) {
        self.hasher.update(&[kind]);
        self.hasher.update(&(bytes.len() as u64).to_le_bytes());
        self.hasher.update(bytes);
    }

    pub(crate) fn end(&self, table: &'static str) -> TableDigest {
        TableDigest { table, rows: self.rows, hash: self.hasher.finalize().to_hex().to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_difference_shows() {
        let of = |rows: &[&[Value]]| {
            let mut digest = Digest::default();
            rows.iter().for_each(|row| digest.row(row));
            digest.end("t")
        };
        let text = |text: &str| Value::Text(text.into());
        let all = [
            of(&[]),
            of(&[&[]]),
            of(&[&[Value::Null]]),
            of(&[&[Value::Whole(0)]]),
            of(&[&[Value::Real(0.0)]]),
            of(&[&[Value::Real(-0.0)]]),
            of(&[&[text("")]]),
            of(&[&[Value::Bytes(vec![])]]),
            of(&[&[Value::Switch(false)]]),
            of(&[&[text("ab"), text("c")]]),
            of(&[&[text("a"), text("bc")]]),
            of(&[&[text("a")], &[text("bc")]]),
        ];
        for (place, one) in all.iter().enumerate() {
            assert!(all[..place].iter().all(|other| other != one), "{place}");
        }
    }
}
