//! From one vector a token to one vector a word.

use std::ops::Range;

use goldenset_core::WordVectors;
use goldenset_core::embedding::WordVectorsBuilder;
use tokenizers::models::unigram::Unigram;
use tokenizers::{Encoding, Model, ModelWrapper, Tokenizer};

/// Part of the model's id. To be raised when words are cut out, averaged or weighed in another
/// way: stored words are compared with those of questions.
pub(super) const METHOD: u8 = 1;

/// With it SentencePiece's pieces begin a word.
const MARK: char = '▁';

/// How much less likely than its rarest piece a unigram model takes what it has no piece for, in
/// nats (`kUnkPenalty` of SentencePiece's `unigram_model.cc`).
const UNKNOWN_PENALTY: f64 = 10.0;

/// Reads the words of one model's texts.
pub(super) struct Words {
    surprisals: Option<Surprisals>,
    /// Length of the prefix in bytes.
    prefix: usize,
    /// The same without its trailing blanks, which the tokenizer may give to the first word.
    prefix_words: usize,
}

/// −ln p of a unigram model's pieces.
struct Surprisals {
    by_id: Box<[f32]>,
    unknown: f32,
}

impl Surprisals {
    fn of(model: &Unigram) -> Self {
        let by_id = model.iter().map(|(_, score)| -*score as f32).collect();
        Self { by_id, unknown: (UNKNOWN_PENALTY - model.min_score) as f32 }
    }

    fn get(&self, model: &ModelWrapper, id: u32, piece: &str) -> f32 {
        // A piece that is not in the vocabulary has the id of another one.
        let known = model.token_to_id(piece) == Some(id);
        self.by_id.get(id as usize).copied().filter(|_| known).unwrap_or(self.unknown)
    }
}

impl Words {
    pub(super) fn new(tokenizer: &Tokenizer, prefix: &str) -> Self {
        let surprisals = match tokenizer.get_model() {
            ModelWrapper::Unigram(model) => Some(Surprisals::of(model)),
            _ => None,
        };
        Self { surprisals, prefix: prefix.len(), prefix_words: prefix.trim_end().len() }
    }

    /// The words of a text. `encoding` is of the text with its prefix, `prefixed`; `hidden` has
    /// one row of `dimensions` numbers a token. A word is what the tokenizer took as one before it
    /// cut pieces, and ends where a piece begins a new one. Rows are added in order, so that equal
    /// input gives bitwise equal words.
    pub(super) fn read(
        &self,
        tokenizer: &Tokenizer,
        encoding: &Encoding,
        prefixed: &str,
        hidden: &[f32],
        dimensions: usize,
    ) -> WordVectors {
        let model = tokenizer.get_model();
        let mut words = WordVectorsBuilder::new(dimensions);
        let mut open = Open::default();
        let pieces = encoding.get_ids().iter().zip(encoding.get_tokens());
        let places = encoding.get_word_ids().iter().zip(encoding.get_offsets());
        let rows = hidden.chunks_exact(dimensions.max(1));
        for (((&id, piece), (&word, &(start, end))), row) in pieces.zip(places).zip(rows) {
            // Special tokens are of no word, and neither is the prefix.
            if word.is_none() || end <= self.prefix_words {
                continue;
            }
            if open.word != word || piece.starts_with(MARK) {
                self.close(&mut open, prefixed, &mut words);
                if words.is_full() {
                    return words.build();
                }
                open.word = word;
                open.place.start = start;
            }
            let surprisal = self.surprisals.as_ref();
            open.surprisal += surprisal.map_or(0.0, |known| known.get(model, id, piece));
            open.place.end = end;
            open.add(row);
        }
        self.close(&mut open, prefixed, &mut words);
        words.build()
    }

    /// Takes the word that was read into `words`, unless nothing of it is in the text.
    fn close(&self, open: &mut Open, prefixed: &str, words: &mut WordVectorsBuilder) {
        let read = std::mem::take(open);
        if read.pieces > 0.0
            && let Some(place) = self.place(prefixed, read.place)
        {
            let mean: Vec<f32> = read.sum.iter().map(|total| total / read.pieces).collect();
            words.push(place, read.surprisal, &mean);
        }
    }

    /// The bytes of the text without its prefix that pieces at `place` of the text with it stand
    /// for, blanks around them left out.
    fn place(&self, prefixed: &str, place: Range<usize>) -> Option<Range<u32>> {
        let start = prefixed.floor_char_boundary(place.start.max(self.prefix));
        let end = prefixed.ceil_char_boundary(place.end);
        let word = prefixed.get(start..end)?;
        let start = start - self.prefix + word.len() - word.trim_start().len();
        let length = word.trim().len();
        let place = u32::try_from(start).ok()?..u32::try_from(start + length).ok()?;
        (length > 0).then_some(place)
    }
}

/// A word whose pieces are being read.
#[derive(Default)]
struct Open {
    word: Option<u32>,
    place: Range<usize>,
    surprisal: f32,
    sum: Vec<f32>,
    pieces: f32,
}

impl Open {
    fn add(&mut self, row: &[f32]) {
        self.sum.resize(row.len(), 0.0);
        for (total, number) in self.sum.iter_mut().zip(row) {
            *total += number;
        }
        self.pieces += 1.0;
    }
}
