//! Vectors as they lie in the database: little-endian 32-bit floats, on every machine. Those of
//! words come and go as the core writes them; no words are NULL.

use goldenset_core::{Embedding, Result, Vector, WordVectors};

use super::fault::damaged;

pub(super) fn encode(vector: &[f32]) -> Vec<u8> {
    vector.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// An embedding from its two columns.
pub(super) fn decode_embedding(vector: &[u8], words: Option<&[u8]>) -> Result<Embedding> {
    Ok(Embedding { vector: decode(vector)?, words: decode_words(words)? })
}

/// Words from their column.
pub(super) fn decode_words(words: Option<&[u8]>) -> Result<WordVectors> {
    let words = words.map_or(Some(WordVectors::default()), WordVectors::decode);
    words.ok_or_else(|| damaged("words of a vector that cannot be read"))
}

/// A vector from its column.
pub(in super::super) fn decode(bytes: &[u8]) -> Result<Vector> {
    let (values, rest) = bytes.as_chunks::<4>();
    if values.is_empty() || !rest.is_empty() {
        return Err(damaged(format_args!("a vector of {} bytes", bytes.len())));
    }
    Ok(values.iter().map(|value| f32::from_le_bytes(*value)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_survive() {
        let vector = [0.0, -0.0, 1.5, f32::MIN_POSITIVE / 2.0, f32::MAX, f32::NEG_INFINITY];
        let back = decode(&encode(&vector)).unwrap();
        assert_eq!(
            vector.map(f32::to_bits).as_slice(),
            back.iter().map(|v| v.to_bits()).collect::<Vec<_>>()
        );
        assert_eq!(encode(&[1.0]), [0, 0, 0x80, 0x3f]);
        assert!(decode(&[]).is_err() && decode(&[1, 2, 3]).is_err());
    }
}
