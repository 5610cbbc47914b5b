//! One text's words, ready to be aligned with those of another.
//!
//! A word's vector is what the encoder made of it *in this text*, centred on the mean of all
//! words: token vectors of one encoder share a large common part that says nothing. Stop words
//! are left out: they changed no figure and made three quarters of the work. Where a model gives
//! no word vectors, words are alike when they are spelled alike.

use pulp::{Arch, Simd, WithSimd};

use super::products::{product, products};
use crate::canonical::Canonical;
use crate::embedding::{MOST_WORDS, WordVectors};
use crate::words::{Word, content_words_of, is_stop_word};

/// A word that carries half of what a rare one does has this surprisal less.
const SURPRISAL_SPAN: f32 = 9.0;
/// Surprisal, in nats, of words so common that they say nothing.
const SURPRISAL_FLOOR: f32 = 6.0;
/// Least and greatest weight of a word.
const WEIGHTS: (f32, f32) = (0.02, 2.0);

/// The content words of one text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AlignedText {
    /// How much each word says.
    weights: Box<[f32]>,
    /// First and last byte of each word in the canonical text, the latter exclusive.
    places: Box<[(u32, u32)]>,
    words: Words,
}

#[derive(Debug, Clone, PartialEq)]
enum Words {
    Vectors(Vectors),
    Spelled(Box<[Word]>),
}

impl Default for Words {
    fn default() -> Self {
        Self::Spelled(Box::default())
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Vectors {
    /// Row-major, words × dimensions.
    codes: Box<[i8]>,
    dimensions: usize,
    /// One over the length of each row of codes.
    shrink: Box<[f32]>,
    /// Weighted sum of the unit vectors, of unit length.
    pooled: Box<[f32]>,
}

impl AlignedText {
    /// The content words of `text`, whose word vectors are `words`, centred on `mean`.
    #[must_use]
    pub fn of(text: &Canonical, words: &WordVectors, mean: &[f32]) -> Self {
        if words.is_empty() || words.dimensions() != mean.len() {
            return Self::spelled(text);
        }
        let content = |start: u32, end: u32| {
            let word = text.as_str().get(start as usize..end as usize);
            word.is_some_and(|word| !is_stop_word(word))
        };
        let kept: Vec<_> = words.iter().filter(|word| content(word.start, word.end)).collect();
        // A text of stop words only is compared by those.
        let kept = if kept.is_empty() { words.iter().collect() } else { kept };
        let dimensions = words.dimensions();
        let mut codes = Vec::with_capacity(kept.len() * dimensions);
        let mut pooled = vec![0.0_f32; dimensions];
        let (mut weights, mut places, mut shrink) = (Vec::new(), Vec::new(), Vec::new());
        let mut centred = vec![0.0_f32; dimensions];
        for word in &kept {
            for ((centred, code), mean) in centred.iter_mut().zip(word.codes).zip(mean) {
                *centred = f32::from(*code) * word.scale - mean;
            }
            let weight = weight(word.surprisal);
            let unit = inverse(centred.iter().map(|value| value * value).sum());
            for (sum, value) in pooled.iter_mut().zip(&centred) {
                *sum += weight * unit * value;
            }
            let largest = centred.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
            let step = f32::from(i8::MAX) * inverse(largest * largest);
            let first = codes.len();
            // A cast from float to integer is cut to what fits.
            codes.extend(centred.iter().map(|value| (value * step).round() as i8));
            let row = &codes[first..];
            shrink.push(inverse(product(row, row) as f32));
            weights.push(weight);
            places.push((word.start, word.end));
        }
        let length = inverse(pooled.iter().map(|value| value * value).sum());
        pooled.iter_mut().for_each(|value| *value *= length);
        let words = Words::Vectors(Vectors {
            codes: codes.into(),
            dimensions,
            shrink: shrink.into(),
            pooled: pooled.into(),
        });
        Self { weights: weights.into(), places: places.into(), words }
    }

    fn spelled(text: &Canonical) -> Self {
        let mut words = content_words_of(text);
        words.truncate(MOST_WORDS);
        Self {
            weights: vec![1.0; words.len()].into(),
            places: Box::default(),
            words: Words::Spelled(words.into()),
        }
    }

    /// How many words there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.weights.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }

    /// About how much memory they take beside the value itself, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let words = match &self.words {
            Words::Vectors(Vectors { codes, shrink, pooled, .. }) => {
                size_of_val(&**codes) + size_of_val(&**shrink) + size_of_val(&**pooled)
            }
            Words::Spelled(words) => size_of_val(&**words),
        };
        words + size_of_val(&*self.weights) + size_of_val(&*self.places)
    }

    /// How much each word says, 0.02 to 2, or 1 where the model has no say.
    #[must_use]
    pub fn weights(&self) -> &[f32] {
        &self.weights
    }

    /// Where the words are in the canonical text; empty where the model gives no words.
    #[must_use]
    pub fn places(&self) -> &[(u32, u32)] {
        &self.places
    }

    /// How alike the weighted words of both are as a whole, -1 to 1.
    #[must_use]
    pub fn likeness(&self, other: &Self) -> f32 {
        match (&self.words, &other.words) {
            (Words::Vectors(a), Words::Vectors(b)) => {
                Arch::new().dispatch(Product { a: &a.pooled, b: &b.pooled })
            }
            _ => {
                let found = Alignment::of(self, other);
                let shared: f32 = found.best_of_ours().iter().sum();
                let sizes = (self.len() * other.len()) as f32;
                if sizes > 0.0 { (shared / sizes.sqrt()).min(1.0) } else { 0.0 }
            }
        }
    }
}

/// The similarity of each word of one text to each word of another.
#[derive(Debug, Clone)]
pub struct Alignment {
    ours: Vec<f32>,
    theirs: Vec<f32>,
}

impl Alignment {
    /// Aligns the words of two texts.
    #[must_use]
    pub fn of(ours: &AlignedText, theirs: &AlignedText) -> Self {
        let mut best = Self { ours: vec![0.0; ours.len()], theirs: vec![0.0; theirs.len()] };
        match (&ours.words, &theirs.words) {
            (Words::Vectors(ours), Words::Vectors(theirs))
                if ours.dimensions == theirs.dimensions =>
            {
                let codes = (&*ours.codes, &*theirs.codes);
                products(codes, ours.dimensions, |mine, its, product| {
                    let similarity = product as f32 * ours.shrink[mine] * theirs.shrink[its];
                    best.note(mine, its, similarity);
                });
            }
            (Words::Spelled(ours), Words::Spelled(theirs)) => {
                for (mine, our) in ours.iter().enumerate() {
                    for (its, their) in theirs.iter().enumerate() {
                        best.note(mine, its, f32::from(u8::from(our.matches(their))));
                    }
                }
            }
            // Made with different models: never compared.
            _ => {}
        }
        best
    }

    #[inline(always)]
    fn note(&mut self, mine: usize, its: usize, similarity: f32) {
        self.ours[mine] = self.ours[mine].max(similarity);
        self.theirs[its] = self.theirs[its].max(similarity);
    }

    /// For each of our words, how like it their most similar one is, 0 to 1.
    #[must_use]
    pub fn best_of_ours(&self) -> &[f32] {
        &self.ours
    }

    /// For each of their words, how like it our most similar one is, 0 to 1.
    #[must_use]
    pub fn best_of_theirs(&self) -> &[f32] {
        &self.theirs
    }
}

/// Mean of `values`, each counting its weight; 0 without weight.
pub(super) fn weighted_mean(values: impl IntoIterator<Item = (f32, f32)>) -> f32 {
    let (mut sum, mut total) = (0.0, 0.0);
    for (value, weight) in values {
        sum += value * weight;
        total += weight;
    }
    if total > 0.0 { sum / total } else { 0.0 }
}

fn weight(surprisal: f32) -> f32 {
    ((surprisal - SURPRISAL_FLOOR) / SURPRISAL_SPAN).clamp(WEIGHTS.0, WEIGHTS.1)
}

/// The inner product, in eight sums side by side, always in the same order: wider instructions,
/// which it is compiled for too, add nothing in another one.
struct Product<'a> {
    a: &'a [f32],
    b: &'a [f32],
}

impl WithSimd for Product<'_> {
    type Output = f32;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> f32 {
        const LANES: usize = 8;
        let ((a, a_rest), (b, b_rest)) = (self.a.as_chunks::<LANES>(), self.b.as_chunks::<LANES>());
        let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
        let mut sums = [0.0; LANES];
        for (a, b) in a.iter().zip(b) {
            for lane in 0..LANES {
                sums[lane] += a[lane] * b[lane];
            }
        }
        sums.iter().sum::<f32>() + rest
    }
}

/// One over the root of `square`, 0 for 0: a vector of zeros is like no other.
fn inverse(square: f32) -> f32 {
    if square > 0.0 { square.sqrt().recip() } else { 0.0 }
}
