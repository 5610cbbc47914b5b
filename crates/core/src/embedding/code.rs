//! Word vectors as bytes, for stores: format, dimensions, words, codes; little-endian.

use std::sync::Arc;

use super::{MOST_WORDS, Word, WordVectors};

/// Bytes of one word beside its codes: start, end, surprisal, scale.
const WORD_BYTES: usize = 16;

impl WordVectors {
    /// First byte of everything that [`WordVectors::encode`] writes. Another layout or another
    /// meaning gets another number.
    pub const FORMAT: u8 = 1;

    /// The words as bytes: 5, and 16 + dimensions a word.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let dimensions = u32::try_from(self.dimensions).unwrap_or(u32::MAX);
        let mut bytes = Vec::with_capacity(5 + self.words.len() * WORD_BYTES + self.codes.len());
        bytes.push(Self::FORMAT);
        bytes.extend(dimensions.to_le_bytes());
        for word in &*self.words {
            bytes.extend(word.start.to_le_bytes());
            bytes.extend(word.end.to_le_bytes());
            bytes.extend(word.surprisal.to_le_bytes());
            bytes.extend(word.scale.to_le_bytes());
        }
        bytes.extend(self.codes.iter().map(|code| code.cast_unsigned()));
        bytes
    }

    /// The words that `encode` wrote, bit for bit; `None` for anything else.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (&format, bytes) = bytes.split_first()?;
        let (dimensions, bytes) = bytes.split_first_chunk::<4>()?;
        let dimensions = usize::try_from(u32::from_le_bytes(*dimensions)).ok()?;
        if format != Self::FORMAT {
            return None;
        }
        if dimensions == 0 {
            return bytes.is_empty().then(Self::default);
        }
        let each = dimensions.checked_add(WORD_BYTES)?;
        let count = bytes.len() / each;
        if !bytes.len().is_multiple_of(each) || !(1..=MOST_WORDS).contains(&count) {
            return None;
        }
        let (words, codes) = bytes.split_at_checked(count * WORD_BYTES)?;
        let words = words.as_chunks::<WORD_BYTES>().0.iter().map(word);
        let words: Arc<[Word]> = words.collect::<Option<Vec<_>>>()?.into();
        let codes = codes.iter().map(|code| code.cast_signed()).collect();
        Some(Self { words, codes, dimensions })
    }
}

fn word(bytes: &[u8; WORD_BYTES]) -> Option<Word> {
    let [start, end, surprisal, scale] = bytes.as_chunks::<4>().0 else { return None };
    let word = Word {
        start: u32::from_le_bytes(*start),
        end: u32::from_le_bytes(*end),
        surprisal: f32::from_le_bytes(*surprisal),
        scale: f32::from_le_bytes(*scale),
    };
    let sound = word.start <= word.end && word.surprisal.is_finite() && word.scale.is_finite();
    sound.then_some(word)
}
