//! An embedding as bytes: when it was made, how many numbers its vector has, the numbers, the words;
//! little-endian.

use goldenset_core::Embedding;
use goldenset_core::embedding::WordVectors;
use jiff::Timestamp;

pub(super) fn encode(embedding: &Embedding, made: Timestamp) -> Vec<u8> {
    let Embedding { vector, words } = embedding;
    let words = words.encode();
    let mut bytes = Vec::with_capacity(12 + 4 * vector.len() + words.len());
    bytes.extend(made.as_microsecond().to_le_bytes());
    bytes.extend(u32::try_from(vector.len()).unwrap_or(u32::MAX).to_le_bytes());
    vector.iter().for_each(|number| bytes.extend(number.to_le_bytes()));
    bytes.extend(words);
    bytes
}

/// None for another number of dimensions; whether the bytes are whole the envelope says.
pub(super) fn decode(bytes: &[u8], dimensions: usize) -> Option<(Embedding, Timestamp)> {
    let (made, bytes) = bytes.split_first_chunk()?;
    let (length, bytes) = bytes.split_first_chunk()?;
    if usize::try_from(u32::from_le_bytes(*length)) != Ok(dimensions) {
        return None;
    }
    let (numbers, words) = bytes.split_at_checked(dimensions.checked_mul(4)?)?;
    let numbers = numbers.as_chunks().0.iter().map(|number| f32::from_le_bytes(*number));
    let embedding = Embedding { vector: numbers.collect(), words: WordVectors::decode(words)? };
    let made = Timestamp::from_microsecond(i64::from_le_bytes(*made)).ok()?;
    embedding.has_dimensions(dimensions).then_some((embedding, made))
}

#[cfg(test)]
mod tests {
    use goldenset_core::embedding::WordVectorsBuilder;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_embedding_comes_back_to_the_bit(
            vector in prop::collection::vec(any::<f32>(), 3),
            words in prop::collection::vec(prop::collection::vec(-1.0f32..1.0, 3), 0..5),
            micros in 0i64..1_000_000_000_000_000,
        ) {
            let mut builder = WordVectorsBuilder::new(3);
            words.iter().for_each(|word| builder.push(0..1, 0.5, word));
            let embedding = Embedding { vector: vector.into(), words: builder.build() };
            let made = Timestamp::from_microsecond(micros).unwrap();
            let bytes = encode(&embedding, made);
            let (read, when) = decode(&bytes, 3).unwrap();
            let bits = |embedding: &Embedding| embedding.vector.iter().map(|n| n.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!((bits(&read), &read.words, when), (bits(&embedding), &embedding.words, made));
            prop_assert!(decode(&bytes, 4).is_none());
        }
    }
}
