//! Golden sets of any size, and vectors that cost next to nothing.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use goldenset_core::embedding::WordVectorsBuilder;
use goldenset_core::ports::Embedder;
use goldenset_core::{Embedding, EntryContent, EntryId, ModelId, Reference, Result, Validity};

/// Words that questions are made of, so many that few entries share most of theirs.
const WORDS: u64 = 4_000;
/// Words of a question beside its frame.
const LENGTH: u64 = 7;
/// Share of the square of every vector that all have in common: unrelated questions are so alike to
/// the bundled model.
const COMMON: f32 = 0.79;
/// The i-th strongest direction has this power of i as its variance. The embeddings of 20,000
/// questions in Italian and English have it between 0.6 and 0.7. Without it the nearest of many are
/// hardly nearer than the others, and no search is as slow on texts of people.
const DECAY: f32 = -0.65;

/// Vectors that are sums of one fixed random vector a word, and of one that all have in common:
/// texts that share words are near, and spread as those of a model.
/// They bear the name of a model that scores are fitted for, so that verification does all of its
/// work; they never leave the process.
pub(super) struct Synthetic {
    model: ModelId,
    common: Vec<f32>,
    /// The strongest first.
    directions: Vec<Vec<f32>>,
    words: Mutex<HashMap<String, Arc<[f32]>>>,
}

impl Synthetic {
    /// In place of `model`.
    pub(super) fn like(model: &dyn Embedder) -> Self {
        let (mut dice, dimensions) = (fastrand::Rng::with_seed(0), model.dimensions());
        let common = random(&mut dice, dimensions);
        let common = common.iter().map(|number| number * COMMON.sqrt()).collect();
        let directions = (0..dimensions).map(|_| random(&mut dice, dimensions)).collect();
        Self { model: model.model().clone(), common, directions, words: Mutex::default() }
    }

    /// A unit vector in the direction of `own`, with what all have in common.
    fn beside_others(&self, own: Vec<f32>) -> Vec<f32> {
        let mut vector: Vec<f32> =
            unit(own).iter().map(|number| number * (1.0 - COMMON).sqrt()).collect();
        add(&mut vector, &self.common);
        unit(vector)
    }

    fn word(&self, word: &str) -> Arc<[f32]> {
        let mut words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = words.get(word) {
            return Arc::clone(known);
        }
        let mut hasher = DefaultHasher::new();
        word.hash(&mut hasher);
        let mut dice = fastrand::Rng::with_seed(hasher.finish());
        let mut made = vec![0.0; self.dimensions()];
        for (place, direction) in (1_u16..).zip(&self.directions) {
            let share = (dice.f32() - 0.5) * f32::from(place).powf(DECAY / 2.0);
            made.iter_mut().zip(direction).for_each(|(made, number)| *made += share * number);
        }
        let made: Arc<[f32]> = unit(made).into();
        words.insert(word.into(), Arc::clone(&made));
        made
    }

    pub(super) fn dimensions(&self) -> usize {
        self.common.len()
    }

    /// The vector of a text alone.
    pub(super) fn vector(&self, text: &str) -> Vec<f32> {
        let mut sum = vec![0.0_f32; self.dimensions()];
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            add(&mut sum, &self.word(word));
        }
        self.beside_others(sum)
    }

    fn embedding(&self, text: &str) -> Embedding {
        let mut sum = vec![0.0_f32; self.dimensions()];
        let mut words = WordVectorsBuilder::new(self.dimensions());
        let mut start = 0_u32;
        for word in text.split_inclusive(' ') {
            let bare = word.trim_end();
            if !bare.is_empty() {
                let vector = self.word(bare);
                add(&mut sum, &vector);
                let beside = self.beside_others(vector.to_vec());
                words.push(start..start + bare.len() as u32, bare.len() as f32, &beside);
            }
            start += word.len() as u32;
        }
        Embedding { vector: self.beside_others(sum).into(), words: words.build() }
    }
}

/// A unit vector in any direction.
fn random(dice: &mut fastrand::Rng, dimensions: usize) -> Vec<f32> {
    unit((0..dimensions).map(|_| dice.f32() - 0.5).collect())
}

fn add(sum: &mut [f32], vector: &[f32]) {
    sum.iter_mut().zip(vector).for_each(|(sum, number)| *sum += number);
}

fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt().max(1e-6);
    vector.iter_mut().for_each(|number| *number /= length);
    vector
}

#[async_trait]
impl Embedder for Synthetic {
    fn model(&self) -> &ModelId {
        &self.model
    }

    fn dimensions(&self) -> usize {
        self.common.len()
    }

    async fn embed(&self, texts: &[Arc<str>]) -> Result<Vec<Embedding>> {
        Ok(texts.iter().map(|text| self.embedding(text)).collect())
    }
}

/// The words of an entry's question.
fn words(entry: usize, count: u64) -> String {
    let mut dice = fastrand::Rng::with_seed(entry as u64);
    let words: Vec<_> = (0..count).map(|_| spelled(dice.u64(..WORDS))).collect();
    words.join(" ")
}

/// A word of four syllables: of letters alone, for words with digits are values that guards
/// compare one by one, and unlike the others, for else they would be typing errors of each other.
fn spelled(word: u64) -> String {
    let mut dice = fastrand::Rng::with_seed(word);
    let mut letter = |of: &[u8]| of.get(dice.usize(..of.len())).copied().map_or('a', char::from);
    (0..4).flat_map(|_| [letter(b"bcdfglmnprstvz"), letter(b"aeiou")]).collect()
}

/// The phrasing of an entry.
pub(super) fn phrasing(entry: usize) -> String {
    format!("quanto dura {}", words(entry, LENGTH))
}

/// A question that is near to an entry and no phrasing of it.
pub(super) fn question(entry: usize) -> String {
    format!("per quanto tempo vale {}", words(entry, LENGTH - 1))
}

/// So many entries.
pub(super) fn rows(entries: usize) -> Vec<(EntryId, EntryContent)> {
    let row = |entry| {
        let content = EntryContent {
            question: phrasing(entry),
            alternatives: vec![],
            answer: "Dipende dal livello e dall'anzianità di servizio. ".repeat(8),
            references: vec![Reference::from("CCNL, art. 12")],
            category: Some("lavoro".into()),
            tags: vec![],
            lang: Some("it".into()),
            validity: Validity::default(),
            review_by: None,
        };
        EntryId::new(format!("e{entry}")).ok().map(|id| (id, content))
    };
    (0..entries).filter_map(row).collect()
}
