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

/// Vectors that are sums of one fixed random vector a word: texts that share words are near.
/// They bear the name of a model that scores are fitted for, so that verification does all of its
/// work; they never leave the process.
pub(super) struct Synthetic {
    model: ModelId,
    dimensions: usize,
    words: Mutex<HashMap<String, Arc<[f32]>>>,
}

impl Synthetic {
    /// In place of `model`.
    pub(super) fn like(model: &dyn Embedder) -> Self {
        Self {
            model: model.model().clone(),
            dimensions: model.dimensions(),
            words: Mutex::default(),
        }
    }

    fn word(&self, word: &str) -> Arc<[f32]> {
        let mut words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = words.get(word) {
            return Arc::clone(known);
        }
        let mut hasher = DefaultHasher::new();
        word.hash(&mut hasher);
        let mut dice = fastrand::Rng::with_seed(hasher.finish());
        let made: Arc<[f32]> =
            unit((0..self.dimensions).map(|_| dice.f32() - 0.5).collect()).into();
        words.insert(word.into(), Arc::clone(&made));
        made
    }

    pub(super) fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// The vector of a text alone.
    pub(super) fn vector(&self, text: &str) -> Vec<f32> {
        let mut sum = vec![0.0_f32; self.dimensions];
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            add(&mut sum, &self.word(word));
        }
        unit(sum)
    }

    fn embedding(&self, text: &str) -> Embedding {
        let mut sum = vec![0.0_f32; self.dimensions];
        let mut words = WordVectorsBuilder::new(self.dimensions);
        let mut start = 0_u32;
        for word in text.split_inclusive(' ') {
            let bare = word.trim_end();
            if !bare.is_empty() {
                let vector = self.word(bare);
                add(&mut sum, &vector);
                words.push(start..start + bare.len() as u32, bare.len() as f32, &vector);
            }
            start += word.len() as u32;
        }
        Embedding { vector: unit(sum).into(), words: words.build() }
    }
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
        self.dimensions
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
