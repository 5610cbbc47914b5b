//! What an embedding model says of one text: a vector of the whole, and one of each word.

mod code;

use std::ops::Range;
use std::sync::Arc;

/// A text's vector: unit length, as many numbers as the model has dimensions.
pub type Vector = Arc<[f32]>;

/// Most words of a text that are kept, the first ones. Aligning two texts costs the product of
/// their words; hardly any question is longer.
pub const MOST_WORDS: usize = 128;

/// Largest code of a number.
const MOST: f32 = i8::MAX as f32;

/// One text as the model read it. Cheap to clone.
#[derive(Debug, Clone, PartialEq)]
pub struct Embedding {
    /// The vector of the whole text.
    pub vector: Vector,
    /// The vectors of its words, none where the model gives none.
    pub words: WordVectors,
}

impl Embedding {
    /// Whether everything in it has `dimensions` numbers a vector.
    #[must_use]
    pub fn has_dimensions(&self, dimensions: usize) -> bool {
        self.vector.len() == dimensions
            && (self.words.is_empty() || self.words.dimensions() == dimensions)
    }
}

impl From<Vector> for Embedding {
    /// From a model that gives nothing of words.
    fn from(vector: Vector) -> Self {
        Self { vector, words: WordVectors::default() }
    }
}

/// The words of one text in its order, at most [`MOST_WORDS`], each with the vector that the
/// model gave it in this text. Numbers are kept as bytes with one scale a word. Cheap to clone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WordVectors {
    words: Arc<[Word]>,
    /// Row-major, `words × dimensions`.
    codes: Arc<[i8]>,
    dimensions: usize,
}

/// All of a word but its codes.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Word {
    start: u32,
    end: u32,
    surprisal: f32,
    scale: f32,
}

/// One word of [`WordVectors`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WordVector<'a> {
    /// First byte of the word in the text that was embedded.
    pub start: u32,
    /// Its last byte and one.
    pub end: u32,
    /// −ln p of the word by the unigram model of the tokenizer, in nats: 0 where it has none.
    pub surprisal: f32,
    /// What one step of a code is worth; 0 for a vector of zeros.
    pub scale: f32,
    /// Number `i` of the vector is `scale × codes[i]`; from −127 to 127. Neither centred nor of
    /// unit length.
    pub codes: &'a [i8],
}

impl WordVectors {
    /// How many words there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Numbers a word; 0 when there are no words.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// Memory that they take beside the value itself, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.words) + size_of_val(&*self.codes)
    }

    /// The word at `place`, counted from 0.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<WordVector<'_>> {
        let Word { start, end, surprisal, scale } = *self.words.get(place)?;
        let first = place * self.dimensions;
        let codes = self.codes.get(first..first + self.dimensions)?;
        Some(WordVector { start, end, surprisal, scale, codes })
    }

    /// The words in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = WordVector<'_>> {
        let rows = self.codes.chunks_exact(self.dimensions.max(1));
        self.words.iter().zip(rows).map(|(&Word { start, end, surprisal, scale }, codes)| {
            WordVector { start, end, surprisal, scale, codes }
        })
    }
}

/// Makes [`WordVectors`] word by word.
#[derive(Debug)]
pub struct WordVectorsBuilder {
    words: Vec<Word>,
    codes: Vec<i8>,
    dimensions: usize,
}

impl WordVectorsBuilder {
    /// For words of `dimensions` numbers.
    #[must_use]
    pub fn new(dimensions: usize) -> Self {
        Self { words: Vec::new(), codes: Vec::new(), dimensions }
    }

    /// Whether there is room for no further word.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.words.len() >= MOST_WORDS
    }

    /// Adds a word: its bytes in the text, its surprisal, its vector. The vector is taken at the
    /// builder's length, missing numbers being 0; one that is not finite counts as zeros, and so
    /// does such a surprisal. Nothing is added to what is full.
    pub fn push(&mut self, place: Range<u32>, surprisal: f32, vector: &[f32]) {
        if self.is_full() || self.dimensions == 0 {
            return;
        }
        let largest = vector.iter().fold(0.0_f32, |largest, number| largest.max(number.abs()));
        let finite = vector.iter().all(|number| number.is_finite());
        let scale = if finite { largest / MOST } else { 0.0 };
        if scale > 0.0 {
            // From float to integer a cast is cut to what fits; the quotient fits but for rounding.
            let code = |number: &f32| (number / scale).round().clamp(-MOST, MOST) as i8;
            self.codes.extend(vector.iter().take(self.dimensions).map(code));
        }
        let surprisal = if surprisal.is_finite() { surprisal } else { 0.0 };
        self.words.push(Word { start: place.start, end: place.end, surprisal, scale });
        self.codes.resize(self.words.len() * self.dimensions, 0);
    }

    /// The words.
    #[must_use]
    pub fn build(self) -> WordVectors {
        let dimensions = if self.words.is_empty() { 0 } else { self.dimensions };
        WordVectors { words: self.words.into(), codes: self.codes.into(), dimensions }
    }
}

#[cfg(test)]
mod tests;
